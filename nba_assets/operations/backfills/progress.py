"""How far a backfill is: dates done per asset, its rate and the expected end, out of the step events of its runs."""

import datetime as dt
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import dagster as dg
from dagster import DagsterEventType, RunsFilter

from nba_assets.claims.claim import Claim
from nba_assets.claims.store import ClaimStore
from nba_assets.event_log.outcomes import refused_dates
from nba_assets.operations.backfills.backfill import Request, waves
from nba_assets.operations.backfills.result import result_path
from nba_assets.orchestration.run_tags import LAUNCH_TAG, RANGE_END_TAG, RANGE_START_TAG
from nba_assets.settings import Settings

POLL_SECONDS = 0.5
GRACE_SECONDS = 5.0
"""How long after the end of a claim its result may take to appear; without one its process was killed."""

_STEP_EVENTS = {DagsterEventType.STEP_START, DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_FAILURE}
_OVER = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


@dataclass(frozen=True)
class Step:
    """A step of one run: an asset over [first, last]; `seconds` until its end, or until now while it works.

    `refused` of its dates were rejected or blocked.
    """

    run_id: str
    asset: str
    first: dt.date
    last: dt.date
    seconds: float
    is_over: bool = False
    is_failed: bool = False
    refused: int = 0

    @property
    def dates(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class AssetProgress:
    """Dates of one asset that are done, of all that its runs will go through; seconds spent, and expected still.

    `refused` of the done ones were rejected or blocked.
    """

    asset: str
    done: int
    total: int
    seconds: float
    expected: float | None
    is_working: bool
    is_failed: bool
    refused: int = 0

    @property
    def rate(self) -> float | None:
        """Dates per second so far."""
        return self.done / self.seconds if self.done and self.seconds else None


@dataclass(frozen=True)
class Progress:
    """A backfill at one moment: its claim, its steps so far, and what they come to per asset."""

    claim: Claim
    steps: tuple[Step, ...]
    assets: tuple[AssetProgress, ...]
    seconds_left: float | None

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Assets still to come of which nobody knows how long they take."""
        return tuple(asset.asset for asset in self.assets if asset.expected is None and asset.done < asset.total)


def follow(store: ClaimStore, settings: Settings, claim_id: int) -> Iterator[Progress]:
    """The progress of a backfill, twice a second, until its claim is over and its result is there (or late)."""
    claim = store.get(claim_id)
    request = Request.of_detail(claim.detail)
    with dg.DagsterInstance.get() as instance:
        watch = _Watch(instance, claim.owner)
        over_since: float | None = None
        while True:
            claim = store.get(claim_id)
            steps = watch.poll(request.assets, time.time())
            assets = progress(request, steps)
            yield Progress(claim, tuple(steps), tuple(assets), seconds_left(assets, request.workers))
            if not claim.is_active:
                over_since = over_since or time.monotonic()
                if result_path(settings, claim_id).exists() or time.monotonic() - over_since > GRACE_SECONDS:
                    return
            time.sleep(POLL_SECONDS)


def progress(request: Request, steps: Iterable[Step]) -> list[AssetProgress]:
    """Progress per asset, in order; the request's expectations tell of assets that have done nothing yet."""
    by_asset: dict[str, list[Step]] = {name: [] for name in request.assets}
    for step in steps:
        by_asset.setdefault(step.asset, []).append(step)
    totals = dict.fromkeys(request.assets, 0)
    for work in (work for wave in waves(request) for work in wave):
        for name in work.assets:
            totals[name] += work.dates
    return [_of_asset(name, totals[name], by_asset[name], request.expected.get(name)) for name in request.assets]


def _of_asset(asset: str, total: int, steps: list[Step], expected: float | None) -> AssetProgress:
    over = [step for step in steps if step.is_over]
    done = sum(step.dates for step in over)
    seconds = sum(step.seconds for step in over)
    left = seconds / done * (total - done) if done else expected
    if left is not None:
        left = max(left - sum(step.seconds for step in steps if not step.is_over), 0.0)
    is_failed = any(step.is_failed for step in steps)
    refused = sum(step.refused for step in over)
    return AssetProgress(asset, done, total, seconds, left, len(over) < len(steps), is_failed, refused)


def seconds_left(assets: Iterable[AssetProgress], workers: int) -> float | None:
    """Expected seconds to the end of the assets of which anything is known; None when that is none of them."""
    left = [asset.expected for asset in assets if asset.done < asset.total and not asset.is_failed]
    known = [seconds for seconds in left if seconds is not None]
    return sum(known) / workers if known or not left else None


class _Watch:
    """The steps of a launch's runs, read from the event log at each `poll`; runs that are over are read once.

    Not `get_run_step_stats`: it reads every materialization of the run, thousands of them, at every call.
    """

    def __init__(self, instance: dg.DagsterInstance, owner: str) -> None:
        self._instance, self._filter = instance, RunsFilter(tags={LAUNCH_TAG: owner})
        self._over: dict[str, list[Step]] = {}

    def poll(self, assets: Iterable[str], now: float) -> list[Step]:
        """Every step of the assets so far, those that are over first in the order in which they ended."""
        wanted = set(assets)
        found: list[Step] = []
        for run in self._instance.get_runs(filters=self._filter, ascending=True):
            if run.run_id not in self._over:
                steps = self._steps(run, wanted, now)
                if run.status in _OVER:
                    self._over[run.run_id] = [step for step in steps if step.is_over]
                found += steps
            else:
                found += self._over[run.run_id]
        return found

    def _steps(self, run: dg.DagsterRun, wanted: set[str], now: float) -> list[Step]:
        first, last = (dt.date.fromisoformat(run.tags[tag]) for tag in (RANGE_START_TAG, RANGE_END_TAG))
        working: dict[str, tuple[float, Step]] = {}
        over = []
        for entry in self._instance.all_logs(run.run_id, of_type=_STEP_EVENTS):
            event = entry.get_dagster_event()
            if event.step_key not in wanted:
                continue
            if event.is_step_start:
                step = Step(run.run_id, event.step_key, first, last, now - entry.timestamp)
                working[event.step_key] = entry.timestamp, step
            elif event.step_key in working:
                started, step = working.pop(event.step_key)
                seconds = entry.timestamp - started
                over.append(replace(step, seconds=seconds, is_over=True, is_failed=event.is_step_failure))
        refused = refused_dates(self._instance, run.run_id) if over else {}
        over = [replace(step, refused=refused.get(step.asset, 0)) for step in over]
        return [*over, *(step for _, step in working.values())]

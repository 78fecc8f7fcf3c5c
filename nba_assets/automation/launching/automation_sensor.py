"""The sensor that launches what the conditions ask for: a few ranged runs, never one for each date.

Evaluated by Dagster like any automation, so that the UI shows per table and date why something was requested; only
how the requests become runs is decided here.
"""

import datetime as dt
import hashlib
from typing import Any

import dagster as dg
from dagster_shared.record import replace

from nba_assets import clock
from nba_assets.automation.launching.conditions import AUTOMATION, Decider, Decision
from nba_assets.automation.launching.live_runs import live_runs
from nba_assets.operations.backfills.backfill import Work
from nba_assets.orchestration.run_tags import (
    ON_CONFLICT_TAG,
    ONLY_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    WAIT_MINUTES_TAG,
    WHO_TAG,
    WHY_TAG,
)
from nba_assets.settings import Settings

INTERVAL_SECONDS = 30
ASKED_TAG = "nba/asked"
"""The same for every launch of the same dates of the same tables."""

WAIT_MINUTES = "1"
"""As long as a run that holds no claim yet is taken for alive."""

FIRST_PAUSE = dt.timedelta(minutes=5)
LONGEST_PAUSE = dt.timedelta(hours=1)
"""A run that failed before it attempted anything is launched again after pauses that double up to this."""

FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


class LedgerAutomation(dg.AutomationConditionSensorDefinition):
    """Dagster's automation sensor over the conditions of all tables, with ranged runs in place of its backfills."""

    def __init__(self, decider: Decider, settings: Settings, is_on: bool) -> None:
        self._decider, self._settings = decider, settings
        super().__init__(
            name=AUTOMATION,
            target=dg.AssetSelection.all(),
            use_user_code_server=True,
            minimum_interval_seconds=INTERVAL_SECONDS,
            default_status=dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED,
            description="Launches what the ledger says is missing or stale and can be built now, in ranged runs.",
        )

    def evaluate_tick(self, context: dg.SensorEvaluationContext) -> Any:
        """Dagster's evaluation of the conditions; the runs that it would make are replaced by ranged ones."""
        tick = super().evaluate_tick(context)
        decision = self._decider.last
        assert decision is not None, "every evaluation decides"
        requests, said = launches(context.instance, self._settings, decision)
        for line in said:
            context.log.info(line)
        if requests:
            return replace(tick, run_requests=requests)
        # Dagster shows why a tick launched nothing only when it has nothing to record.
        return replace(tick, run_requests=[], automation_condition_evaluations=[], skip_message="; ".join(said))


def launches(
    instance: dg.DagsterInstance, settings: Settings, decision: Decision
) -> tuple[list[dg.RunRequest], list[str]]:
    """Requests of one tick, and what to say. None while a launch of before is at work or pauses after a failure."""
    said = list(decision.waits)
    mine = {run.run_id for run in instance.get_runs(dg.RunsFilter(tags={WHO_TAG: AUTOMATION}), limit=100)}
    at_work = sorted(mine & live_runs(instance, settings))
    if at_work and decision.works:
        return [], [*said, f"run {at_work[0]} is at work"]
    requests = []
    for work in decision.works:
        asked = _asked(decision, work)
        pause = _pause_left(instance, asked)
        if pause:
            said.append(f"{_described(work)} failed before anything was built; tried again in {pause}")
        else:
            requests.append(_request(work, decision.only, asked))
    if not (requests or said):
        said.append(decision.idle)
    return requests, said


def _request(work: Work, only: str, asked: str) -> dg.RunRequest:
    return dg.RunRequest(
        asset_selection=[dg.AssetKey(name) for name in work.assets],
        tags={
            RANGE_START_TAG: work.first.isoformat(),
            RANGE_END_TAG: work.last.isoformat(),
            ONLY_TAG: only,
            WHO_TAG: AUTOMATION,
            WHY_TAG: "due by the ledger",
            ASKED_TAG: asked,
            # A schedule may take the dates between this tick and the start of the run.
            ON_CONFLICT_TAG: "wait",
            WAIT_MINUTES_TAG: WAIT_MINUTES,
            # Whatever fails is asked for again by the ledger, not by Dagster.
            "dagster/max_retries": "0",
        },
    )


def _described(work: Work) -> str:
    dates = f"{work.first}" if work.first == work.last else f"{work.first} … {work.last}"
    return f"{', '.join(work.assets)} {dates}"


def _asked(decision: Decision, work: Work) -> str:
    dates = [sorted(decision.keys(name)) for name in work.assets]
    return hashlib.sha256(repr((work, dates)).encode()).hexdigest()[:16]


def _pause_left(instance: dg.DagsterInstance, asked: str) -> dt.timedelta | None:
    """How long the same launch still pauses; None when it may start."""
    records = instance.get_run_records(dg.RunsFilter(tags={ASKED_TAG: asked}, statuses=list(FINISHED)), limit=20)
    if not records:
        return None
    ended = max(record.end_time or record.update_timestamp.timestamp() for record in records)
    pause = min(FIRST_PAUSE * 2 ** (len(records) - 1), LONGEST_PAUSE)
    left = dt.datetime.fromtimestamp(ended, dt.UTC) + pause - clock.now()
    return dt.timedelta(seconds=round(left.total_seconds())) if left > dt.timedelta() else None

"""A backfill: what was asked for, cut into runs, reserved as a whole before the first of them starts."""

import datetime as dt
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from nba_assets.claims.claim import Claim
from nba_assets.claims.errors import ClaimConflict
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import MODEL, TABLES, ancestors, waves_of
from nba_assets.errors import RequestError
from nba_assets.operations.backfills.defaults import CHUNK_DAYS
from nba_assets.orchestration.run_tags import CLAIM_TAG, LAUNCH_TAG, ONLY_TAG, OVERRIDE_TAG, WHO_TAG, WHY_TAG
from nba_assets.partitions import Span
from nba_assets.readiness.durations import durations
from nba_assets.readiness.planning import make_plan
from nba_assets.warehouse.port import Warehouse

ASSETS = tuple(name for name in TABLES if name in ancestors("ml_feature_store", "player_game_summary"))
ASSETS += (MODEL, *(name for name in TABLES if name not in ASSETS))
"""Every asset in the order in which it is built; predictions follow the model."""

_MODEL_AT = ASSETS.index(MODEL)
_WAVES = waves_of(TABLES)

POLL_SECONDS = 2.0


_FORMER_NAMES = {"from_": "pending_first", "to": "pending_last"}
"""Of fields, in claims that release 0.1 has written."""


@dataclass(frozen=True)
class Work:
    """What one run builds: the named assets over [first, last]; `config` is that of the model's training."""

    assets: tuple[str, ...]
    first: dt.date
    last: dt.date
    config: Mapping[str, Any] | None = None

    @property
    def dates(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Request:
    """What somebody wants built: assets over [first, last], and of their dates those that `only` lets through.

    [pending_first, pending_last] bound the dates that have something to do, which alone are reserved and built; the
    rest of what was asked for, [first, last], is current already. `only` holds words of the run tag `nba/only`, none
    meaning every date. `expected` are seconds per asset, where past builds tell. `trainings` say how often to train
    and on what (`last` date, `config` of the asset); none means once, on [first, last].
    """

    assets: tuple[str, ...]
    first: dt.date
    last: dt.date
    pending_first: dt.date
    pending_last: dt.date
    only: tuple[str, ...] = ("outdated",)
    chunk_days: int = CHUNK_DAYS
    workers: int = 1
    override: str = ""
    expected: Mapping[str, float] = field(default_factory=dict)
    trainings: tuple[Mapping[str, Any], ...] = ()

    @property
    def dated(self) -> tuple[str, ...]:
        return tuple(name for name in self.assets if name != MODEL)

    def as_detail(self) -> dict[str, Any]:
        """As JSON, for the claim."""
        return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in asdict(self).items()}

    @classmethod
    def of_detail(cls, detail: Mapping[str, Any]) -> "Request":
        values = {_FORMER_NAMES.get(name, name): value for name, value in detail.items()}
        for name in ("first", "last", "pending_first", "pending_last"):
            values[name] = dt.date.fromisoformat(values[name])
        lists = {name: tuple(values.get(name, ())) for name in ("assets", "only", "trainings")}
        return cls(**{**values, **lists})

    def spans(self, calendar: pd.DatetimeIndex) -> list[Span]:
        """Everything that the backfill will write, chunks not yet reached included."""
        spans = [Span(name, self.pending_first, self.pending_last) for name in self.dated]
        return spans + ([Span(MODEL, calendar[0].date(), calendar[-1].date())] if MODEL in self.assets else [])

    def tags(self, claim: Claim) -> dict[str, str]:
        """Tags of its runs."""
        tags = {
            CLAIM_TAG: str(claim.id),
            LAUNCH_TAG: claim.owner,
            ONLY_TAG: ",".join(self.only),
            WHO_TAG: claim.who,
            WHY_TAG: claim.why,
            OVERRIDE_TAG: self.override,
        }
        return {name: value for name, value in tags.items() if value}


def chosen_assets(names: Sequence[str], with_upstream: bool = False) -> tuple[str, ...]:
    """The named assets in the order in which they are built, all when none are named; RequestError for unknown ones."""
    wanted = set(names or ASSETS)
    if unknown := wanted - set(ASSETS):
        raise RequestError(f"no table {', '.join(sorted(unknown))}; there are {', '.join(ASSETS)}")
    if with_upstream:
        made_of = {MODEL} & wanted or {name for name in wanted if name != MODEL and ASSETS.index(name) > _MODEL_AT}
        wanted |= set(ancestors(*(wanted - {MODEL}))) | (set(ASSETS[: _MODEL_AT + 1]) if made_of else set())
    return tuple(name for name in ASSETS if name in wanted)


def planned_request(
    warehouse: Warehouse,
    assets: tuple[str, ...],
    *,
    source_version: str,
    first: dt.date | None = None,
    last: dt.date | None = None,
    only: tuple[str, ...] = ("outdated",),
    chunk_days: int = CHUNK_DAYS,
    workers: int = 1,
    override: str = "",
) -> Request | None:
    """The request for what the ledger says has to be done of what was asked for; None when that is nothing.

    Dates are cut to the calendar; RequestError when none is left of them. The model is tried whenever it is among the
    assets: the same data gives the same version. But when everything is asked for over dates that end before the
    calendar does it is left out: a past week is not repaired for a version of an old window.
    """
    calendar = warehouse.days
    whole = calendar[0].date(), calendar[-1].date()
    start, end = max(first or whole[0], whole[0]), min(last or whole[1], whole[1])
    if start > end:
        raise RequestError(f"nothing of {first} … {last} exists: there is {whole[0]} … {whole[1]}")
    dated = tuple(name for name in assets if name != MODEL)
    if assets == ASSETS and end < whole[1]:
        assets = dated
    plan = make_plan(
        warehouse.state(),
        tables=dated,
        first=start,
        last=end,
        only=only or ("all",),
        source_version=source_version,
        durations=durations(warehouse.recent_builds()),
    )
    expected = {table.table: table.seconds for table in plan.tables if table.seconds is not None}
    days = [day for table in plan.tables for day in table.days]
    if not days:
        return Request((MODEL,), start, end, start, end, only, chunk_days) if MODEL in assets else None
    words = only if not only or "outdated" in only else tuple(dict.fromkeys((*plan.only, "stale")))
    return Request(assets, start, end, min(days), max(days), words, chunk_days, workers, override, expected)


def waves(request: Request) -> list[list[Work]]:
    """The runs of a backfill: those of one wave need nothing of each other, only of the waves before.

    What fits one chunk is one run, and another for what follows the model: a training that is refused leaves
    predictions to the stored versions. Else the history edges (precompute reads everything before a date) divide
    it: ingest and analytics; precompute and features; the model; predictions.
    """
    chunks = _chunks(request.pending_first, request.pending_last, request.chunk_days)
    is_whole = (request.pending_first, request.pending_last) == (request.first, request.last)
    if len(chunks) == 1 and not request.trainings and (is_whole or MODEL not in request.assets or not request.dated):
        cut = request.assets.index(MODEL) + 1 if MODEL in request.assets else len(request.assets)
        return [
            [Work(part, request.pending_first, request.pending_last)]
            for part in (request.assets[:cut], request.assets[cut:])
            if part
        ]
    result = []
    for _, group in itertools.groupby(sorted(request.assets, key=_WAVES.__getitem__), key=_WAVES.__getitem__):
        assets = tuple(group)
        if assets == (MODEL,):
            result += _trainings(request)
        else:
            result.append([Work(assets, *chunk) for chunk in chunks])
    return result


def _trainings(request: Request) -> list[list[Work]]:
    """One run a training, one after the other: a version is judged against the champion of that moment."""
    if not request.trainings:
        return [[Work((MODEL,), request.first, request.last)]]
    newest = [dt.date.fromisoformat(training["last"]) for training in request.trainings]
    return [
        [Work((MODEL,), last, last, training["config"])]
        for last, training in zip(newest, request.trainings, strict=True)
    ]


def _chunks(first: dt.date, last: dt.date, days: int) -> list[tuple[dt.date, dt.date]]:
    count = (last - first).days + 1
    starts = [first + dt.timedelta(days=at) for at in range(0, count, days)]
    return [(start, min(start + dt.timedelta(days=days - 1), last)) for start in starts]


def reserve(
    store: ClaimStore,
    warehouse: Warehouse,
    request: Request,
    *,
    who: str,
    why: str,
    wait_minutes: float = 0.0,
    on_wait: Callable[[ClaimConflict], None] = lambda _: None,
) -> Claim:
    """Reserve everything with one claim, waiting up to `wait_minutes` for others; ClaimConflict when they stay."""
    deadline = time.monotonic() + 60 * wait_minutes
    owner = f"backfill:{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S-%f}"
    while True:
        try:
            return store.reserve(
                request.spans(warehouse.days),
                owner=owner,
                kind="backfill",
                who=who,
                why=why,
                detail=request.as_detail(),
                above=warehouse.last_token(),
            )
        except ClaimConflict as conflict:
            if time.monotonic() >= deadline:
                raise
            on_wait(conflict)
            time.sleep(POLL_SECONDS)

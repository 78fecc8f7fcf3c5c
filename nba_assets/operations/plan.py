"""The plan of a backfill as a person reads it: waves and their time, who else is there, which models it touches."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nba_assets.claims.claim import Claim, described
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import MODEL, ancestors
from nba_assets.operations.backfills.backfill import Request, chosen_assets, waves
from nba_assets.operations.backfills.defaults import CHUNK_DAYS
from nba_assets.operations.models import model_statuses, touched_by
from nba_assets.partitions import Span
from nba_assets.readiness.durations import Duration, durations
from nba_assets.readiness.plan import Plan
from nba_assets.readiness.planning import make_plan
from nba_assets.warehouse.port import Warehouse


@dataclass(frozen=True)
class Wave:
    """Runs that need nothing of each other. `seconds` is about what they take one after another, None if unknown."""

    assets: tuple[str, ...]
    runs: int
    seconds: float | None


@dataclass(frozen=True)
class Conflict:
    """An active claim or freeze that has some of the planned dates, in words."""

    claim: int
    kind: str
    owner: str
    who: str
    why: str
    dates: str

    def __str__(self) -> str:
        why = f": {self.why}" if self.why else ""
        return f"{self.dates}: {self.kind} {self.claim} of {self.owner} ({self.who}{why})"


@dataclass(frozen=True)
class PlanReport:
    """A plan and what it meets.

    `models` counts, per stored version, planned partitions in its training window: if their contents change it is
    stale. `untimed` are planned assets whose time nobody knows yet; `seconds` leaves them out. `hint` is what has to be
    done first, empty when the plan can be carried out as it is.
    """

    plan: Plan
    assets: tuple[str, ...]
    waves: tuple[Wave, ...]
    seconds: float
    untimed: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    models: Mapping[str, int] = field(default_factory=dict)
    hint: str = ""


def plan(
    warehouse: Warehouse,
    store: ClaimStore,
    models_dir: Path,
    *,
    tables: Sequence[str] = (),
    with_upstream: bool = False,
    first: dt.date | None = None,
    last: dt.date | None = None,
    only: Sequence[str] = (),
    source_version: str | None = None,
    chunk_days: int = CHUNK_DAYS,
) -> PlanReport:
    """What a backfill of the tables (all when none are named) over [first, last] would do; nothing is changed.

    Arguments as for `make_plan`; RequestError for an unknown table or filter, or a range outside the calendar.
    """
    assets = chosen_assets(tables, with_upstream)
    state = warehouse.state()
    timed = durations(warehouse.recent_builds())
    dated = tuple(name for name in assets if name != MODEL)
    made = make_plan(
        state, tables=dated, first=first, last=last, only=only, source_version=source_version, durations=timed
    )
    days = {table.table: table.days for table in made.tables}
    order, untimed = _waves(made, assets, days, timed, chunk_days)
    spans = [Span(part.table, dates.first, dates.last) for part in made.tables for dates in part.ranges]
    return PlanReport(
        plan=made,
        assets=assets,
        waves=order,
        seconds=sum(wave.seconds or 0.0 for wave in order),
        untimed=untimed,
        conflicts=tuple(_conflict(claim, spans) for claim in store.covering(spans)),
        models=touched_by(model_statuses(models_dir, state), days),
        hint=_hint(made, assets),
    )


def _waves(
    made: Plan,
    assets: tuple[str, ...],
    days: Mapping[str, Sequence[dt.date]],
    timed: Mapping[str, Duration],
    chunk_days: int,
) -> tuple[tuple[Wave, ...], tuple[str, ...]]:
    planned = [day for dates in days.values() for day in dates]
    if not planned:
        return (), ()
    request = Request(assets, made.first, made.last, min(planned), max(planned), chunk_days=chunk_days)
    untimed = tuple(name for name in assets if name not in timed and (name == MODEL or name in days))
    order = []
    for works in waves(request):
        names = tuple(name for name in works[0].assets if name in days or name == MODEL)
        seconds = [
            timed[name].seconds(sum(work.first <= day <= work.last for day in days.get(name, ())))
            for work in works
            for name in names
            if name in timed
        ]
        if names:
            order.append(Wave(names, len(works), sum(seconds) if seconds else None))
    return tuple(order), untimed


def _conflict(claim: Claim, spans: Sequence[Span]) -> Conflict:
    return Conflict(claim.id, claim.kind, claim.owner, claim.who, claim.why, described(claim.overlaps(spans)))


def _hint(made: Plan, assets: Sequence[str]) -> str:
    """The command that has to come first; empty when the plan can be carried out as it is."""
    if made.roots_outside:
        tables = ",".join(part.table for part in made.roots_outside)
        first = min(part.ranges[0].first for part in made.roots_outside)
        last = max(part.ranges[-1].last for part in made.roots_outside)
        return f"nba-assets backfill --tables {tables} --from {first} --to {last}"
    upstream = made.upstream_blockers
    if upstream:
        every = ancestors(*(name for name in assets if name != MODEL))
        missing = [name for name in every if name not in assets]
        return f"add --with-upstream, which builds {', '.join(missing)} as well: {', '.join(upstream)} blocks the plan"
    for stop in made.stops:
        if stop.is_certain:
            return f"nba-assets explain {stop.table} {stop.dates.first}: {stop.reason}"
    return ""

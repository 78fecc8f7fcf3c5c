"""The state of the platform on one screen: every table, who is at work, what is frozen, the model versions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.claims.claim import Claim, described
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.predictions import PREDICTION_TABLES
from nba_assets.contracts.tables import MODEL
from nba_assets.operations.models import ModelStatus, model_statuses
from nba_assets.partitions import Span
from nba_assets.readiness.contents import Contents, contents, shortfalls
from nba_assets.readiness.date_ranges import DateRange, ranges_of
from nba_assets.readiness.durations import Duration, durations
from nba_assets.readiness.ledger_columns import integers
from nba_assets.readiness.quarantined_games import QuarantinedGame, quarantined_games
from nba_assets.readiness.staleness import stale_ranges
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.settings import Settings
from nba_assets.storage.models import stored_models
from nba_assets.warehouse.port import Warehouse

STALE, TAINTED = "stale", "tainted"
WORDS = ("ready", *Contents, STALE, "blocked", "rejected", "missing", TAINTED)
"""What dates are counted by: ready, stale, blocked, rejected or missing; beside that, why ready ones are empty or short
(`readiness.contents`), and whether they are tainted."""

_TO_LOOK_AT = (Contents.INCOMPLETE, STALE, "blocked", "rejected", "missing", TAINTED)


@dataclass(frozen=True)
class LastBuild:
    """The newest attempt at a table: its build, when, and the run ('' where a person did it)."""

    build: int
    at: dt.datetime
    run_id: str
    dates: int


@dataclass(frozen=True)
class TableStatus:
    """Dates of one table by WORDS; `ranges` has those to look at."""

    table: str
    counts: Mapping[str, int]
    ranges: Mapping[str, tuple[DateRange, ...]]
    last_build: LastBuild | None


@dataclass(frozen=True)
class Root:
    """Something that makes partitions stale, and how many of how many tables."""

    cause: str
    partitions: int
    tables: tuple[str, ...]


@dataclass(frozen=True)
class ClaimStatus:
    """A claim. `done` of `total` partitions were attempted; `rate` is partitions per minute.

    `rate` and `ends_at` are None before the first was done and once the claim is over; a freeze has no partitions to do
    and ends when it says.
    """

    claim: int
    kind: str
    owner: str
    who: str
    why: str
    dates: str
    run_id: str
    since: dt.datetime
    renewed_at: dt.datetime
    progress: str
    done: int
    total: int
    rate: float | None
    ends_at: dt.datetime | None
    is_stalled: bool
    is_slow: bool
    cancel_who: str


@dataclass(frozen=True)
class PlatformStatus:
    """Everything `nba-assets status` shows; `claims` are those that work, `holds` those that keep others out.

    `shortfalls` say where ready dates lack rows, `quarantined` are the games that they are published without.
    """

    at: dt.datetime
    first: dt.date
    last: dt.date
    tables: tuple[TableStatus, ...]
    roots: tuple[Root, ...]
    shortfalls: tuple[str, ...]
    quarantined: tuple[QuarantinedGame, ...]
    claims: tuple[ClaimStatus, ...]
    freezes: tuple[ClaimStatus, ...]
    models: tuple[ModelStatus, ...]


def status(warehouse: Warehouse, store: ClaimStore, settings: Settings) -> PlatformStatus:
    """The state of everything now."""
    state, ledger = warehouse.state(), warehouse.ledger()
    now, timed = store.now(), durations(warehouse.recent_builds())
    stall = dt.timedelta(minutes=settings.stall_minutes)
    active = [claim_status(claim, state, ledger, timed, now, stall) for claim in store.active()]
    return PlatformStatus(
        at=now,
        first=state.days[0].date(),
        last=state.days[-1].date(),
        tables=tuple(table_status(state, name) for name in state.contracts),
        roots=tuple(roots(state)),
        shortfalls=shortfalls(state),
        quarantined=quarantined_games(state),
        claims=tuple(claim for claim in active if claim.kind != "freeze"),
        freezes=tuple(claim for claim in active if claim.kind == "freeze"),
        models=tuple(model_statuses(stored_models(settings), state)),
    )


def table_status(state: LedgerState, name: str) -> TableStatus:
    """The dates of a table by status: how many, which, and when the last was built."""
    is_ready, is_stale = np.asarray(state.is_ready(name)), state.is_stale(name)
    flags: dict[str, np.ndarray] = {"ready": is_ready, STALE: is_stale, TAINTED: state.tainted[name]}
    flags |= {word.value: days for word, days in contents(state, name).items()}
    flags |= {word.value: state.has_status(name, word) for word in (Status.BLOCKED, Status.REJECTED, Status.MISSING)}
    return TableStatus(
        table=name,
        counts={word: int(flags[word].sum()) for word in WORDS},
        ranges={word: ranges_of(flags[word], state.days) for word in _TO_LOOK_AT if flags[word].any()},
        last_build=_last_build(state, name),
    )


def _last_build(state: LedgerState, name: str) -> LastBuild | None:
    attempts = integers(state, name, "attempt_build")
    if not attempts.any():
        return None
    row = state.rows[name].iloc[int(attempts.argmax())]
    dates = int((attempts == attempts.max()).sum())
    return LastBuild(int(attempts.max()), pd.Timestamp(row["written_at"]).to_pydatetime(), str(row["run_id"]), dates)


def roots(state: LedgerState) -> list[Root]:
    """What makes ready partitions stale, by how many it concerns: the same cause of several ranges counts once."""
    found: dict[tuple[object, ...], list[Any]] = {}
    for name, ranges in stale_ranges(state, {name: state.is_stale(name) for name in state.contracts}).items():
        for part in ranges:
            cause = part.cause
            entry = found.setdefault((cause.table, cause.builds, cause.code_versions), [cause, 0, {}])
            entry[0] = max(entry[0], cause, key=lambda one: one.dates)
            entry[1] += part.dates
            entry[2][name] = None
    causes = [Root(str(cause), partitions, tuple(tables)) for cause, partitions, tables in found.values()]
    return sorted(causes, key=lambda root: -root.partitions)


def claim_status(
    claim: Claim,
    state: LedgerState,
    ledger: pd.DataFrame,
    timed: Mapping[str, Duration],
    now: dt.datetime,
    stall: dt.timedelta,
) -> ClaimStatus:
    """How far a claim is, out of what its runs have written; `only` in its detail says what they leave out."""
    mine = ledger[ledger["run_id"].isin(claim.run_ids)] if claim.run_ids else ledger.iloc[:0]
    done = _within(mine, claim.spans)
    left = _left(claim, state, done)
    minutes = (now - claim.created_at).total_seconds() / 60
    rate = len(done) / minutes if len(done) and minutes > 0 and claim.is_active else None
    to_do = sum(left.values())
    is_freeze = claim.kind == "freeze"
    return ClaimStatus(
        claim=claim.id,
        kind=claim.kind,
        owner=claim.owner,
        who=claim.who,
        why=claim.why,
        dates=described(claim.spans),
        run_id=claim.run_id,
        since=claim.created_at,
        renewed_at=claim.renewed_at,
        progress=claim.progress,
        done=0 if is_freeze else len(done),
        total=0 if is_freeze else len(done) + to_do,
        rate=rate,
        ends_at=claim.until if is_freeze else now + dt.timedelta(minutes=to_do / rate) if rate else None,
        is_stalled=claim.is_stalled(now, stall),
        is_slow=claim.is_active and not is_freeze and _is_slow(claim, left, timed, now),
        cancel_who=claim.cancel_who,
    )


def _within(rows: pd.DataFrame, spans: Sequence[Span]) -> pd.DataFrame:
    inside = pd.Series(False, index=rows.index)
    for span in spans:
        dates = rows["game_date"].between(pd.Timestamp(span.first), pd.Timestamp(span.last))
        inside |= (rows["table_name"] == span.table) & dates
    return rows[inside]


def _left(claim: Claim, state: LedgerState, done: pd.DataFrame) -> dict[str, int]:
    """Partitions of the claim that its runs have still to attempt, by table: not those that are up to date."""
    rebuilds_all = not claim.detail.get("only")
    left: dict[str, int] = {}
    for span in claim.spans:
        if span.table in state.contracts:
            dates = np.asarray((state.days >= pd.Timestamp(span.first)) & (state.days <= pd.Timestamp(span.last)))
            attempted = state.days.isin(done.loc[done["table_name"] == span.table, "game_date"])
            skipped = False if rebuilds_all else state.is_ready(span.table)
            left[span.table] = left.get(span.table, 0) + int((dates & ~attempted & ~np.asarray(skipped)).sum())
    return {table: dates for table, dates in left.items() if dates}


def _is_slow(claim: Claim, left: Mapping[str, int], timed: Mapping[str, Duration], now: dt.datetime) -> bool:
    """Whether nothing was reported for longer than even the slowest of the tables still to come should take.

    Not while the model is all that can be at work: how long a training takes no build tells.
    """
    order = list(left)
    trains = any(span.table == MODEL for span in claim.spans)
    predictions = {contract.name for contract in PREDICTION_TABLES}
    if not order or (trains and predictions.issuperset(order)):
        return False
    elapsed = (now - (claim.progressed_at or claim.created_at)).total_seconds()
    dates = int(claim.detail.get("chunk_days", max(left.values())))
    return all(name in timed and timed[name].is_slow(elapsed, min(dates, left[name])) for name in order)

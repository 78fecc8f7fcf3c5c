"""The plan of a rebuild: which partitions, why, in which order, what the gate would stop, what else becomes stale.

Nothing is read but the ledger, so a plan of everything takes well under a second.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from nba_assets.contracts.contract import Read
from nba_assets.contracts.predictions import PREDICTION_TABLES
from nba_assets.readiness.date_ranges import DateRange, ranges_of
from nba_assets.readiness.durations import Duration
from nba_assets.readiness.ledger_columns import has_status, numbers, seen_through, texts
from nba_assets.readiness.plan import Affected, Kind, Plan, Planned, Stop, TablePlan
from nba_assets.readiness.simulation import GAPS, Outcome, simulate
from nba_assets.readiness.staleness import stale_ranges
from nba_assets.readiness.state import SCHEDULE, LedgerState, Status

FILTERS = ("outdated", "missing", "stale", "failed", "all")
"""What to plan of what was asked for: everything that does not stand as it should, one kind of it, or everything."""


def make_plan(
    state: LedgerState,
    *,
    tables: Sequence[str] | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
    only: Collection[str] = (),
    source_version: str | None = None,
    durations: Mapping[str, Duration] | None = None,
) -> Plan:
    """The plan over the asked tables (all when None) and dates, both ends included and cut to the calendar.

    `only` names kinds of FILTERS, none meaning "outdated". With one, what becomes stale by the planned partitions is
    planned as well. `source_version` is what ingest rows should have come from; None leaves that out. KeyError for
    an unknown table, ValueError for an unknown filter or a range outside the calendar.
    """
    if unknown := set(tables or ()) - set(state.contracts):
        raise KeyError(f"no table {', '.join(sorted(unknown))}; there are {', '.join(state.contracts)}")
    if unknown := set(only) - set(FILTERS):
        raise ValueError(f"only={sorted(unknown)} is unknown; use {', '.join(FILTERS)}")
    within = np.ones(len(state.days), dtype=bool)
    if first is not None:
        within &= np.asarray(state.days >= np.datetime64(first))
    if last is not None:
        within &= np.asarray(state.days <= np.datetime64(last))
    if not within.any():
        covered = f"{state.days[0].date()} … {state.days[-1].date()}" if len(state.days) else "no date"
        raise ValueError(f"nothing of {first or 'the start'} … {last or 'the end'} exists: there is {covered}")
    chosen = tuple(name for name in state.contracts if tables is None or name in tables)
    asked = {name: within if name in chosen else np.zeros_like(within) for name in state.contracts}
    kinds = {name: _kinds(state, name, asked[name], set(only) or {"outdated"}, source_version) for name in asked}
    planned = {name: np.logical_or.reduce(list(flags.values())) for name, flags in kinds.items()}
    sure = simulate(state, planned, asked, contents_change=False)
    most = simulate(state, planned, asked, contents_change=True)
    causes = stale_ranges(state, {name: kinds[name][Kind.STALE] for name in chosen})
    waves, plans = waves_of(state), []
    for name in chosen:
        attempted = planned[name] | most.follows[name]
        if not attempted.any():
            continue
        reasons = _reasons(state, name, kinds[name])
        reasons += [Planned(DateRange(c.first, c.last), Kind.STALE, f"stale: {c.reason}") for c in causes[name]]
        for follows, reason in (
            (sure.follows[name], "what it reads will be new"),
            (most.follows[name] & ~sure.follows[name], "if what it reads changes"),
        ):
            reasons += [Planned(dates, Kind.FOLLOWS, reason) for dates in ranges_of(follows, state.days)]
        days = tuple(state.days[attempted].date)
        duration = (durations or {}).get(name)
        plans.append(
            TablePlan(
                table=name,
                wave=waves[name],
                days=days,
                ranges=ranges_of(attempted, state.days),
                reasons=tuple(reasons),
                certain=int((planned[name] | sure.follows[name]).sum()),
                rows=_expected_rows(state, name, attempted),
                seconds=None if duration is None else duration.seconds(len(days)),
            )
        )
    days = state.days[within]
    return Plan(
        asked=chosen,
        first=days[0].date(),
        last=days[-1].date(),
        tables=tuple(plans),
        stops=tuple(_stops(state, chosen, sure, most)),
        outside=tuple(_outside(state, most)),
        gaps=tuple(_remaining_gaps(state, sure)),
    )


def _kinds(
    state: LedgerState, name: str, asked: np.ndarray, only: set[str], source_version: str | None
) -> dict[Kind, np.ndarray]:
    """The asked dates by the first reason to plan them that the filter lets through."""
    changed = np.zeros_like(asked)
    if state.contracts[name].ingest and source_version is not None:
        changed = texts(state, name, "source_version") != source_version
    kinds = {
        Kind.MISSING: (has_status(state, name, Status.MISSING), {"outdated", "missing", "all"}),
        Kind.REJECTED: (has_status(state, name, Status.REJECTED), {"outdated", "failed", "all"}),
        Kind.HELD: (has_status(state, name, Status.HELD), {"outdated", "failed", "all"}),
        Kind.STALE: (state.stale[name], {"outdated", "stale", "all"}),
        Kind.SOURCE: (changed, {"outdated", "all"}),
        Kind.ASKED: (np.ones_like(asked), {"all"}),
    }
    found, left = {}, asked.copy()
    for kind, (flags, filters) in kinds.items():
        found[kind] = left & flags if only & filters else np.zeros_like(asked)
        left &= ~flags
    return found


def _reasons(state: LedgerState, name: str, kinds: Mapping[Kind, np.ndarray]) -> list[Planned]:
    planned = []
    words = texts(state, name, "reasons")
    for kind in (Kind.MISSING, Kind.REJECTED, Kind.HELD, Kind.SOURCE, Kind.ASKED):
        for dates in ranges_of(kinds[kind], state.days):
            reason = kind.value
            if kind in (Kind.REJECTED, Kind.HELD):
                start = int(state.days.get_loc(np.datetime64(dates.first)))
                said = list(dict.fromkeys(words[start : start + dates.dates]))
                more = f" (and {len(said) - 1} other reasons)" if len(said) > 1 else ""
                reason = f"{kind}: {said[0] or 'no reason given'}{more}"
            planned.append(Planned(dates, kind, reason))
    return planned


def _expected_rows(state: LedgerState, name: str, planned: np.ndarray) -> int | None:
    """About how many rows the planned dates will have: those that stand, else as many per scheduled game as usual."""
    rows = numbers(state, name, "rows")
    known = np.asarray(state.is_ready(name)) & ~np.isnan(rows)
    if not known.any():
        return None
    usual = np.full(len(rows), rows[known].mean())
    if SCHEDULE in state.contracts:
        games = numbers(state, SCHEDULE, "rows")
        both = known & ~np.isnan(games)
        if games[both].sum() > 0:
            per_game = rows[both].sum() / games[both].sum()
            usual = np.where(np.isnan(games), usual, games * per_game)
    return round(float(np.where(np.isnan(rows), usual, rows)[planned].sum()))


def _stops(state: LedgerState, chosen: Collection[str], sure: Outcome, most: Outcome) -> Iterator[Stop]:
    for name, contract in state.contracts.items():
        for outcome, stopped in ((sure, sure.stopped[name]), (most, most.stopped[name] & ~sure.stopped[name])):
            for read in contract.reads if stopped.any() else ():
                for word, shut in outcome.in_the_way(read, state.history_start).items():
                    for dates in ranges_of(stopped & seen_through(read, shut), state.days):
                        reason = _in_the_way(state, outcome, read, word, np.flatnonzero(shut), dates)
                        yield Stop(name, dates, read.table, reason, outcome is sure, read.table in chosen)


def _in_the_way(state: LedgerState, outcome: Outcome, read: Read, word: str, shut: np.ndarray, dates: DateRange) -> str:
    """The first upstream partition that stops the dates, why it does, and how many more there are."""
    first, last = (int(state.days.get_loc(np.datetime64(day))) for day in (dates.first, dates.last))
    seen = shut[(shut >= first) & (shut <= last)] if read.window == "same_date" else shut[shut < last]
    at = int(seen[0])
    partition = f"{read.table} {state.days[at].date()}"
    if outcome.stopped[read.table][at]:
        reason = f"{partition} would itself be held"
    elif word == "stale" and not state.stale[read.table][at]:
        reason = f"{partition} would become stale"
    else:
        reason = state.describe(read.table, at)
    return reason + (f" (and {len(seen) - 1} more dates)" if len(seen) > 1 else "")


def _outside(state: LedgerState, most: Outcome) -> Iterator[Affected]:
    for name in state.contracts:
        stale = most.stale[name] & state.is_ready(name)
        if stale.any():
            yield Affected(name, ranges_of(stale, state.days))


def _remaining_gaps(state: LedgerState, outcome: Outcome) -> Iterator[Affected]:
    """Gaps in the history of what is built: its rows whose window holds one of their games will be null there."""
    concerned = {name: np.zeros(len(state.days), dtype=bool) for name in state.contracts}
    for name, contract in state.contracts.items():
        built = np.flatnonzero(outcome.built[name])
        for read in contract.reads:
            if read.window == "before" and len(built):
                gaps = np.logical_or.reduce([outcome.becomes[read.table][status] for status in GAPS])
                concerned[read.table][: built[-1]] |= gaps[: built[-1]]
    for name, gaps in concerned.items():
        if gaps.any():
            yield Affected(name, ranges_of(gaps, state.days))


def waves_of(state: LedgerState) -> dict[str, int]:
    """Wave of each table: a history read waits for a whole wave, and predictions leave one between for the model."""
    waves: dict[str, int] = {}
    after_model = {contract.name for contract in PREDICTION_TABLES}
    for name, contract in state.contracts.items():
        waits = [waves[read.table] + (read.window == "before") for read in contract.reads]
        is_first = name in after_model and not any(read.table in after_model for read in contract.reads)
        waves[name] = max(waits, default=1) + (2 if is_first else 0)
    return waves

"""The plan of a rebuild: which partitions, why, in which order, what the gate would stop, what else becomes stale.

Nothing is read but the ledger, so a plan of everything takes well under a second.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import SCHEDULE, Read
from nba_assets.contracts.tables import waves_of
from nba_assets.errors import RequestError
from nba_assets.readiness.date_ranges import DateRange, ranges_of
from nba_assets.readiness.durations import Duration
from nba_assets.readiness.ledger_columns import numbers, texts
from nba_assets.readiness.plan import Affected, Kind, Plan, Planned, Stop, TablePlan
from nba_assets.readiness.root_cause import refused_roots
from nba_assets.readiness.simulation import Outcome, simulate
from nba_assets.readiness.staleness import stale_ranges
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.readiness.windows import seen, window_of

FILTERS = ("outdated", "missing", "stale", "failed", "all")
"""What to plan of what was asked for: everything that is not up to date, one kind of it, or everything."""


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
    planned as well. What is stale because of a refused partition is not fixed without it: then "stale" takes in
    "failed", too. `source_version` is what ingest rows should have come from; None leaves that out. RequestError for
    an unknown table or filter, or a range outside the calendar.
    """
    if unknown := set(tables or ()) - set(state.contracts):
        raise RequestError(f"no table {', '.join(sorted(unknown))}; there are {', '.join(state.contracts)}")
    if unknown := set(only) - set(FILTERS):
        raise RequestError(f"only={sorted(unknown)} is unknown; use {', '.join(FILTERS)}")
    within = np.ones(len(state.days), dtype=bool)
    if first is not None:
        within &= np.asarray(state.days >= np.datetime64(first))
    if last is not None:
        within &= np.asarray(state.days <= np.datetime64(last))
    if not within.any():
        covered = f"{state.days[0].date()} … {state.days[-1].date()}" if len(state.days) else "no date"
        raise RequestError(f"nothing of {first or 'the start'} … {last or 'the end'} exists: there is {covered}")
    chosen = tuple(name for name in state.contracts if tables is None or name in tables)
    asked = {name: within if name in chosen else np.zeros_like(within) for name in state.contracts}
    filters = set(only) or {"outdated"}
    roots = refused_roots(state, {name: asked[name] & state.is_stale(name) for name in asked})
    if any((roots[name] & asked[name]).any() for name in asked) and "stale" in filters:
        filters.add("failed")
    kinds = {name: _kinds(state, name, asked[name], filters, source_version) for name in asked}
    planned = {name: np.logical_or.reduce(list(flags.values())) for name, flags in kinds.items()}
    sure = simulate(state, planned, asked, contents_change=False)
    most = simulate(state, planned, asked, contents_change=True)
    causes = stale_ranges(state, {name: kinds[name][Kind.STALE] for name in chosen})
    waves, plans = waves_of(state.contracts), []
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
    asked_days = state.days[within]
    return Plan(
        asked=chosen,
        first=asked_days[0].date(),
        last=asked_days[-1].date(),
        tables=tuple(plans),
        stops=tuple(_stops(state, chosen, sure, most)),
        outside=tuple(_outside(state, most)),
        gaps=tuple(_remaining_gaps(state, sure)),
        only=tuple(word for word in FILTERS if word in filters),
        roots_outside=tuple(_listed(state, {name: roots[name] & ~planned[name] for name in roots})),
        left_out=tuple(_listed(state, {name: _is_red(state, name) & asked[name] & ~planned[name] for name in asked})),
    )


def _is_red(state: LedgerState, name: str) -> np.ndarray:
    return ~np.asarray(state.is_ready(name))


def _listed(state: LedgerState, flags: Mapping[str, np.ndarray]) -> Iterator[Affected]:
    for name, dates in flags.items():
        if dates.any():
            yield Affected(name, ranges_of(dates, state.days))


def _kinds(
    state: LedgerState, name: str, asked: np.ndarray, only: set[str], source_version: str | None
) -> dict[Kind, np.ndarray]:
    """The asked dates by the first reason to plan them that the filter lets through."""
    changed = np.zeros_like(asked)
    if state.contracts[name].ingest and source_version is not None:
        changed = texts(state, name, "source_version") != source_version
    kinds = {
        Kind.MISSING: (state.is_missing(name), {"outdated", "missing", "all"}),
        Kind.REJECTED: (state.has_status(name, Status.REJECTED), {"outdated", "failed", "all"}),
        Kind.BLOCKED: (state.has_status(name, Status.BLOCKED), {"outdated", "failed", "all"}),
        Kind.STALE: (state.is_stale(name), {"outdated", "stale", "all"}),
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
    for kind in (Kind.MISSING, Kind.REJECTED, Kind.BLOCKED, Kind.SOURCE, Kind.ASKED):
        for dates in ranges_of(kinds[kind], state.days):
            reason = kind.value
            if kind in (Kind.REJECTED, Kind.BLOCKED):
                start = state.position(pd.Timestamp(dates.first))
                said = list(dict.fromkeys(words[start : start + dates.dates]))
                more = f" (and {len(said) - 1} other reasons)" if len(said) > 1 else ""
                reason = f"{kind}: {said[0] or 'no reason given'}{more}"
            planned.append(Planned(dates, kind, reason))
    return planned


def _expected_rows(state: LedgerState, name: str, planned: np.ndarray) -> int | None:
    """About how many rows the planned dates will have: the published ones, else as many per scheduled game as usual."""
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
                for word, blocking in outcome.blockers(read).items():
                    for dates in ranges_of(stopped & seen(read, blocking), state.days):
                        reason = _blocker(state, outcome, read, word, blocking, dates)
                        yield Stop(name, dates, read.table, reason, outcome is sure, read.table in chosen)


def _blocker(
    state: LedgerState, outcome: Outcome, read: Read, word: str, blocking: np.ndarray, dates: DateRange
) -> str:
    """The first upstream partition that blocks the dates, why it does, and how many more there are."""
    first, last = (state.position(pd.Timestamp(day)) for day in (dates.first, dates.last))
    window = slice(window_of(read, first).start, window_of(read, last).stop)
    positions = window.start + np.flatnonzero(blocking[window])
    at = int(positions[0])
    partition = f"{read.table} {state.days[at].date()}"
    if outcome.stopped[read.table][at]:
        reason = f"{partition} would itself be blocked"
    elif word == "stale" and not state.is_stale(read.table)[at]:
        reason = f"{partition} would become stale"
    else:
        reason = state.describe(read.table, at)
    return reason + (f" (and {len(positions) - 1} more dates)" if len(positions) > 1 else "")


def _outside(state: LedgerState, most: Outcome) -> Iterator[Affected]:
    yield from _listed(state, {name: most.is_stale(name) & state.is_ready(name) for name in state.contracts})


def _remaining_gaps(state: LedgerState, outcome: Outcome) -> Iterator[Affected]:
    """Gaps in the history of what is built: its rows whose window contains one of their games will be null there."""
    concerned = {name: np.zeros(len(state.days), dtype=bool) for name in state.contracts}
    for name, contract in state.contracts.items():
        built = np.flatnonzero(outcome.built[name])
        for read in contract.reads:
            if read.window == "before" and len(built):
                gaps = outcome.is_gap(read.table)
                concerned[read.table][: built[-1]] |= gaps[: built[-1]]
    yield from _listed(state, concerned)

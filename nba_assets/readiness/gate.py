"""The gate: which dates of a table may be built now, and what blocks the others.

Same-date inputs must be ready and not stale. Of the history, missing and stale dates refuse; rejected and
blocked dates are gaps, which concern only the rows whose window contains one of their games. An optional same-date
input that is rejected or blocked is such a gap too.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract, Read
from nba_assets.errors import RequestError
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.windows import seen, window_of

TRAINING_RULE = "training_window_ready"
"""The rule that such waivers name: every date of the window ready, current and untainted."""

EXAMPLES = 3
"""Partitions named in full in a message; the rest are counted."""


class GateClosed(Exception):
    """What was asked for may not be read; carries the partitions that block it."""

    code = "NBA-303"

    def __init__(self, message: str, blockers: Sequence[Mapping[str, str]]) -> None:
        super().__init__(message)
        self.blockers = list(blockers)


@dataclass(frozen=True)
class Gate:
    """`open_days` may be built; `blocked` says for every other date what blocks it.

    `gaps` are, per history input and per optional one, the calendar positions in the window of an open day that are
    rejected or blocked. `taints` has the ids of the waivers that an open day takes over from what it reads, for days
    that take over any.
    """

    open_days: tuple[dt.date, ...]
    blocked: Mapping[dt.date, str]
    gaps: Mapping[str, np.ndarray]
    taints: Mapping[dt.date, tuple[str, ...]]


OUTDATED = ("missing", "stale", "failed")
"""What a date can be when it is not up to date: never attempted; outdated; rejected or blocked."""


def leave_out(
    state: LedgerState, contract: Contract, days: Sequence[dt.date], only: Collection[str], source_version: str = ""
) -> tuple[tuple[dt.date, ...], tuple[dt.date, ...]]:
    """The days that need not be built: those that are current, and others of a kind that `only` does not name.

    `only` names kinds of `OUTDATED`, or "outdated" for all; empty leaves nothing out. Rows of an ingest table are
    current when they came from the source as it is now; else only "outdated" builds them: every new delivery changes
    the source, seldom the date.
    """
    if unknown := set(only) - {"outdated", *OUTDATED}:
        raise RequestError(f"{contract.name}: only={sorted(unknown)} is unknown; use outdated, {', '.join(OUTDATED)}")
    if not only:
        return (), ()
    current = state.is_ready(contract.name)
    if contract.ingest:
        current = current & (state.rows[contract.name]["source_version"] == source_version).to_numpy(dtype=bool)
    missing, failed = state.is_missing(contract.name), state.is_gap(contract.name)
    kinds = {"missing": missing, "failed": failed, "stale": state.is_stale(contract.name)}
    wanted = ~current if "outdated" in only else np.logical_or.reduce([kinds[kind] for kind in set(only)])
    known_current, known_skipped = set(state.days[current].date), set(state.days[~current & ~wanted].date)
    return tuple(day for day in days if day in known_current), tuple(day for day in days if day in known_skipped)


def evaluate(state: LedgerState, contract: Contract, days: Sequence[dt.date]) -> Gate:
    """The gate of a table for the given dates, which lie in the state's calendar."""
    calendar = state.days
    wanted = calendar.get_indexer(pd.DatetimeIndex(list(days)))
    if (wanted < 0).any():
        outside = [day.isoformat() for day, at in zip(days, wanted, strict=True) if at < 0]
        raise KeyError(f"{contract.name}: not in the partition calendar: {', '.join(outside[:EXAMPLES])}")
    reasons: dict[int, list[str]] = {}
    for read in contract.reads:
        blocking = state.blocks(read)
        for at in wanted[seen(read, blocking)[wanted]]:
            window = window_of(read, int(at))
            positions = window.start + np.flatnonzero(blocking[window])
            first = state.describe(read.table, int(positions[0]))
            more = f" (and {len(positions) - 1} more dates of its history)" if len(positions) > 1 else ""
            reasons.setdefault(int(at), []).append(first + more)
    blocked = {calendar[at].date(): "; ".join(texts) for at, texts in reasons.items()}
    opened = wanted[~np.isin(wanted, list(reasons))]
    gaps = {
        read.table: _gaps(state, read, opened) for read in contract.reads if read.optional or read.window == "before"
    }
    taints: dict[dt.date, tuple[str, ...]] = {}
    for waiver, tainted in state.inherited_taints(contract).items():
        for day in calendar[wanted[tainted[wanted]]].date:
            if day not in blocked:
                taints[day] = (*taints.get(day, ()), waiver)
    return Gate(tuple(day for day in days if day not in blocked), blocked, gaps, taints)


def _gaps(state: LedgerState, read: Read, opened: np.ndarray) -> np.ndarray:
    """Calendar positions of a table's gaps in the window of one of the open positions."""
    gaps = np.flatnonzero(state.is_gap(read.table))
    return gaps[np.isin(gaps, opened)] if read.window == "same_date" else gaps[gaps < opened.max(initial=-1)]


def require_all(
    state: LedgerState,
    tables: Sequence[str],
    first: dt.date,
    last: dt.date,
    purpose: str,
    *,
    waivers: Sequence[Waiver] = (),
    waivable_as: str = "",
    now: dt.datetime | None = None,
    gaps_pass: bool = False,
) -> tuple[str, ...]:
    """Every date of every table in [first, last] ready, current and untainted, or waived; else GateClosed.

    A date is waived, in all its tables, by a waiver of the training rule of `waivable_as` that is in force at `now`;
    without a name or a moment by none. With `gaps_pass` rejected and blocked dates pass where the schedule says which
    games they cost. Returns the ids of the waivers that were needed, and of all that taint something in the window.
    """
    window = (state.days >= np.datetime64(first)) & (state.days <= np.datetime64(last))
    passing = {table: state.is_gap(table) & state.is_schedule_known & gaps_pass for table in tables}
    blocking = {table: window & (~state.is_ready(table) | state.tainted[table]) & ~passing[table] for table in tables}
    refused = np.logical_or.reduce([*blocking.values(), np.zeros(len(state.days), dtype=bool)])
    used = {waiver for table in tables for waiver, dates in state.taints(table).items() if (dates & window).any()}
    for waiver in (waiver for waiver in waivers if now and waiver.waives(waivable_as, TRAINING_RULE, now)):
        covered = (state.days >= np.datetime64(waiver.first)) & (state.days <= np.datetime64(waiver.last))
        if (refused & covered).any():
            used.add(waiver.waiver_id)
            refused &= ~covered
    blockers: list[dict[str, str]] = []
    summary: list[str] = []
    for table, flags in blocking.items():
        positions = np.flatnonzero(flags & refused)
        if not len(positions):
            continue
        dates = [str(day.date()) for day in state.days[positions]]
        summary.append(
            f"{table}: {len(dates)} dates ({dates[0]} … {dates[-1]})" if len(dates) > 1 else f"{table}: {dates[0]}"
        )
        blockers += [
            {"table": table, "date": date, "reason": state.describe(table, int(at))}
            for date, at in zip(dates, positions, strict=True)
        ]
    if blockers:
        remedy = f"Rebuild them, or waive {TRAINING_RULE} of {waivable_as} there" if waivable_as else "Rebuild them"
        raise GateClosed(
            f"{purpose} is refused: {len(blockers)} partitions of its window {first} … {last} are not ready, current "
            f"and untainted. {'; '.join(summary)}. First: {blockers[0]['reason']}. {remedy}, then retry.",
            blockers,
        )
    return tuple(sorted(used))

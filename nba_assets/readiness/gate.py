"""The gate: which dates of a table may be built now, and what stands in the way of the others.

Same-date inputs must be ready and not stale. Of the history, missing and stale dates refuse; rejected and
held dates are gaps, which concern only the rows whose window contains one of their games. An optional same-date
input that is rejected or held is such a gap too.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nba_assets.contracts.contract import Contract, Read
from nba_assets.readiness.state import LedgerState

EXAMPLES = 3
"""Partitions named in full in a message; the rest are counted."""


class GateClosed(Exception):
    """What was asked for may not be read; carries the partitions that stand in the way."""

    def __init__(self, message: str, blockers: Sequence[Mapping[str, str]]) -> None:
        super().__init__(message)
        self.blockers = list(blockers)


@dataclass(frozen=True)
class Gate:
    """`open_days` may be built; `held` says for every other date what is in the way.

    `gaps` are, per history input and per optional one, the calendar positions in the window of an open day that are
    rejected or held.
    """

    open_days: tuple[dt.date, ...]
    held: Mapping[dt.date, str]
    gaps: Mapping[str, np.ndarray]


def evaluate(state: LedgerState, contract: Contract, days: Sequence[dt.date]) -> Gate:
    """The gate of a table for the given dates, which lie in the state's calendar."""
    calendar = state.days
    wanted = calendar.get_indexer([np.datetime64(day) for day in days])
    if (wanted < 0).any():
        outside = [day.isoformat() for day, at in zip(days, wanted, strict=True) if at < 0]
        raise KeyError(f"{contract.name}: not in the partition calendar: {', '.join(outside[:EXAMPLES])}")
    reasons: dict[int, list[str]] = {}
    for read in contract.reads:
        # Whom a gap concerns only the schedule can tell; without a ready one it may concern everybody.
        is_known_gap = state.is_gap(read.table) & state.is_schedule_known
        if read.window == "same_date":
            shut = ~state.is_ready(read.table) & ~(is_known_gap & read.optional)
            for at in wanted[shut[wanted]]:
                reasons.setdefault(int(at), []).append(state.describe(read.table, int(at)))
            continue
        in_the_way = ~state.is_ready(read.table) & ~is_known_gap
        positions = np.flatnonzero(in_the_way)
        positions = positions[positions >= state.history_start]
        for at in wanted:
            earlier = positions[: np.searchsorted(positions, at)]
            if len(earlier):
                first = state.describe(read.table, int(earlier[0]))
                more = f" (and {len(earlier) - 1} more dates of its history)" if len(earlier) > 1 else ""
                reasons.setdefault(int(at), []).append(first + more)
    held = {calendar[at].date(): "; ".join(texts) for at, texts in reasons.items()}
    opened = wanted[~np.isin(wanted, list(reasons))]
    gaps = {
        read.table: _gaps(state, read, opened) for read in contract.reads if read.optional or read.window == "before"
    }
    return Gate(tuple(day for day in days if day not in held), held, gaps)


def _gaps(state: LedgerState, read: Read, opened: np.ndarray) -> np.ndarray:
    """Calendar positions of a table's gaps in the window of one of the open positions."""
    gaps = np.flatnonzero(state.is_gap(read.table))
    return gaps[np.isin(gaps, opened)] if read.window == "same_date" else gaps[gaps < opened.max(initial=-1)]


def require_all(state: LedgerState, tables: Sequence[str], first: dt.date, last: dt.date, purpose: str) -> None:
    """Every date of every table in [first, last] ready, current and untainted, or GateClosed."""
    window = (state.days >= np.datetime64(first)) & (state.days <= np.datetime64(last))
    blockers: list[dict[str, str]] = []
    summary: list[str] = []
    for table in tables:
        shut = np.flatnonzero(window & (~state.is_ready(table) | state.tainted[table]))
        if not len(shut):
            continue
        dates = [str(state.days[at].date()) for at in shut]
        summary.append(
            f"{table}: {len(dates)} dates ({dates[0]} … {dates[-1]})" if len(dates) > 1 else f"{table}: {dates[0]}"
        )
        blockers += [
            {"table": table, "date": date, "reason": state.describe(table, int(at))}
            for date, at in zip(dates, shut, strict=True)
        ]
    if blockers:
        raise GateClosed(
            f"{purpose} is refused: {len(blockers)} partitions of its window {first} … {last} are not ready, current "
            f"and untainted. {'; '.join(summary)}. First: {blockers[0]['reason']}. Rebuild or waive them, then retry.",
            blockers,
        )

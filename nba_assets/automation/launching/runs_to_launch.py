"""What is due, cut into ranged runs that nobody else's claim blocks."""

import itertools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from nba_assets.automation.launching.eligible_partitions import Dates
from nba_assets.claims.claim import Claim, described
from nba_assets.claims.errors import named
from nba_assets.contracts.tables import is_made_by_model, waves_of
from nba_assets.operations.backfills.backfill import Work
from nba_assets.operations.backfills.defaults import CHUNK_DAYS
from nba_assets.partitions import Span
from nba_assets.readiness.date_ranges import ranges_of
from nba_assets.readiness.state import LedgerState


def taken_dates(claims: Iterable[Claim], days: pd.DatetimeIndex, tables: Iterable[str]) -> Dates:
    """The dates that active claims and freezes have, by table."""
    taken = {table: np.zeros(len(days), dtype=bool) for table in tables}
    for claim in claims:
        for span in claim.spans:
            if span.table in taken:
                taken[span.table] |= np.asarray(
                    (days >= np.datetime64(span.first)) & (days <= np.datetime64(span.last))
                )
    return taken


def waiting_lines(claims: Iterable[Claim], wanted: Dates, days: pd.DatetimeIndex) -> list[str]:
    """Whom the wanted dates wait for, a line for each claim blocking."""
    spans = [Span(name, part.first, part.last) for name, flags in wanted.items() for part in ranges_of(flags, days)]
    lines = []
    for claim in claims:
        overlap = claim.overlaps(spans)
        if overlap:
            why = f": {claim.why}" if claim.why else ""
            lines.append(f"waits behind {named(claim)} ({claim.who}{why}): {described(overlap)}")
    return lines


def works(state: LedgerState, asked: Mapping[str, np.ndarray], taken: Mapping[str, np.ndarray]) -> list[Work]:
    """The runs to launch now: at most one per table and chunk, and none over a date that is taken.

    What fits one chunk is one run of all tables. Else the history edges divide it as they divide a backfill: only the
    first wave is launched, and the next one when that is built. Predictions come by themselves, for a run takes in
    whatever is outdated between its first and last date, and those of played dates are left as they were made; what
    grades them comes after them.
    """
    tables = [name for name in asked if asked[name].any()]
    if not tables:
        return []
    stages = {name: _stage(state, name) for name in tables}
    tables = [name for name in tables if stages[name] == min(stages.values())]
    together = _ranges(state.days, asked, taken, tables)
    if len(together) == 1:
        return together
    waves = waves_of(state.contracts)
    first = min(waves[name] for name in tables)
    return _ranges(state.days, asked, taken, [name for name in tables if waves[name] == first])


def _stage(state: LedgerState, table: str) -> int:
    """0 for what rests on no predictions, 1 for predictions, 2 for what reads them."""
    if is_made_by_model(state.contracts[table]):
        return 1
    return 2 if any(is_made_by_model(state.contracts[read.table]) for read in state.contracts[table].reads) else 0


def _ranges(
    days: pd.DatetimeIndex, asked: Mapping[str, np.ndarray], taken: Mapping[str, np.ndarray], tables: Sequence[str]
) -> list[Work]:
    """One run for each chunk, divided where other tables are taken; its tables are those that have dates in it."""
    wanted = np.logical_or.reduce([asked[name] for name in tables])
    is_taken = np.stack([taken[name] for name in tables])
    first, last = (int(np.flatnonzero(wanted)[at]) for at in (0, -1))
    changes = np.flatnonzero((is_taken[:, 1:] != is_taken[:, :-1]).any(axis=0)) + 1
    cuts = sorted({*range(first, last + 1, CHUNK_DAYS), *(int(at) for at in changes if first < at <= last), last + 1})
    found = []
    for start, end in itertools.pairwise(cuts):
        inside = np.flatnonzero(wanted[start:end]) + start
        names = tuple(name for name in tables if asked[name][start:end].any())
        if names:
            found.append(Work(names, days[inside[0]].date(), days[inside[-1]].date()))
    return found

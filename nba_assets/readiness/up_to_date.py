"""Whether what is published is up to date: per table no stale date. A verdict on the ledger, whichever run asks.

Staleness is transitive: a corrected game makes every table below it fail here until it is rebuilt.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.readiness.counted import counted
from nba_assets.readiness.date_ranges import in_words
from nba_assets.readiness.staleness import StaleRange, stale_ranges
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status

SHOWN_RANGES = 200
NAMED_RANGES = 3


@dataclass(frozen=True)
class CheckVerdict:
    """What a check says. Two verdicts with one `state_digest` are the same; `tables` are rows of detail by title."""

    passed: bool
    state_digest: str
    description: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Mapping[str, str | int]]] = field(default_factory=dict)


def up_to_date_verdicts(state: LedgerState) -> dict[str, CheckVerdict]:
    """The verdict on every table. A rejected or blocked date is not stale: `partition_ready` has failed there."""
    ranges = stale_ranges(state, {name: state.is_stale(name) for name in state.contracts})
    return {name: _verdict(state, name, ranges[name]) for name in state.contracts}


def fix_command(state: LedgerState, ranges: Sequence[StaleRange]) -> str:
    """The command that rebuilds the ranges, with their roots: one that is rejected or blocked is not itself stale."""
    causes = {part.cause for part in ranges}
    gaps_of = {table: state.days[state.is_gap(table)] for table in {cause.table for cause in causes}}
    gaps = []
    for cause in causes:
        later = gaps_of[cause.table][gaps_of[cause.table].searchsorted(pd.Timestamp(cause.first)) :]
        gaps += [day.date() for day in later[:1] if day.date() <= cause.last]
    return f"nba-assets backfill --from {min(gaps)}" if gaps else "nba-assets backfill --stale"


def digest(lines: Iterable[object]) -> str:
    """Short text that differs when the lines do."""
    return hashlib.sha256("\n".join(map(str, lines)).encode()).hexdigest()[:12]


def _verdict(state: LedgerState, table: str, ranges: Sequence[StaleRange]) -> CheckVerdict:
    refused = _refused(state, table)
    if not ranges:
        built = not state.is_missing(table).all()
        said = f"No ready date is stale. {refused}".rstrip() if built else "Nothing has been built yet."
        return CheckVerdict(
            True, f"up to date {digest([refused])}" if refused else "up to date", said, {"stale_dates": 0}
        )
    count = int(state.is_stale(table).sum())
    named = "; ".join(str(part) for part in ranges[:NAMED_RANGES])
    more = f"; and {len(ranges) - NAMED_RANGES} more ranges" if len(ranges) > NAMED_RANGES else ""
    rebuild = fix_command(state, ranges)
    are, also = "date is" if count == 1 else "dates are", f". {refused}" if refused else ""
    return CheckVerdict(
        passed=False,
        state_digest=f"stale {digest([*ranges, refused])}",
        description=f"{count:,} {are} stale. {named}{more}. Rebuild: {rebuild}{also}",
        metadata={"stale_dates": count, "rebuild": rebuild},
        tables={"stale_ranges": [_record(part) for part in ranges[:SHOWN_RANGES]]},
    )


def _refused(state: LedgerState, table: str) -> str:
    """'3 dates are refused: 1 rejected, 2 blocked; the first: <command that says why>', '' where none is."""
    gaps = state.is_gap(table)
    if not gaps.any():
        return ""
    rejected = int(state.has_status(table, Status.REJECTED).sum())
    kinds = {"rejected": rejected, "blocked": int(gaps.sum()) - rejected}
    first = state.days[int(np.flatnonzero(gaps)[0])].date()
    said = ", ".join(f"{dates:,} {word}" for word, dates in kinds.items() if dates)
    dates = f"{counted(int(gaps.sum()), 'date')} {'is' if gaps.sum() == 1 else 'are'}"
    return f"{dates} refused: {said}. Why: nba-assets explain {table} {first}"


def _record(part: StaleRange) -> dict[str, str | int]:
    cause = part.cause
    return {
        "first": str(part.first),
        "last": str(part.last),
        "dates": part.dates,
        "because_of": cause.table,
        "of": in_words(cause.first, cause.last, cause.dates),
        "build": " … ".join(dict.fromkeys(map(str, cause.builds or ()))),
        "code_version": " -> ".join(map(str, cause.code_versions or ())),
        "through": ", ".join(part.through),
    }

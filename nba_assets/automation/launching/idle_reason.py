"""Why automation launches nothing: everything is up to date, or what the rest waits for and what mends it."""

import datetime as dt

import numpy as np

from nba_assets.contracts.tables import is_made_by_model
from nba_assets.readiness.counted import counted
from nba_assets.readiness.date_ranges import list_of, ranges_of
from nba_assets.readiness.root_cause import origins, remedy
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status

NAMED_ROOTS = 3


def idle_reason(state: LedgerState, today: dt.date) -> str:
    """The partitions that are not ready or not up to date by kind, the refused ones they wait for, and the command.

    Predictions of dates before `today` are never made again and therefore wait for nothing.
    """
    counts = dict.fromkeys(("stale", "missing", "rejected", "blocked"), 0)
    left = 0
    is_past = np.asarray(state.days < np.datetime64(today))
    for name, contract in state.contracts.items():
        kept = is_past & is_made_by_model(contract)
        kinds = {
            "stale": state.is_stale(name),
            "missing": state.is_missing(name),
            "rejected": state.has_status(name, Status.REJECTED),
            "blocked": state.has_status(name, Status.BLOCKED),
        }
        for word, flags in kinds.items():
            counts[word] += int((flags & ~kept).sum())
            left += int((flags & kept).sum())
    frozen = f" Left as made: {counted(left, 'date')} of past predictions." if left else ""
    if not any(counts.values()):
        return f"Everything is ready and up to date.{frozen}"
    said = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    return f"Nothing can be built now; not ready: {said}.{frozen} {_roots(state)}"


def _roots(state: LedgerState) -> str:
    """'Waiting for team_offense 2025-02-03 (invalidated by ana: typo). Fix: <command>'."""
    due_to = origins(state)
    found = {name: state.is_gap(name) & due_to.is_own(name) for name in state.contracts}
    found = {name: flags for name, flags in found.items() if flags.any()}
    if not found:
        return "Why: nba-assets plan"
    lines = []
    for name, flags in list(found.items())[:NAMED_ROOTS]:
        reason = str(state.rows[name]["reasons"].iloc[int(np.flatnonzero(flags)[0])])
        lines.append(f"{name} {list_of(ranges_of(flags, state.days))} ({reason})")
    more = f"; and {counted(len(found) - NAMED_ROOTS, 'more table')}" if len(found) > NAMED_ROOTS else ""
    roots = [(name, int(at)) for name, flags in found.items() for at in np.flatnonzero(flags)]
    return f"Waiting for {'; '.join(lines)}{more}. Fix: {remedy(state, roots)}"

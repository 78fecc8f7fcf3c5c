"""How far flagged partitions reach: what was built on them, and what waits for them."""

from collections.abc import Mapping

import numpy as np

from nba_assets.contracts.contract import Read
from nba_assets.readiness.ledger_columns import seen_through
from nba_assets.readiness.state import LedgerState

Flags = Mapping[str, np.ndarray]
"""Per table one flag per date of the calendar; a table without flags may be absent."""


def built_on(state: LedgerState, origins: Flags) -> dict[str, np.ndarray]:
    """Partitions with content whose windows hold an origin, at any depth; the origins themselves are left out."""
    reached = _nothing(state)
    for name, contract in state.contracts.items():
        for read in contract.reads:
            upstream = reached[read.table] | origins.get(read.table, False)
            reached[name] |= seen_through(read, upstream) & (state.content_build[name] > 0)
    return reached


def waiting_for(state: LedgerState, origins: Flags) -> dict[str, np.ndarray]:
    """Partitions without good content that the gate cannot open before an origin heals, at any depth.

    A rejected or held date in a history is a gap, which keeps nobody waiting.
    """
    waiting = _nothing(state)
    for name, contract in state.contracts.items():
        shut = state.is_gap(name) | state.is_missing(name)
        for read in contract.reads:
            upstream = waiting[read.table] | origins.get(read.table, False)
            waiting[name] |= shut & seen_through(read, upstream & _blocks(state, read))
    return waiting


def is_root(state: LedgerState, table: str) -> np.ndarray:
    """Per date: not ready, and nothing upstream is in the way of building it now."""
    obstructed = np.zeros(len(state.days), dtype=bool)
    for read in state.contracts[table].reads:
        obstructed |= seen_through(read, ~state.is_readable(read) & _blocks(state, read))
    return (state.is_gap(table) | state.is_missing(table)) & ~obstructed


def _blocks(state: LedgerState, read: Read) -> np.ndarray:
    """Upstream dates whose being shut keeps the reader from being built."""
    gap = state.is_gap(read.table)
    if read.window == "same_date":
        return ~gap if read.optional else np.ones_like(gap)
    is_history = np.arange(len(state.days)) >= state.history_start
    return is_history & ~gap


def _nothing(state: LedgerState) -> dict[str, np.ndarray]:
    return {name: np.zeros(len(state.days), dtype=bool) for name in state.contracts}

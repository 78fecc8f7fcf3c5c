"""How far flagged partitions reach: what was built on them, and what waits for them."""

from collections.abc import Mapping

import numpy as np

from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.windows import seen

Flags = Mapping[str, np.ndarray]
"""Per table one flag per date of the calendar; a table without flags may be absent."""


def built_on(state: LedgerState, origins: Flags) -> dict[str, np.ndarray]:
    """Partitions with content whose windows contain an origin, at any depth; the origins themselves are left out."""
    reached = _nothing(state)
    for name, contract in state.contracts.items():
        for read in contract.reads:
            upstream = reached[read.table] | origins.get(read.table, False)
            reached[name] |= seen(read, upstream) & (state.content_build[name] > 0)
    return reached


def waiting_for(state: LedgerState, origins: Flags) -> dict[str, np.ndarray]:
    """Partitions without good content that the gate cannot open before an origin is fixed, at any depth."""
    waiting = _nothing(state)
    for name, contract in state.contracts.items():
        unpublished = state.is_gap(name) | state.is_missing(name)
        for read in contract.reads:
            upstream = waiting[read.table] | origins.get(read.table, False)
            waiting[name] |= unpublished & seen(read, upstream & state.blocks(read))
    return waiting


def is_root(state: LedgerState, table: str) -> np.ndarray:
    """Per date: not ready, and nothing upstream blocks building it now."""
    return (state.is_gap(table) | state.is_missing(table)) & ~state.is_blocked(state.contracts[table])


def _nothing(state: LedgerState) -> dict[str, np.ndarray]:
    return {name: np.zeros(len(state.days), dtype=bool) for name in state.contracts}

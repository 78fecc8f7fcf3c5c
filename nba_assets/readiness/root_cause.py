"""What is at the root of a held partition: the first one up its inputs that is not merely waiting itself."""

import numpy as np

from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.readiness.windows import window_of


def root_obstacle(state: LedgerState, table: str, at: int) -> tuple[str, int]:
    """Table and calendar position of the partition in whose way nothing stands but itself.

    That is the given one when it is not held, or is held by its own rules, or what held it has healed since.
    """
    if not state.has_status(table, Status.HELD)[at]:
        return table, at
    for read in state.contracts[table].reads:
        window = window_of(read, at)
        blockers = np.flatnonzero(state.blocks(read)[window])
        if len(blockers):
            return root_obstacle(state, read.table, window.start + int(blockers[0]))
    return table, at

"""What is at the root of a held partition: the first one up its inputs that is not merely waiting itself."""

import numpy as np

from nba_assets.readiness.state import LedgerState, Status


def root_obstacle(state: LedgerState, table: str, at: int) -> tuple[str, int]:
    """Table and calendar position of the partition in whose way nothing stands but itself.

    That is the given one when it is not held, or is held by its own rules, or what held it has healed since.
    """
    if state.rows[table]["status"].iloc[at] != Status.HELD:
        return table, at
    for read in state.contracts[table].reads:
        shut = ~state.is_readable(read)
        first, last = at, at + 1
        if read.window == "before":
            shut = state.is_missing(read.table) | state.stale_to(read)
            first, last = state.history_start, at
        in_the_way = np.flatnonzero(shut[first:last])
        if len(in_the_way):
            return root_obstacle(state, read.table, first + int(in_the_way[0]))
    return table, at

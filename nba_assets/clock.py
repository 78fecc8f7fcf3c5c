"""The time, asked in one place: which games are over, which dates exist, what is late, how long ago a run ended.

Claims go by the clock of their database.
"""

import datetime as dt


def now() -> dt.datetime:
    """This moment, in UTC."""
    return machine_time()


def machine_time() -> dt.datetime:
    """What the machine's clock says; tests put another clock in its place."""
    return dt.datetime.now(dt.UTC)

"""Where history begins, by what is known of the schedule alone."""

import datetime as dt

import numpy as np
import pandas as pd

from nba_assets.readiness.status import Status


def history_start_of(ledger: pd.DataFrame, days: pd.DatetimeIndex) -> dt.date:
    """The first date of the calendar that is not known to be without games: never later than the first game is."""
    schedule = ledger[(ledger["table_name"] == "game_schedule") & (ledger["status"] == Status.READY)]
    rows = schedule.set_index("game_date")["rows"].reindex(days)
    known = np.flatnonzero(rows.to_numpy() != 0)
    return days[known[0] if len(known) else 0].date()

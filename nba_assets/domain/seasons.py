"""Where a season starts on the calendar."""

import numpy as np
import pandas as pd

from nba_assets.domain.as_of import day_numbers

_LATE_STARTS = {"2020-21": "2020-12-01"}
"""The season of 2019-20 ended in October 2020, so the next one could not start before December."""


def season_start_days(seasons: pd.Series | np.ndarray) -> np.ndarray:
    """Day number of the calendar start of each season ("2024-25"): 1 October, or 1 December 2020.

    No season of the NBA that began in autumn began earlier, and none lasted longer.
    """
    codes, names = pd.factorize(np.asarray(seasons, dtype="object"))
    starts = [_LATE_STARTS.get(name, f"{name[:4]}-10-01") for name in names]
    return day_numbers(np.array(starts, dtype="datetime64[D]"))[codes]

"""The meaning of a game date: US Eastern calendar dates, seasons, and their first two weeks."""

import datetime as dt

import pandas as pd

EASTERN = "America/New_York"
BOOTSTRAP_DAYS = 14
"""Days at the start of a season (and of the warehouse) whose thin windows are normal."""


def eastern_game_date(tipoff_utc: pd.Series) -> pd.Series:
    """Game date of each UTC tip-off: a game that tips off at 02:00 UTC belongs to the day before."""
    local = pd.to_datetime(tipoff_utc, utc=True).dt.tz_convert(EASTERN)
    return local.dt.tz_localize(None).dt.normalize()


def season_of(day: dt.date) -> str:
    """Season as '2024-25'; the 2019-20 season ended in October 2020, so October 1-11 of 2020 belongs to it."""
    starts_new = day.month >= 10 and not (day.year == 2020 and day < dt.date(2020, 12, 1))
    start = day.year if starts_new else day.year - 1
    return f"{start}-{(start + 1) % 100:02d}"


def tricode_game_key(game_date: pd.Series, away_team: pd.Series, home_team: pd.Series) -> pd.Series:
    """Readable label YYYYMMDD_AWAY_HOME of each game."""
    return game_date.dt.strftime("%Y%m%d") + "_" + away_team + "_" + home_team

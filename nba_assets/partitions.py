"""The meaning of a game date: US Eastern calendar dates, seasons, and their first two weeks."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

EASTERN = "America/New_York"
BOOTSTRAP_DAYS = 14
"""Days at the start of a season (of the warehouse, or of play after a long pause) whose thin windows are normal."""

PAUSE_DAYS = 60
"""Days without a game after which play starts anew, as in July 2020: nobody has played of late."""


@dataclass(frozen=True)
class Span:
    """The dates of one table from `first` to `last`, both included."""

    table: str
    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"{self.table}: the range {self.first} … {self.last} ends before it starts")

    def overlap(self, other: "Span") -> "Span | None":
        """The dates that both have, of the same table; None when there are none."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Span(self.table, first, last) if self.table == other.table and first <= last else None

    def __contains__(self, other: "Span") -> bool:
        return self.overlap(other) == other

    def __str__(self) -> str:
        dates = f"{self.first}" if self.first == self.last else f"{self.first} … {self.last}"
        return f"{self.table} {dates}"


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

"""The meaning of a game date: US Eastern calendar dates, seasons, and their first two weeks."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.errors import RequestError

EASTERN = "America/New_York"
BOOTSTRAP_DAYS = 14
"""Days at the start of a season (of the warehouse, or of play after a long pause) whose thin windows are normal."""

PAUSE_DAYS = 60
"""Days without a game after which play starts again, as in July 2020: nobody has played of late."""


def date_of(field: str, text: str) -> dt.date:
    """The date that somebody wrote into a field, as 2024-01-31; RequestError for any other text."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise RequestError(f"{field}: {text!r} is no date; write it as 2024-01-31") from None


def label_date(label: object) -> dt.date:
    """The date of a group, or of a row of an index by game dates: pandas' types leave open what a label is."""
    if not isinstance(label, dt.date | np.datetime64):
        raise TypeError(f"{label!r} is no date of a frame")
    return pd.Timestamp(label).date()


def bootstrap_days(days: Iterable[dt.date], slates: Sequence[tuple[str, dt.date]]) -> frozenset[dt.date]:
    """Days within two weeks of the first game of a season, of the warehouse, or after a pause.

    `slates` are season and date of all dates with games, in order.
    """
    starts: list[dt.date] = []
    before: tuple[str | None, dt.date] = (None, dt.date.min)
    for season, day in slates:
        if season != before[0] or (day - before[1]).days > PAUSE_DAYS:
            starts.append(day)
        before = (season, day)
    return frozenset(day for day in days if any(0 <= (day - start).days < BOOTSTRAP_DAYS for start in starts))


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


def games_over(days: pd.DatetimeIndex) -> pd.Series:
    """The moment by which the games of each date are over: three in the morning of the next day, US Eastern."""
    return pd.Series((days + pd.Timedelta(days=1, hours=3)).tz_localize(EASTERN))


def eastern_date(moment: dt.datetime) -> dt.date:
    """The date of a moment on the league's clock."""
    return pd.Timestamp(moment).tz_convert(EASTERN).date()


def eastern_time(moment: dt.datetime) -> dt.time:
    """The time of day of a moment on the league's clock."""
    return pd.Timestamp(moment).tz_convert(EASTERN).time()


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

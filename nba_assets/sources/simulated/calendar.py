"""The dates of a simulated season: opening night, days off, breaks, and the stages after the regular season."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
_GAMES_BY_WEEKDAY = (8.2, 6.2, 10.2, 4.2, 9.8, 8.0, 6.4)
"""Usual slate of each weekday, Monday first: Wednesdays and Fridays are full, Thursdays belong to television."""

_SMALL_SLATES = (0.3, 0.3, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1.7, 1.7, 1.7, 1.7)
_TWO_WEEK_SERIES = (0, 2, 5, 7, 9, 11, 13)
_FINALS_SERIES = (0, 3, 6, 8, 11, 14, 17)
_ROUND_STARTS = (0, 16, 31, 47)
"""Days from the first Saturday of the playoffs to the first day of each round."""


@dataclass(frozen=True)
class SeasonDates:
    """The dates of one season.

    `regular` are the dates on which the regular season may be played, `targets` the slate aimed at on each of them.
    """

    season: str
    opening: dt.date
    closing: dt.date
    regular: tuple[dt.date, ...]
    targets: np.ndarray
    cup_final: dt.date
    all_star_break: tuple[dt.date, dt.date]
    playoffs: dt.date

    @property
    def play_in(self) -> tuple[dt.date, dt.date, dt.date]:
        """Sevens against eights of both conferences, nines against tens, and the deciders."""
        sevens, nines, deciders = (self.closing + dt.timedelta(days) for days in (2, 3, 5))
        return sevens, nines, deciders

    def series(self, round_number: int, number: int) -> tuple[dt.date, ...]:
        """Dates of the seven games of a series, were all of them needed; half of a round starts a day later."""
        days = _FINALS_SERIES if round_number == 4 else _TWO_WEEK_SERIES
        first = self.playoffs + dt.timedelta(_ROUND_STARTS[round_number - 1] + (number % 2 if round_number < 4 else 0))
        return tuple(first + dt.timedelta(day) for day in days)


def season_name(start_year: int) -> str:
    """Season as '2024-25'."""
    return f"{start_year}-{(start_year + 1) % 100:02d}"


def season_dates(start_year: int, rng: np.random.Generator) -> SeasonDates:
    """The calendar of the season that starts in October of `start_year`.

    It opens on the Tuesday of 18-24 October and closes on the Sunday of 9-15 April, as the league did from 2021 on.
    """
    opening = _weekday_from(dt.date(start_year, 10, 18), TUESDAY)
    closing = _weekday_from(dt.date(start_year + 1, 4, 9), SUNDAY)
    thanksgiving = _weekday_from(dt.date(start_year, 11, 22), THURSDAY)
    cup_final = _weekday_from(dt.date(start_year, 12, 11), TUESDAY)
    all_star_sunday = _weekday_from(dt.date(start_year + 1, 2, 15), SUNDAY)
    all_star_break = (all_star_sunday - dt.timedelta(2), all_star_sunday + dt.timedelta(3))
    college_final = _weekday_from(dt.date(start_year + 1, 4, 1), MONDAY)
    days_off = {thanksgiving, dt.date(start_year, 12, 24), cup_final, college_final}
    length = (closing - opening).days + 1
    regular = tuple(
        day
        for day in (opening + dt.timedelta(number) for number in range(length))
        if day not in days_off and not all_star_break[0] <= day <= all_star_break[1]
    )
    usual = np.array([_GAMES_BY_WEEKDAY[day.weekday()] for day in regular]) * rng.gamma(14, 1 / 14, len(regular))
    small = {opening: 1.2, dt.date(start_year, 12, 25): 5.0, cup_final - dt.timedelta(3): 2.0}
    small[all_star_break[0] - dt.timedelta(1)] = 3.0
    targets = np.array([small.get(day, value) for day, value in zip(regular, usual, strict=True)])
    targets[rng.choice(len(regular) - 1, 12, replace=False)] = _SMALL_SLATES
    return SeasonDates(
        season=season_name(start_year),
        opening=opening,
        closing=closing,
        regular=regular,
        targets=targets,
        cup_final=cup_final,
        all_star_break=all_star_break,
        playoffs=closing + dt.timedelta(6),
    )


def _weekday_from(day: dt.date, weekday: int) -> dt.date:
    """The first such weekday on or after a day."""
    return day + dt.timedelta((weekday - day.weekday()) % 7)

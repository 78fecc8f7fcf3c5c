"""Dates of a season, against those on which the NBA played."""

import datetime as dt

import numpy as np
import pytest

from nba_assets.sources.simulated.calendar import SUNDAY, season_dates


@pytest.mark.parametrize(
    ("start_year", "opening", "closing", "playoffs"),
    [
        pytest.param(2021, dt.date(2021, 10, 19), dt.date(2022, 4, 10), dt.date(2022, 4, 16), id="2021-22"),
        pytest.param(2022, dt.date(2022, 10, 18), dt.date(2023, 4, 9), dt.date(2023, 4, 15), id="2022-23"),
        pytest.param(2023, dt.date(2023, 10, 24), dt.date(2024, 4, 14), dt.date(2024, 4, 20), id="2023-24"),
        pytest.param(2024, dt.date(2024, 10, 22), dt.date(2025, 4, 13), dt.date(2025, 4, 19), id="2024-25"),
    ],
)
def test_opening_closing_and_playoffs_are_the_real_ones(
    start_year: int, opening: dt.date, closing: dt.date, playoffs: dt.date
) -> None:
    dates = season_dates(start_year, np.random.default_rng(1))
    assert (dates.opening, dates.closing, dates.playoffs) == (opening, closing, playoffs)
    assert dates.season == f"{start_year}-{start_year % 100 + 1}"


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(dt.date(2024, 11, 28), id="thanksgiving"),
        pytest.param(dt.date(2024, 12, 24), id="christmas-eve"),
        pytest.param(dt.date(2024, 12, 17), id="cup-final"),
        pytest.param(dt.date(2025, 2, 14), id="first-day-of-the-break"),
        pytest.param(dt.date(2025, 2, 16), id="all-star-game"),
        pytest.param(dt.date(2025, 2, 19), id="last-day-of-the-break"),
        pytest.param(dt.date(2025, 4, 7), id="college-final"),
    ],
)
def test_nobody_plays_in_the_regular_season_on(day: dt.date) -> None:
    dates = season_dates(2024, np.random.default_rng(1))
    assert day not in dates.regular
    assert day - dt.timedelta(14) in dates.regular


def test_the_break_takes_six_days() -> None:
    first, last = season_dates(2024, np.random.default_rng(1)).all_star_break
    assert (last - first).days == 5
    assert (first + dt.timedelta(2)).weekday() == SUNDAY


def test_the_finals_are_those_of_2025() -> None:
    dates = season_dates(2024, np.random.default_rng(1))
    june = [5, 8, 11, 13, 16, 19, 22]
    assert dates.series(4, 0) == tuple(dt.date(2025, 6, day) for day in june)


def test_rounds_follow_each_other() -> None:
    dates = season_dates(2024, np.random.default_rng(1))
    for round_number, series in ((1, 8), (2, 4), (3, 2)):
        last = max(dates.series(round_number, number)[-1] for number in range(series))
        assert last < min(dates.series(round_number + 1, number)[0] for number in range(series // 2))

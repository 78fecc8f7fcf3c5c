"""Possessions, pace and ratings, worked by hand."""

import pandas as pd
import pytest

from nba_assets.domain.possessions import game_minutes, overtime_periods, pace, possessions, rating

NULL = float("nan")


def column(*values: float) -> pd.Series:
    return pd.Series(values, dtype="float64")


@pytest.mark.parametrize(
    ("fga", "fta", "tov", "oreb", "expected"),
    [
        pytest.param(90, 25, 14, 10, 105.0, id="90 + 0.44*25 + 14 - 10"),
        pytest.param(80, 0, 10, 12, 78.0, id="no free throws"),
        pytest.param(0, 0, 0, 0, 0.0, id="a true zero"),
        pytest.param(90, NULL, 14, 10, None, id="free throws not stated"),
        pytest.param(90, 25, NULL, 10, None, id="turnovers not stated"),
    ],
)
def test_possessions(fga: int, fta: float, tov: float, oreb: int, expected: float | None) -> None:
    value = possessions(fga=column(fga), fta=column(fta), tov=column(tov), oreb=column(oreb))[0]
    assert pd.isna(value) if expected is None else value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("team_minutes", "overtimes", "minutes"),
    [
        pytest.param(240, 0, 48, id="regulation"),
        pytest.param(239, 0, 48, id="a minute lost to rounding"),
        pytest.param(241, 0, 48, id="a minute won by rounding"),
        pytest.param(265, 1, 53, id="one overtime"),
        pytest.param(264, 1, 53, id="one overtime, rounded down"),
        pytest.param(290, 2, 58, id="two overtimes"),
        pytest.param(340, 4, 68, id="four overtimes"),
    ],
)
def test_game_minutes_snap_to_48_plus_5_per_overtime(team_minutes: int, overtimes: int, minutes: int) -> None:
    assert overtime_periods(column(team_minutes))[0] == overtimes
    assert game_minutes(column(team_minutes))[0] == minutes


@pytest.mark.parametrize(
    ("team_possessions", "minutes", "expected"),
    [
        pytest.param(100, 48, 100.0, id="regulation"),
        pytest.param(106, 53, 96.0, id="overtime is time, not speed: 48*106/53"),
        pytest.param(116, 58, 96.0, id="two overtimes"),
        pytest.param(NULL, 48, None, id="possessions not known"),
    ],
)
def test_pace(team_possessions: float, minutes: int, expected: float | None) -> None:
    value = pace(team_possessions=column(team_possessions), minutes_of_game=column(minutes))[0]
    assert pd.isna(value) if expected is None else value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("pts", "team_possessions", "expected"),
    [
        pytest.param(119, 105, 113.33333333, id="100*119/105"),
        pytest.param(0, 105, 0.0, id="no points is a rating of zero"),
        pytest.param(10, 0, None, id="no possessions"),
        pytest.param(NULL, 105, None, id="points not known"),
    ],
)
def test_rating(pts: float, team_possessions: int, expected: float | None) -> None:
    value = rating(pts=column(pts), team_possessions=column(team_possessions))[0]
    assert pd.isna(value) if expected is None else value == pytest.approx(expected)

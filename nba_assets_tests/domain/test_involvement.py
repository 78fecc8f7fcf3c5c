"""Usage rate and its reliability, worked by hand."""

import pandas as pd
import pytest

from nba_assets.domain.involvement import chances_used, is_usage_rate_reliable, usage_rate

NULL = float("nan")


def column(value: float) -> pd.Series:
    return pd.Series([value], dtype="float64")


def test_chances_used() -> None:
    assert chances_used(fga=column(20), fta=column(10), tov=column(4))[0] == pytest.approx(28.4)


@pytest.mark.parametrize(
    ("chances", "minutes", "team_chances", "length", "expected"),
    [
        pytest.param(28, 36, 112, 48, 100 / 3, id="a quarter of the chances in three quarters of the game"),
        pytest.param(28.4, 42.4, 112, 53, 31.69642857, id="overtime: 100*28.4*53/(42.4*112)"),
        pytest.param(11.2, 58, 112, 58, 10.0, id="all of two overtimes, a tenth of the chances"),
        pytest.param(0, 20, 112, 48, 0.0, id="no chance used is a true zero"),
        pytest.param(1, 0.1, 100, 48, 480.0, id="one shot in six seconds stays above 100"),
        pytest.param(1, 0, 100, 48, None, id="no minutes"),
        pytest.param(0, 10, 0, 48, None, id="the team used no chance"),
        pytest.param(NULL, 10, 100, 48, None, id="a statistic is missing"),
        pytest.param(5, 10, NULL, 48, None, id="the team's sum is missing"),
        pytest.param(5, 10, 100, NULL, None, id="the length of the game is missing"),
    ],
)
def test_usage_rate(chances: float, minutes: float, team_chances: float, length: float, expected: float | None) -> None:
    value = usage_rate(
        chances=column(chances),
        minutes=column(minutes),
        team_chances=column(team_chances),
        minutes_of_game=column(length),
    )[0]
    assert pd.isna(value) if expected is None else value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rate", "minutes", "expected"),
    [
        pytest.param(25.0, 30, True, id="a role"),
        pytest.param(60.0, 3, True, id="both bounds belong to it"),
        pytest.param(60.000001, 30, False, id="too much"),
        pytest.param(25.0, 2.9, False, id="too short"),
        pytest.param(0.0, 30, True, id="no involvement is reliable too"),
        pytest.param(NULL, 30, None, id="nothing to rely on"),
    ],
)
def test_is_usage_rate_reliable(rate: float, minutes: float, expected: bool | None) -> None:
    value = is_usage_rate_reliable(rate=column(rate), minutes=column(minutes))[0]
    assert value is pd.NA if expected is None else value == expected

"""Shooting percentages, worked by hand."""

import pandas as pd
import pytest

from nba_assets.domain.shooting import effective_fg_pct, true_shooting_pct

NULL = float("nan")


def column(value: float) -> pd.Series:
    return pd.Series([value], dtype="float64")


@pytest.mark.parametrize(
    ("pts", "fga", "fta", "expected"),
    [
        pytest.param(119, 90, 25, 119 / 202, id="119 / (2*(90 + 11))"),
        pytest.param(3, 1, 0, 1.5, id="one three of one"),
        pytest.param(1, 0, 2, 1 / 1.76, id="free throws only"),
        pytest.param(0, 5, 0, 0.0, id="five misses are a true zero"),
        pytest.param(0, 0, 0, None, id="no attempt"),
        pytest.param(10, 8, NULL, None, id="free throws not stated"),
    ],
)
def test_true_shooting_pct(pts: int, fga: int, fta: float, expected: float | None) -> None:
    value = true_shooting_pct(pts=column(pts), fga=column(fga), fta=column(fta))[0]
    assert pd.isna(value) if expected is None else value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("fgm", "fg3m", "fga", "expected"),
    [
        pytest.param(42, 12, 90, 48 / 90, id="(42 + 0.5*12) / 90"),
        pytest.param(1, 1, 1, 1.5, id="one three of one"),
        pytest.param(0, 0, 7, 0.0, id="seven misses are a true zero"),
        pytest.param(0, 0, 0, None, id="no attempt"),
        pytest.param(NULL, 0, 7, None, id="makes not stated"),
    ],
)
def test_effective_fg_pct(fgm: float, fg3m: int, fga: int, expected: float | None) -> None:
    value = effective_fg_pct(fgm=column(fgm), fg3m=column(fg3m), fga=column(fga))[0]
    assert pd.isna(value) if expected is None else value == pytest.approx(expected)

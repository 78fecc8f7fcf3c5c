"""Measures of how predictions do: hand-worked rows, coverage, lines, drift, and the bootstrap over dates."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.modelling.block_bootstrap import ratio_interval
from nba_assets.modelling.monitoring import accuracy, against_lines, drift
from nba_assets_tests.modelling.skill_score import skill

DAYS = pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-02"])


def graded(**columns: Any) -> pd.DataFrame:
    usual = {
        "game_id": ["a", "a", "b", "b"], "player_id": [1, 2, 1, 2], "game_date": DAYS, "pts": [10, 20, 30, 5],
        "prediction_source": ["model", "model", "model", "baseline"], "error": [1.0, -3.0, 2.0, 100.0],
        "mean_error": [2.0, -2.0, 3.0, np.nan], "ewma_half_life_6_error": [2.0, -4.0, 2.0, 100.0],
        "is_inside_interval": pd.array([True, False, True, None], dtype="boolean"),
        "line_error": [-1.0, 1.0, np.nan, 1.0], "edge": [2.0, -4.0, np.nan, 99.0],
        "is_edge_right": pd.array([True, False, None, True], dtype="boolean"),
    }  # fmt: skip
    return pd.DataFrame({**usual, **columns})


def test_measures_are_of_the_rows_that_a_model_predicted() -> None:
    found = accuracy(graded())
    assert (found.rows, found.predicted, found.coverage) == (4, 3, 0.75)
    assert (found.mae, found.baseline_mae, found.ratio) == (2.0, 8 / 3, 0.75)
    assert (found.bias, found.inside) == (1.0, 2 / 3)
    # of two dates, drawn twice: 4/6 for the first alone, 2/2 for the second alone
    assert (found.ratio_low, found.ratio_high) == pytest.approx((4 / 6, 1.0))


def test_nothing_predicted_has_no_measures() -> None:
    found = accuracy(graded(prediction_source="baseline"))
    assert (found.predicted, found.coverage) == (0, 0.0)
    assert np.isnan([found.mae, found.ratio, found.bias, found.inside]).all()


def test_predictions_beside_lines() -> None:
    found = against_lines(graded())
    assert (found.rows, found.line, found.model, found.average, found.baseline) == (2, 1.0, 2.0, 0.5, 3.0)
    assert (found.decided, found.hit_rate) == (2, 0.5)
    assert against_lines(graded(), least_edge=3.0).rows == 1
    none = against_lines(graded(edge=np.nan, is_edge_right=pd.array([None] * 4, dtype="boolean")))
    assert (none.rows, none.decided) == (0, 0)
    assert np.isnan(none.hit_rate)


def test_drift_is_in_standard_deviations_of_before_and_in_shares_of_nulls() -> None:
    before = pd.DataFrame({"a": [0.0, 2.0] * 50, "b": 1.0, "c": [1.0, np.nan] * 50, "d": np.nan})
    now = pd.DataFrame({"a": [3.0, 5.0] * 10, "b": 1.0, "c": np.nan, "d": [1.0] * 20})
    found = drift(now, before, ["a", "b", "c", "d"])
    assert found.index[0] == "a"
    assert found.loc["a", "shift"] == pytest.approx(3.0 / before["a"].std())
    assert found.loc[["b", "c", "d"], "shift"].isna().all(), "constant, gone, and new: no mean has moved"
    assert found.loc["c", ["nulls", "reference_nulls"]].tolist() == [1.0, 0.5]
    assert found.loc["d", ["nulls", "reference_nulls"]].tolist() == [0.0, 1.0]


def test_the_interval_draws_dates_and_not_rows() -> None:
    """A hundred equal rows of one date say no more than one of them."""
    rng = np.random.default_rng(5)
    days = pd.Series(np.repeat(np.arange(30), 100))
    hits = pd.Series(np.repeat(rng.random(30) < 0.5, 100).astype("float64"))
    low, high = ratio_interval(days, hits, hits.notna())
    once = hits[::100]
    assert ratio_interval(days[::100], once, once.notna()) == (low, high)
    assert high - low == pytest.approx(2 * 1.96 * once.std() / np.sqrt(30), rel=0.15)
    assert np.isnan(ratio_interval(days[:0], hits[:0], hits[:0])).all()


def test_skill_is_the_share_of_the_way_from_baseline_to_oracle() -> None:
    oracle = pd.DataFrame({"game_id": ["a", "a", "b"], "player_id": [1, 2, 1], "expected_pts": [11.0, 19.0, 31.0]})
    found = skill(graded(), oracle)
    assert (found.rows, found.baseline, found.model, found.oracle) == (3, 8.0, 17 / 3, 1.0)
    assert found.share == pytest.approx((8 - 17 / 3) / (8 - 1))
    knows_all = graded(mean_error=[1.0, -1.0, 1.0, np.nan])
    assert skill(knows_all, oracle).share == 1.0
    assert skill(graded(mean_error=[2.0, -4.0, 2.0, np.nan]), oracle).share == 0.0


def test_skill_without_an_oracle_is_refused() -> None:
    oracle = pd.DataFrame({"game_id": ["a"], "player_id": [1], "expected_pts": [99.0]})
    with pytest.raises(ValueError, match="not below the baseline's"):
        skill(graded(), oracle)
    with pytest.raises(ValueError, match="none of 3 predicted rows"):
        skill(graded(), oracle.assign(player_id=9))

"""Metrics worked by hand, the same rows for everybody, and the paired interval."""

import dataclasses
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from nba_assets.modelling.baselines import BASELINES, naive_baselines
from nba_assets.modelling.design_matrix import design_matrix
from nba_assets.modelling.evaluation import error_metrics, evaluate, metrics_table, paired_interval
from nba_assets.modelling.points_model import PointsModel
from nba_assets.modelling.splits import split_by_fraction
from nba_assets_tests.modelling.league import FEATURES, feature_rows, player_games


@dataclasses.dataclass(frozen=True)
class _Constant:
    """In place of a model: the same score for every row."""

    value: float

    def predict(self, features: pd.DataFrame) -> pd.DataFrame:
        return predictions(np.full(len(features), self.value))


def constant(value: float) -> PointsModel:
    return cast(PointsModel, _Constant(value))


def predictions(median: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {"points_mean": median + 1, "points_median": median, "points_p10": median - 4, "points_p90": median + 4}
    )


def test_metrics_by_hand() -> None:
    # errors -3, +3, +5, -1; label mean 10, squares about it 100 + 0 + 0 + 100
    metrics = error_metrics(np.array([0.0, 10, 10, 20]), np.array([-3.0, 13, 15, 19]))
    assert metrics == pytest.approx(
        {
            "rows": 4,
            "mae": 3.0,
            "rmse": (44 / 4) ** 0.5,
            "r2": 1 - 44 / 200,
            "within_3": 0.75,
            "within_5": 1.0,
            "bias": 1.0,
        }
    )


def test_r2_of_a_label_that_does_not_vary_is_null() -> None:
    assert error_metrics(np.array([5.0, 5]), np.array([5.0, 6]))["r2"] is None


@pytest.mark.parametrize(
    ("label", "predicted", "message"),
    [
        pytest.param([1.0, 2.0], [1.0], "2 labels, 1 predictions", id="lengths"),
        pytest.param([], [], "0 labels", id="no-rows"),
        pytest.param([1.0, 2.0], [1.0, np.nan], "1 of 2 rows have no prediction", id="null"),
    ],
)
def test_metrics_refuse(label: list[float], predicted: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        error_metrics(np.array(label), np.array(predicted))


def test_paired_interval_of_a_constant_difference_has_no_width() -> None:
    dates = pd.Series(pd.date_range("2024-01-01", periods=5).repeat([1, 2, 3, 4, 5]))
    interval = paired_interval(dates, np.full(15, -3.0), np.full(15, 4.0), seed=1)
    assert [interval[name] for name in ("difference", "low", "high")] == pytest.approx([-1, -1, -1])
    assert [interval[name] for name in ("gain", "gain_low", "gain_high")] == pytest.approx([0.25] * 3)
    assert (interval["rows"], interval["dates"]) == (15, 5)


def test_paired_interval_draws_dates_not_rows() -> None:
    # 2 nights of 500 rows each, better by 1 on one and worse by 1 on the other: the truth is open
    dates = pd.Series(pd.to_datetime(["2024-01-01", "2024-01-02"]).repeat(500))
    model = np.repeat([1.0, 3.0], 500)
    interval = paired_interval(dates, model, np.full(1000, 2.0), seed=1)
    assert (interval["low"], interval["difference"], interval["high"]) == (-1, 0, 1)
    assert interval == paired_interval(dates, model, np.full(1000, 2.0), seed=1)


GAMES = player_games(players=6, days=20)
TABLE = naive_baselines(GAMES)
MATRIX = design_matrix(features=feature_rows(GAMES), games=GAMES, baselines=TABLE, feature_columns=FEATURES)
SPLIT = split_by_fraction(MATRIX.dates)


def test_model_and_baselines_are_scored_on_the_same_rows() -> None:
    evaluation = evaluate(model=constant(10.0), matrix=MATRIX, baselines=TABLE, split=SPLIT, seed=1)
    table = metrics_table(evaluation.metrics)
    assert table.groupby("split")["rows"].agg(["min", "max"]).loc[
        ["train", "validation", "test"]
    ].to_numpy().tolist() == [
        [78, 78],
        [18, 18],
        [18, 18],
    ]
    assert set(table["predictor"]) == {"xgboost", *BASELINES}
    test = SPLIT.rows(MATRIX.dates)["test"]
    assert evaluation.test_mae == np.abs(MATRIX.label[test] - 10).mean()
    last_5 = MATRIX.keys[test].merge(TABLE, on=["game_id", "player_id"])["last_5"].to_numpy()
    assert evaluation.metrics["test"]["last_5"]["mae"] == pytest.approx(np.abs(MATRIX.label[test] - last_5).mean())
    assert evaluation.paired["difference"] == pytest.approx(
        evaluation.test_mae - evaluation.metrics["test"]["ewma_half_life_6"]["mae"]
    )


def test_who_was_not_expected_is_scored_by_the_average_and_has_no_interval() -> None:
    store = feature_rows(GAMES)
    absent = store["game_date"].eq(store["game_date"].max()) & store["player_id"].le(2)
    matrix = design_matrix(features=store[~absent], games=GAMES, baselines=TABLE, feature_columns=FEATURES)
    evaluation = evaluate(model=constant(10.0), matrix=matrix, baselines=TABLE, split=SPLIT, seed=1)
    whole, part = evaluation.scored, evaluation.scored[evaluation.scored["is_expected"]]
    assert (len(matrix), len(whole), len(part)) == (112, 18, 16)
    stood_in = whole[~whole["is_expected"]]
    assert stood_in["points_median"].tolist() == stood_in["ewma_half_life_6"].tolist()
    expected = np.r_[np.abs(part["actual"] - 10), np.abs(stood_in["actual"] - stood_in["ewma_half_life_6"])]
    assert evaluation.test_mae == pytest.approx(expected.mean())
    assert evaluation.groups["all"]["metrics"]["xgboost"]["rows"] == 18
    inside = part["actual"].between(6, 14)
    assert evaluation.groups["all"]["coverage"] == pytest.approx(inside.mean())


def test_each_baseline_has_the_gain_of_the_model_on_each_population() -> None:
    table = TABLE.assign(minutes_last_10=np.where(TABLE["player_id"] <= 2, 14.9, 15.0))
    groups = evaluate(model=constant(10.0), matrix=MATRIX, baselines=table, split=SPLIT, seed=1).groups
    assert {name: group["metrics"]["xgboost"]["rows"] for name, group in groups.items()} == {
        "all": 18, "rotation_up": 12, "scorers": 18,
    }  # fmt: skip
    for group in groups.values():
        mae = {name: metrics["mae"] for name, metrics in group["metrics"].items()}
        for name in BASELINES:
            assert group["against"][name]["gain"] == pytest.approx(1 - mae["xgboost"] / mae[name])


@pytest.mark.parametrize(
    ("baseline_errors", "beaten"),
    [
        pytest.param([2, 3, 4, 5, 6], True, id="better-than-all"),
        pytest.param([2, 3, 1, 5, 6], False, id="a-draw-is-no-win"),
        pytest.param([2, 3, 0.5, 5, 6], False, id="one-is-better"),
    ],
)
def test_beats_baselines_means_all_of_them(baseline_errors: list[float], beaten: bool) -> None:
    class OffByOne:
        def predict(self, features: pd.DataFrame) -> pd.DataFrame:
            return predictions(MATRIX.label + 1)

    scored = MATRIX.keys.assign(
        minutes_last_10=20,
        **{name: MATRIX.label + error for name, error in zip(BASELINES, baseline_errors, strict=True)},
    )
    evaluation = evaluate(model=cast(PointsModel, OffByOne()), matrix=MATRIX, baselines=scored, split=SPLIT, seed=1)
    assert evaluation.beats_baselines is beaten


def test_a_baseline_that_misses_a_row_is_refused() -> None:
    with pytest.raises(ValueError, match=r"baselines missing on 1 of 114 rows, first .*'0000000019'"):
        evaluate(
            model=constant(1.0),
            matrix=MATRIX,
            baselines=TABLE[TABLE["game_id"].ne("0000000019") | TABLE["player_id"].ne(3)],
            split=SPLIT,
            seed=1,
        )

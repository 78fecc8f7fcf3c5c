"""Predictions: the right version for each date, the labelled baseline, typed absence, rows that do not touch."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xgboost

from nba_assets.contracts.predictions import BASELINE_FEATURE, PLAYER_POINTS_PREDICTIONS
from nba_assets.contracts.raw_pregame import INJURY_REPORTS
from nba_assets.modelling.points_model import PointsModel
from nba_assets.modelling.prediction import player_points_predictions, predict, predict_from_baseline
from nba_assets.modelling.registry.artefacts import SavedModel
from nba_assets_tests.builders import gap, no_rows, schedule, summary

STORE = pd.DataFrame(
    {
        "game_id": [f"{number:010d}" for number in range(6)],
        "game_date": pd.to_datetime(
            ["2024-01-01", "2024-01-02", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"]
        ),
        "season": "2023-24",
        "player_id": np.arange(6) + 100,
        "player_name": "Somebody",
        "team_id": 1,
        "opponent_team_id": 2,
        BASELINE_FEATURE: [10.0, 0.0, np.nan, 20.0, np.nan, 5.0],
        "a": [1.0, 2.0, np.nan, 4.0, 5.0, 6.0],
        "absence": [
            "{}",
            "{}",
            json.dumps({"a": "upstream_missing", BASELINE_FEATURE: "upstream_missing"}),
            "{}",
            json.dumps({BASELINE_FEATURE: "short_history"}),
            "{}",
        ],
    }
)
BY_MODEL = (
    "model_version", "points_mean", "points_median", "points_p10", "points_p90", "predicted_points",
    "prediction_source", "top_contributions",
)  # fmt: skip


def booster(objective: str, slope: float, columns: Sequence[str], **more: Any) -> xgboost.Booster:
    data = xgboost.DMatrix(np.arange(40.0).reshape(-1, 1), np.arange(40.0) * slope, feature_names=list(columns))
    settings = {"objective": objective, "max_depth": 3, "nthread": 1, "min_child_weight": 1, **more}
    return xgboost.train(settings, data, 20)


def model(version: int, train_before: str, slope: float = 1.0, columns: tuple[str, ...] = ("a",)) -> SavedModel:
    points = PointsModel(
        mean=booster("reg:squarederror", slope, columns),
        median=booster("reg:absoluteerror", slope, columns),
        quantiles=booster("reg:quantileerror", slope, columns, quantile_alpha=[0.1, 0.9]),
        feature_columns=columns,
        widening={"": 1.0},
    )
    return SavedModel(version, {"train_before": train_before}, points)


V1 = model(1, "2024-01-02")
V2 = model(2, "2024-01-04", slope=2.0)


def reasons(table: pd.DataFrame) -> list[dict[str, str]]:
    return [json.loads(text) for text in table["absence"]]


def test_each_date_gets_the_newest_version_that_had_not_seen_it() -> None:
    table = predict(features=STORE, models=[V1, V2])
    one, two = "xgboost_points_v1", "xgboost_points_v2"
    assert table["model_version"].tolist() == [None, one, one, one, two, two]
    assert table["prediction_source"].tolist() == [None, *["model"] * 5]
    for rows, saved in ((slice(1, 4), V1), (slice(4, 6), V2)):
        said = saved.model.predict(STORE[rows])
        for name in ("points_mean", "points_median", "points_p10", "points_p90"):
            np.testing.assert_array_equal(table[name][rows], said[name])
    pd.testing.assert_series_equal(table["predicted_points"], table["points_median"], check_names=False)


def test_a_version_that_had_seen_more_serves_however_many_were_trained_after_it() -> None:
    late_training_of_an_early_month = model(7, "2024-01-02", slope=3.0)
    table = predict(features=STORE, models=[late_training_of_an_early_month, V1, V2])
    seven, two = "xgboost_points_v7", "xgboost_points_v2"
    assert table["model_version"].tolist() == [None, seven, seven, seven, two, two]


def test_each_prediction_names_what_moved_it() -> None:
    table = predict(features=STORE, models=[V2])
    reported = [json.loads(text) for text in table["top_contributions"][4:]]
    assert [[name for name, _ in top] for top in reported] == [["a"], ["a"]]
    assert [top[0][1] for top in reported] == pytest.approx(V2.model.shap_values(STORE[4:])[:, 0].tolist(), abs=1e-6)


def test_nulls_carry_their_reason_and_zero_stays_zero() -> None:
    table = predict(features=STORE, models=[V1])
    assert tuple(table.columns) == PLAYER_POINTS_PREDICTIONS.column_names
    assert reasons(table) == [
        dict.fromkeys(BY_MODEL, "no_model"),
        {},
        {"baseline_points": "upstream_missing"},
        {},
        {"baseline_points": "short_history"},
        {},
    ]
    assert table["baseline_points"][1] == 0.0


def test_without_a_model_every_row_is_published_as_no_model() -> None:
    table = predict(features=STORE, models=[])
    assert len(table) == 6
    assert table[list(BY_MODEL)].isna().all(axis=None)
    assert all(row["predicted_points"] == "no_model" for row in reasons(table))


def test_no_rows_give_no_rows() -> None:
    table = predict(features=STORE[:0], models=[V1])
    assert tuple(table.columns) == PLAYER_POINTS_PREDICTIONS.column_names
    assert table.empty


def test_a_row_is_the_same_alone_as_among_others() -> None:
    together = predict(features=STORE.sample(frac=1, random_state=1), models=[V2, V1])
    alone = pd.concat([predict(features=STORE[row : row + 1], models=[V1, V2]) for row in range(6)], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)


def test_feature_that_the_model_needs_and_the_store_lacks_is_named() -> None:
    with pytest.raises(ValueError, match=r"absent from the frame: \['pace'\]"):
        predict(features=STORE, models=[model(3, "2023-01-01", columns=("pace",))])


DAY, GAP_DAY, BEFORE = "2024-01-10", "2024-01-08", "2024-01-06"
GAMES = schedule([(DAY, 1, 2)])
HISTORY = summary(
    [(11, 1, "2024-01-02"), (11, 1, BEFORE), (12, 1, BEFORE), (21, 2, BEFORE), (22, 2, "2023-10-30"), (31, 3, BEFORE)],
    pts=[10.0, 40.0, 7.0, 0.0, 9.0, 30.0],
)
INPUTS = {"game_schedule": GAMES, "injury_reports": no_rows(INJURY_REPORTS), "player_game_summary": HISTORY}


def stand_in(**more: Any) -> pd.DataFrame:
    return predict_from_baseline(dates=pd.DatetimeIndex([DAY]), **{**INPUTS, **more})


def test_the_baseline_takes_the_place_of_refused_features_and_says_so() -> None:
    table = stand_in()
    assert tuple(table.columns) == PLAYER_POINTS_PREDICTIONS.column_names
    assert table["player_id"].tolist() == [11, 12, 21], "22 last played over 60 days before, 31's team is not due"
    assert table["prediction_source"].tolist() == ["baseline"] * 3
    weight = 0.5 ** (1 / 6)
    points = [(40 + weight * 10) / (1 + weight), 7.0, 0.0]
    for name in ("predicted_points", "points_median", "baseline_points"):
        assert table[name].tolist() == pytest.approx(points, abs=1e-6)
    by_model = ("model_version", "points_mean", "points_p10", "points_p90", "top_contributions")
    assert reasons(table) == [dict.fromkeys(by_model, "upstream_missing")] * 3


def test_the_baseline_sees_nothing_of_its_own_date_or_later() -> None:
    later = summary([(11, 1, DAY), (12, 1, "2024-01-12")], pts=[99.0, 99.0])
    pd.testing.assert_frame_equal(
        stand_in(player_game_summary=pd.concat([HISTORY, later], ignore_index=True)), stand_in()
    )


def test_who_is_listed_out_is_not_expected_by_the_baseline() -> None:
    game = GAMES.iloc[0]
    report = {
        "game_id": game["game_id"], "game_date": game["game_date"], "team_id": 1, "player_name": "Twelve",
        "reported_at": game["tipoff_utc"] - pd.Timedelta("2h"), "player_id": 12, "status": "out", "reason": None,
        "absence": "{}",
    }  # fmt: skip
    listed = pd.DataFrame([report]).astype({"game_date": "datetime64[ns]", "reported_at": "datetime64[ns, UTC]"})
    assert stand_in(injury_reports=listed)["player_id"].tolist() == [11, 21]


def test_only_the_dates_whose_features_were_refused_get_the_baseline() -> None:
    gaps = {"ml_feature_store": gap((1, DAY), (2, DAY)), "player_game_summary": gap((1, GAP_DAY))}
    store = STORE.assign(game_date=pd.to_datetime(["2024-01-09"] * 6))
    table = player_points_predictions(ml_feature_store=store, gaps=gaps, models=[V1], **INPUTS)
    source = table.groupby("game_date")["prediction_source"].agg(lambda found: "/".join(sorted(set(found))))
    assert source.to_dict() == {pd.Timestamp("2024-01-09"): "model", pd.Timestamp(DAY): "baseline"}
    assert len(table) == 6 + 3
    none = player_points_predictions(ml_feature_store=store, gaps={}, models=[V1], **INPUTS)
    assert set(none["prediction_source"]) == {"model"}

"""Predictions: the right version for each date, typed absence, and rows that do not touch each other."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import xgboost

from nba_assets.contracts.predictions import BASELINE_FEATURE, PLAYER_POINTS_PREDICTIONS
from nba_assets.modelling.artefacts import SavedModel
from nba_assets.modelling.points_model import PointsModel
from nba_assets.modelling.prediction import predict

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


def model(version, train_before, slope=1.0, columns=("a",)):
    data = xgboost.DMatrix(np.arange(40.0).reshape(-1, 1), np.arange(40.0) * slope, feature_names=list(columns))
    booster = xgboost.train({"max_depth": 3, "nthread": 1, "min_child_weight": 1}, data, 20)
    return SavedModel(version, {"train_before": train_before}, PointsModel(booster, columns))


V1 = model(1, "2024-01-02")
V2 = model(2, "2024-01-04", slope=2.0)


def test_each_date_gets_the_newest_version_that_had_not_seen_it():
    table = predict(features=STORE, models=[V1, V2])
    one, two = "xgboost_points_v1", "xgboost_points_v2"
    assert table["model_version"].tolist() == [None, one, one, one, two, two]
    np.testing.assert_array_equal(table["predicted_points"][1:4], V1.model.score(STORE[1:4]))
    np.testing.assert_array_equal(table["predicted_points"][4:], V2.model.score(STORE[4:]))


def test_nulls_carry_their_reason_and_zero_stays_zero():
    table = predict(features=STORE, models=[V1])
    assert tuple(table.columns) == PLAYER_POINTS_PREDICTIONS.column_names
    assert [json.loads(text) for text in table["absence"]] == [
        {"model_version": "no_model", "predicted_points": "no_model"},
        {},
        {"baseline_points": "upstream_missing"},
        {},
        {"baseline_points": "short_history"},
        {},
    ]
    assert table["baseline_points"][1] == 0.0


def test_without_a_model_every_row_stands_as_no_model():
    table = predict(features=STORE, models=[])
    assert len(table) == 6
    assert table["predicted_points"].isna().all()
    assert table["model_version"].isna().all()
    assert all(json.loads(text)["predicted_points"] == "no_model" for text in table["absence"])


def test_no_rows_give_no_rows():
    table = predict(features=STORE[:0], models=[V1])
    assert tuple(table.columns) == PLAYER_POINTS_PREDICTIONS.column_names
    assert table.empty


def test_a_row_is_the_same_alone_as_among_others():
    together = predict(features=STORE.sample(frac=1, random_state=1), models=[V2, V1])
    alone = pd.concat([predict(features=STORE[row : row + 1], models=[V1, V2]) for row in range(6)], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)


def test_prediction_is_never_negative():
    assert V1.model.score(pd.DataFrame({"a": [-50.0]})) >= 0
    below = dataclasses.replace(model(1, "2024-01-02", slope=-1.0).model)
    assert below.score(pd.DataFrame({"a": [39.0]})).tolist() == [0.0]


def test_feature_that_the_model_needs_and_the_store_lacks_is_named():
    with pytest.raises(ValueError, match=r"absent from the frame: \['pace'\]"):
        predict(features=STORE, models=[model(3, "2023-01-01", columns=("pace",))])

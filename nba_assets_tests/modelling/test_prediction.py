"""Predictions: the right version for each date, the labelled baseline, typed absence, rows that do not touch."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.contracts.features import OPTIONAL_FEATURES, SHOT_FEATURES
from nba_assets.contracts.predictions import BASELINE_FEATURE, PLAYER_POINTS_PREDICTIONS
from nba_assets.contracts.raw_pregame import INJURY_REPORTS
from nba_assets.modelling.gapped_rows import is_gapped
from nba_assets.modelling.points_model import PointsModel
from nba_assets.modelling.prediction import player_points_predictions, predict
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


WHOLE_DAY = {"ml_feature_store": gap((1, DAY), (2, DAY))}


def stand_in(gaps: Mapping[str, pd.DataFrame] = WHOLE_DAY, **more: Any) -> pd.DataFrame:
    """The table on a date of whose features only the games of `gaps` are refused, and none are there."""
    return player_points_predictions(ml_feature_store=STORE[:0], gaps=gaps, models=[V1], **{**INPUTS, **more})


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


def test_only_the_games_whose_features_were_refused_get_the_baseline() -> None:
    games = schedule([(DAY, 1, 2), (DAY, 3, 4)])
    quarantined = {"ml_feature_store": gap((3, DAY), (4, DAY)), "player_game_summary": gap((1, GAP_DAY))}
    store = STORE[:2].assign(game_date=pd.Timestamp(DAY), game_id=games["game_id"][0], player_id=[11, 12])
    table = player_points_predictions(
        ml_feature_store=store, gaps=quarantined, models=[V1], **{**INPUTS, "game_schedule": games}
    )
    assert dict(zip(table["player_id"], table["prediction_source"], strict=True)) == {
        11: "model", 12: "model", 31: "baseline",
    }  # fmt: skip
    assert table["game_id"].tolist() == [*store["game_id"], games["game_id"][1]]
    none = player_points_predictions(ml_feature_store=store, gaps={}, models=[V1], **INPUTS)
    pd.testing.assert_frame_equal(none, predict(features=store, models=[V1]))


def absent(**reasons: str) -> str:
    return json.dumps(dict(sorted(reasons.items())))


MISSING = "upstream_missing"
ON_DAY = pd.concat([STORE[:1]] * 4, ignore_index=True).assign(
    game_date=pd.Timestamp(DAY), game_id=GAMES["game_id"][0], player_id=[11, 12, 21, 31], b=1.0,
    absence=[absent(a=MISSING), absent(a="short_history"), absent(b=MISSING), "{}"],
)  # fmt: skip
BY_MODEL_ALONE = ("model_version", "points_mean", "points_p10", "points_p90", "top_contributions")


def on_day(*models: SavedModel, rows: pd.DataFrame = ON_DAY) -> pd.DataFrame:
    return player_points_predictions(ml_feature_store=rows, gaps={}, models=models, **INPUTS).set_index("player_id")


def test_a_row_whose_windows_hold_a_gap_is_the_baselines_and_says_so() -> None:
    table = on_day(V1)
    assert table["prediction_source"].to_dict() == {11: "baseline", 12: "model", 21: "model", 31: "model"}
    weight = 0.5 ** (1 / 6)
    points = (40 + weight * 10) / (1 + weight)
    for name in ("predicted_points", "points_median", "baseline_points"):
        assert table.loc[11, name] == pytest.approx(points, abs=1e-6), "of the known games, whatever the features say"
    assert json.loads(str(table.loc[11, "absence"])) == dict.fromkeys(BY_MODEL_ALONE, "upstream_missing")
    assert (table.loc[11, "player_name"], table.loc[11, "season"]) == ("Somebody", "2023-24")


def test_what_counts_is_what_the_version_of_the_date_needs() -> None:
    of_b = model(3, "2024-01-05", columns=("b",))
    assert on_day(V1, of_b)["prediction_source"].to_dict() == {11: "model", 12: "model", 21: "baseline", 31: "model"}
    assert on_day(V1, V2)["model_version"].dropna().unique().tolist() == ["xgboost_points_v2"]
    later = model(9, "2024-01-11")
    assert on_day(later)["prediction_source"].isna().all(), "no version would have predicted the date"
    assert {why for text in on_day(later)["absence"] for why in json.loads(text).values()} == {"no_model"}


def test_columns_of_optional_reads_are_taken_as_null() -> None:
    columns = ["pts_last_5", *SHOT_FEATURES, *OPTIONAL_FEATURES]
    rows = pd.DataFrame({"absence": [absent(**{name: MISSING}) for name in columns] + [absent(pts_season=MISSING)]})
    assert is_gapped(rows, columns).tolist() == [True] + [False] * (len(columns) - 1) + [False]


@settings(max_examples=25, deadline=None)
@given(
    reasons=st.lists(st.sampled_from([MISSING, "short_history", None]), min_size=6, max_size=6),
    garbage=st.floats(-1e6, 1e6),
)
def test_who_has_no_gap_is_predicted_as_if_nobody_had_one(reasons: Sequence[str | None], garbage: float) -> None:
    gapped = np.array([why == MISSING for why in reasons])
    stated = [absent(a=why) if why else "{}" for why in reasons]
    rows = STORE.assign(absence=[absent(**{BASELINE_FEATURE: "short_history"}, **json.loads(it)) for it in stated])
    rows["a"] = rows["a"].mask(gapped, garbage)
    table = player_points_predictions(ml_feature_store=rows, gaps={}, models=[V1, V2], **INPUTS)
    table = table.set_index("player_id").sort_index()
    alone = predict(features=rows[~gapped], models=[V1, V2]).set_index("player_id")
    pd.testing.assert_frame_equal(table.loc[alone.index], alone, check_dtype=False)
    served = gapped & (rows["game_date"] >= "2024-01-02").to_numpy()
    assert (table["prediction_source"] == "baseline").tolist() == served.tolist()

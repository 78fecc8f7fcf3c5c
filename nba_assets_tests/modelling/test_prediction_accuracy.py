"""Grading: hand-worked errors, yardsticks and edges, who is graded by what, typed absence, dates that do not touch."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.prediction_accuracy import NAIVE_BASELINES, PREDICTION_ACCURACY
from nba_assets.contracts.raw_pregame import POINT_LINES
from nba_assets.modelling.baselines import BASELINES, naive_baselines
from nba_assets.modelling.prediction_accuracy import baselines_of, prediction_accuracy
from nba_assets_tests.builders import game_id, gap, no_rows, random_league, schedule, summary

DAY = "2024-01-10"
GAMES = schedule([(DAY, 1, 2)])
GAME = game_id(DAY, 1)
HISTORY = summary(
    [(11, 1, "2024-01-02"), (11, 1, "2024-01-06"), (12, 1, "2024-01-06"), (21, 2, "2024-01-06"), (22, 2, "2024-01-06")],
    pts=[10.0, 40.0, 7.0, 20.0, 9.0],
)
SERVED = ("points_mean", "points_p10", "points_p90", "model_version", "mean_error", "is_inside_interval")
LINE = ("points_line", "points_line_books", "is_points_line_verified", "line_error", "edge", "over_probability",
        "is_edge_right")  # fmt: skip


def box(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """(player, team, minutes, points) of the game on DAY."""
    frame = pd.DataFrame(rows, columns=["player_id", "team_id", "minutes", "pts"])
    named = frame.assign(game_id=GAME, game_date=pd.Timestamp(DAY))
    return named.assign(player_name="Player " + frame["player_id"].astype(str))


BOX = box([(11, 1, 30.0, 18), (12, 1, 20.0, 7), (13, 1, 5.0, 4), (14, 1, np.nan, np.nan), (15, 1, 0.0, 0),
           (21, 2, 30.0, 25)])  # fmt: skip


def predicted(rows: Sequence[tuple[Any, ...]], **stated: Any) -> pd.DataFrame:
    """(player, mean, median, p10, p90) by a model."""
    frame = pd.DataFrame(rows, columns=["player_id", "points_mean", "predicted_points", "points_p10", "points_p90"])
    usual = {"game_id": GAME, "game_date": pd.Timestamp(DAY), "prediction_source": "model", "model_version": "v3",
             "absence": "{}"}  # fmt: skip
    return frame.assign(**{**usual, **stated})


PREDICTIONS = predicted([(11, 21.0, 20.0, 10.0, 18.0), (21, 15.0, 14.0, 5.0, 24.0)])


def lines(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """(player, book, line, over odds, under odds)."""
    frame = pd.DataFrame(rows, columns=["player_id", "bookmaker", "points_line", "over_price", "under_price"])
    facts: dict[str, Any] = {
        "game_id": GAME, "game_date": pd.Timestamp(DAY), "player_name": "Somebody", "is_verified_before_tipoff": True,
        "snapshot_at": pd.Timestamp(DAY, tz="UTC"), "absence": "{}",
    }  # fmt: skip
    return frame.assign(**facts)


LINES = lines([(11, "a", 17.5, -110, -110), (11, "b", 18.5, 100, -120), (12, "a", 6.5, -110, -110)])


def graded(gaps: dict[str, pd.DataFrame] | None = None, **inputs: Any) -> pd.DataFrame:
    usual = {"game_schedule": GAMES, "player_box_scores": BOX, "player_points_predictions": PREDICTIONS,
             "point_lines": LINES, "player_game_summary": HISTORY}  # fmt: skip
    return prediction_accuracy(**{**usual, **inputs}, gaps=gaps or {}).set_index("player_id")


def reasons(table: pd.DataFrame, player: int) -> dict[str, str]:
    return json.loads(str(table.loc[player, "absence"]))


def test_columns_are_those_of_the_contract_and_its_yardsticks_those_of_the_model() -> None:
    assert tuple(graded().reset_index()[list(PREDICTION_ACCURACY.column_names)]) == PREDICTION_ACCURACY.column_names
    assert set(graded().reset_index()) == set(PREDICTION_ACCURACY.column_names)
    assert tuple(NAIVE_BASELINES) == BASELINES


def test_everybody_who_played_is_graded_and_nobody_else() -> None:
    assert graded().index.tolist() == [11, 12, 13, 21]


def test_errors_are_predicted_minus_actual() -> None:
    row = graded().loc[11]
    assert (row["pts"], row["minutes_played"], row["prediction_source"], row["model_version"]) == (
        18,
        30,
        "model",
        "v3",
    )
    assert (row["error"], row["mean_error"]) == (2.0, 3.0)
    assert row["is_inside_interval"], "18 is the upper end itself"
    assert not graded().loc[21, "is_inside_interval"]
    assert (graded().loc[21, "opponent_team_id"], graded().loc[21, "season"]) == (1, "2023-24")


def test_yardsticks_use_earlier_games_only() -> None:
    row, weight = graded().loc[11], 0.5 ** (1 / 6)
    assert row["last_5_error"] == row["last_10_error"] == row["season_average_error"] == 25 - 18
    assert row["ewma_half_life_6_error"] == pytest.approx((40 + weight * 10) / (1 + weight) - 18, abs=1e-6)
    later = summary([(11, 1, "2024-01-12")], pts=[99.0])
    pd.testing.assert_frame_equal(graded(player_game_summary=pd.concat([HISTORY, later], ignore_index=True)), graded())


def test_who_was_not_expected_is_graded_by_the_baseline() -> None:
    table = graded()
    assert table.loc[12, "prediction_source"] == "baseline"
    assert (table.loc[12, "predicted_points"], table.loc[12, "error"]) == (7.0, 0.0)
    assert reasons(table, 12) == dict.fromkeys(SERVED, "not_applicable")


def test_a_first_game_is_graded_by_nothing() -> None:
    short = ("prediction_source", "predicted_points", "error", *(f"{name}_error" for name in BASELINES))
    expected = dict.fromkeys(short, "short_history") | dict.fromkeys((*SERVED, *LINE), "not_applicable")
    assert reasons(graded(), 13) == expected


def test_before_the_first_version_everybody_is_graded_by_the_baseline() -> None:
    nothing = dict.fromkeys(("points_mean", "predicted_points", "points_p10", "points_p90", "prediction_source",
                             "model_version"), None)  # fmt: skip
    names = sorted([*nothing, "points_median"])
    before = PREDICTIONS.assign(**nothing, absence=json.dumps(dict.fromkeys(names, "no_model")))
    table = graded(player_points_predictions=before)
    assert table.loc[[11, 12, 21], "prediction_source"].tolist() == ["baseline"] * 3
    assert table.loc[21, "error"] == 20 - 25
    stated = reasons(table, 21)
    assert {name: stated[name] for name in SERVED} == dict.fromkeys(SERVED, "no_model")


def test_a_baseline_that_was_served_is_graded_as_it_was_served() -> None:
    names = ("model_version", "points_mean", "points_p10", "points_p90")
    served = predicted([(21, None, 16.0, None, None)], prediction_source="baseline", model_version=None,
                       absence=json.dumps(dict.fromkeys(names, "upstream_missing")))  # fmt: skip
    row = graded(player_points_predictions=served).loc[21]
    assert (row["prediction_source"], row["predicted_points"], row["error"]) == ("baseline", 16.0, -9.0)


def test_lines_edges_and_who_was_right() -> None:
    row = graded().loc[11]
    assert (row["points_line"], row["points_line_books"], row["edge"], row["line_error"]) == (18.0, 2, 2.0, 0.0)
    assert pd.isna(row["is_edge_right"]), "the line was met exactly"
    assert reasons(graded(), 11) == {"is_edge_right": "not_applicable"}
    fair_of_b = (1 / 2) / (1 / 2 + 120 / 220)
    assert row["over_probability"] == pytest.approx((0.5 + fair_of_b) / 2, abs=1e-6)
    high, low = (graded(point_lines=lines([(11, "a", line, -110, -110)])).loc[11] for line in (19.5, 16.5))
    assert (high["edge"], high["is_edge_right"]) == (0.5, False)
    assert (low["edge"], low["is_edge_right"]) == (3.5, True)
    under = graded(point_lines=lines([(21, "a", 24.5, -110, -110)])).loc[21]
    assert (under["edge"], under["is_edge_right"]) == (-10.5, False)


def test_nulls_of_lines_say_why() -> None:
    without_price = lines([(11, "a", 17.5, None, None)])
    assert reasons(graded(point_lines=without_price), 11) == {"over_probability": "source_unavailable"}
    stated = reasons(graded(point_lines=without_price), 21)
    assert stated == dict.fromkeys(LINE, "not_applicable")
    stated = reasons(graded(point_lines=no_rows(POINT_LINES)), 21)
    assert stated == dict.fromkeys(LINE, "source_unavailable")


@pytest.mark.parametrize(
    ("table", "frame", "names"),
    [("point_lines", no_rows(POINT_LINES), LINE), ("player_points_predictions", PREDICTIONS[:0], SERVED)],
)
def test_what_was_refused_is_missing_and_not_unknown(table: str, frame: Any, names: tuple[str, ...]) -> None:
    stated = reasons(graded({table: gap((1, DAY), (2, DAY))} | {}, **{table: frame}), 11)
    assert {name: stated.get(name) for name in names} == dict.fromkeys(names, "upstream_missing")


def test_a_date_that_is_not_played_yet_has_no_rows() -> None:
    assert graded(player_box_scores=BOX[:0]).empty


@pytest.mark.parametrize("is_whole_date", [True, False])
def test_yardsticks_of_a_date_alone_and_within_a_range_agree(is_whole_date: bool) -> None:
    """Also beside a date, or a game of it, that the history lacks: its games are no input of another date."""
    games = random_league(3).player_game_summary
    games = games[games["minutes_played"].gt(0) & games["pts"].notna()].reset_index(drop=True)
    days = sorted(games["game_date"].unique())
    lost = days[-4]
    of_date = games.loc[games["game_date"] == lost, "game_id"]
    assert of_date.nunique() > 1
    is_lost = games["game_id"].isin(of_date if is_whole_date else of_date[:1])
    history = games[(games["game_date"] < days[-1]) & ~is_lost]
    asked = games[games["game_date"] >= days[-6]].reset_index(drop=True)
    together = baselines_of(asked, history)
    for day in days[-6:]:
        mine = (asked["game_date"] == day).to_numpy()
        alone = baselines_of(asked[mine].reset_index(drop=True), history[history["game_date"] < day])
        pd.testing.assert_frame_equal(together[mine].reset_index(drop=True), alone)
    whole = naive_baselines(games).merge(asked[["game_id", "player_id", "game_date"]])
    before = whole[whole["game_date"] <= lost].sort_values(["game_id", "player_id"])
    mine = asked[["game_id", "player_id"]].assign(**together)[(asked["game_date"] <= lost).to_numpy()]
    mine = mine.sort_values(["game_id", "player_id"])
    np.testing.assert_array_equal(mine[list(BASELINES)], before[list(BASELINES)])

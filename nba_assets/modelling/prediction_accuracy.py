"""Predictions against what came of them: the table `prediction_accuracy`."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.domain.gaps import due_in
from nba_assets.domain.joined_columns import beside
from nba_assets.domain.lines import PLAYER, lines_of_players
from nba_assets.domain.team_games import TEAM_GAME, team_games
from nba_assets.domain.typed_columns import TypedColumns
from nba_assets.modelling.baselines import BASELINES, naive_baselines
from nba_assets.modelling.prediction import BASELINE, MODEL

STAND_IN = "ewma_half_life_6"
"""The naive baseline by which a row without a prediction is graded."""

_KEY = ["game_date", "game_id", "player_id"]
_IDENTITY = ["game_id", "game_date", "season", "player_id", "player_name", "team_id", "opponent_team_id"]
_SERVED = ("points_mean", "points_p10", "points_p90")
_STATED = ("prediction_source", "model_version", "predicted_points", *_SERVED)


def prediction_accuracy(
    *,
    game_schedule: pd.DataFrame,
    player_box_scores: pd.DataFrame,
    player_points_predictions: pd.DataFrame,
    point_lines: pd.DataFrame,
    player_game_summary: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """One row per box row with minutes, in the contract's columns: errors are predicted minus actual points.

    `player_game_summary` is the history before the graded dates; on each date only earlier ones count. Predictions
    and lines are optional: on a refused date (`gaps`) what they say is null (`upstream_missing`). A player without a
    prediction, because no version served the date or he was not expected, is graded by `STAND_IN`; one without
    an earlier game by nothing (`short_history`).
    """
    games = team_games(game_schedule)[[*TEAM_GAME, "season", "opponent_team_id"]]
    played = player_box_scores[(player_box_scores["minutes"] > 0).to_numpy(dtype=bool, na_value=False)]
    rows = played.merge(games, on=TEAM_GAME, how="inner", validate="m:1").sort_values(_KEY, ignore_index=True)
    rows = rows.rename(columns={"minutes": "minutes_played"})
    baselines = baselines_of(rows, player_game_summary)
    columns = TypedColumns(rows[[*_IDENTITY, "minutes_played", "pts"]])
    predicted = _add_predictions(columns, rows, player_points_predictions, gaps, baselines[STAND_IN].to_numpy())
    for name in BASELINES:
        error = baselines[name].to_numpy() - rows["pts"].to_numpy(dtype="float64")
        columns.add(f"{name}_error", error, Absence.SHORT_HISTORY)
    _add_lines(columns, rows, point_lines, _is_in(rows, due_in(gaps, "point_lines")), predicted)
    return columns.frame()


def baselines_of(rows: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """The naive baselines of each row of `rows` (played games), in its order, from earlier dates of `history`.

    Null for a player without an earlier game. `history` may hold the games of `rows` too, with the same rows. A game
    that it lacks (not built yet, refused or quarantined) is an input of no other, so that a date alone and the same
    date of a long range agree.
    """
    columns = ["game_id", "player_id", "game_date", "season", "minutes_played", "pts"]
    known = history.loc[history["pts"].notna(), columns]
    game = ["game_date", "game_id"]
    is_known = pd.MultiIndex.from_frame(rows[game]).isin(pd.MultiIndex.from_frame(known[game].drop_duplicates()))
    parts = [naive_baselines(known)] if is_known.any() else []
    for day, asked in rows.loc[~is_known, columns].groupby("game_date"):
        before = known[(known["game_date"] < day) & known["player_id"].isin(asked["player_id"])]
        found = naive_baselines(pd.concat([before, asked], ignore_index=True) if len(before) else asked)
        parts.append(found[found["game_id"].isin(asked["game_id"])])
    if not parts:
        return pd.DataFrame({name: np.empty(0) for name in BASELINES})
    table = pd.concat(parts, ignore_index=True)
    return rows[["game_id", "player_id"]].merge(table, how="left", validate="1:1")[[*BASELINES]]


def _add_predictions(
    columns: TypedColumns,
    rows: pd.DataFrame,
    predictions: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
    stand_in: np.ndarray,
) -> np.ndarray:
    """What was said before the game, and how far off it was; returns the points that are graded."""
    served = beside(rows, predictions, {name: name for name in _KEY}, {name: name for name in _STATED})
    is_expected = pd.MultiIndex.from_frame(rows[_KEY]).isin(pd.MultiIndex.from_frame(predictions[_KEY]))
    is_refused = _is_in(rows, due_in(gaps, "player_points_predictions"))
    unexpected = np.where(is_refused, Absence.UPSTREAM_MISSING, Absence.NOT_APPLICABLE)
    reasons = {name: np.where(is_expected, why, unexpected) for name, why in served.reasons.items()}
    stated = served.values["predicted_points"].to_numpy(dtype="float64")
    predicted = np.where(np.isnan(stated), stand_in, stated)
    actual = rows["pts"].to_numpy(dtype="float64")
    source = np.where(served.values["prediction_source"] == MODEL, MODEL, BASELINE).astype(object)
    source[np.isnan(predicted)] = None
    columns.add_copy("prediction_source", pd.Series(source, dtype="object"), Absence.SHORT_HISTORY)
    columns.add_copy("model_version", served.values["model_version"], reasons["model_version"])
    columns.add("predicted_points", predicted, Absence.SHORT_HISTORY)
    for name in _SERVED:
        columns.add(name, served.values[name].to_numpy(dtype="float64"), reasons[name])
    columns.add("error", predicted - actual, Absence.SHORT_HISTORY)
    columns.add("mean_error", columns["points_mean"] - actual, reasons["points_mean"])
    low, high = columns["points_p10"], columns["points_p90"]
    columns.add_flag("is_inside_interval", (low <= actual) & (actual <= high), np.isnan(low), reasons["points_p10"])
    return predicted


def _add_lines(
    columns: TypedColumns, rows: pd.DataFrame, point_lines: pd.DataFrame, gap: np.ndarray, predicted: np.ndarray
) -> None:
    """The line before tip-off, how far off it was, and whether the prediction was on its right side."""
    lines = lines_of_players(point_lines).set_index(PLAYER).reindex(pd.MultiIndex.from_frame(rows[PLAYER]))
    has_game = rows["game_id"].isin(point_lines["game_id"]).to_numpy()
    why = np.where(has_game, Absence.NOT_APPLICABLE, Absence.SOURCE_UNAVAILABLE)
    why = np.where(gap, Absence.UPSTREAM_MISSING, why)
    actual = rows["pts"].to_numpy(dtype="float64")
    line = np.where(gap, np.nan, lines["points_line_consensus"].to_numpy(dtype="float64"))
    has_line = ~np.isnan(line)
    columns.add("points_line_books", lines["points_line_books"].to_numpy(dtype="float64"), why, gap)
    columns.add("points_line", line, why)
    verified = lines["is_points_line_verified"].eq(True).to_numpy(dtype=bool)
    columns.add_flag("is_points_line_verified", verified, ~has_line, why)
    columns.add("line_error", line - actual, why)
    edge = predicted - line
    columns.add("edge", edge, np.where(has_line, Absence.SHORT_HISTORY, why))
    probability = lines["points_line_over_probability"].to_numpy(dtype="float64")
    columns.add("over_probability", probability, np.where(has_line, Absence.SOURCE_UNAVAILABLE, why), gap)
    is_tied = (edge == 0) | (has_line & (line == actual))
    reason = np.where(is_tied, Absence.NOT_APPLICABLE, np.where(has_line, Absence.SHORT_HISTORY, why))
    columns.add_flag("is_edge_right", (edge > 0) == (actual > line), np.isnan(edge) | is_tied, reason)


def _is_in(rows: pd.DataFrame, due: pd.DataFrame) -> np.ndarray:
    """Whether each row is of a game whose input was refused."""
    return rows["game_id"].isin(due["game_id"]).to_numpy()

"""What a scene measures: published rows, one player's way through the tables, a model's error on clean games."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from nba_assets.modelling.prediction import MODEL as BY_MODEL
from nba_assets.modelling.prediction import predict
from nba_assets.modelling.registry.artefacts import load_model, stored_versions
from nba_assets_tests.incident.pipeline import PREDICTIONS, Pipeline

AVERAGE = "avg_usage_rate_last_7_games"


def freshness_of(pipeline: Pipeline, table: str, days: Sequence[dt.date]) -> pd.DataFrame:
    """The rows that a reader is given: of a guarded pipeline those on dates that are ready and not stale."""
    rows = pipeline.rows(table, days[0], days[-1])
    if not pipeline.guarded:
        return rows
    state = pipeline.warehouse.state()
    ready = state.days[state.is_ready(table)]
    return rows[rows["game_date"].isin(ready)].reset_index(drop=True)


def star_of(clean: Pipeline, day: dt.date, later: Sequence[dt.date]) -> tuple[dict[str, Any], dt.date]:
    """Who scored most on a date among those with a prediction on one of the later dates, and the first of these."""
    played = clean.rows("player_game_summary", day, day).sort_values("pts", ascending=False)
    predicted = clean.rows(PREDICTIONS, later[0], later[-1])
    for player in played.to_dict("records"):
        next_one = predicted[predicted["player_id"] == player["player_id"]]
        if len(next_one):
            return {str(name): value for name, value in player.items()}, next_one["game_date"].min().date()
    raise ValueError(f"nobody who played on {day} has a prediction up to {later[-1]}")


def prediction_of(pipeline: Pipeline, day: dt.date, player: dict[str, Any]) -> float | None:
    """The points that a model predicts for the player on a date, as a reader is given them; None when there are none.

    The naive baseline that replaces refused features is labelled, and no model's prediction.
    """
    rows = freshness_of(pipeline, PREDICTIONS, [day])
    is_his = (rows["player_id"] == player["player_id"]) & (rows["prediction_source"] == BY_MODEL)
    mine = rows.loc[is_his, "predicted_points"].dropna()
    return float(mine.iloc[0]) if len(mine) else None


def trace(pipeline: Pipeline, clean: Pipeline, gap: dt.date, later: dt.date, player: dict[str, Any]) -> list[str]:
    """The player's way from the missing game to his prediction, table by table, with the true value beside."""

    def value(of: Pipeline, table: str, day: dt.date, column: str) -> float | None:
        rows = of.rows(table, day, day)
        mine = rows.loc[rows["player_id"] == player["player_id"], column]
        return None if mine.empty or pd.isna(mine.iloc[0]) else float(mine.iloc[0])

    steps = [
        ("player_game_summary", gap, "pts"),
        ("player_daily_cache", later, "pts_last_3"),
        ("ml_feature_store", later, "pts_last_3"),
        (PREDICTIONS, later, "predicted_points"),
    ]
    said = []
    for table, day, column in steps:
        here, true = value(pipeline, table, day, column), value(clean, table, day, column)
        said.append(f"{table}.{column} {_number(here)} (true {_number(true)})")
    return said


def error_on_truth(truth: Pipeline, pipeline: Pipeline, after: dt.date) -> float:
    """Mean absolute error, in points, of the pipeline's newest model on the clean features of the games after a date.

    Rows: players with minutes that were expected to play.
    """
    models = pipeline.settings.models
    model = load_model(models, stored_versions(models)[-1])
    last = truth.warehouse.days[-1].date()
    features = truth.rows("ml_feature_store", after + dt.timedelta(days=1), last)
    games = truth.rows("player_game_summary", after + dt.timedelta(days=1), last).query("minutes_played > 0")
    predicted = predict(features=features, models=[model])[["game_id", "player_id", "predicted_points"]]
    both = predicted.merge(games[["game_id", "player_id", "pts"]], on=["game_id", "player_id"])
    return float((both["predicted_points"] - both["pts"]).abs().mean())


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"

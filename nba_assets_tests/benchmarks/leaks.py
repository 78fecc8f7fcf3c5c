"""What a leak is worth: MAE of one quick model per leaking feature, beside the honest one, on the same test rows.

`NBA_SOURCE=archive NBA_DATA=<dir> python -m nba_assets_tests.benchmarks.leaks` reads the warehouse of NBA_HOME; names
of leaks as arguments choose some of them.
"""

import datetime as dt
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import xgboost

from nba_assets.assets.model.xgboost_points_model import LABEL_COLUMNS
from nba_assets.contracts.features import FEATURE_COLUMNS
from nba_assets.modelling.baselines import naive_baselines
from nba_assets.modelling.design_matrix import KEY, DesignMatrix, design_matrix
from nba_assets.modelling.evaluation import REFERENCE_BASELINE
from nba_assets.modelling.splits import Split
from nba_assets.modelling.thresholds import ALARM_MAE, ALARM_RATIO
from nba_assets.platform import open_warehouse
from nba_assets.settings import from_environment
from nba_assets.sources.registry import open_source

SPLIT = Split(dt.date(2024, 6, 30), dt.date(2025, 1, 31))
SETTINGS = {
    "objective": "reg:quantileerror", "quantile_alpha": 0.5, "tree_method": "hist", "max_depth": 5,
    "learning_rate": 0.1, "min_child_weight": 60, "subsample": 0.8, "colsample_bytree": 0.6, "nthread": 1, "seed": 7,
}  # fmt: skip
ROUNDS = 80

Leak = Callable[[pd.DataFrame], pd.Series]
"""A feature over a player's played games in order of date, the game itself included."""


def rolling(column: str, games: int) -> Leak:
    return lambda player: player[column].rolling(games, min_periods=1).mean()


def of_season(player: pd.DataFrame) -> pd.Series:
    return player.groupby("season")["pts"].transform(lambda points: points.expanding().mean())


LEAKS: dict[str, dict[str, Leak]] = {
    "none (honest)": {},
    "usage of the last 10": {"usage_rate_last_10": rolling("usage_rate", 10)},
    "minutes of the last 10": {"minutes_last_10": rolling("minutes_played", 10)},
    "season average of points": {"pts_season": of_season},
    "points of the last 10": {"pts_last_10": rolling("pts", 10)},
    "points of the last 5": {"pts_last_5": rolling("pts", 5)},
    "true minutes of the game": {"minutes_previous_game": rolling("minutes_played", 1)},
}


def mae(matrix: DesignMatrix, replaced: dict[str, np.ndarray]) -> float:
    values = matrix.features.assign(**replaced)
    rows = SPLIT.rows(matrix.dates)
    train = xgboost.QuantileDMatrix(values[rows["train"]], matrix.label[rows["train"]], nthread=1)
    booster = xgboost.train(SETTINGS, train, ROUNDS)
    predicted = booster.predict(xgboost.DMatrix(values[rows["test"]], nthread=1))
    return float(np.abs(np.maximum(predicted, 0) - matrix.label[rows["test"]]).mean())


def read_training(more: tuple[str, ...] = ()) -> tuple[DesignMatrix, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Row set, baselines, ml_feature_store and player_game_summary (with `more` columns) of the whole warehouse."""
    settings = from_environment()
    warehouse = open_warehouse(settings, open_source(settings))
    first, last = warehouse.training_window("ml_feature_store", None)
    columns = {"ml_feature_store": (), "player_game_summary": (*LABEL_COLUMNS, *more)}
    frames = warehouse.read(columns, first, last, purpose="a benchmark of the points model").frames
    features, games = frames["ml_feature_store"], frames["player_game_summary"]
    baselines = naive_baselines(games)
    matrix = design_matrix(features=features, games=games, baselines=baselines, feature_columns=FEATURE_COLUMNS)
    return matrix, baselines, features, games


def main() -> None:
    matrix, baselines, _, games = read_training(("usage_rate",))
    test = SPLIT.rows(matrix.dates)["test"]
    reference = matrix.keys[KEY].merge(baselines, on=KEY)[REFERENCE_BASELINE].to_numpy()
    baseline = float(np.abs(reference - matrix.label)[test].mean())
    played = games[games["minutes_played"] > 0].sort_values(["player_id", "game_date"], ignore_index=True)
    out = sys.stdout
    out.write(f"{int(test.sum()):,} test rows; {REFERENCE_BASELINE} {baseline:.3f}\n")
    for name in sys.argv[1:] or LEAKS:
        leaks = LEAKS[name]
        started = time.monotonic()
        replaced = {}
        for column, leak in leaks.items():
            value = played.groupby("player_id", group_keys=False)[played.columns.tolist()].apply(leak)
            assert isinstance(value, pd.Series)
            leaking = played[KEY].assign(leak=value)
            replaced[column] = matrix.keys[KEY].merge(leaking, on=KEY, how="left")["leak"].to_numpy("float64")
        error = mae(matrix, replaced)
        alarm = error / baseline < ALARM_RATIO or error < ALARM_MAE
        out.write(
            f"{name:28} {error:.3f}  {error / baseline:.3f} of the baseline  alarm {'rings' if alarm else '-':5}  "
            f"{time.monotonic() - started:.0f} s\n"
        )
        out.flush()


if __name__ == "__main__":
    main()

"""What incomplete history costs the points model: MAE of one quick recipe on the same test rows, clean and damaged.

    NBA_SOURCE=archive NBA_DATA=<dir> python -m nba_assets_tests.benchmarks.damage [first date of training]

Reads the warehouse of NBA_HOME and computes the features again, by the functions of the assets, out of a history of
which half of the games were damaged as the gate would never let pass. "training": the model learned from the damaged
features and is served clean ones; "serving": the other way round.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from nba_assets.assets.model.feature_chain import inputs, recompute
from nba_assets.assets.model.xgboost_points_model import LABEL_COLUMNS
from nba_assets.contracts.features import FEATURE_COLUMNS
from nba_assets.modelling.baselines import naive_baselines
from nba_assets.modelling.design_matrix import KEY, DesignMatrix, design_matrix
from nba_assets.platform import open_warehouse
from nba_assets.settings import from_environment
from nba_assets.sources.registry import open_source
from nba_assets_tests.benchmarks.leaks import SPLIT, mae

SHARE = 0.52
DEFAULTS = {"usage_rate": 25.0, "minutes": 28.0}
"""What the old system put in place of an unknown usage rate and of unknown minutes."""

Frames = Mapping[str, pd.DataFrame]


def is_hit(game_ids: pd.Series) -> np.ndarray:
    """Whether a game is among the damaged ones: SHARE of all, the same ones each time."""
    hashed = pd.util.hash_array(game_ids.to_numpy(dtype=object), categorize=True)
    return np.asarray(hashed % np.uint64(1000) < 1000 * SHARE)


def usage_nulled(frames: Frames) -> Frames:
    games = frames["player_game_summary"]
    return {
        **frames,
        "player_game_summary": games.assign(usage_rate=games["usage_rate"].mask(is_hit(games["game_id"]))),
    }


def games_missing(frames: Frames) -> Frames:
    damaged = ("player_game_summary", "team_offense", "team_defense")
    return {name: rows[~is_hit(rows["game_id"])] if name in damaged else rows for name, rows in frames.items()}


def filled_with_defaults(matrix: DesignMatrix) -> DesignMatrix:
    """Usage and minutes of the damaged games' rows replaced by the defaults, in every column that starts so."""
    hit = is_hit(matrix.keys["game_id"])
    filled = {
        name: np.where(hit & (matrix.features[name] >= 0), value, matrix.features[name])
        for start, value in DEFAULTS.items()
        for name in FEATURE_COLUMNS
        if name.startswith(f"{start}_") and "std" not in name and "trend" not in name and "days" not in name
    }
    return replace(matrix, features=matrix.features.assign(**filled))


def damaged_features(
    frames: Frames, damage: Callable[[Frames], Frames], matrix: DesignMatrix, dates: pd.DatetimeIndex
) -> DesignMatrix:
    """The same rows with the features that the damaged history gives; null where a player has no row then."""
    made = recompute(damage(frames), dates)[[*KEY, *FEATURE_COLUMNS]]
    values = matrix.keys[KEY].merge(made, on=KEY, how="left", validate="1:1")[[*FEATURE_COLUMNS]]
    return replace(matrix, features=values.astype("float64"))


def price(clean: DesignMatrix, damaged: DesignMatrix) -> dict[str, float]:
    """MAE in points by where the damage is: in training, in serving, in both."""
    test = SPLIT.rows(clean.dates)["test"]

    def mixed(train: DesignMatrix, served: DesignMatrix) -> float:
        values = train.features.copy()
        values.loc[test] = served.features.loc[test]
        return mae(replace(clean, features=values), {})

    return {
        "training": mixed(damaged, clean),
        "serving": mixed(clean, damaged),
        "both": mixed(damaged, damaged),
    }


def main(first: str) -> None:
    settings = from_environment()
    warehouse = open_warehouse(settings, open_source(settings))
    start, last = warehouse.training_window("ml_feature_store", None)
    columns = inputs()
    columns["player_game_summary"] = tuple(dict.fromkeys((*LABEL_COLUMNS, *columns["player_game_summary"])))
    read = warehouse.read({**columns, "ml_feature_store": ()}, start, last, purpose="measuring damage").frames
    games, features = read["player_game_summary"], read["ml_feature_store"]
    features = features[features["game_date"] >= first]
    clean = design_matrix(
        features=features, games=games, baselines=naive_baselines(games), feature_columns=FEATURE_COLUMNS
    )
    dates = pd.DatetimeIndex(np.unique(features["game_date"]))
    frames = {table: read[table] for table in inputs()}
    console, table = Console(width=150), Table("damage", "clean", "training only", "serving only", "both")
    damages: dict[str, Callable[[], DesignMatrix]] = {
        "usage null in 52 % of the games": lambda: damaged_features(frames, usage_nulled, clean, dates),
        "52 % of the games missing": lambda: damaged_features(frames, games_missing, clean, dates),
        "usage and minutes filled on 52 % of rows": lambda: filled_with_defaults(clean),
    }
    undamaged = mae(clean, {})
    for name, made in damages.items():
        found = price(clean, made())
        changes = (f"{error:.3f} ({error / undamaged - 1:+.1%})" for error in found.values())
        table.add_row(name, f"{undamaged:.3f}", *changes)
    console.print(table)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["2021-10-01"]))

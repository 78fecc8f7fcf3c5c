"""A tiny made-up league for the modelling tests: players with a level, one game each every other day."""

import numpy as np
import pandas as pd

FEATURES = ("pts_mean", "minutes_mean", "is_home")


def player_games(players: int = 40, days: int = 60, seed: int = 7) -> pd.DataFrame:
    """player_game_summary-like rows: points scatter around a player's own level, 8 higher every other row."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2023-10-24", periods=days, freq="2D")
    frame = pd.DataFrame(
        {
            "game_date": np.repeat(dates, players),
            "player_id": np.tile(np.arange(1, players + 1), days),
        }
    )
    level = 4 + frame["player_id"] * 20 / players
    return frame.assign(
        game_id=[f"{day:010d}" for day in np.repeat(np.arange(days), players)],
        season="2023-24",
        minutes_played=np.round(level + 8, 1),
        pts=np.maximum(0, np.round(rng.normal(level + 8 * is_home(frame), 4))).astype("int64"),
    )


def is_home(frame: pd.DataFrame) -> np.ndarray:
    return (frame["player_id"].to_numpy() + frame.index.to_numpy() // 40) % 2 == 0


def feature_rows(games: pd.DataFrame) -> pd.DataFrame:
    """ml_feature_store-like rows of the same games, from strictly earlier ones."""
    past = games.groupby("player_id")
    return pd.DataFrame(
        {
            "game_id": games["game_id"],
            "game_date": games["game_date"],
            "season": games["season"],
            "player_id": games["player_id"],
            "player_name": "Player " + games["player_id"].astype(str),
            "team_id": 1,
            "opponent_team_id": 2,
            "pts_mean": past["pts"].transform(lambda points: points.shift().expanding().mean()).round(6),
            "minutes_mean": past["minutes_played"].transform(lambda minutes: minutes.shift().expanding().mean()),
            "is_home": is_home(games),
            "avg_usage_rate_last_7_games": 20.0,
            "absence": "{}",
        }
    )

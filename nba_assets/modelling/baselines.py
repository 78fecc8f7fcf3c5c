"""Five naive predictors of a player's points, computed from played games alone, apart from the feature store.

Deliberately not built on `domain.as_of`: a leak there would lift features and yardstick alike and hide itself.
A test holds the two ways of looking back to the same numbers.
"""

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import DECIMALS
from nba_assets.modelling.segments import MINUTES

BASELINES = ("season_average", "last_5", "last_10", "weighted_blend", "ewma_half_life_6")
HALF_LIFE_GAMES = 6
_BLEND = {"last_5": 0.35, "last_10": 0.40, "season_average": 0.25}


def naive_baselines(games: pd.DataFrame) -> pd.DataFrame:
    """One row per played game and player, with the five baselines in points.

    Columns: game_id, player_id, prior_games, the baselines, and `minutes_last_10`, the mean minutes of the last 10
    games, by which populations are separated.

    `games` is player_game_summary over the player's whole history; only rows with minutes > 0
    count. Each value uses games on strictly earlier dates: the mean of the season so far (of the
    career at a season's start), of the last 5 and last 10 (fewer when fewer exist, across seasons),
    0.35 last 5 + 0.40 last 10 + 0.25 season, and weights 0.5^(k/6) with k = 0 for the latest game.
    Null where the player has no earlier game. Sorted by player, date and game. Raises ValueError
    for a played row without points.
    """
    columns = ["game_id", "player_id", "game_date", "season", "minutes_played", "pts"]
    played = games.loc[games["minutes_played"] > 0, columns]
    played = played.sort_values(["player_id", "game_date", "game_id"], ignore_index=True)
    points = played["pts"].to_numpy(dtype="float64", na_value=np.nan)
    if np.isnan(points).any():
        first = played.loc[np.isnan(points), ["game_id", "player_id"]].iloc[0].to_dict()
        raise ValueError(f"{int(np.isnan(points).sum())} played rows without points, first {first}")
    career_start = _first_rows(played, ["player_id"])
    season_start = _first_rows(played, ["player_id", "season"])
    # rows before this one of the same player are the past, but for those of the same date
    past_end = _first_rows(played, ["player_id", "game_date"])
    prior = past_end - career_start
    career = _mean_between(points, career_start, past_end)
    season = _mean_between(points, season_start, past_end)
    values = {
        "season_average": np.where(past_end > season_start, season, career),
        "last_5": _mean_between(points, np.maximum(career_start, past_end - 5), past_end),
        "last_10": _mean_between(points, np.maximum(career_start, past_end - 10), past_end),
    }
    values["weighted_blend"] = np.sum([weight * values[name] for name, weight in _BLEND.items()], axis=0)
    decayed = played.groupby("player_id")["pts"].ewm(halflife=HALF_LIFE_GAMES).mean().to_numpy()
    values["ewma_half_life_6"] = np.where(prior > 0, decayed[np.maximum(past_end - 1, 0)], np.nan)
    minutes = played["minutes_played"].to_numpy(dtype="float64")
    values[MINUTES] = _mean_between(minutes, np.maximum(career_start, past_end - 10), past_end)
    rounded = {name: np.round(values[name], DECIMALS) for name in (*BASELINES, MINUTES)}
    return played[["game_id", "player_id"]].assign(prior_games=prior, **rounded)


def _first_rows(played: pd.DataFrame, by: list[str]) -> np.ndarray:
    """Position of the first row of each row's group; the frame is sorted so that groups are contiguous."""
    position = pd.Series(np.arange(len(played)), index=played.index)
    return np.asarray(position.groupby([played[name] for name in by]).transform("min"))


def _mean_between(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Mean of points[start:end] per row, NaN when empty. Of whole numbers, as points are, running sums are exact."""
    running = np.concatenate([[0.0], np.cumsum(points)])
    count = end - start
    total = running[end] - running[start]
    mean = np.full(len(points), np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean

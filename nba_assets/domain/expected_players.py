"""Who is expected to play: by what was known before the date, not by who did play."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nba_assets.domain.as_of import Earlier, GameLog, day_numbers, entity_days
from nba_assets.domain.team_games import team_games

EXPECTED_WITHIN_DAYS = 60
"""A player is expected for this many days after he last played."""

IDENTITY = [
    "game_id", "game_date", "season", "season_type", "player_id", "player_name", "team_id", "team",
    "opponent_team_id", "opponent_team", "is_home",
]  # fmt: skip


LOG_COLUMNS = ("team_id", "player_name", "season")


def played_log(player_game_summary: pd.DataFrame, statistics: Sequence[str] = ()) -> GameLog:
    """The games that players played (minutes > 0) with the named columns; others count in no window."""
    played = (player_game_summary["minutes_played"] > 0).to_numpy(dtype=bool, na_value=False)
    columns = [*LOG_COLUMNS, *statistics]
    games = player_game_summary.loc[played, ["player_id", "game_date", *columns]]
    return GameLog(games, "player_id", columns)


def expected_players(
    *, dates: pd.DatetimeIndex, game_schedule: pd.DataFrame, log: GameLog, out: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, Earlier]:
    """One row per game due on `dates` and player expected in it (columns `IDENTITY`), with his earlier games.

    Expected is who played in the 60 days before the date and whose latest team is due, less those whom `out` (game_id,
    player_id) names; a postponed game is not due. Team and name are those of his latest earlier game. `log` is of
    played games by player, with `team_id` and `player_name`. Sorted by date, game and player.
    """
    due = game_schedule[game_schedule["game_date"].isin(dates) & ~game_schedule["is_postponed"].astype(bool)]
    games = team_games(due)
    games = games.iloc[np.argsort(entity_days(games["team_id"].to_numpy(), day_numbers(games["game_date"])))]
    player, at = _candidates(log, games)
    day, team = day_numbers(games["game_date"])[at], games["team_id"].to_numpy()[at]
    earlier = log.earlier(player, day)
    expected = (earlier.of(log.column("team_id")) == team) & (
        day - earlier.of(log.day.astype("float64")) <= EXPECTED_WITHIN_DAYS
    )
    if out is not None:
        candidate = pd.MultiIndex.from_arrays([games["game_id"].to_numpy()[at], player])
        expected &= ~candidate.isin(pd.MultiIndex.from_frame(out[["game_id", "player_id"]]))
    player, at = player[expected], at[expected]
    rows = games.iloc[at].reset_index(drop=True).assign(player_id=player)
    order = np.lexsort((player, rows["game_id"].to_numpy(dtype="U"), day[expected]))
    rows = rows.iloc[order].reset_index(drop=True)
    earlier = log.earlier(player[order], day[expected][order])
    rows["player_name"] = earlier.labels("player_name")
    return rows[IDENTITY], earlier


def _candidates(log: GameLog, games: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Players and positions of games of a team from their first to 60 days after their last game for it."""
    spans = (
        pd.DataFrame({"player": log.entity, "team": log.column("team_id").astype("int64"), "day": log.day})
        .groupby(["player", "team"], sort=False)["day"]
        .agg(["min", "max"])
        .reset_index()
    )
    keys = entity_days(games["team_id"].to_numpy(), day_numbers(games["game_date"]))
    team = spans["team"].to_numpy()
    first = np.searchsorted(keys, entity_days(team, spans["min"].to_numpy()))
    last = np.searchsorted(keys, entity_days(team, spans["max"].to_numpy() + EXPECTED_WITHIN_DAYS), side="right")
    count = last - first
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(spans["player"].to_numpy(), count), np.repeat(first, count) + within

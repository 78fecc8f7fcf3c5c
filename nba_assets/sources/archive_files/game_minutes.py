"""Minutes of games: as stated, by overtimes, and as the sums of players' minutes; most statements win."""

from dataclasses import dataclass

import pandas as pd

from nba_assets.contracts.game_constants import OVERTIME_TEAM_MINUTES, REGULATION_TEAM_MINUTES
from nba_assets.partitions import label_date
from nba_assets.readiness.thresholds import PLAYER_MINUTES_TOLERANCE_WHOLE
from nba_assets.sources.port import Problem


@dataclass(frozen=True)
class GameMinutes:
    """By game id the `minutes` of either team, and what was `outvoted`: stated in the games file, and not taken."""

    minutes: pd.Series
    outvoted: pd.Series

    def notes(self, games: pd.DataFrame, file: str) -> tuple[Problem, ...]:
        """What was outvoted, on the date of its game; `games` has game_id and game_date."""
        rows = games[games["game_id"].isin(self.outvoted.index)].drop_duplicates("game_id", keep="last")
        return tuple(
            Problem(
                label_date(day),
                f"game {game_id}: minutes of a team are {self.outvoted[game_id]:g} by {file}, "
                f"{self.minutes[game_id]:g} by the players of both teams; these are taken",
                game_id,
            )
            for day, game_id in rows[["game_date", "game_id"]].itertuples(index=False)
        )


def game_minutes(game_ids: pd.Series, stated: pd.Series, overtimes: pd.Series, played: pd.DataFrame) -> GameMinutes:
    """The minutes of each game: as stated, else by its overtimes, else by its players.

    The sums over the players of either team (`played`: game_id, team_id, minutes) are two statements: where they agree
    with each other they outvote the one of the games file.
    """
    by_file = stated.fillna(REGULATION_TEAM_MINUTES + OVERTIME_TEAM_MINUTES * overtimes).set_axis(pd.Index(game_ids))
    # a game that was moved has a row for each date, and its minutes in one of them
    by_file = by_file.iloc[by_file.isna().to_numpy().argsort(kind="stable")]
    by_file = by_file[by_file.index.notna() & ~by_file.index.duplicated()]
    by_players = _of_players(played).reindex(by_file.index)
    is_outvoted = by_file.notna() & by_players.notna() & by_file.ne(by_players)
    return GameMinutes(by_file.mask(is_outvoted).fillna(by_players), by_file[is_outvoted])


def _of_players(played: pd.DataFrame) -> pd.Series:
    """Minutes by game id as the players of both teams have them alike; null where they do not."""
    sums = played.groupby(["game_id", "team_id"])["minutes"].sum(min_count=1)
    due = REGULATION_TEAM_MINUTES + OVERTIME_TEAM_MINUTES * overtime_periods(sums)
    due = due.where((due - sums).abs() <= PLAYER_MINUTES_TOLERANCE_WHOLE)
    by_game = due.groupby("game_id").agg(["min", "max", "count"])
    return by_game["min"].where(by_game["min"].eq(by_game["max"]) & by_game["count"].eq(2))


def overtime_periods(team_minutes: pd.Series) -> pd.Series:
    """Overtimes played: the sum of rounded player minutes is off by a few minutes, an overtime adds 25."""
    return ((team_minutes - REGULATION_TEAM_MINUTES) / OVERTIME_TEAM_MINUTES).round().clip(lower=0) + 0.0

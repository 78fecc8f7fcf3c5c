"""What the rows of a delivery must agree on: with the schedule, with each other, with themselves."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.raw import BOX_COUNTS
from nba_assets.sources.parsing import normalise
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.parsing.raw_frames import schedule_of
from nba_assets.sources.port import Problem, SourceError


@dataclass(frozen=True)
class Parsed:
    """One raw table of a whole delivery: its rows, what was not understood, and notes."""

    rows: pd.DataFrame
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def counted(game_ids: pd.Series) -> pd.Series:
    """Whether the game counts: preseason, All-Star and other exhibitions are no part of any table."""
    return normalise.season_types_of_games(game_ids).notna()


def usable(delivered: DeliveredRows, lines: pd.DataFrame) -> pd.DataFrame:
    """The lines of games that count, without those that were not understood."""
    kept = counted(lines["game_id"]) & ~delivered.bad
    return lines if kept.all() else lines[kept]


def check_schedule(delivered: DeliveredRows, game_column: str, games: pd.DataFrame) -> None:
    """A team cannot play itself, and all rows of a game must name the same date and the same home and away teams."""
    delivered.fault(games["home_team_id"].eq(games["away_team_id"]), game_column, "is a game of a team against itself")
    understood = ~delivered.bad & ~games["is_postponed"].astype(bool)
    due = games.loc[understood, ["game_id", "game_date", "home_team_id", "away_team_id"]]
    distinct = due.drop_duplicates()
    torn = distinct["game_id"][distinct["game_id"].duplicated(keep=False)].dropna()
    delivered.fault(games["game_id"].isin(torn), game_column, "is a game whose rows name different dates or home teams")


def check_did_not_play(delivered: DeliveredRows, minutes_column: str, lines: pd.DataFrame) -> None:
    """Statistics without minutes are neither a box line nor a player who did not play."""
    stated = lines[[*BOX_COUNTS, "plus_minus"]].notna().any(axis=1)
    delivered.fault(lines["minutes"].isna() & stated, minutes_column, "is missing although the row has statistics")


def match_schedule(
    delivered: DeliveredRows, game_column: str, lines: pd.DataFrame, schedule: pd.DataFrame, own_date: pd.Series
) -> pd.Series:
    """Date of each line: the schedule's, or the line's own where its game is not scheduled.

    Lines of an unscheduled game, or of a team that does not play in it, become faults.
    """
    game = schedule_of(lines["game_id"], schedule)
    unscheduled = game["game_date"].isna()
    delivered.fault(unscheduled & counted(lines["game_id"]), game_column, "is a game that the schedule does not have")
    foreign = lines["team_id"].ne(game["home_team_id"]) & lines["team_id"].ne(game["away_team_id"])
    delivered.fault(
        foreign & lines["team_id"].notna() & ~unscheduled,
        game_column,
        "is a game in which the row's team does not play",
    )
    day = game["game_date"].where(~unscheduled, own_date)
    if day.isna().any():
        row = int(np.argmax(day.isna().to_numpy()))
        raise SourceError(
            f"{delivered.place(row)}: neither the game {delivered.rows[game_column][row]!r} nor the date of the row "
            "is understood, so that no date can be rejected for it; correct the row"
        )
    return day

"""What box lines say of themselves and of each other: the lines that contradict it, as pure functions.

Each gives the failing rows with their games and both values; it is for the caller to say what is refused for them.
"""

import functools
import operator
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.stated_twice import IDENTITIES, TEAM_SUMS, TeamSum
from nba_assets.readiness import thresholds

TEAM_GAME = ["game_date", "game_id", "team_id"]
_NAMED = ("game_id", "player_name", "team")


@dataclass(frozen=True)
class Broken:
    """A rule that rows break: their games, in words what is wrong, and the columns that show it.

    `columns` are the counts of a box line that cannot be believed.
    """

    rule: str
    what: str
    rows: pd.DataFrame
    show: tuple[str, ...]
    columns: tuple[str, ...]


def broken_identities(lines: pd.DataFrame) -> Iterator[Broken]:
    """Each identity that box lines break, with those lines; a line with a null in it is not judged by it."""
    named = tuple(name for name in _NAMED if name in lines)
    for identity in IDENTITIES:
        weighted = (weight * lines[column] for column, weight in identity.weights.items())
        total = functools.reduce(operator.add, weighted)
        broken = total < 0 if identity.relation == ">=" else total.notna() & (total != 0)
        if broken.any():
            what = f"{identity.broken}; correct the line"
            yield Broken("box_line_consistent", what, lines[broken], (*named, *identity.columns), identity.columns)


def team_sums(players: pd.DataFrame) -> pd.DataFrame:
    """One row per team-game of the player rows: sums, and under `<column>_unknown` whether a player's value is null.

    Besides the counts: plus_minus (and whether one is not zero), minutes, and whether all minutes are whole numbers
    (`is_whole`). Who has null minutes did not play and counts nowhere; zero minutes are those of
    somebody who was on court for some seconds.
    """
    of_players = players[players["minutes"].notna()]
    columns = [*(total.column for total in TEAM_SUMS), "plus_minus", "minutes"]
    grouped = of_players.groupby(TEAM_GAME)
    keys = [of_players[key] for key in TEAM_GAME]
    sums = grouped[columns].sum().join(of_players[columns].isna().groupby(keys).any().add_suffix("_unknown"))
    sums["plus_minus_stated"] = of_players["plus_minus"].fillna(0).ne(0).groupby(keys).any()
    sums["is_whole"] = (of_players["minutes"] % 1 == 0).groupby(keys).all()
    return sums.reset_index()


def broken_between(players: pd.DataFrame, teams: pd.DataFrame, schedule: pd.DataFrame) -> Iterator[Broken]:
    """Where the lines of a team's players (player_box_scores) contradict its own (team_box_scores)."""
    season_types = schedule.drop_duplicates("game_id").set_index("game_id")["season_type"]
    lines = teams.drop_duplicates(TEAM_GAME)
    both = team_sums(players).merge(lines, on=TEAM_GAME, how="inner", suffixes=("_sum", ""), validate="1:1")
    is_regular = both["game_id"].map(season_types).eq("regular_season")
    for total in TEAM_SUMS:
        yield from _broken_sum(both, total, is_regular)
    yield from _broken_minutes(both)
    yield from _broken_margins(both, lines)


def _broken_sum(both: pd.DataFrame, total: TeamSum, is_regular: pd.Series) -> Iterator[Broken]:
    """Where a player's count is null, the others may only not exceed the team's."""
    column = total.column
    lacking = both[column] - both[f"{column}_sum"]
    corrected = np.where(is_regular, 0, thresholds.TEAM_SUM_TOLERANCE.get(column, 0))
    most = np.where(both[f"{column}_unknown"], np.inf, corrected + total.team_alone * thresholds.TEAM_TURNOVERS)
    broken = (lacking < -corrected) | (lacking > most)
    if broken.any():
        what = f"{column} of the team is not that of its players; correct the line that is wrong"
        yield _between("player_totals_match_team", what, both[broken], column)


def _broken_minutes(both: pd.DataFrame) -> Iterator[Broken]:
    tolerance = np.where(
        both["is_whole"], thresholds.PLAYER_MINUTES_TOLERANCE_WHOLE, thresholds.PLAYER_MINUTES_TOLERANCE
    )
    broken = (both["minutes_sum"] - both["minutes"]).abs() > tolerance
    if broken.any():
        what = "player minutes do not sum to the team's; a line is missing or wrong"
        yield _between("player_minutes_match_team", what, both[broken], "minutes")


def _between(rule: str, what: str, rows: pd.DataFrame, column: str) -> Broken:
    names = {column: f"team_box_scores.{column}", f"{column}_sum": f"sum of player_box_scores.{column}"}
    return Broken(rule, what, rows.rename(columns=names).round(2), ("game_id", "team", *names.values()), (column,))


def _broken_margins(both: pd.DataFrame, teams: pd.DataFrame) -> Iterator[Broken]:
    """plus_minus against five times the margin, by more than the league's own records are off.

    All that are off where most of a date's are: then the column has lost its meaning. One that is zero in every line
    of a date is no statement: so writes it who does not have it.
    """
    of_game = teams.groupby(["game_date", "game_id"])["pts"]
    margin = 2 * teams["pts"] - of_game.transform("sum")
    due = teams[TEAM_GAME].assign(five_margins=5 * margin.where(of_game.transform("size").eq(2)))
    known = both[~both["plus_minus_unknown"]].merge(due, on=TEAM_GAME, validate="1:1")
    off = (known["plus_minus"] - known["five_margins"]).abs().fillna(0)
    is_stated = known["plus_minus_stated"].groupby(known["game_date"]).transform("any")
    off = off.where(is_stated, 0)
    by_date = off.gt(0).groupby(known["game_date"])
    lost = by_date.transform("mean").gt(thresholds.PLUS_MINUS_OFF_SHARE)
    lost &= by_date.transform("sum").ge(thresholds.PLUS_MINUS_OFF_TEAM_GAMES)
    broken = off.gt(thresholds.PLUS_MINUS_TOLERANCE) | (off.gt(0) & lost)
    if broken.any():
        rows = known[broken].rename(columns={"plus_minus": "sum of player_box_scores.plus_minus"})
        what = "plus_minus of the players does not sum to five times the margin"
        show = ("game_id", "team", "sum of player_box_scores.plus_minus", "five_margins")
        yield Broken("plus_minus_matches_margin", what, rows, show, ("plus_minus",))

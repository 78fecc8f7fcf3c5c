"""What box lines say of themselves and of each other: the lines that contradict it, as pure functions.

Each gives the failing rows with their game and both values; it is for the caller to say what is refused for them.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from nba_assets.contracts.stated_twice import IDENTITIES, TEAM_SUMS, Identity, TeamSum
from nba_assets.readiness import thresholds

TEAM_GAME = ["game_date", "game_id", "team_id"]
STATED, SUMMED = "team_box_scores", "players"
"""Columns of a contradiction: what the team's line states, and the sum over its players."""


def broken_identities(lines: pd.DataFrame) -> Iterator[tuple[Identity, pd.DataFrame]]:
    """Each identity that a box line breaks, with those lines; a line with a null in it is not judged by it."""
    for identity in IDENTITIES:
        total = sum(weight * lines[column] for column, weight in identity.weights.items())
        broken = total < 0 if identity.relation == ">=" else total.notna() & (total != 0)
        if broken.any():
            yield identity, lines[broken.fillna(False)]


def team_sums(players: pd.DataFrame) -> pd.DataFrame:
    """One row per team-game of the player rows: sums, and under `<column>_unknown` whether a player's value is null.

    Besides the counts: plus_minus, minutes, `played` (players with more than zero minutes), and whether all minutes are
    whole numbers (`is_whole`). Who has null minutes did not play and counts nowhere; zero minutes are those
    of somebody who was on court for some seconds.
    """
    of_players = players[players["minutes"].notna()]
    columns = [*(total.column for total in TEAM_SUMS), "plus_minus", "minutes"]
    grouped = of_players.groupby(TEAM_GAME)
    keys = [of_players[key] for key in TEAM_GAME]
    sums = grouped[columns].sum().join(of_players[columns].isna().groupby(keys).any().add_suffix("_unknown"))
    sums["played"] = (of_players["minutes"] > 0).groupby(keys).sum()
    sums["is_whole"] = (of_players["minutes"] % 1 == 0).groupby(keys).all()
    return sums.reset_index()


def broken_sums(sums: pd.DataFrame, teams: pd.DataFrame, season_types: pd.Series) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each count whose sum over the players (`team_sums`) is not the team's, with those team-games.

    `season_types` are by game id. Where a player's count is null, the others may only not exceed the team's.
    """
    both = sums.merge(teams, on=TEAM_GAME, how="inner", suffixes=("_sum", ""), validate="1:1")
    is_regular = both["game_id"].map(season_types).eq("regular_season")
    for total in TEAM_SUMS:
        stated, summed = both[total.column], both[f"{total.column}_sum"]
        lacking = stated - summed
        most = _most_lacking(total, is_regular).mask(both[f"{total.column}_unknown"], np.inf)
        tolerance = _tolerance(total, is_regular)
        broken = (lacking < -tolerance) | (lacking > most)
        if broken.any():
            yield total.column, both.assign(**{STATED: stated, SUMMED: summed})[broken]


def _tolerance(total: TeamSum, is_regular: pd.Series) -> pd.Series:
    return pd.Series(np.where(is_regular, 0, thresholds.TEAM_SUM_TOLERANCE.get(total.column, 0)), is_regular.index)


def _most_lacking(total: TeamSum, is_regular: pd.Series) -> pd.Series:
    """By how much the team's count may exceed its players' sum."""
    return _tolerance(total, is_regular).astype("float64") + (thresholds.TEAM_TURNOVERS if total.team_alone else 0)


def broken_minutes(sums: pd.DataFrame, teams: pd.DataFrame) -> pd.DataFrame:
    """Team-games whose players' minutes do not sum to the team's, within what their rounding explains."""
    both = sums.merge(teams[[*TEAM_GAME, "team", "minutes"]], on=TEAM_GAME, suffixes=("_sum", ""), validate="1:1")
    both = both.rename(columns={"minutes_sum": SUMMED, "minutes": STATED})
    tolerance = np.where(
        both["is_whole"], thresholds.PLAYER_MINUTES_TOLERANCE_WHOLE, thresholds.PLAYER_MINUTES_TOLERANCE
    )
    return both[(both[SUMMED] - both[STATED]).abs() > tolerance]


def broken_margins(sums: pd.DataFrame, teams: pd.DataFrame) -> pd.DataFrame:
    """Team-games whose players' plus_minus is not five times the margin, by more than the league's own records are.

    All that are off where most of a date's are: then the column has lost its meaning.
    """
    of_game = teams.groupby(["game_date", "game_id"])["pts"]
    margin = 2 * teams["pts"] - of_game.transform("sum")
    due = teams[[*TEAM_GAME, "team"]].assign(five_margins=5 * margin.where(of_game.transform("size").eq(2)))
    both = sums[~sums["plus_minus_unknown"]].merge(due, on=TEAM_GAME, validate="1:1")
    off = (both["plus_minus"] - both["five_margins"]).abs().fillna(0)
    by_date = off.gt(0).groupby(both["game_date"])
    lost = by_date.transform("mean").gt(thresholds.PLUS_MINUS_OFF_SHARE)
    lost &= by_date.transform("sum").ge(thresholds.PLUS_MINUS_OFF_TEAM_GAMES)
    return both[off.gt(thresholds.PLUS_MINUS_TOLERANCE) | (off.gt(0) & lost)]

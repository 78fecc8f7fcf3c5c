"""How many possessions a team used, how fast, and with what yield."""

import numpy as np
import pandas as pd

from nba_assets.contracts.game_constants import (
    FREE_THROW_WEIGHT,
    OVERTIME_GAME_MINUTES,
    PLAYERS_ON_COURT,
    REGULATION_GAME_MINUTES,
)
from nba_assets.domain.ratio import ratio


def possessions(*, fga: pd.Series, fta: pd.Series, tov: pd.Series, oreb: pd.Series) -> pd.Series:
    """FGA + 0.44·FTA + TOV − OREB of a team's official totals; null where one of them is missing.

    Official totals hold turnovers charged to the team itself, which the sum over its players lacks.
    """
    return fga + FREE_THROW_WEIGHT * fta + tov - oreb


def overtime_periods(team_minutes: pd.Series) -> pd.Series:
    """Whole overtimes nearest to the team minutes (240 plus 25 per overtime up to the source's rounding)."""
    length = team_minutes / PLAYERS_ON_COURT
    return np.rint((length - REGULATION_GAME_MINUTES) / OVERTIME_GAME_MINUTES).clip(lower=0)


def game_minutes(team_minutes: pd.Series) -> pd.Series:
    """Length of the game in minutes: team minutes / 5, snapped to 48 + 5 per overtime."""
    return REGULATION_GAME_MINUTES + OVERTIME_GAME_MINUTES * overtime_periods(team_minutes)


def pace(*, team_possessions: pd.Series, minutes_of_game: pd.Series) -> pd.Series:
    """Possessions per 48 minutes, so that overtime does not look like speed."""
    return ratio(REGULATION_GAME_MINUTES * team_possessions, minutes_of_game)


def rating(*, pts: pd.Series, team_possessions: pd.Series) -> pd.Series:
    """Points per 100 possessions: offensive for the team that scored them, defensive for its opponent."""
    return ratio(100.0 * pts, team_possessions)

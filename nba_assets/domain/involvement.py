"""How much of his team's offence went through a player while he was on court."""

import pandas as pd

from nba_assets.contracts.game_constants import FREE_THROW_WEIGHT
from nba_assets.domain.ratio import ratio

RELIABLE_USAGE = 60.0
"""Percent above which a usage rate tells more about a short stint than about a role."""

RELIABLE_MINUTES = 3.0
"""Minutes below which a single shot moves a usage rate by ten points and more."""


def chances_used(*, fga: pd.Series, fta: pd.Series, tov: pd.Series) -> pd.Series:
    """FGA + 0.44·FTA + TOV: chances ended by a shot, a trip to the line or a turnover."""
    return fga + FREE_THROW_WEIGHT * fta + tov


def usage_rate(
    *, chances: pd.Series, minutes: pd.Series, team_chances: pd.Series, minutes_of_game: pd.Series
) -> pd.Series:
    """Percent of the team's chances that the player used while on court (Basketball-Reference's USG%).

    100 · chances · game minutes / (minutes · team chances). `team_chances` is the sum over the team's players, so
    that usage weighted by share of game minutes sums to 100 over a team. Seconds of play may push it past 100:
    it is kept. Null at zero minutes, where the team used no chance, and where an input is missing.
    """
    return ratio(100.0 * chances * minutes_of_game, minutes * team_chances)


def is_usage_rate_reliable(*, rate: pd.Series, minutes: pd.Series) -> pd.Series:
    """Whether a usage rate is at most 60 and rests on at least 3 minutes; null where there is no rate."""
    reliable = ((rate <= RELIABLE_USAGE) & (minutes >= RELIABLE_MINUTES)).astype("boolean")
    return reliable.where(rate.notna())

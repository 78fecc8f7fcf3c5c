"""Shooting efficiency as fractions; both may exceed 1."""

import pandas as pd

from nba_assets.contracts.game_constants import FREE_THROW_WEIGHT
from nba_assets.domain.ratio import ratio


def true_shooting_pct(*, pts: pd.Series, fga: pd.Series, fta: pd.Series) -> pd.Series:
    """PTS / (2·(FGA + 0.44·FTA)): points per two-point chance. Null without attempts, 0 without points."""
    return ratio(pts, 2.0 * (fga + FREE_THROW_WEIGHT * fta))


def effective_fg_pct(*, fgm: pd.Series, fg3m: pd.Series, fga: pd.Series) -> pd.Series:
    """(FGM + 0.5·3PM) / FGA: a three counts one and a half. Null without attempts, 0 without makes."""
    return ratio(fgm + 0.5 * fg3m, fga)

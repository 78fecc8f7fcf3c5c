"""When it is no fault of single games any more: too many failing games on a date, too many gaps before it."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from nba_assets.partitions import label_date
from nba_assets.readiness.thresholds import MASS_GAMES, MASS_GAMES_SHARE, RECENT_TEAM_GAMES


def is_mass(failing: Collection[str], games: int) -> bool:
    """Whether so many of a date's games fail that the date is rejected as a whole."""
    return len(failing) > MASS_GAMES and len(failing) > MASS_GAMES_SHARE * games


def gap_shares(due: pd.DataFrame, gaps: pd.DataFrame, days: Sequence[dt.date]) -> Mapping[dt.date, float]:
    """Per day: which share of the last ten games of the teams due that day are gaps; days without any left out.

    `due` are the team-games of the schedule (game_date, game_id, team_id), those of `days` among them; `gaps` are those
    of them that no reader has.
    """
    if gaps.empty or due.empty:
        return {}
    keys = ["game_date", "game_id", "team_id"]
    known = pd.concat([due[keys], gaps[keys]]).drop_duplicates().sort_values(["team_id", "game_date"], kind="stable")
    is_gap = pd.MultiIndex.from_frame(known[keys]).isin(pd.MultiIndex.from_frame(gaps[keys]))
    by_team = known.assign(gap=is_gap.astype(float)).groupby("team_id")
    recent = by_team["gap"].transform(
        lambda flags: flags.shift().rolling(RECENT_TEAM_GAMES, min_periods=1).sum()
    ) / by_team.cumcount().clip(lower=1, upper=RECENT_TEAM_GAMES)
    asked = known["game_date"].isin(pd.DatetimeIndex([pd.Timestamp(day) for day in days]))
    shares = recent[asked].fillna(0.0).groupby(known.loc[asked, "game_date"]).mean()
    return {label_date(day): float(share) for day, share in shares.items() if share > 0}

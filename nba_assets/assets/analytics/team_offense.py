"""The asset `team_offense`."""

import pandas as pd

from nba_assets.contracts.analytics import TEAM_OFFENSE
from nba_assets.domain import team_offense as domain
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.warehouse.port import Window


@table_asset(TEAM_OFFENSE, group="analytics")
def team_offense(window: Window) -> pd.DataFrame:
    """One row per game and team: possessions, pace, ratings and shooting, from official totals.

    Overtime counts through minutes, so pace is per 48. Zone columns come from the shot rows of the game's one
    provider and are null in games without (`source_unavailable`, or `upstream_missing` where they were refused).
    """
    return domain.team_offense(
        game_schedule=window["game_schedule"],
        team_box_scores=window["team_box_scores"],
        shot_attempts=window["shot_attempts"],
        gaps=window.gaps,
    )

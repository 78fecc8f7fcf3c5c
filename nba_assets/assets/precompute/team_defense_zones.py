"""The asset `team_defense_zones`."""

import pandas as pd

from nba_assets.contracts.zone_tables import TEAM_DEFENSE_ZONES
from nba_assets.domain import team_defense_zones as domain
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.warehouse.port import Window


@table_asset(TEAM_DEFENSE_ZONES, group="precompute")
def team_defense_zones(window: Window) -> pd.DataFrame:
    """One row per game and team due: field-goal percentage it allowed by zone over its last 15 games, and the league's.

    Both end before the date. Games without shot rows are left out and counted; no league average replaces a
    missing one.
    """
    return domain.team_defense_zones(
        dates=window.dates,
        game_schedule=window["game_schedule"],
        team_defense=window["team_defense"],
        gaps=window.gaps,
    )

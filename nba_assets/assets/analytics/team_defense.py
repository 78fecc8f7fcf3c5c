"""The asset `team_defense`."""

import pandas as pd

from nba_assets.contracts.analytics import TEAM_DEFENSE
from nba_assets.domain import team_defense as domain
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.warehouse.port import Window


@table_asset(TEAM_DEFENSE, group="analytics")
def team_defense(window: Window) -> pd.DataFrame:
    """One row per game and defending team: what its opponent did, and the points allowed per 100 possessions."""
    return domain.team_defense(team_offense=window["team_offense"])

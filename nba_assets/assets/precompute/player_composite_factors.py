"""The asset `player_composite_factors`."""

import pandas as pd

from nba_assets.contracts.composite_factors import PLAYER_COMPOSITE_FACTORS
from nba_assets.domain import composite_factors as domain
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.warehouse.port import Window


@table_asset(PLAYER_COMPOSITE_FACTORS, group="precompute")
def player_composite_factors(window: Window) -> pd.DataFrame:
    """One row per game and expected player: fatigue, pace, usage and zone factors, and their sum.

    A component that is missing is null, and so is the total; no default replaces it.
    """
    return domain.player_composite_factors(
        player_daily_cache=window["player_daily_cache"],
        upcoming_player_context=window["upcoming_player_context"],
        player_shot_zones=window["player_shot_zones"],
        team_defense_zones=window["team_defense_zones"],
    )

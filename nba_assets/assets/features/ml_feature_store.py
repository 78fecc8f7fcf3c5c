"""The asset `ml_feature_store`."""

import pandas as pd

from nba_assets.contracts.features import ML_FEATURE_STORE
from nba_assets.domain import feature_store as domain
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.warehouse.port import Window


@table_asset(ML_FEATURE_STORE, group="features")
def ml_feature_store(window: Window) -> pd.DataFrame:
    """One row per game and expected player: the named inputs of the points model, all known before tip-off.

    No label is here. Every null has its reason in `absence`.
    """
    return domain.ml_feature_store(
        player_daily_cache=window["player_daily_cache"],
        upcoming_player_context=window["upcoming_player_context"],
        player_composite_factors=window["player_composite_factors"],
        player_shot_zones=window["player_shot_zones"],
        team_defense_zones=window["team_defense_zones"],
    )

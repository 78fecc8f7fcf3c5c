"""The asset `player_shot_zones`."""

import pandas as pd

from nba_assets.contracts.zone_tables import PLAYER_SHOT_ZONES
from nba_assets.domain import player_shot_zones as domain
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.warehouse.port import Window


@table_asset(PLAYER_SHOT_ZONES, group="precompute")
def player_shot_zones(window: Window) -> pd.DataFrame:
    """One row per game and expected player: shares of attempts, accuracy and assists by zone, last 10 and 20 games.

    Windows count played games strictly before the date. A game without shot rows is left out whole and counted; a
    game whose shot rows were refused makes its windows null (`upstream_missing`).
    """
    return domain.player_shot_zones(
        dates=window.dates,
        game_schedule=window["game_schedule"],
        player_game_summary=window["player_game_summary"],
        gaps=window.gaps,
    )

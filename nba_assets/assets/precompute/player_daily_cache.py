"""The asset `player_daily_cache`."""

import pandas as pd

from nba_assets.contracts.precompute import PLAYER_DAILY_CACHE
from nba_assets.domain import player_daily_cache as domain
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.warehouse.port import Window


@table_asset(PLAYER_DAILY_CACHE, group="precompute")
def player_daily_cache(window: Window) -> pd.DataFrame:
    """One row per game and expected player: scoring, minutes and usage over his last N played games before the date.

    Windows count played games, across seasons, strictly before the date; every column says how many games it
    used. Null is `short_history` without an earlier game, `upstream_missing` when a game of the window is not
    in the warehouse.
    """
    return domain.player_daily_cache(
        dates=window.dates,
        game_schedule=window["game_schedule"],
        player_game_summary=window["player_game_summary"],
        team_offense=window["team_offense"],
        gaps=window.gaps,
    )

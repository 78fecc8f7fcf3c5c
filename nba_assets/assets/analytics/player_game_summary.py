"""The asset `player_game_summary`."""

import pandas as pd

from nba_assets.contracts.analytics import PLAYER_GAME_SUMMARY
from nba_assets.domain import player_game_summary as domain
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.warehouse.port import Window


@table_asset(PLAYER_GAME_SUMMARY, group="analytics")
def player_game_summary(window: Window) -> pd.DataFrame:
    """One row per game and listed player: minutes, box line, usage and shooting efficiency.

    `usage_rate` is null for a listed player who did not play (`did_not_play`) and for one without recorded
    minutes; at least 95 % of the rows with minutes must have it, or the date is rejected. Zone columns come from the
    game's shot rows: zero for who took no shot, null in a game without any.
    """
    return domain.player_game_summary(
        player_box_scores=window["player_box_scores"],
        team_offense=window["team_offense"],
        game_schedule=window["game_schedule"],
        shot_attempts=window["shot_attempts"],
        gaps=window.gaps,
    )

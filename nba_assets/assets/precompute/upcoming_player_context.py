"""The asset `upcoming_player_context`."""

import pandas as pd

from nba_assets.contracts.precompute import UPCOMING_PLAYER_CONTEXT
from nba_assets.domain import upcoming_player_context as domain
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.warehouse.port import Window


@table_asset(UPCOMING_PLAYER_CONTEXT, group="precompute")
def upcoming_player_context(window: Window) -> pd.DataFrame:
    """One row per game and expected player: rest, load, home, and both teams' recent pace and ratings.

    Expected are those who appeared in the 60 days before the date, with their latest team, less those whom the last
    injury report before tip-off lists out; who then played decides nothing here. Points lines and injury reports are
    optional: where they are rejected, what is made of them is null.
    """
    return domain.upcoming_player_context(
        dates=window.dates,
        game_schedule=window["game_schedule"],
        player_game_summary=window["player_game_summary"],
        team_offense=window["team_offense"],
        team_defense=window["team_defense"],
        point_lines=window["point_lines"],
        injury_reports=window["injury_reports"],
        gaps=window.gaps,
    )

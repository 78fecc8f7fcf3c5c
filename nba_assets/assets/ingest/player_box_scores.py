"""The asset `player_box_scores`."""

from nba_assets.contracts.raw import PLAYER_BOX_SCORES
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.sources.port import Delivery, Source
from nba_assets.warehouse.port import Window


@table_asset(PLAYER_BOX_SCORES, group="ingest", resources=("source",))
def player_box_scores(window: Window, source: Source) -> Delivery:
    """One row per game and player listed in the box score: minutes, box line, starter, why he did not play.

    A listed player who did not play has null statistics (`did_not_play`), not zeros. The points of a team's
    players sum to the team's, or the date is rejected.
    """
    return source.read("player_box_scores", min(window.days), max(window.days))

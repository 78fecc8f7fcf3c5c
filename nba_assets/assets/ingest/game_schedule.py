"""The asset `game_schedule`."""

from nba_assets.contracts.raw import GAME_SCHEDULE
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.sources.port import Delivery, Source
from nba_assets.warehouse.port import Window


@table_asset(GAME_SCHEDULE, group="ingest", resources=("source",))
def game_schedule(window: Window, source: Source) -> Delivery:
    """One row per game due on the date: tip-off, home and away by NBA id, season and phase.

    Only facts known before tip-off. A date without rows has no games and is ready and empty; a game that was
    called off keeps its row, marked as postponed.
    """
    return source.read("game_schedule", min(window.days), max(window.days))

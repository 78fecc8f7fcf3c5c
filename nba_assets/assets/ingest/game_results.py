"""The asset `game_results`."""

from nba_assets.contracts.raw import GAME_RESULTS
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.sources.port import Delivery, Source
from nba_assets.warehouse.port import Window


@table_asset(GAME_RESULTS, group="ingest", resources=("source",))
def game_results(window: Window, source: Source) -> Delivery:
    """One row per game due on the date: status, final score, overtime periods.

    What completeness is judged by. A scheduled game that is neither final nor postponed twelve hours after
    tip-off is overdue, and its date is not ready.
    """
    return source.read("game_results", min(window.days), max(window.days))

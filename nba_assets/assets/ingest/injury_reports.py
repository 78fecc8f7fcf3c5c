"""The asset `injury_reports`."""

from nba_assets.contracts.raw_pregame import INJURY_REPORTS
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.sources.port import Delivery, Source
from nba_assets.warehouse.port import Window


@table_asset(INJURY_REPORTS, group="ingest", resources=("source",))
def injury_reports(window: Window, source: Source) -> Delivery:
    """One row per report, game, team and listed player: his status as of the report's time.

    A game has several reports; which one counts is for anyone who knows the tip-off. A source without reports delivers
    none, and its dates are ready and empty.
    """
    return source.read("injury_reports", min(window.days), max(window.days))

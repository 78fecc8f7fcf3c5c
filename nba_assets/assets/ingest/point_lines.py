"""The asset `point_lines`."""

from nba_assets.contracts.raw_pregame import POINT_LINES
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.sources.port import Delivery, Source
from nba_assets.warehouse.port import Window


@table_asset(POINT_LINES, group="ingest", resources=("source",))
def point_lines(window: Window, source: Source) -> Delivery:
    """One row per game, player name and bookmaker: the last points line before tip-off.

    In-game snapshots never enter. A name that is nobody's keeps its row without a player id; too many of them reject
    the date. A source without lines delivers none, and its dates are ready and empty.
    """
    return source.read("point_lines", min(window.days), max(window.days))

"""The asset `team_box_scores`."""

from nba_assets.contracts.raw import TEAM_BOX_SCORES
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.sources.port import Delivery, Source
from nba_assets.warehouse.port import Window


@table_asset(TEAM_BOX_SCORES, group="ingest", resources=("source",))
def team_box_scores(window: Window, source: Source) -> Delivery:
    """One row per game and team: official totals, which include team turnovers and team rebounds.

    Home and away are the schedule's, by NBA id. A final game without both of its rows rejects its date.
    """
    return source.read("team_box_scores", min(window.days), max(window.days))

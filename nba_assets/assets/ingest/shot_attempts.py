"""The asset `shot_attempts`."""

from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS
from nba_assets.orchestration.table_asset import table_asset
from nba_assets.sources.port import Delivery, Source
from nba_assets.warehouse.port import Window


@table_asset(SHOT_ATTEMPTS, group="ingest", resources=("source",))
def shot_attempts(window: Window, source: Source) -> Delivery:
    """One row per field-goal attempt: who, from where, which zone, made or missed, assisted or not.

    One provider for a game. A game without any shots is allowed, the source being optional; a game with shots for
    only part of its attempts, judged by the box score, rejects its date.
    """
    return source.read("shot_attempts", min(window.days), max(window.days))

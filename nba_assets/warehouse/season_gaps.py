"""The games that are nowhere by the published schedule of a warehouse."""

import datetime as dt
from collections.abc import Collection

import pandas as pd

from nba_assets import clock
from nba_assets.contracts.contract import SCHEDULE
from nba_assets.contracts.tables import MODEL
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.gate import TRAINING_RULE
from nba_assets.readiness.season_numbering import COLUMNS, SeasonGap, require_whole_seasons, season_gaps
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.gated_reads import waivers_in
from nba_assets.warehouse.port import Warehouse


def published_gaps(
    warehouse: Warehouse, state: LedgerState, left_out: Collection[tuple[str, str]] = ()
) -> tuple[SeasonGap, ...]:
    """Gaps of the seasons over all dates of the state; a season with a date that is not ready is not judged."""
    if SCHEDULE not in state.contracts:
        return ()
    first, last = state.days[0].date(), state.days[-1].date()
    unknown = state.days[~state.is_ready(SCHEDULE)].date
    games = warehouse.find(SCHEDULE, {}, first, last, COLUMNS)
    return season_gaps(games, first, last, left_out=left_out, unknown=unknown, quarantined=state.quarantined(SCHEDULE))


def require_games(
    warehouse: Warehouse,
    games: pd.DataFrame,
    first: dt.date,
    last: dt.date,
    purpose: str,
    left_out: Collection[tuple[str, str]] = (),
) -> tuple[Waiver, ...]:
    """The waivers of the training rule without which `games`, the schedule of a window, would lack some: GateClosed."""
    state = warehouse.state()
    unknown = state.days[~state.is_ready(SCHEDULE)].date
    gaps = season_gaps(games, first, last, left_out=left_out, unknown=unknown, quarantined=state.quarantined(SCHEDULE))
    waivers = training_waivers(warehouse) if gaps else []
    return require_whole_seasons(gaps, waivers, clock.now(), purpose)


def training_waivers(warehouse: Warehouse) -> list[Waiver]:
    """Waivers of the model's training rule that are in force."""
    given = warehouse.waivers()
    found = waivers_in(given[(given["state"] == "in force") & (given["table_name"] == MODEL)])
    return [waiver for waiver in found if waiver.waives(MODEL, TRAINING_RULE, clock.now())]

"""Whether the day's work is done in time: yesterday's games landed, and today's predictions exist."""

import datetime as dt
from collections.abc import Callable

import dagster as dg
import numpy as np
import pandas as pd

from nba_assets import clock
from nba_assets.checks.up_to_date import Verdict, result
from nba_assets.contracts.contract import SCHEDULE
from nba_assets.contracts.predictions import PLAYER_POINTS_PREDICTIONS
from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.partitions import eastern_date, games_over
from nba_assets.readiness.ledger_columns import numbers
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse

LANDED = dg.AssetCheckKey(dg.AssetKey(RAW_TABLES[-1].name), "yesterday_landed")
PREDICTED = dg.AssetCheckKey(dg.AssetKey(PLAYER_POINTS_PREDICTIONS.name), "predictions_exist")

LANDED_BY, PREDICTED_BY = dt.time(9), dt.time(12)
"""The time of day, US Eastern, by which each should be so."""


def yesterday_landed(state: LedgerState, now: dt.datetime) -> Verdict:
    """Every required ingest table is ready for yesterday, US Eastern, and was read after the games were over.

    A date without games is ready without rows; one that the source does not cover cannot be late.
    """
    day = eastern_date(now) - dt.timedelta(days=1)
    at = _position(state, day)
    if at is None:
        return Verdict(True, f"{day} is not covered", f"The source does not cover {day}.")
    late = []
    for name in (contract.name for contract in RAW_TABLES):
        written = state.rows[name]["written_at"].iloc[at]
        if not state.is_ready(name)[at]:
            late.append(state.describe(name, at))
        elif pd.Timestamp(written) < games_over(state.days[[at]])[0]:
            late.append(f"{name} {day} was last read before its games were over")
    return _verdict(day, late, f"{day} has landed.")


def predictions_exist(state: LedgerState, now: dt.datetime) -> Verdict:
    """Today's slate, US Eastern, is predicted on features that are current; a day without games needs nothing."""
    day = eastern_date(now)
    at = _position(state, day)
    if at is None:
        return Verdict(True, f"{day} is not covered", f"The source does not cover {day}.")
    name, late = PLAYER_POINTS_PREDICTIONS.name, []
    if not state.is_ready(name)[at]:
        late.append(state.describe(name, at))
    elif numbers(state, SCHEDULE, "rows")[at] > 0 and not numbers(state, name, "rows")[at] > 0:
        late.append(f"{name} {day} has no rows although games are due")
    return _verdict(day, late, f"{day} is predicted.")


def _position(state: LedgerState, day: dt.date) -> int | None:
    found = np.flatnonzero(state.days == np.datetime64(day))
    return int(found[0]) if len(found) else None


def _verdict(day: dt.date, late: list[str], fine: str) -> Verdict:
    return Verdict(not late, f"{day} {late}", "; ".join(late) or fine, {"date": day.isoformat()})


VERDICTS: dict[dg.AssetCheckKey, Callable[[LedgerState, dt.datetime], Verdict]] = {
    LANDED: yesterday_landed,
    PREDICTED: predictions_exist,
}
"""What each check says, by ledger and moment."""


def freshness_checks() -> list[dg.AssetChecksDefinition]:
    """Both checks; schedules run them by the hour at which the work should be done."""
    return [_check(key, verdict) for key, verdict in VERDICTS.items()]


def _check(key: dg.AssetCheckKey, verdict: Callable[[LedgerState, dt.datetime], Verdict]) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key.asset_key, name=key.name, description=(verdict.__doc__ or "").partition("\n")[0],
        required_resource_keys={"warehouse"},
    )  # fmt: skip
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        warehouse: Warehouse = context.op_execution_context.resources.warehouse
        return result(key.asset_key, verdict(warehouse.state(), clock.now()), key.name)

    return check

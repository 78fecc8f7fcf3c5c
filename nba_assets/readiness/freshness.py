"""Whether the day's work is done in time: yesterday's games landed, and today's predictions exist."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import SCHEDULE
from nba_assets.contracts.predictions import PLAYER_POINTS_PREDICTIONS
from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.partitions import eastern_date, games_over
from nba_assets.readiness.ledger_columns import numbers
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.up_to_date import CheckVerdict


@dataclass(frozen=True)
class Deadline:
    """What should be so `by` a time of day, US Eastern; `name` is that of the check, on `table`."""

    name: str
    table: str
    by: dt.time
    verdict: Callable[[LedgerState, dt.datetime], CheckVerdict]


def yesterday_landed(state: LedgerState, now: dt.datetime) -> CheckVerdict:
    """Every required ingest table is ready for yesterday, US Eastern, and was read after the games were over.

    A date without games is ready without rows; one that the source does not cover cannot be late.
    """
    day = eastern_date(now) - dt.timedelta(days=1)
    at = _position(state, day)
    if at is None:
        return _not_covered(day)
    late = []
    for name in (contract.name for contract in RAW_TABLES):
        written = state.rows[name]["written_at"].iloc[at]
        if not state.is_ready(name)[at]:
            late.append(state.describe(name, at))
        elif pd.Timestamp(written) < games_over(state.days[[at]])[0]:
            late.append(f"{name} {day} was last read before its games were over")
    return _verdict(day, late, f"{day} has landed.")


def predictions_exist(state: LedgerState, now: dt.datetime) -> CheckVerdict:
    """Today's slate, US Eastern, is predicted on features that are current; a day without games needs nothing."""
    day = eastern_date(now)
    at = _position(state, day)
    if at is None:
        return _not_covered(day)
    name, late = PLAYER_POINTS_PREDICTIONS.name, []
    if not state.is_ready(name)[at]:
        late.append(state.describe(name, at))
    elif numbers(state, SCHEDULE, "rows")[at] > 0 and not numbers(state, name, "rows")[at] > 0:
        late.append(f"{name} {day} has no rows although games are due")
    return _verdict(day, late, f"{day} is predicted.")


LANDED = Deadline("yesterday_landed", RAW_TABLES[-1].name, dt.time(9), yesterday_landed)
PREDICTED = Deadline("predictions_exist", PLAYER_POINTS_PREDICTIONS.name, dt.time(12), predictions_exist)
DEADLINES = (LANDED, PREDICTED)


def _position(state: LedgerState, day: dt.date) -> int | None:
    found = np.flatnonzero(state.days == np.datetime64(day))
    return int(found[0]) if len(found) else None


def _not_covered(day: dt.date) -> CheckVerdict:
    return CheckVerdict(True, f"{day} is not covered", f"The source does not cover {day}.")


def _verdict(day: dt.date, late: list[str], fine: str) -> CheckVerdict:
    return CheckVerdict(not late, f"{day} {late}", "; ".join(late) or fine, {"date": day.isoformat()})

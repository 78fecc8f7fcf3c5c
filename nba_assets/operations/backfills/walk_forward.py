"""Versions of the points model month by month over history, each made of nothing from its month on.

The newest dates before the month judge the version (so that its acceptance has seen nothing of the month either), the
dates before those stop and calibrate it, everything earlier trains it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import SCHEDULE
from nba_assets.contracts.tables import MODEL
from nba_assets.errors import RequestError
from nba_assets.operations.backfills.backfill import Request, planned_request
from nba_assets.warehouse.port import Warehouse

JUDGED_ON_DATES = 45
"""Game dates of the test part: some 7,000 player-games, on which a gain of 3 % is sure."""

CALIBRATED_ON_DATES = 60
"""Game dates of the validation part: the interval of each tier of players rests on over 2,000 rows."""

TRAINED_ON_DATES = 60
"""Game dates that must lie before those two; with fewer the month has no version."""

TABLES_AFTER = ("player_points_predictions", "prediction_accuracy")


def monthly_trainings(game_days: Sequence[dt.date], first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """The training of each month with games in [first, last]: `last`, its newest date, and its `config`.

    `game_days` are all dates with games, ascending. A month with too little before it is left out.
    """
    days = [day for day in game_days if first <= day <= last]
    trainings = []
    for start in sorted({day.replace(day=1) for day in days}):
        earlier = [day for day in game_days if day < start]
        if len(earlier) >= TRAINED_ON_DATES + CALIBRATED_ON_DATES + JUDGED_ON_DATES:
            config = {
                "train_end": earlier[-CALIBRATED_ON_DATES - JUDGED_ON_DATES - 1].isoformat(),
                "validation_end": earlier[-JUDGED_ON_DATES - 1].isoformat(),
                "serves_from": start.isoformat(),
                "is_quick": True,
            }
            trainings.append({"last": (start - dt.timedelta(days=1)).isoformat(), "config": config})
    return trainings


def training_request(
    warehouse: Warehouse, source_version: str, last: dt.date | None = None, config: Mapping[str, Any] | None = None
) -> Request:
    """One training on all published dates, or on those up to `last`; `config` is that of the asset."""
    request = planned_request(warehouse, (MODEL,), source_version=source_version)
    assert request is not None, "the model is tried whenever it is asked for"
    if last is None and not config:
        return request
    training = {"last": (last or request.last).isoformat(), "config": dict(config or {})}
    return replace(request, last=last or request.last, pending_last=last or request.pending_last, trainings=(training,))


def walk_forward_request(warehouse: Warehouse, first: dt.date, last: dt.date) -> Request:
    """What to train for [first, last], and the tables to write again with it. RequestError where no model can be."""
    state = warehouse.state()
    start, end = max(first, warehouse.days[0].date()), min(last, warehouse.days[-1].date())
    has_games = state.rows[SCHEDULE]["rows"].to_numpy(dtype="float64", na_value=np.nan) > 0
    game_days = [pd.Timestamp(day).date() for day in state.days[has_games]]
    trainings = monthly_trainings(game_days, start, end)
    if not trainings:
        needed = TRAINED_ON_DATES + CALIBRATED_ON_DATES + JUDGED_ON_DATES
        raise RequestError(
            f"no month of {first} … {last} has games and {needed} game dates before it; the warehouse has "
            f"{len(game_days)} game dates: choose later months, or build more history first"
        )
    assets = (MODEL, *TABLES_AFTER)
    return Request(assets, start, end, start, end, only=(), trainings=tuple(trainings))

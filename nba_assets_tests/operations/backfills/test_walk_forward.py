"""Walk-forward: which months are trained, on which dates, and the runs that this comes to."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from nba_assets.assets.model.xgboost_points_model import TrainingConfig
from nba_assets.contracts.tables import MODEL
from nba_assets.operations.backfills.backfill import Request, waves
from nba_assets.operations.backfills.walk_forward import (
    CALIBRATED_ON_DATES,
    JUDGED_ON_DATES,
    TABLES_AFTER,
    TRAINED_ON_DATES,
    monthly_trainings,
)

SEASONS = [
    day.date()
    for season in (2022, 2023)
    for day in pd.date_range(f"{season}-10-20", f"{season + 1}-06-10")
    if day.day != 25
]
"""Two seasons of games on every day but the 25th of each month."""


def months(first: dt.date, last: dt.date, days: Sequence[dt.date] = SEASONS) -> list[str]:
    return [training["config"]["serves_from"][:7] for training in monthly_trainings(days, first, last)]


def test_every_month_with_games_has_a_version_and_no_other() -> None:
    found = months(dt.date(2023, 5, 10), dt.date(2023, 11, 5))
    assert found == ["2023-05", "2023-06", "2023-10", "2023-11"]


def test_a_month_with_too_little_before_it_has_none() -> None:
    needed = TRAINED_ON_DATES + CALIBRATED_ON_DATES + JUDGED_ON_DATES
    first = SEASONS[needed].replace(day=1)
    enough = (first + dt.timedelta(days=32)).replace(day=1)
    assert months(SEASONS[0], SEASONS[-1])[0] == enough.isoformat()[:7]


@pytest.mark.parametrize("training", monthly_trainings(SEASONS, SEASONS[0], SEASONS[-1]), ids=lambda t: t["last"])
def test_nothing_of_a_version_is_made_of_the_month_it_serves(training: dict[str, Any]) -> None:
    split = TrainingConfig(**training["config"]).split()
    start = split.train_before
    assert start.day == 1
    assert dt.date.fromisoformat(training["last"]) == start - dt.timedelta(days=1)
    earlier = pd.Series(pd.to_datetime([day for day in SEASONS if day < start]))
    sizes = {part: int(mask.sum()) for part, mask in split.rows(earlier).items()}
    assert (sizes["validation"], sizes["test"]) == (CALIBRATED_ON_DATES, JUDGED_ON_DATES)
    assert sizes["train"] >= TRAINED_ON_DATES
    assert TrainingConfig(**training["config"]).settings() != TrainingConfig().settings()


def test_its_runs_train_one_version_after_the_other_and_then_predict_all_dates() -> None:
    first, last = dt.date(2023, 11, 1), dt.date(2023, 12, 20)
    trainings = tuple(monthly_trainings(SEASONS, first, last))
    request = Request((MODEL, *TABLES_AFTER), first, last, first, last, only=(), trainings=trainings)
    request = Request.of_detail(json.loads(json.dumps(request.as_detail())))
    november, december, tables = waves(request)
    assert [(work.assets, work.last) for work in (*november, *december)] == [
        ((MODEL,), dt.date(2023, 10, 31)),
        ((MODEL,), dt.date(2023, 11, 30)),
    ]
    assert december[0].config["serves_from"] == "2023-12-01"
    assert [(work.assets, work.first, work.last) for work in tables] == [(TABLES_AFTER, first, last)]
    assert request.tags(type("Claim", (), {"id": 1, "owner": "h", "who": "ana", "why": "w"})()).get("nba/only") is None


def test_a_request_without_trainings_still_has_one() -> None:
    request = Request((MODEL,), SEASONS[0], SEASONS[9], SEASONS[0], SEASONS[9], chunk_days=3)
    ((work,),) = waves(request)
    assert (work.assets, work.last, work.config) == ((MODEL,), SEASONS[9], None)

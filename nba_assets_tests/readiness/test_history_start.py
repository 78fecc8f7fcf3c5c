"""History begins no later than what is known of the schedule says."""

import datetime as dt

import pandas as pd
import pytest

from nba_assets.readiness.history_start import history_start_of

DAYS = pd.date_range("2024-10-20", periods=4, unit="ns")
NOT_BUILT = None


@pytest.mark.parametrize(
    ("rows", "begins"),
    [
        ([0, 0, 5, 0], 22),
        ([5, 0, 0, 5], 20),
        ([0, NOT_BUILT, 5, 5], 21),
        ([NOT_BUILT] * 4, 20),
        ([0, 0, 0, 0], 20),
    ],
)
def test_it_begins_where_a_date_is_not_known_to_be_without_games(rows: list[int | None], begins: int) -> None:
    known = [(day, count) for day, count in zip(DAYS, rows, strict=True) if count is not NOT_BUILT]
    ledger = pd.DataFrame(known, columns=["game_date", "rows"]).assign(table_name="game_schedule", status="ready")
    results = ledger.assign(table_name="game_results", rows=7)
    assert history_start_of(pd.concat([ledger, results]), DAYS) == dt.date(2024, 10, begins)


def test_a_date_whose_schedule_was_refused_is_not_known() -> None:
    ledger = pd.DataFrame({"game_date": DAYS[:1], "rows": 0, "table_name": "game_schedule", "status": "rejected"})
    assert history_start_of(ledger, DAYS[:2]) == dt.date(2024, 10, 20)

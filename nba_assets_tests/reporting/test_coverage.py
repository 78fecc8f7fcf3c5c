"""Coverage by season, over hand-made rows of a warehouse that only has them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pandas as pd
import pytest

from nba_assets.reporting.coverage import LISTED_TO_PLAY, PLAYED, Coverage, Watched, coverage
from nba_assets.warehouse.port import Warehouse
from nba_assets_tests.readiness.ledgers import HandLedger, graph, table

USAGE = Watched("summary", "usage_rate", PLAYED, bar=0.95)
MINUTES = Watched("summary", "minutes_played", LISTED_TO_PLAY)
ROWS = pd.DataFrame(
    [
        (1, 30.0, 20.0, "{}"),
        (1, 12.0, None, '{"usage_rate": "upstream_missing"}'),
        (1, None, None, '{"minutes_played": "did_not_play", "usage_rate": "did_not_play"}'),
        (2, None, None, '{"minutes_played": "source_unavailable", "usage_rate": "source_unavailable"}'),
        (3, 30.0, 20.0, "{}"),
    ],
    columns=["day", "minutes_played", "usage_rate", "absence"],
)


@dataclass
class Rows:
    """The one method of a warehouse that is asked."""

    rows: pd.DataFrame

    def find(
        self, table: str, key: Mapping[str, object], first: dt.date, last: dt.date, columns: Sequence[str]
    ) -> pd.DataFrame:
        assert (table, key) == ("summary", {})
        rows = self.rows.assign(game_date=pd.to_datetime("2024-01-" + self.rows["day"].astype(str).str.zfill(2)))
        return rows.loc[rows["game_date"].between(str(first), str(last)), list(columns)]


@pytest.fixture
def ledger() -> HandLedger:
    built = HandLedger(graph(table("summary")))
    built.publish("summary", 1, 2, 3)
    return built


def test_rows_without_minutes_need_no_usage_rate(ledger: HandLedger) -> None:
    (found,) = coverage(cast(Warehouse, Rows(ROWS)), ledger.state(), (USAGE,))
    assert (found.season, found.rows, found.filled) == ("2023-24", 3, 2)
    assert found.is_below


def test_only_who_played_needs_minutes(ledger: HandLedger) -> None:
    (found,) = coverage(cast(Warehouse, Rows(ROWS)), ledger.state(), (MINUTES,))
    assert (found.rows, found.filled) == (4, 3)
    assert not found.is_below, "there is no bar"


def test_what_the_gate_closes_is_left_out(ledger: HandLedger) -> None:
    ledger.fail("summary", 1)
    (found,) = coverage(cast(Warehouse, Rows(ROWS)), ledger.state(), (USAGE,))
    assert (found.rows, found.filled, found.share) == (1, 1, 1.0)
    assert not found.is_below


def test_a_season_without_rows_has_no_share() -> None:
    assert Coverage(USAGE, "2023-24", 0, 0).share is None
    assert not Coverage(USAGE, "2023-24", 0, 0).is_below


def test_every_season_of_the_calendar_is_reported() -> None:
    built = HandLedger(graph(table("summary")), days=300)
    built.publish("summary", 1, 2, 3)
    found = coverage(cast(Warehouse, Rows(ROWS)), built.state(), (USAGE,))
    assert [(one.season, one.rows) for one in found] == [("2023-24", 3), ("2024-25", 0)]

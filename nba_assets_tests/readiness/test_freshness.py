"""Freshness by ledger and moment: the day's work is done, late, or not due."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from nba_assets.checks.freshness import check_key, freshness_checks
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.freshness import DEADLINES, predictions_exist
from nba_assets.readiness.freshness import yesterday_landed as landed
from nba_assets.readiness.state import LedgerState
from nba_assets_tests.readiness.wide_ledger import built_ledger

DAYS = pd.date_range("2025-01-13", "2025-01-16", unit="ns")
NOON = dt.datetime(2025, 1, 15, 17, 0, tzinfo=dt.UTC)
"""Noon on the 15th, Eastern."""


@pytest.fixture
def ledger() -> pd.DataFrame:
    """Everything ready, every date read at four in the morning after."""
    frame = built_ledger(TABLES, DAYS, chunk=4)
    read = (frame["game_date"] + pd.Timedelta(days=1, hours=4)).dt.tz_localize("America/New_York")
    return frame.assign(written_at=read.dt.tz_convert("UTC"))


def state(ledger: pd.DataFrame) -> LedgerState:
    return LedgerState(ledger, TABLES, DAYS)


def put(ledger: pd.DataFrame, table: str, day: str, **facts: Any) -> pd.DataFrame:
    chosen = (ledger["table_name"] == table) & (ledger["game_date"] == day)
    assert chosen.sum() == 1
    for name, value in facts.items():
        ledger.loc[chosen, name] = value
    return ledger


def test_what_is_done_passes(ledger: pd.DataFrame) -> None:
    assert landed(state(ledger), NOON).passed
    assert predictions_exist(state(ledger), NOON).passed


def test_a_missing_table_is_named(ledger: pd.DataFrame) -> None:
    there = ledger[(ledger["table_name"] != "team_box_scores") | (ledger["game_date"] != "2025-01-14")]
    verdict = landed(state(there), NOON)
    assert not verdict.passed
    assert "team_box_scores 2025-01-14 is missing" in verdict.description


def test_a_date_that_was_read_before_its_games_has_not_landed(ledger: pd.DataFrame) -> None:
    early = pd.Timestamp("2025-01-14 12:00", tz="America/New_York").tz_convert("UTC")
    verdict = landed(state(put(ledger, "player_box_scores", "2025-01-14", written_at=early)), NOON)
    assert not verdict.passed
    assert "player_box_scores 2025-01-14 was last read before its games were over" in verdict.description


def test_only_yesterday_counts(ledger: pd.DataFrame) -> None:
    put(ledger, "game_results", "2025-01-13", status="rejected", reasons="overdue")
    assert landed(state(ledger), NOON).passed
    put(ledger, "game_results", "2025-01-14", status="rejected", reasons="overdue")
    assert not landed(state(ledger), NOON).passed


def test_yesterday_is_the_leagues(ledger: pd.DataFrame) -> None:
    put(ledger, "game_results", "2025-01-14", status="rejected", reasons="overdue")
    late_evening = dt.datetime(2025, 1, 15, 4, 30, tzinfo=dt.UTC)
    assert landed(state(ledger), late_evening).passed, "it is still the 14th: the 13th is asked for"


def test_predictions_without_rows_are_missing_only_on_a_day_with_games(ledger: pd.DataFrame) -> None:
    put(ledger, "player_points_predictions", "2025-01-15", rows=0)
    assert not predictions_exist(state(ledger), NOON).passed
    put(ledger, "game_schedule", "2025-01-15", rows=0)
    assert predictions_exist(state(ledger), NOON).passed


def test_stale_predictions_do_not_count(ledger: pd.DataFrame) -> None:
    newest = int(ledger["build_id"].max()) + 1
    put(ledger, "ml_feature_store", "2025-01-15", content_build=newest, build_id=newest)
    verdict = predictions_exist(state(ledger), NOON)
    assert not verdict.passed
    assert "player_points_predictions 2025-01-15 is stale" in verdict.description


def test_out_of_season_nothing_is_late(ledger: pd.DataFrame) -> None:
    summer = dt.datetime(2025, 7, 15, 17, 0, tzinfo=dt.UTC)
    assert landed(state(ledger), summer).passed
    assert predictions_exist(state(ledger), summer).passed


def test_each_check_is_defined_on_its_table() -> None:
    keys = {check_key(deadline) for deadline in DEADLINES}
    assert {check.check_key for check in freshness_checks()} == keys
    assert {key.name for key in keys} == {"yesterday_landed", "predictions_exist"}

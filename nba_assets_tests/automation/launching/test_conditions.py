"""The conditions under Dagster's own evaluator: what they request, and above all what they do not."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import dagster as dg
import pandas as pd
import pytest
from dagster._core.test_utils import create_run_for_test

from nba_assets.automation.launching.automation_sensor import ASKED_TAG, FIRST_PAUSE
from nba_assets.automation.launching.conditions import AUTOMATION
from nba_assets.orchestration.run_tags import ONLY_TAG, RANGE_END_TAG, RANGE_START_TAG, WHO_TAG
from nba_assets.partitions import Span
from nba_assets.readiness.state import LedgerState
from nba_assets.settings import Settings
from nba_assets.warehouse.port import Warehouse, WarehouseError
from nba_assets_tests.automation.toy_automation import ToyAutomation
from nba_assets_tests.dagster_values import requests_of
from nba_assets_tests.readiness.ledgers import CHAIN, WRITTEN_AT, HandLedger, graph, table
from nba_assets_tests.readiness.wide_ledger import built_ledger, calendar, rewritten, wide_graph


@pytest.fixture
def toy(instance: dg.DagsterInstance, tmp_path: Path) -> ToyAutomation:
    return ToyAutomation(HandLedger(CHAIN, days=8).publish_all(), instance, Settings(home=tmp_path))


def test_what_is_published_is_left_alone(toy: ToyAutomation) -> None:
    assert toy.requested() == {}


def test_a_tick_that_launches_nothing_says_that_everything_is_up_to_date_only_where_it_is(toy: ToyAutomation) -> None:
    assert toy.tick().skip_message == "Everything is ready and up to date."
    toy.ledger.invalidate("raw", 3, reasons="invalidated by ana: typo")
    assert toy.tick().skip_message == (
        "Nothing can be built now; not ready: 11 stale, 1 rejected. Waiting for raw 2024-01-03 (invalidated by ana: "
        "typo). Fix: nba-assets backfill --from 2024-01-03"
    )
    toy.ledger.fail("summary", 3, status="blocked", reasons="raw 2024-01-03 is rejected: invalidated by ana: typo")
    for name in ("cache", "features"):
        toy.ledger.publish(name, 4, 5, 6, 7, 8)
    assert toy.tick().skip_message.startswith("Nothing can be built now; not ready: 1 rejected, 1 blocked. ")


def test_a_rejected_date_closes_its_readers_until_it_is_repaired(toy: ToyAutomation) -> None:
    """The case in which Dagster's own conditions ask for dates on an upstream whose check has failed."""
    toy.ledger.publish("raw", 3, 7)
    toy.ledger.fail("raw", 3)
    assert toy.requested()["summary"] == [7]
    toy.ledger.publish("raw", 3)
    assert toy.requested()["summary"] == [3, 7]


def test_a_new_slate_is_requested_in_every_table(toy: ToyAutomation) -> None:
    for name in CHAIN:
        toy.ledger.forget(name, 8)
    assert toy.requested() == {key: [8] for key in CHAIN}


def test_an_old_correction_is_requested_as_far_as_it_reaches(toy: ToyAutomation) -> None:
    """Dagster's stock conditions look at the newest dates only, and one table deep."""
    toy.ledger.publish("raw", 2)
    assert toy.requested() == {"summary": [2], "cache": [3, 4, 5, 6, 7, 8], "features": [3, 4, 5, 6, 7, 8]}
    toy.ledger.publish("summary", 2, changed=False)
    assert toy.requested() == {}, "unchanged content stops the wave"


def test_nobody_asks_for_what_is_blocked(toy: ToyAutomation) -> None:
    toy.ledger.publish("raw", 2)
    span = Span("summary", toy.ledger.day(1), toy.ledger.day(8))
    claim = toy.store.reserve([span], owner="backfill:x", kind="backfill", who="Ada", why="the scorer's sheet")
    assert toy.requested() == {}
    tick = toy.tick()
    assert requests_of(tick) == []
    assert tick.skip_message == (
        f"waits behind claim {claim.id} of backfill:x (Ada: the scorer's sheet): summary 2024-01-02"
    )
    toy.store.end(claim.id, "done")
    assert "summary" in toy.requested()


def test_a_tick_launches_ranged_runs_that_build_what_is_outdated_only(toy: ToyAutomation) -> None:
    toy.ledger.publish("raw", 2)
    (request,) = requests_of(toy.tick())
    assert [key.to_user_string() for key in request.asset_selection] == ["summary", "cache", "features"]
    tags = request.tags
    assert (tags[RANGE_START_TAG], tags[RANGE_END_TAG]) == ("2024-01-02", "2024-01-08")
    assert (tags[ONLY_TAG], tags[WHO_TAG]) == ("outdated", AUTOMATION)


def test_a_refused_ingest_date_is_asked_for_again_when_nothing_else_is_due(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    contracts = graph(replace(table("raw"), ingest=True), table("summary", same_date=["raw"]))
    ledger = HandLedger(contracts, days=8).publish_all()
    ledger.fail("raw", 2)
    toy = ToyAutomation(ledger, instance, Settings(home=tmp_path), now=lambda: WRITTEN_AT + pd.Timedelta("30D"))
    ledger.publish("raw", 5)
    (request,) = requests_of(toy.tick())
    assert [key.to_user_string() for key in request.asset_selection] == ["summary"]
    ledger.publish("summary", 5)
    (request,) = requests_of(toy.tick())
    assert [key.to_user_string() for key in request.asset_selection] == ["raw"]
    tags = request.tags
    assert (tags[RANGE_START_TAG], tags[RANGE_END_TAG], tags[ONLY_TAG]) == ("2024-01-02", "2024-01-02", "failed")


def test_a_tick_shows_in_the_ui_which_dates_of_which_table_it_asks_for(toy: ToyAutomation) -> None:
    toy.ledger.publish("raw", 2)
    evaluations = toy.tick().automation_condition_evaluations
    asked = {found.key.to_user_string(): found.true_subset.size for found in evaluations}
    assert {table: count for table, count in asked.items() if count} == {"summary": 1, "cache": 6, "features": 6}


def test_nothing_is_launched_while_a_launch_is_at_work(toy: ToyAutomation) -> None:
    toy.ledger.publish("raw", 2)
    (request,) = requests_of(toy.tick())
    create_run_for_test(toy.instance, "toy", tags=request.tags, status=dg.DagsterRunStatus.NOT_STARTED)
    tick = toy.tick()
    assert requests_of(tick) == []
    assert "is at work" in tick.skip_message


def test_a_launch_that_failed_before_it_built_anything_pauses(toy: ToyAutomation) -> None:
    toy.ledger.publish("raw", 2)
    (request,) = requests_of(toy.tick())
    create_run_for_test(toy.instance, "toy", tags=request.tags, status=dg.DagsterRunStatus.FAILURE)
    tick = toy.tick()
    assert requests_of(tick) == []
    assert "tried again in 0:0" in tick.skip_message
    assert FIRST_PAUSE.total_seconds() == 300
    toy.ledger.publish("raw", 3)
    (other,) = requests_of(toy.tick())
    assert other.tags[ASKED_TAG] != request.tags[ASKED_TAG], "other dates are due now"


def test_a_warehouse_that_is_busy_is_a_line_and_no_error(toy: ToyAutomation) -> None:
    def busy() -> None:
        raise WarehouseError("warehouse.duckdb is open elsewhere")

    toy.decider.warehouse = cast(Callable[[], Warehouse], busy)
    assert toy.requested() == {}
    tick = toy.tick()
    assert tick.skip_message == "nothing can be decided now: warehouse.duckdb is open elsewhere"
    assert requests_of(tick) == []


class WideLedger(HandLedger):
    """Twenty tables over 1,900 dates."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.contracts, self.days, self._frame = wide_graph(), calendar(), frame

    def frame(self) -> pd.DataFrame:
        return self._frame

    def state(self, history_start: int | None = None, **columns: Any) -> LedgerState:
        return LedgerState(self._frame, self.contracts, self.days)


@pytest.mark.parametrize("is_corrected", [False, True], ids=["quiet", "944 dates corrected"])
def test_a_tick_over_1900_dates_of_twenty_tables_is_quick(
    instance: dg.DagsterInstance, tmp_path: Path, is_corrected: bool
) -> None:
    contracts = wide_graph()
    frame = built_ledger(contracts, calendar(), chunk=400)
    frame["written_at"] = pd.Timestamp("2027-01-01", tz="UTC")
    if is_corrected:
        frame = rewritten(frame, "player_box_scores", slice(300, 300 + 944))
    toy = ToyAutomation(WideLedger(frame), instance, Settings(home=tmp_path))
    toy.tick()
    started = time.process_time()
    tick = toy.tick()
    seconds = time.process_time() - started
    assert seconds < 10
    runs = requests_of(tick)
    assert bool(runs) is is_corrected
    spans = [(key, run.tags[RANGE_START_TAG]) for run in runs for key in run.asset_selection]
    assert len(spans) == len(set(spans))
    assert len(runs) <= 5, "one for each chunk of 400 dates"

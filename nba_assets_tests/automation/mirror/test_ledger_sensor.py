"""The sensor on a ledger kept by hand: Dagster shows what it says after one tick, and then nothing more is reported."""

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from nba_assets.automation.alerting.stuck_claims import StuckClaim
from nba_assets.automation.mirror import ledger_sensor
from nba_assets.automation.mirror.ledger_sensor import INTERVAL_SECONDS, Reported, tell
from nba_assets.checks.up_to_date import CHECK_NAME as UP_TO_DATE
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import MODEL
from nba_assets.event_log.dagster_state import FAILED, PLANNED, SUCCEEDED, ShownCheck, shown_checks, shown_dates
from nba_assets.event_log.outcomes import CHECK_NAME as PARTITION_READY
from nba_assets.settings import Settings
from nba_assets.warehouse.port import WarehouseError
from nba_assets_tests.automation.some_claims import reserve
from nba_assets_tests.dagster_values import as_table
from nba_assets_tests.event_log.instances import EVERY_LOG
from nba_assets_tests.readiness.ledgers import HandLedger, only_ledger

TABLES = ("raw", "summary", "cache", "features")


class Watch:
    """The sensor on an instance and a ledger, tick after tick with its own cursor."""

    def __init__(self, instance: dg.DagsterInstance, ledger: HandLedger, home: Path) -> None:
        self.instance, self.ledger, self.settings = instance, ledger, Settings(home=home)
        self.cursor: str | None = None

    def tick(self, **options: Any) -> Reported:
        reported = tell(self.instance, only_ledger(self.ledger), self.settings, self.cursor, **options)
        self.cursor = reported.cursor
        return reported

    def settle(self) -> int:
        """Ticks until nothing is reported any more; how many dates were reported."""
        reported = 0
        for _ in range(10):
            tick = self.tick()
            reported += tick.dates
            if tick.cursor:
                return reported
        raise AssertionError("the sensor never comes to rest")

    def shown(self, table: str) -> dict[int, str]:
        """Result by number of the day, of the days whose result Dagster shows."""
        dates = shown_dates(self.instance, table, PARTITION_READY)
        return {day.day: date.check.status for day, date in dates.items() if date.check.is_current}

    def contents(self, table: str) -> dict[int, str]:
        dates = shown_dates(self.instance, table, PARTITION_READY)
        return {day.day: date.data_version for day, date in dates.items() if date.target}

    def up_to_date(self) -> dict[str, str]:
        shown = shown_checks(self.instance, UP_TO_DATE, [*TABLES, MODEL])
        return {table: check.status for table, check in shown.items() if check.is_current}

    def evaluation(self, table: str) -> dg.AssetCheckEvaluation:
        key = dg.AssetCheckKey(dg.AssetKey(table), UP_TO_DATE)
        (record,) = self.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
        assert record.evaluation is not None
        return record.evaluation

    def evaluations(self, table: str) -> int:
        key = dg.AssetCheckKey(dg.AssetKey(table), UP_TO_DATE)
        return len(self.instance.event_log_storage.get_asset_check_execution_history(key, limit=100))


@pytest.fixture
def watch(instance: dg.DagsterInstance, tmp_path: Path) -> Watch:
    return Watch(instance, HandLedger().publish_all(), tmp_path)


GREEN = dict.fromkeys(range(1, 5), SUCCEEDED)


@EVERY_LOG
def test_what_dagster_does_not_know_is_reported_and_then_it_is_quiet(watch: Watch) -> None:
    first = watch.tick()
    assert (first.dates, first.checks, first.waiting) == (16, 5, 0)
    watch.settle()
    for build, table in enumerate(TABLES, start=1):
        assert watch.shown(table) == GREEN
        assert watch.contents(table) == dict.fromkeys(range(1, 5), f"{table} {build}")
    assert watch.up_to_date() == dict.fromkeys([*TABLES, MODEL], SUCCEEDED)
    quiet = watch.tick()
    assert (quiet.checks, quiet.dates, quiet.cursor) == (0, 0, watch.cursor)


def test_a_correction_turns_everything_below_it_red_and_its_repair_green_again(watch: Watch) -> None:
    watch.settle()
    watch.ledger.publish("raw", 2)
    watch.tick()
    assert watch.up_to_date() | {"raw": SUCCEEDED} == {
        "raw": SUCCEEDED, "summary": FAILED, "cache": FAILED, "features": FAILED, MODEL: SUCCEEDED,
    }  # fmt: skip
    assert watch.shown("raw") == GREEN
    assert watch.contents("raw")[2] == "raw 5"
    assert watch.shown("summary") == GREEN | {2: FAILED}
    assert watch.shown("features") == GREEN | {3: FAILED, 4: FAILED}
    evaluation = watch.evaluation("features")
    assert "raw 2024-01-02 changed in build 5" in evaluation.description
    row = as_table(evaluation.metadata["stale_ranges"]).records[0].data
    assert {name: row[name] for name in ("first", "last", "dates", "because_of", "build")} == {
        "first": "2024-01-03", "last": "2024-01-04", "dates": 2, "because_of": "raw", "build": "5",
    }  # fmt: skip
    assert watch.settle() == 0, "nothing is reported twice"

    for table in TABLES[1:]:
        watch.ledger.publish(table, 2, 3, 4, changed=False)
    watch.settle()
    assert watch.up_to_date() == dict.fromkeys([*TABLES, MODEL], SUCCEEDED)
    for table in TABLES:
        assert watch.shown(table) == GREEN, "fixed without a run that reported so"


def test_a_verdict_is_reported_again_only_when_it_changes(watch: Watch) -> None:
    watch.settle()
    watch.ledger.publish("raw", 2)
    watch.settle()
    reported = watch.evaluations("features")
    watch.ledger.publish("raw", 2, changed=False)
    watch.settle()
    assert watch.evaluations("features") == reported
    watch.ledger.publish("raw", 1)
    watch.settle()
    assert watch.evaluations("features") == reported + 1, "one more range"


def test_what_was_wiped_is_back(watch: Watch) -> None:
    watch.settle()
    watch.ledger.fail("raw", 3)
    watch.settle()
    watch.instance.wipe_assets([dg.AssetKey("raw"), dg.AssetKey("features")])
    assert watch.shown("raw") == {}
    assert watch.settle() == 8
    assert watch.contents("raw") == dict.fromkeys(range(1, 5), "raw 1")
    assert watch.shown("raw") == GREEN | {3: FAILED}
    assert watch.up_to_date() == dict.fromkeys([*TABLES, MODEL], SUCCEEDED)


def test_another_instance_is_reported_the_same(watch: Watch, tmp_path: Path) -> None:
    watch.settle()
    with dg.DagsterInstance.ephemeral() as other:
        elsewhere = Watch(other, watch.ledger, tmp_path)
        elsewhere.settle()
        assert elsewhere.contents("features") == watch.contents("features")


def test_an_older_warehouse_file_shows(watch: Watch) -> None:
    watch.settle()
    watch.ledger.forget("features", 4)
    watch.settle()
    assert watch.shown("features") == GREEN | {4: FAILED}


def test_marks_made_by_hand_are_corrected(watch: Watch) -> None:
    watch.settle()
    watch.instance.report_runless_asset_event(dg.AssetMaterialization("raw", partition="2024-01-02"))
    assert watch.contents("raw")[2] == ""
    watch.settle()
    assert watch.contents("raw")[2] == "raw 1"
    assert watch.up_to_date()["raw"] == SUCCEEDED, "newer content hides what was reported before"


def test_a_deep_correction_is_reported_in_parts_newest_dates_first(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.settle()
    monkeypatch.setattr(ledger_sensor, "BATCH", 2)
    watch.ledger.publish("raw", 1)
    late = itertools.chain([0.0], itertools.repeat(1_000.0))
    first = watch.tick(clock=lambda: next(late))
    assert (first.dates, first.waiting) == (2, 6)
    assert watch.shown("cache")[4] == watch.shown("features")[4] == FAILED
    assert watch.shown("summary")[1] == SUCCEEDED
    assert "6 dates follow" in str(first)
    assert first.cursor == "", "the next tick goes on"
    assert watch.up_to_date()["summary"] == FAILED, "the verdicts are all reported at once"
    watch.settle()
    assert watch.shown("summary") == GREEN | {1: FAILED}
    assert watch.shown("features") == GREEN | {2: FAILED, 3: FAILED, 4: FAILED}


def sensor_tick(watch: Watch, warehouse: object, cursor: str | None = None) -> dg.SensorResult:
    resources = {"warehouse": warehouse, "settings": watch.settings}
    with dg.build_sensor_context(instance=watch.instance, resources=resources, cursor=cursor) as context:
        result = ledger_sensor.ledger_sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def test_the_sensor_runs_by_default_and_launches_nothing(watch: Watch) -> None:
    assert ledger_sensor.ledger_sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert ledger_sensor.ledger_sensor.minimum_interval_seconds == INTERVAL_SECONDS == 30
    warehouse = only_ledger(watch.ledger)
    result = sensor_tick(watch, warehouse)
    assert result.run_requests is None or result.run_requests == []
    assert "16 dates" in result.skip_reason.skip_message
    assert watch.shown("raw") == GREEN
    settled = sensor_tick(watch, warehouse, sensor_tick(watch, warehouse, result.cursor).cursor)
    assert settled.skip_reason.skip_message == "Dagster shows what the ledger says."


def test_a_warehouse_that_is_busy_is_asked_again_later(watch: Watch) -> None:
    class Busy:
        def state(self) -> None:
            raise WarehouseError("warehouse.duckdb is open elsewhere")

    result = sensor_tick(watch, Busy(), '{"seen": "kept"}')
    assert "open elsewhere" in result.skip_reason.skip_message
    assert result.cursor == '{"seen": "kept"}'


def test_a_slow_claim_is_reported_once(watch: Watch, store: ClaimStore, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = StuckClaim(reserve(store), "slow", "it is slow")
    monkeypatch.setattr(ledger_sensor, "slow", lambda claims, warehouse, now: [problem])
    first = sensor_tick(watch, only_ledger(watch.ledger))
    assert first.skip_reason.skip_message.endswith("it is slow")
    second = sensor_tick(watch, only_ledger(watch.ledger), first.cursor)
    assert "it is slow" not in second.skip_reason.skip_message


def test_a_verdict_left_to_a_live_run_is_reported_when_it_is_dead(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.settle()
    shown = {table: ShownCheck(PLANNED, "live run") for table in [*TABLES, MODEL]}
    monkeypatch.setattr(ledger_sensor, "shown_checks", lambda *_: shown)
    monkeypatch.setattr(ledger_sensor, "live_runs", lambda *_: frozenset({"live run"}))
    watch.ledger.publish("raw", 2, changed=False)
    waiting = watch.tick()
    assert (waiting.checks, waiting.cursor) == (0, ""), "its death would change nothing that is looked at"
    monkeypatch.setattr(ledger_sensor, "live_runs", lambda *_: frozenset())
    assert watch.tick().checks == 5


def test_dates_left_to_a_live_run_are_reported_when_it_is_dead(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.settle()
    watch.ledger.run_id, watch.ledger.now = "live run", pd.Timestamp(dt.datetime.now(dt.UTC))
    watch.ledger.publish("features", 4)
    monkeypatch.setattr(ledger_sensor, "live_runs", lambda instance, settings: frozenset({"live run"}))
    waiting = watch.tick()
    assert (waiting.dates, waiting.left, waiting.cursor) == (0, 1, "")
    monkeypatch.undo()
    assert watch.settle() == 1
    assert watch.contents("features")[4] == "features 5"

"""The page follows every change of the ledger, once, after the runs at work, and is not skipped with what failed."""

from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
import vl_convert

from nba_assets.automation.alerting import report_sensor as module
from nba_assets.automation.alerting.report_sensor import REPORT, report_sensor
from nba_assets.partitions import Span
from nba_assets.settings import Settings
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets.warehouse.port import WarehouseError
from nba_assets_tests.dagster_values import requests_of
from nba_assets_tests.platform import Platform, SlicedSource
from nba_assets_tests.warehouse.raw_publishes import DAYS, publish_raw, warehouse_at


@pytest.fixture
def home(tmp_path: Path) -> SimpleNamespace:
    warehouse = warehouse_at(tmp_path / "warehouse.duckdb", history_start=DAYS[0])
    return SimpleNamespace(settings=Settings(home=tmp_path), warehouse=warehouse)


def tick(home: SimpleNamespace, cursor: str | None) -> dg.SensorResult:
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance, cursor=cursor, resources={"warehouse": home.warehouse, "settings": home.settings}
        )
        result = report_sensor(True)(context)
    assert isinstance(result, dg.SensorResult)
    return result


def test_before_anything_was_attempted_no_page_is_asked_for(home: SimpleNamespace) -> None:
    assert tick(home, None).run_requests == []


def test_each_change_of_the_ledger_asks_for_one_page(home: SimpleNamespace) -> None:
    publish_raw(home.warehouse)
    first = tick(home, None)
    assert len(requests_of(first)) == 1
    assert requests_of(first)[0].tags["nba/why"] == f"the ledger is at {first.cursor}"
    assert tick(home, first.cursor).run_requests == []
    home.warehouse.invalidate(Span("team_box_scores", DAYS[1], DAYS[1]), who="ana", why="wrong", token=0)
    assert len(requests_of(tick(home, first.cursor))) == 1


def test_a_decision_that_changes_no_date_is_reported_too(home: SimpleNamespace) -> None:
    publish_raw(home.warehouse)
    before = tick(home, None).cursor
    home.warehouse.record("freeze", "ana", "audit", [Span("team_box_scores", DAYS[0], DAYS[0])])
    assert len(requests_of(tick(home, before))) == 1


def test_the_page_waits_for_runs_at_work(home: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_raw(home.warehouse)
    monkeypatch.setattr(module, "live_runs", lambda *_: frozenset({"r1"}))
    waiting = tick(home, "before")
    assert waiting.run_requests == []
    assert waiting.cursor is None, "the change is still to be reported"
    assert "run r1 is at work" in waiting.skip_reason.skip_message


def test_a_ledger_that_cannot_be_read_is_a_reason_not_a_failure(
    home: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked() -> None:
        raise WarehouseError("the file is locked")

    monkeypatch.setattr(home.warehouse, "ledger", locked)
    assert "the file is locked" in tick(home, None).skip_reason.skip_message


def test_a_run_of_everything_ends_with_the_page_though_the_model_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda: "/* library */")
    league = SimulatedLeague(seasons=1)
    platform = Platform(tmp_path, SlicedSource(league, league.first_date, league.first_date))
    result = platform.run(tables=["game_schedule", "xgboost_points_model", REPORT])
    steps = [event.step_key for event in result.filter_events(lambda event: event.is_step_start)]
    assert not result.success
    assert [event.step_key for event in result.filter_events(lambda event: event.is_step_failure)] == [
        "xgboost_points_model"
    ]
    assert steps[-1] == REPORT
    assert (platform.settings.reports / "data_quality_report.html").exists()

"""The page as an asset and as a command: written whole, linked, with the incidents in the metadata."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import dagster as dg
import pytest
import vl_convert
from typer.testing import CliRunner

from nba_assets.assets.quality.data_quality_report import data_quality_report
from nba_assets.cli import report as reporting
from nba_assets.cli.app import app
from nba_assets.partitions import Span
from nba_assets.platform import Platform
from nba_assets.settings import Settings
from nba_assets.storage.directory import DirectoryStore
from nba_assets_tests.dagster_values import as_json, as_table
from nba_assets_tests.warehouse.raw_publishes import DAYS, publish_raw, warehouse_at


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda: "/* library */")
    settings = Settings(home=tmp_path, who="ana")
    settings.models.mkdir()
    warehouse = warehouse_at(settings.warehouse, history_start=DAYS[0])
    publish_raw(warehouse)
    warehouse.invalidate(Span("team_box_scores", DAYS[1], DAYS[1]), who="ana", why="wrong minutes", token=0)
    return SimpleNamespace(settings=settings, warehouse=warehouse, models=settings.models)


def test_the_asset_writes_the_page_and_links_it(platform: SimpleNamespace) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        resources = {"warehouse": platform.warehouse, "settings": platform.settings, "source": object()}
        result = dg.materialize([data_quality_report], resources=resources, instance=instance)
        (event,) = result.asset_materializations_for_node("data_quality_report")
    path = platform.settings.reports / "data_quality_report.html"
    assert "invalidated by ana: wrong minutes" in path.read_text()
    assert event.metadata["page"].value == str(path)
    assert event.metadata["open"].value == path.as_uri()
    assert as_json(event.metadata["partitions"])["rejected"] == 1
    rejected = next(
        record.data
        for record in as_table(event.metadata["incidents"]).records
        if record.data["incident"].startswith("rejected")
    )
    assert rejected["incident"] == "rejected: team_box_scores 2024-12-04"
    assert rejected["fix"] == "nba-assets backfill --from 2024-12-04"
    assert rejected["blocked"] > 0


def test_the_asset_puts_the_page_into_the_bucket_of_the_reports(
    platform: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = DirectoryStore(tmp_path / "bucket")
    monkeypatch.setattr("nba_assets.assets.quality.data_quality_report.open_store", lambda address: bucket)
    settings = replace(platform.settings, report_store="gs://nba/reports")
    with dg.DagsterInstance.ephemeral() as instance:
        resources = {"warehouse": platform.warehouse, "settings": settings, "source": object()}
        result = dg.materialize([data_quality_report], resources=resources, instance=instance)
        (event,) = result.asset_materializations_for_node("data_quality_report")
    name = "data_quality_report.html"
    assert event.metadata["page"].value == bucket.address(name)
    assert bucket.read(name).content == (settings.reports / name).read_bytes()


def test_the_command_writes_the_same_page(platform: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "open_platform", lambda: platform)
    said = json.loads(CliRunner().invoke(app, ["report", "--json"]).output)
    assert said["partitions"]["rejected"] == 1
    assert "file://" in CliRunner().invoke(app, ["report"]).output


def test_the_ui_says_where_the_page_is_or_how_to_write_it(
    platform: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    reporting.print_report(cast(Platform, platform))
    assert "nba-assets report" in capsys.readouterr().out
    platform.settings.reports.mkdir()
    (platform.settings.reports / "data_quality_report.html").write_text("")
    reporting.print_report(cast(Platform, platform))
    assert "data_quality_report.html" in capsys.readouterr().out

"""The doctor: what is broken is named with its remedy, and one broken part does not hide the others."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pandas as pd
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.home import prepare_home
from nba_assets.operations.doctor import USER_CREDENTIALS, Finding, Level, Outside, examine
from nba_assets.settings import Settings, outside_environment
from nba_assets.sources.port import SourceError
from nba_assets.warehouse.port import Warehouse, WarehouseError
from nba_assets_tests.readiness.wide_ledger import built_ledger
from nba_assets_tests.warehouse.raw_publishes import publish_raw, warehouse_at


class Ledger:
    """A warehouse of two dates of every table: the shots of the first are incomplete, its accuracy is stale."""

    def ledger(self) -> pd.DataFrame:
        days = pd.date_range("2025-01-13", periods=2, unit="ns")
        frame = built_ledger(TABLES, days, chunk=2).assign(completeness=1.0)
        first = frame["game_date"] == days[0]
        frame.loc[first & (frame["table_name"] == "shot_attempts"), "completeness"] = 0.5
        frame.loc[first & (frame["table_name"] == "prediction_accuracy"), "code_version"] = 0
        return frame


def unreachable() -> Warehouse:
    raise WarehouseError("the dataset is gone")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", who="ana")


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(
        {}, lambda: cast(Warehouse, Ledger()), lambda: "archive: 2021-10-01 … 2025-06-22", SourceError, tmp_path
    )


def found(settings: Settings, outside: Outside) -> dict[str, Finding]:
    return {finding.part: finding for finding in examine(settings, outside)}


def test_a_machine_where_nothing_was_built_yet_has_no_problem(settings: Settings, outside: Outside) -> None:
    findings = found(settings, outside)
    assert {part: finding.level for part, finding in findings.items()} == {
        "environment": Level.OK, "home": Level.WARNING, "disk": findings["disk"].level, "warehouse": Level.WARNING,
        "storage": Level.OK, "claims": Level.OK, "dagster": Level.WARNING, "source": Level.OK,
    }  # fmt: skip
    assert not settings.home.exists(), "looking makes nothing"


def test_everything_that_is_not_well_says_what_to_do(settings: Settings, outside: Outside) -> None:
    for finding in examine(settings, outside):
        assert (finding.to_do == "") == (finding.level is Level.OK)


def test_a_home_of_another_source_is_a_problem(settings: Settings, outside: Outside) -> None:
    settings.home.mkdir()
    (settings.home / "source").write_text("archive\n")
    finding = found(settings, outside)["home"]
    assert finding.level is Level.PROBLEM
    assert "NBA_SOURCE=archive" in finding.to_do


def test_a_built_warehouse_is_counted_and_a_broken_one_reported(settings: Settings, outside: Outside) -> None:
    publish_raw(warehouse_at(settings.warehouse))
    assert "16 of 16 attempted partitions ready" in found(settings, outside)["warehouse"].said
    settings.warehouse.write_text("this is no database")
    finding = found(settings, outside)["warehouse"]
    assert finding.level is Level.PROBLEM
    assert finding.said.startswith("[NBA-301]")
    assert found(settings, outside)["source"].level is Level.OK, "the others are looked at all the same"


def test_claims_that_cannot_be_reached_are_a_problem(settings: Settings, outside: Outside, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    finding = found(replace(settings, claims=f"sqlite:///{tmp_path}/file/claims.sqlite"), outside)["claims"]
    assert finding.level is Level.PROBLEM
    assert "NBA-402" in finding.said


def test_an_unreadable_model_is_a_problem(settings: Settings, outside: Outside) -> None:
    settings.models.mkdir(parents=True)
    (settings.models / "xgboost_points_v1_metadata.json").write_text("{")
    finding = found(settings, outside)["storage"]
    assert finding.level is Level.PROBLEM
    assert "xgboost_points_v1_metadata.json" in finding.said


def test_without_a_daemon_nothing_starts_by_itself(
    settings: Settings, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    prepare_home(settings)
    findings = found(settings, outside)
    assert findings["dagster"].level is Level.OK
    assert findings["daemon"].level is Level.WARNING
    assert "make ui" in findings["daemon"].to_do
    (settings.dagster_home / "dagster.yaml").write_text("a: [1")
    assert found(settings, outside)["dagster"].level is Level.PROBLEM


def test_bigquery_needs_a_project_and_credentials(settings: Settings, outside: Outside, tmp_path: Path) -> None:
    bigquery = replace(outside, variables={"NBA_WAREHOUSE": "bigquery"})
    findings = found(settings, bigquery)
    assert findings["project"].level is Level.PROBLEM
    assert "GCP_PROJECT_ID" in findings["project"].to_do
    assert findings["credentials"].level is Level.WARNING
    named = {"NBA_WAREHOUSE": "bigquery", "GCP_PROJECT_ID": "nba", "GOOGLE_APPLICATION_CREDENTIALS": "/no/key.json"}
    findings = found(settings, replace(outside, variables=named))
    assert findings["project"].level is Level.OK
    assert findings["credentials"].level is Level.PROBLEM
    assert "35 of 36 attempted partitions ready, 1 of them incomplete; 1 stale" in findings["warehouse"].said
    (tmp_path / USER_CREDENTIALS).parent.mkdir(parents=True)
    (tmp_path / USER_CREDENTIALS).write_text("{}")
    assert found(settings, bigquery)["credentials"].level is Level.OK
    findings = found(settings, replace(outside, variables=named, open_warehouse=unreachable))
    assert findings["warehouse"].said == "[NBA-301] the dataset is gone"


def test_duckdb_needs_neither(settings: Settings, outside: Outside) -> None:
    assert not {"project", "credentials"} & set(found(settings, outside))


def test_the_live_source_must_be_reachable(settings: Settings, outside: Outside) -> None:
    def closed(host: str) -> None:
        raise OSError(f"{host} is blocked")

    live = replace(settings, source="nba_stats")
    assert found(live, replace(outside, reach=lambda host: None))["source"].level is Level.OK
    finding = found(live, replace(outside, reach=closed))["source"]
    assert finding.level is Level.PROBLEM
    assert "stats.nba.com is blocked" in finding.said


def test_the_directory_of_an_archive_must_exist_and_hold_what_can_be_read(
    settings: Settings, outside: Outside, tmp_path: Path
) -> None:
    def broken() -> str:
        raise SourceError("team_box.parquet lacks fga")

    archive = replace(settings, source="archive", data=tmp_path / "gone")
    assert found(archive, outside)["source"].level is Level.PROBLEM
    there = replace(archive, data=tmp_path)
    assert found(there, outside)["source"].said == "archive: 2021-10-01 … 2025-06-22"
    assert found(there, replace(outside, open_source=broken))["source"].said == "[NBA-201] team_box.parquet lacks fga"


def test_a_misspelt_variable_is_noticed() -> None:
    env = {"NBA_HOEM": "/x", "NBA_HOME": "/y", "PATH": "/z", "GCP_PROJECT_ID": "nba", "NBA_WAREHOUSE": "bigquery"}
    assert set(outside_environment(env)) == {"NBA_HOEM", "GCP_PROJECT_ID", "NBA_WAREHOUSE"}
    known = Settings(home=Path("/h"), claims="c", faults="f", data=Path("/d")).environment()
    assert outside_environment(known) == {}, "what the settings read is known"


def test_a_misspelt_variable_is_a_warning(settings: Settings, outside: Outside) -> None:
    finding = found(settings, replace(outside, variables={"NBA_HOEM": "/x"}))["environment"]
    assert finding.level is Level.WARNING
    assert "NBA_HOEM" in finding.said

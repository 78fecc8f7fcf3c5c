"""Settings out of the environment, and the home they point to."""

import datetime as dt
from pathlib import Path

import pytest

from nba_assets.home import prepare_home
from nba_assets.settings import BigQuerySettings, Settings, SettingsError, from_environment


def test_defaults_need_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = from_environment({})
    assert settings.source == "simulated"
    assert settings.warehouse == tmp_path / ".nba" / "warehouse.duckdb"


def test_settings_survive_the_way_to_a_child_process(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, source="archive", data=tmp_path / "data", start=dt.date(2021, 10, 19), seasons=3, seed=9
    )
    assert from_environment(settings.environment()) == settings


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"NBA_SOURCE": "espn"}, ["NBA_SOURCE", "'espn'", "simulated", "archive"]),
        ({"NBA_SOURCE": "archive"}, ["NBA_DATA"]),
        ({"NBA_START": "19.10.2021"}, ["NBA_START", "'19.10.2021'", "2021-10-01"]),
        ({"NBA_SEASONS": "0"}, ["NBA_SEASONS", "'0'", "at least 1"]),
        ({"NBA_SEED": "x"}, ["NBA_SEED", "'x'"]),
        ({"NBA_WAREHOUSE": "snowflake"}, ["NBA_WAREHOUSE", "'snowflake'", "duckdb", "bigquery"]),
        ({"NBA_WAREHOUSE": "bigquery"}, ["GCP_PROJECT_ID"]),
        (
            {"NBA_WAREHOUSE": "bigquery", "GCP_PROJECT_ID": "p", "NBA_DATASET_PREFIX": "a-b"},
            ["NBA_DATASET_PREFIX", "'a-b'"],
        ),
        ({"NBA_REPORTS": "reports"}, ["NBA_REPORTS", "'reports'", "gs://"]),
        ({"NBA_MODELS": "s3://bucket"}, ["NBA_MODELS", "'s3://bucket'", "gs://"]),
    ],
    ids=[
        "unknown source",
        "archive without directory",
        "date",
        "seasons",
        "seed",
        "unknown warehouse",
        "no project",
        "prefix",
        "reports",
        "models",
    ],
)
def test_a_bad_value_is_named_with_what_it_may_be(environment: dict[str, str], named: list[str]) -> None:
    with pytest.raises(SettingsError) as error:
        from_environment(environment)
    assert all(word in str(error.value) for word in named)


def test_a_home_belongs_to_one_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings(home=tmp_path, data=tmp_path, start=dt.date(2021, 1, 1)).environment():
        monkeypatch.setenv(name, "")
    prepare_home(Settings(home=tmp_path / "home"))
    prepare_home(Settings(home=tmp_path / "home", seasons=5))
    with pytest.raises(SettingsError, match=r"'simulated', not 'archive'.*NBA_HOME"):
        prepare_home(Settings(home=tmp_path / "home", source="archive", data=tmp_path))


def test_an_unwritable_home_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="NBA_HOME"):
        prepare_home(Settings(home=tmp_path / "file"))


def test_a_warehouse_on_bigquery_is_handed_on_to_child_processes(tmp_path: Path) -> None:
    chosen = {
        "NBA_HOME": str(tmp_path), "NBA_WAREHOUSE": "bigquery", "GCP_PROJECT_ID": "nba-props-platform",
        "NBA_BQ_LOCATION": "EU", "NBA_DATASET_PREFIX": "ann_", "NBA_BQ_MAXIMUM_GIGABYTES": "5",
        "BIGQUERY_EMULATOR_HOST": "http://127.0.0.1:1", "BIGQUERY_STORAGE_EMULATOR_HOST": "127.0.0.1:2",
        "NBA_MODELS": "gs://bucket/models/", "NBA_REPORTS": "gs://bucket/reports",
    }  # fmt: skip
    settings = from_environment(chosen)
    assert settings.bigquery == BigQuerySettings(
        "nba-props-platform", "EU", "ann_", 5, "http://127.0.0.1:1", "127.0.0.1:2"
    )
    assert (settings.model_store, settings.report_store) == ("gs://bucket/models", "gs://bucket/reports")
    assert from_environment(settings.environment()) == settings

"""Three days of production under `dagster dev`, by automation alone: a new slate, an outage, a late correction.

PostgreSQL keeps runs and claims, a bucket keeps models and logs; the clock is driven, everything else is real.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from nba_assets import clock
from nba_assets.automation.launching.conditions import AUTOMATION
from nba_assets.automation.launching.schedules import schedules
from nba_assets.contracts.tables import TABLES
from nba_assets.platform import open_warehouse
from nba_assets.settings import BigQuerySettings, Settings
from nba_assets.sources.registry import open_source
from nba_assets.storage.factory import open_store
from nba_assets.warehouse.port import Warehouse
from nba_assets_tests.automation.cron_ticks import eastern
from nba_assets_tests.dagster_server import first_season
from nba_assets_tests.deploy.deployment import Deployment, deployed
from nba_assets_tests.deploy.driven_clock import DrivenClock
from nba_assets_tests.servers.running import bigquery_server, gcs_server

pytestmark = [pytest.mark.long, pytest.mark.server, pytest.mark.deployment]

START = dt.date(2025, 4, 3)
"""Ten days of the regular season and the first weeks of the playoffs: enough to train on."""
MONDAY = dt.date(2025, 5, 5)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + dt.timedelta(days=number) for number in (1, 2, 3, 4))
PREDICTIONS, ACCURACY = "player_points_predictions", "prediction_accuracy"
NOT_PREDICTED = {PREDICTIONS, ACCURACY}
"""Tables without the dates before Monday, which were played before anything could predict them."""
SPEED = 5.0
LONGEST_TICK_SECONDS = 10.0


@pytest.fixture(params=["duckdb", "bigquery"])
def warehouse_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BigQuerySettings | None]:
    if request.param == "duckdb":
        yield None
        return
    with bigquery_server(tmp_path / "bigquery", "nba") as server:
        yield BigQuerySettings(project="nba", emulator=server.rest, storage_emulator=server.storage)


@pytest.fixture
def driven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DrivenClock:
    """The clock, this process's too."""
    driven = DrivenClock(tmp_path / "clock.json", SPEED)
    driven.set(eastern(f"{MONDAY} 12:30"))
    for name, value in driven.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(clock, "machine_time", driven.now)
    return driven


@pytest.fixture
def settings(
    tmp_path: Path,
    postgres_url: str,
    warehouse_settings: BigQuerySettings | None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Settings]:
    with gcs_server(tmp_path / "gcs") as address:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "nba")
        monkeypatch.setenv("NBA_GCS_BUCKET", "nba")
        monkeypatch.setenv("DAGSTER_PG_URL", postgres_url)
        from google.cloud import storage

        storage.Client().create_bucket("nba")
        (tmp_path / "home").mkdir()
        yield replace(
            first_season(tmp_path / "home"),
            start=START,
            live=True,
            faults=f"outage:{WEDNESDAY},late_correction:{TUESDAY}",
            environment_name="production",
            claims=postgres_url,
            model_store="gs://nba/models",
            bigquery=warehouse_settings,
        )


def test_three_days_by_automation_alone(settings: Settings, driven: DrivenClock) -> None:
    with deployed(settings, driven) as deployment:
        assert not_ready(settings) == NOT_PREDICTED
        assert {day for day, rows in rows_of(settings, PREDICTIONS).items() if rows} == {MONDAY, TUESDAY}

        deployment.until(f"{TUESDAY} 00:01")
        assert rows_of(settings, PREDICTIONS)[WEDNESDAY] > 0, "the slate of a new tomorrow"
        deployment.until(f"{TUESDAY} 03:31")
        assert rows_of(settings, "player_box_scores")[MONDAY] > 0
        assert rows_of(settings, "team_offense")[MONDAY] > 0
        deployment.until(f"{TUESDAY} 06:01")
        assert "xgboost_points_v1_metadata.json" in open_store(settings.model_store).names()
        deployment.until(f"{TUESDAY} 12:01")
        assert rows_of(settings, PREDICTIONS)[TUESDAY] == rows_of(settings, "ml_feature_store")[TUESDAY] > 0
        assert failed(deployment) == []

        deployment.until(f"{WEDNESDAY} 03:31")
        assert "schedule ingest_after_the_last_game" in failed(deployment)
        assert not rows_of(settings, "player_box_scores")[TUESDAY], "the source could not be reached"
        seen = len(deployment.runs)
        deployment.until(f"{WEDNESDAY} 09:31")
        assert rows_of(settings, "player_box_scores")[TUESDAY] > 0, "before any schedule asks again"
        deployment.until(f"{WEDNESDAY} 12:01")
        assert rows_of(settings, PREDICTIONS)[WEDNESDAY] == rows_of(settings, "ml_feature_store")[WEDNESDAY] > 0
        assert not_ready(settings) == NOT_PREDICTED

        deployment.until(f"{THURSDAY} 00:01")
        before, corrected_from = content(settings), len(deployment.runs)
        deployment.until(f"{THURSDAY} 03:31")
        assert content(settings) != before, "the correction came"
        fixed = [run for run in deployment.runs[corrected_from:] if run.tags["nba/who"] == AUTOMATION]
        times = Counter(key.to_user_string() for run in fixed for key in run.asset_selection)
        assert {times[table] for table in TABLES if not TABLES[table].ingest and table != ACCURACY} == {1}
        assert times[ACCURACY] <= 2, "after the tables that it reads, and after the predictions"
        assert failed(deployment, seen) == []
        assert not_ready(settings) == NOT_PREDICTED
        for day in (TUESDAY, WEDNESDAY):
            assert rows_of(settings, ACCURACY)[day] == played(settings, day) > 0, "graded, corrected or not"
        for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY):
            assert rows_of(settings, PREDICTIONS)[day] == rows_of(settings, "ml_feature_store")[day]
        check_launches(deployment)
        check_ticks(deployment)


def failed(deployment: Deployment, since: int = 0) -> list[str]:
    """Who launched the runs that did not succeed."""
    return [run.tags["nba/who"] for run in deployment.runs[since:] if not run.is_success]


def check_launches(deployment: Deployment) -> None:
    """Every run comes from a tick of automation, of a schedule or of the page's sensor, and says so."""
    by_tick = {run: name for name, ticks in deployment.ticks().items() for tick in ticks for run in tick.run_ids}
    assert {run.run_id for run in deployment.runs} == set(by_tick)
    sensors = {AUTOMATION: AUTOMATION, "report": "sensor report"}
    for run in deployment.runs:
        name = by_tick[run.run_id]
        assert run.tags["nba/who"] == sensors.get(name, f"schedule {name}")
        assert run.tags["nba/why"]
    assert set(by_tick.values()) == {*sensors, *(schedule.name for schedule in schedules(is_on=True))}


def check_ticks(deployment: Deployment) -> None:
    """The usual tick of no sensor took long; one over which the clock was put on has no duration.

    The longest says more of what else the machine had to do; the benchmark of ticks measures their work. The tick of
    a schedule is dated to the moment when it was due, not to when it began.
    """
    seconds: dict[str, list[float]] = {}
    timetable = {schedule.name for schedule in schedules(is_on=True)}
    for name, ticks in deployment.ticks().items():
        for tick in ticks if name not in timetable else ():
            if tick.end_timestamp and not deployment.was_put_on(tick.timestamp, tick.end_timestamp):
                seconds.setdefault(name, []).append((tick.end_timestamp - tick.timestamp) / SPEED)
    usual = {name: median(taken) for name, taken in seconds.items()}
    assert {name: took for name, took in usual.items() if took > LONGEST_TICK_SECONDS} == {}


def warehouse_of(settings: Settings) -> Warehouse:
    return open_warehouse(settings, open_source(settings))


def rows_of(settings: Settings, table: str) -> dict[dt.date, int]:
    """Published rows, by date."""
    ledger = warehouse_of(settings).ledger()
    mine = ledger[(ledger["table_name"] == table) & (ledger["status"] == "ready")]
    return dict(zip(mine["game_date"].dt.date, mine["rows"], strict=True))


def played(settings: Settings, day: dt.date) -> int:
    """How many players played on a date."""
    rows = warehouse_of(settings).content("player_game_summary", [day])
    return int((rows["minutes_played"] > 0).sum())


def not_ready(settings: Settings) -> set[str]:
    state = warehouse_of(settings).state()
    return {name for name in TABLES if not state.is_ready(name).all()}


def content(settings: Settings) -> str:
    """Hash of the box scores of the date that is corrected."""
    ledger = warehouse_of(settings).ledger()
    mine = ledger[(ledger["table_name"] == "player_box_scores") & (ledger["game_date"] == str(TUESDAY))]
    return str(mine["content_hash"].iloc[0])

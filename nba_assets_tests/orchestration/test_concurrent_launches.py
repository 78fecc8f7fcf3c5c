"""Two people at the same dates: one builds, the other is refused and reported by whom; on a real server and daemon."""

import datetime as dt
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest

from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.partitions import Span
from nba_assets.platform import open_warehouse
from nba_assets.settings import Settings
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets_tests.dagster_server import PATIENCE_SECONDS, Server, first_season, range_tags, running, said
from nba_assets_tests.operations.processes import until

pytestmark = pytest.mark.long

_until = functools.partial(until, seconds=PATIENCE_SECONDS)
INGEST = ["game_schedule", "game_results", "team_box_scores", "player_box_scores"]
DATED = [name for name in TABLES if name not in ("player_points_predictions", "prediction_accuracy")]
TERMINATE = """mutation($id: String!, $policy: TerminateRunPolicy) {
  terminateRun(runId: $id, terminatePolicy: $policy) { __typename } }"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return first_season(tmp_path_factory.mktemp("concurrent"))


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[Server]:
    with running(settings) as server:
        yield server


@pytest.fixture
def warehouse(settings: Settings) -> DuckDBWarehouse:
    opened = open_warehouse(settings, SimulatedLeague(seasons=1, cache_dir=settings.home / "simulated"))
    assert isinstance(opened, DuckDBWarehouse)
    return opened


def _dates(settings: Settings, start: int, end: int) -> tuple[dt.date, dt.date]:
    assert settings.start is not None
    return settings.start + dt.timedelta(days=start), settings.start + dt.timedelta(days=end)


@contextmanager
def _two_at_once(server: Server, warehouse: DuckDBWarehouse) -> Iterator[None]:
    """What is launched here meets.

    Nobody gets at the warehouse, which a run asks before it reserves its dates, until two runs are in their first
    steps.
    """
    with warehouse.connect():
        yield
        _until(lambda: sum(bool(run["stepStats"]) for run in server.runs(statuses=["STARTED"])) == 2, "two run")


def _assert_ledger_tells_what_is_there(warehouse: DuckDBWarehouse) -> None:
    ledger = warehouse.ledger()
    with warehouse.connect() as connection:
        for table, rows in ledger.groupby("table_name"):
            stored = connection.execute(
                f"SELECT game_date, count(*) AS rows FROM {TABLES[table].dataset}.{table} GROUP BY ALL"
            ).df()
            reported = rows[rows["rows"] > 0].set_index("game_date")["rows"].astype("int64").sort_index()
            found = stored.set_index("game_date")["rows"].sort_index()
            pd.testing.assert_series_equal(reported, found, check_index_type=False, check_dtype=False, check_freq=False)


def _one_won(server: Server, settings: Settings, runs: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """The run that built and the one that was refused, which names the first."""
    statuses = {run["status"]: run_id for run_id, run in runs.items()}
    assert set(statuses) == {"SUCCESS", "FAILURE"}, {run_id: said(run) for run_id, run in runs.items()}
    won, lost = statuses["SUCCESS"], statuses["FAILURE"]
    message = said(runs[lost])
    assert "the asked dates are taken" in message
    assert won in message
    (failure,) = [e for e in runs[lost]["eventConnection"]["events"] if e["__typename"] == "ExecutionStepFailureEvent"]
    assert failure["stepKey"] == "game_schedule", "it is refused at its first step"
    return won, lost


def test_of_two_overlapping_runs_one_builds_and_the_other_is_refused(
    server: Server, settings: Settings, warehouse: DuckDBWarehouse
) -> None:
    ranges = _dates(settings, 0, 70), _dates(settings, 50, 120)
    with _two_at_once(server, warehouse):
        ids = [server.start(INGEST, **range_tags(*dates)) for dates in ranges]
    runs = {run_id: server.finished(run_id) for run_id in ids}
    won, _ = _one_won(server, settings, runs)
    ledger = warehouse.ledger()
    assert set(ledger["run_id"]) == {won}
    first, last = ranges[ids.index(won)]
    assert set(ledger["game_date"].dt.date) == set(pd.date_range(first, last).date)
    _assert_ledger_tells_what_is_there(warehouse)
    assert ClaimStore(settings.claims_url).active() == []


def test_of_two_overlapping_backfills_one_builds_and_the_other_is_refused(
    server: Server, settings: Settings, warehouse: DuckDBWarehouse
) -> None:
    before = set(warehouse.ledger()["run_id"])
    ranges = _dates(settings, 125, 180), _dates(settings, 150, 200)
    with _two_at_once(server, warehouse):
        ids = [server.backfill(INGEST, *dates) for dates in ranges]
    runs = {run["runId"]: run for backfill in ids for run in server.runs_of(backfill)}
    assert len(runs) == 2
    won, _ = _one_won(server, settings, runs)
    assert set(warehouse.ledger()["run_id"]) - before == {won}
    _assert_ledger_tells_what_is_there(warehouse)
    assert ClaimStore(settings.claims_url).active() == []


def test_disjoint_runs_both_build(server: Server, settings: Settings, warehouse: DuckDBWarehouse) -> None:
    ids = [server.start(INGEST, **range_tags(*_dates(settings, *days))) for days in ((205, 215), (216, 226))]
    assert [server.finished(run_id)["status"] for run_id in ids] == ["SUCCESS", "SUCCESS"]
    assert set(ids) <= set(warehouse.ledger()["run_id"])


def test_terminated_in_the_ui_a_run_leaves_nothing_half_written(
    server: Server, settings: Settings, warehouse: DuckDBWarehouse
) -> None:
    store = ClaimStore(settings.claims_url)
    run_id = server.start(DATED, **range_tags(*_dates(settings, 0, 120)))
    _until(lambda: any(run_id in claim.run_ids and claim.progress for claim in store.active()), "the run works")
    server.ask(TERMINATE, id=run_id, policy="SAFE_TERMINATE")
    assert server.finished(run_id)["status"] == "CANCELED"
    _until(lambda: not store.active(), "the claim is freed")
    claim = store.find(run_id)
    assert (claim.state, claim.ended_why) == ("cancelled", "its run was terminated")
    journal = warehouse.journal()
    assert journal.loc[journal["operation"] == "cancel", "detail"].str.contains(run_id).any()
    _assert_ledger_tells_what_is_there(warehouse)


def test_all_runs_of_a_backfill_work_under_the_claim_of_the_first(
    server: Server, settings: Settings, warehouse: DuckDBWarehouse
) -> None:
    first, last = _dates(settings, 230, 233)
    backfill = server.backfill([*INGEST, MODEL], first, last)
    store = ClaimStore(settings.claims_url)
    _until(lambda: len(server.runs_of(backfill)) == 2, "both runs are over")
    (claim,) = [claim for claim in store.recent() if claim.owner == f"dagster-backfill:{backfill}"]
    assert set(claim.run_ids) == {run["runId"] for run in server.runs_of(backfill)}
    calendar = warehouse.days
    ingest = {Span(table, first, last) for table in INGEST}
    assert set(claim.spans) == ingest | {Span(MODEL, calendar[0].date(), calendar[-1].date())}
    _until(lambda: not store.active(), "the claim is freed")

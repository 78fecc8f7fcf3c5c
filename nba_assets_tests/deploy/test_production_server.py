"""`dagster dev` with the production instance on a real PostgreSQL: automation is on and builds what is missing."""

import datetime as dt
import time
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
import yaml

from nba_assets.automation.alerting.report_sensor import REPORT
from nba_assets.automation.launching.conditions import AUTOMATION
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.predictions import PREDICTION_TABLES
from nba_assets.contracts.tables import TABLES
from nba_assets.platform import open_warehouse
from nba_assets.sources.registry import open_source
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.dagster_server import first_season, running

pytestmark = pytest.mark.long

START = dt.date(2025, 6, 1)
PATIENCE_SECONDS = 600
SCHEDULES = """{ schedulesOrError(repositorySelector: {
  repositoryLocationName: "nba_assets.definitions", repositoryName: "__repository__" }) {
  ... on Schedules { results { name scheduleState { status } } } } }"""


def _runs_of_tables(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """All runs but those that write the page."""
    page = {dg.AssetKey(REPORT)}
    return [run for run in instance.get_runs() if set(run.asset_selection or ()) != page]


def test_automation_builds_everything_on_postgres(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(first_season(tmp_path), start=START, environment_name="production", claims=postgres_url)
    config = yaml.safe_load((REPOSITORY / "deploy" / "dagster.yaml").read_text())
    del config["compute_logs"]
    (settings.dagster_home / "dagster.yaml").write_text(yaml.safe_dump(config))
    monkeypatch.setenv("DAGSTER_PG_URL", postgres_url)
    with running(settings) as server:
        with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not any(run.is_finished for run in _runs_of_tables(instance)):
                assert time.monotonic() < deadline, Path(server.log.name).read_text()[-3000:]
                time.sleep(2)
            (run,) = _runs_of_tables(instance)
            assert run.is_success
            assert run.tags["nba/who"] == AUTOMATION
        schedules = server.ask(SCHEDULES)["schedulesOrError"]["results"]
        assert {schedule["scheduleState"]["status"] for schedule in schedules} == {"RUNNING"}
        (claim,) = ClaimStore(postgres_url).recent()
        assert (claim.state, claim.who) == ("done", AUTOMATION)
        assert claim.until is not None, "the maximum run time of the instance"
        state = open_warehouse(settings, open_source(settings)).state()
        left = {contract.name for contract in PREDICTION_TABLES}
        assert {name for name in TABLES if not state.is_ready(name).all()} == left, "their dates are long played"

"""The gate holds however a run is launched: GraphQL (what the UI calls), backfill, both command lines, a notebook."""

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from nba_assets.definitions import build_definitions, open_warehouse
from nba_assets.settings import Settings
from nba_assets.sources.simulated.league import SimulatedLeague

pytestmark = pytest.mark.long

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 180

LAUNCH = """mutation($p: ExecutionParams!) { launchPipelineExecution(executionParams: $p) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
BACKFILL = """mutation($p: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $p) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
RUN = """query($id: ID!) { runOrError(runId: $id) { ... on Run { status
  eventConnection { events { __typename ... on ExecutionStepFailureEvent { stepKey error { message }
    failureMetadata { description } } } } } } }"""
RUNS = """query($f: RunsFilter!) { runsOrError(filter: $f) { ... on Runs { results { runId status } } } }"""
CHECKS = """query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetMaterializations(limit: 100) { partition }
  assetChecksOrError { ... on AssetChecks { checks { name partitionStatuses {
    ... on AssetCheckTimePartitionStatuses { ranges { startKey endKey status } } } } } } } } }"""


class Server:
    """`dagster dev` on a home of its own."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {**os.environ, **settings.environment()}
        self.log = (settings.home / "server.log").open("w")
        self.process = subprocess.Popen(
            [BIN / "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(self.port)],
            cwd=REPOSITORY, env=self.environment, stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer
        return answer["data"]

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = self.ask(
                    "{ repositoriesOrError { __typename ... on RepositoryConnection { nodes { name } } } }"
                )
                if answer["repositoriesOrError"].get("nodes"):
                    return
            except OSError:
                pass
            time.sleep(0.5)
        raise AssertionError(Path(self.log.name).read_text()[-3000:])

    def finished(self, run_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            run = self.ask(RUN, id=run_id)["runOrError"]
            if run["status"] in ("SUCCESS", "FAILURE", "CANCELED"):
                return run
            time.sleep(0.5)
        raise AssertionError(f"run {run_id} did not finish")

    def launch(self, keys: list[str], **tags: str) -> dict[str, Any]:
        answer = self.ask(LAUNCH, p={
            "selector": {
                "repositoryLocationName": "nba_assets.definitions", "repositoryName": "__repository__",
                "jobName": "main", "assetSelection": [{"path": [key]} for key in keys],
            },
            "mode": "default",
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        })  # fmt: skip
        assert answer["launchPipelineExecution"]["__typename"] == "LaunchRunSuccess", answer
        return self.finished(answer["launchPipelineExecution"]["run"]["runId"])

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("launching")
    league = SimulatedLeague(seasons=1, cache_dir=home / "simulated")
    schedule = league.read("game_schedule", league.first_date, league.horizon).rows
    chosen = Settings(home=home, seasons=1, start=schedule["game_date"].min().date())
    chosen.dagster_home.mkdir()
    chosen.models.mkdir()
    (home / "source").write_text("simulated\n")
    template = REPOSITORY / "nba_assets" / "operations" / "local_dagster.yaml"
    (chosen.dagster_home / "dagster.yaml").write_text(template.read_text())
    return chosen


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[Server]:
    server = Server(settings)
    try:
        server.wait_until_up()
        yield server
    finally:
        server.stop()


def _range_tags(first: dt.date, last: dt.date) -> dict[str, str]:
    return {
        "dagster/asset_partition_range_start": first.isoformat(),
        "dagster/asset_partition_range_end": last.isoformat(),
    }


def _said(run: dict[str, Any]) -> str:
    failures = [
        event for event in run["eventConnection"]["events"] if event["__typename"] == "ExecutionStepFailureEvent"
    ]
    return json.dumps(failures)


def _standing(settings: Settings, table: str) -> set[str]:
    league = SimulatedLeague(seasons=1, cache_dir=settings.home / "simulated")
    ledger = open_warehouse(settings, league).ledger()
    return set(ledger.loc[ledger["table_name"] == table, "status"])


def test_graphql_single_and_ranged_runs_meet_the_gate(server: Server, settings: Settings) -> None:
    first = settings.start
    run = server.launch(["team_offense"], **{"dagster/partition": first.isoformat()})
    assert run["status"] == "FAILURE"
    assert f"game_schedule {first} is missing" in _said(run)
    run = server.launch(["team_offense"], **_range_tags(first, first + dt.timedelta(days=2)))
    assert run["status"] == "FAILURE"
    assert _standing(settings, "team_offense") == {"held"}


def test_graphql_training_is_refused_with_partitions_and_reasons(server: Server, settings: Settings) -> None:
    run = server.launch(["xgboost_points_model"])
    assert run["status"] == "FAILURE"
    assert "training is refused: no date of ml_feature_store" in _said(run)
    assert settings.start.isoformat() in _said(run)


def test_backfill_meets_the_gate_and_shows_held_dates_as_failed_checks(server: Server, settings: Settings) -> None:
    first = settings.start
    last = first + dt.timedelta(days=3)
    answer = server.ask(BACKFILL, p={
        "partitionsByAssets": [
            {"assetKey": {"path": ["team_defense"]},
             "partitions": {"range": {"start": first.isoformat(), "end": last.isoformat()}}},
        ],
        "tags": [{"key": "who", "value": "test"}],
    })  # fmt: skip
    backfill = answer["launchPartitionBackfill"]
    assert backfill["__typename"] == "LaunchBackfillSuccess", answer
    deadline, runs = time.monotonic() + PATIENCE_SECONDS, []
    while not runs and time.monotonic() < deadline:
        time.sleep(1)
        tags = [{"key": "dagster/backfill", "value": backfill["backfillId"]}]
        runs = server.ask(RUNS, f={"tags": tags})["runsOrError"]["results"]
    assert [server.finished(run["runId"])["status"] for run in runs] == ["FAILURE"]
    node = server.ask(CHECKS, key={"path": ["team_defense"]})["assetNodeOrError"]
    assert node["assetMaterializations"] == []
    checks = {check["name"]: check for check in node["assetChecksOrError"]["checks"]}
    ranges = checks["partition_ready"]["partitionStatuses"]["ranges"]
    assert ranges == [{"startKey": first.isoformat(), "endKey": last.isoformat(), "status": "FAILED"}]


@pytest.mark.parametrize(
    "command",
    [
        ["dagster", "asset", "materialize", "-m", "nba_assets.definitions", "--select", "xgboost_points_model"],
        ["dagster", "asset", "materialize", "-m", "nba_assets.definitions", "--select", "team_offense",
         "--partition-range", "{first}...{first}"],
    ],
    ids=["model", "table"],
)  # fmt: skip
def test_dagster_command_line_meets_the_gate(command: list[str], settings: Settings) -> None:
    words = [word.format(first=settings.start) for word in command[1:]]
    done = subprocess.run(
        [BIN / command[0], *words], cwd=REPOSITORY, env={**os.environ, **settings.environment()}, capture_output=True,
        text=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "is refused" in done.stderr or "is missing" in done.stderr


def test_notebook_materialize_meets_the_gate(settings: Settings) -> None:
    league = SimulatedLeague(seasons=1, cache_dir=settings.home / "simulated")
    definitions = build_definitions(settings, league)
    assets = [a for a in definitions.assets if a.key == dg.AssetKey("xgboost_points_model")]
    result = dg.materialize(
        assets, resources=definitions.resources, raise_on_error=False, instance=dg.DagsterInstance.ephemeral()
    )
    assert not result.success

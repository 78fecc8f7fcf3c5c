"""`dagster dev` on a home of its own, driven through GraphQL: what the UI does, without a browser."""

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nba_assets.settings import Settings
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.conftest import REPOSITORY

BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 180

LAUNCH = """mutation($p: ExecutionParams!) { launchPipelineExecution(executionParams: $p) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
BACKFILL = """mutation($p: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $p) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
RUN = """query($id: ID!) { runOrError(runId: $id) { ... on Run { runId status
  eventConnection { events { __typename ... on ExecutionStepFailureEvent { stepKey error { message }
    failureMetadata { description } } } } } } }"""
RUNS = """query($f: RunsFilter!) { runsOrError(filter: $f) { ... on Runs {
  results { runId status stepStats { startTime } } } } }"""
CHECKS = """query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetMaterializations(limit: 100) { partition }
  assetChecksOrError { ... on AssetChecks { checks { name partitionStatuses {
    ... on AssetCheckTimePartitionStatuses { ranges { startKey endKey status } } } } } } } } }"""


class Server:
    """`dagster dev` on a home, on a free port; stop it when done."""

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

    def start(self, keys: Sequence[str], **tags: str) -> str:
        """Launch a run as the UI does; its id."""
        answer = self.ask(LAUNCH, p={
            "selector": {
                "repositoryLocationName": "nba_assets.definitions", "repositoryName": "__repository__",
                "jobName": "main", "assetSelection": [{"path": [key]} for key in keys],
            },
            "mode": "default",
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        })  # fmt: skip
        assert answer["launchPipelineExecution"]["__typename"] == "LaunchRunSuccess", answer
        return answer["launchPipelineExecution"]["run"]["runId"]

    def launch(self, keys: Sequence[str], **tags: str) -> dict[str, Any]:
        """Launch a run and wait for its end."""
        return self.finished(self.start(keys, **tags))

    def backfill(self, keys: Sequence[str], first: dt.date, last: dt.date) -> str:
        """Launch a backfill as the UI does; its id."""
        partitions = {"range": {"start": first.isoformat(), "end": last.isoformat()}}
        answer = self.ask(BACKFILL, p={
            "partitionsByAssets": [{"assetKey": {"path": [key]}, "partitions": partitions} for key in keys],
            "tags": [{"key": "who", "value": "test"}],
        })["launchPartitionBackfill"]  # fmt: skip
        assert answer["__typename"] == "LaunchBackfillSuccess", answer
        return answer["backfillId"]

    def runs(self, **those: Any) -> list[dict[str, Any]]:
        """The runs that a filter lets through."""
        return self.ask(RUNS, f=those)["runsOrError"]["results"]

    def runs_of(self, backfill: str) -> list[dict[str, Any]]:
        """The runs of a backfill, once there are any, at their end."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        runs: list[Any] = []
        while not runs and time.monotonic() < deadline:
            time.sleep(1)
            runs = self.runs(tags=[{"key": "dagster/backfill", "value": backfill}])
        return [self.finished(run["runId"]) for run in runs]

    def status(self, run_id: str) -> str:
        return self.ask(RUN, id=run_id)["runOrError"]["status"]

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()


@contextmanager
def running(settings: Settings) -> Iterator[Server]:
    """A server that answers, stopped when done."""
    server = Server(settings)
    try:
        server.wait_until_up()
        yield server
    finally:
        server.stop()


def first_season(home: Path) -> Settings:
    """Settings of a home with one simulated season, made ready for Dagster."""
    league = SimulatedLeague(seasons=1, cache_dir=home / "simulated")
    schedule = league.read("game_schedule", league.first_date, league.horizon).rows
    chosen = Settings(home=home, seasons=1, start=schedule["game_date"].min().date())
    chosen.dagster_home.mkdir()
    chosen.models.mkdir()
    (chosen.home / "source").write_text("simulated\n")
    template = REPOSITORY / "nba_assets" / "local_dagster.yaml"
    (chosen.dagster_home / "dagster.yaml").write_text(template.read_text())
    return chosen


def range_tags(first: dt.date, last: dt.date) -> dict[str, str]:
    """The tags of a ranged run."""
    return {
        "dagster/asset_partition_range_start": first.isoformat(),
        "dagster/asset_partition_range_end": last.isoformat(),
    }


def said(run: dict[str, Any]) -> str:
    """What the failed steps of a finished run said."""
    failures = [
        event for event in run["eventConnection"]["events"] if event["__typename"] == "ExecutionStepFailureEvent"
    ]
    return json.dumps(failures)

"""The gate holds however a run is launched: GraphQL (what the UI calls), backfill, both command lines, a notebook."""

import datetime as dt
import os
import subprocess
from collections.abc import Iterator

import dagster as dg
import pytest

from nba_assets.definitions import build_definitions
from nba_assets.platform import open_warehouse
from nba_assets.settings import Settings
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.dagster_server import (
    BIN,
    CHECKS,
    PATIENCE_SECONDS,
    Server,
    first_season,
    range_tags,
    running,
    said,
)
from nba_assets_tests.dagster_values import asset_of
from nba_assets_tests.platform import failure_messages

pytestmark = pytest.mark.long

NO_FEATURES = "training is refused: no date of ml_feature_store"
"""How the model is refused where nothing was built yet."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return first_season(tmp_path_factory.mktemp("launching"))


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[Server]:
    with running(settings) as server:
        yield server


def _first(settings: Settings) -> dt.date:
    assert settings.start is not None
    return settings.start


def _published(settings: Settings, table: str) -> set[str]:
    league = SimulatedLeague(seasons=1, cache_dir=settings.home / "simulated")
    ledger = open_warehouse(settings, league).ledger()
    return set(ledger.loc[ledger["table_name"] == table, "status"])


def test_graphql_single_and_ranged_runs_meet_the_gate(server: Server, settings: Settings) -> None:
    first = _first(settings)
    run = server.launch(["team_offense"], **{"dagster/partition": first.isoformat()})
    assert run["status"] == "FAILURE"
    assert f"game_schedule {first} is missing" in said(run)
    run = server.launch(["team_offense"], **range_tags(first, first + dt.timedelta(days=2)))
    assert run["status"] == "FAILURE"
    assert _published(settings, "team_offense") == {"blocked"}


def test_graphql_training_is_refused_with_partitions_and_reasons(server: Server, settings: Settings) -> None:
    run = server.launch(["xgboost_points_model"])
    assert run["status"] == "FAILURE"
    assert NO_FEATURES in said(run)
    assert _first(settings).isoformat() in said(run)


def test_backfill_meets_the_gate_and_shows_blocked_dates_as_failed_checks(server: Server, settings: Settings) -> None:
    first = _first(settings)
    last = first + dt.timedelta(days=3)
    runs = server.runs_of(server.backfill(["team_defense"], first, last))
    assert [run["status"] for run in runs] == ["FAILURE"]
    node = server.ask(CHECKS, key={"path": ["team_defense"]})["assetNodeOrError"]
    assert node["assetMaterializations"] == []
    checks = {check["name"]: check for check in node["assetChecksOrError"]["checks"]}
    ranges = checks["partition_ready"]["partitionStatuses"]["ranges"]
    assert ranges == [{"startKey": first.isoformat(), "endKey": last.isoformat(), "status": "FAILED"}]


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (["xgboost_points_model"], NO_FEATURES),
        (["team_offense", "--partition-range", "{first}...{first}"], "game_schedule {first} is missing"),
    ],
    ids=["model", "table"],
)
def test_dagster_command_line_meets_the_gate(words: list[str], refusal: str, settings: Settings) -> None:
    asked = [word.format(first=settings.start) for word in words]
    done = subprocess.run(
        [BIN / "dagster", "asset", "materialize", "-m", "nba_assets.definitions", "--select", *asked],
        cwd=REPOSITORY, env={**os.environ, **settings.environment()}, capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert refusal.format(first=settings.start) in done.stderr


def test_notebook_materialize_meets_the_gate(settings: Settings) -> None:
    league = SimulatedLeague(seasons=1, cache_dir=settings.home / "simulated")
    definitions = build_definitions(settings, league)
    result = dg.materialize(
        [asset_of(definitions, "xgboost_points_model")], resources=definitions.resources, raise_on_error=False,
        instance=dg.DagsterInstance.ephemeral(),
    )  # fmt: skip
    assert not result.success
    (message,) = failure_messages(result)
    assert NO_FEATURES in message

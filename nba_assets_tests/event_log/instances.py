"""Instances of every kind of event log: the local one, Dagster's stock one on files, and its in-memory one."""

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.event_log.outcomes import stores_in_bulk

EVERY_LOG = pytest.mark.parametrize("instance", ["local", "stock", "ephemeral"], indirect=True)


@pytest.fixture(scope="session")
def empty_homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Homes whose databases are made, which takes longer than a run."""
    configs = {
        "local": files("nba_assets").joinpath("local_dagster.yaml").read_text(),
        "stock": "telemetry: {enabled: false}",
    }
    homes = {}
    for name, config in configs.items():
        homes[name] = tmp_path_factory.mktemp(name)
        (homes[name] / "dagster.yaml").write_text(config)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DAGSTER_HOME", str(homes[name]))
            with dg.DagsterInstance.get() as made:
                made.get_runs_count()
    return homes


@pytest.fixture(params=["local"])
def instance(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_homes: dict[str, Path]
) -> Iterator[dg.DagsterInstance]:
    if request.param == "ephemeral":
        with dg.DagsterInstance.ephemeral() as ephemeral:
            yield ephemeral
        return
    home = shutil.copytree(empty_homes[request.param], tmp_path / "home")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with dg.DagsterInstance.get() as opened:
        assert stores_in_bulk(opened) is (request.param == "local")
        yield opened

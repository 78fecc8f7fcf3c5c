"""The conformance suite: every test of this directory runs on every adapter of the port.

A third adapter conforms when a place for it is added to ADAPTERS and all of it passes.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nba_assets.bigquery_resource import PlatformBigQuery
from nba_assets.settings import BigQuerySettings
from nba_assets.warehouse.bigquery_jobs import BigQueryJobs, Limits
from nba_assets.warehouse.bigquery_names import Names
from nba_assets.warehouse.port import Warehouse
from nba_assets_tests.servers.running import bigquery_server
from nba_assets_tests.warehouse.places import BigQueryPlace, DuckDBPlace, Place
from nba_assets_tests.warehouse.raw_publishes import warehouse_at

ADAPTERS = ["duckdb", pytest.param("bigquery", marks=[pytest.mark.long, pytest.mark.server])]


@pytest.fixture(scope="session", params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def bigquery(built: Path, built_to_the_end: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BigQueryPlace]:
    """A place on a server of its own, that knows the states."""
    with bigquery_server(tmp_path_factory.mktemp("bigquery")) as server:
        settings = BigQuerySettings(project="nba", emulator=server.rest, storage_emulator=server.storage)
        with PlatformBigQuery.of(settings).get_client() as client:
            place = BigQueryPlace(BigQueryJobs(client, Limits(10**10, {"run": "conformance"})), Names("nba", "c_"))
            place.learn("raw", warehouse_at(built))
            place.learn("complete", warehouse_at(built_to_the_end))
            yield place


def _place(request: pytest.FixtureRequest, adapter: str, state: str) -> Place:
    if adapter == "duckdb":
        file = {"": None, "raw": "built", "complete": "built_to_the_end"}[state]
        path = request.getfixturevalue("tmp_path") / "warehouse.duckdb"
        return DuckDBPlace(path, file and request.getfixturevalue(file))
    place = request.getfixturevalue("bigquery")
    place.set_back(state)
    return place


@pytest.fixture
def empty(request: pytest.FixtureRequest, adapter: str) -> Place:
    """Nothing at all."""
    return _place(request, adapter, "")


@pytest.fixture
def place(request: pytest.FixtureRequest, adapter: str) -> Place:
    """All raw tables of the four days."""
    return _place(request, adapter, "raw")


@pytest.fixture
def warehouse(place: Place) -> Warehouse:
    """All raw tables of the four days."""
    return place.open()


@pytest.fixture
def complete(request: pytest.FixtureRequest, adapter: str) -> Warehouse:
    """Every table of the graph ready on the four days, derived ones without rows."""
    return _place(request, adapter, "complete").open()

"""A built warehouse, made once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets_tests.claims.conftest import postgres_server_url, postgres_url  # noqa: F401
from nba_assets_tests.servers.running import bigquery_server
from nba_assets_tests.warehouse.places import PROJECT, BigQueryPlace
from nba_assets_tests.warehouse.raw_publishes import DERIVED, publish, publish_raw, warehouse_at


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all raw tables of the four days."""
    path = tmp_path_factory.mktemp("built") / "warehouse.duckdb"
    publish_raw(warehouse_at(path))
    return path


@pytest.fixture
def warehouse(built: Path, tmp_path: Path) -> DuckDBWarehouse:
    """All raw tables of the four days, in a file of the test's own."""
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(built.read_bytes())
    return warehouse_at(path)


@pytest.fixture(scope="session")
def built_to_the_end(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables ready on the four days; derived ones without rows."""
    path = tmp_path_factory.mktemp("complete") / "warehouse.duckdb"
    path.write_bytes(built.read_bytes())
    for table in DERIVED:
        publish(warehouse_at(path), table)
    return path


@pytest.fixture
def complete(built_to_the_end: Path, tmp_path: Path) -> DuckDBWarehouse:
    """Every table of the graph ready on the four days, in a file of the test's own."""
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(built_to_the_end.read_bytes())
    return warehouse_at(path)


@pytest.fixture(scope="session")
def bigquery(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BigQueryPlace]:
    """A place on a server of its own, that knows the states."""
    files = {"raw": "built", "complete": "built_to_the_end"}
    with bigquery_server(tmp_path_factory.mktemp("bigquery"), PROJECT) as server:
        yield BigQueryPlace(server, lambda state: warehouse_at(request.getfixturevalue(files[state])))

"""A built warehouse, made once and copied for each test."""

from pathlib import Path

import pytest

from nba_assets.warehouse.duckdb_warehouse import DuckDBWarehouse
from nba_assets_tests.warehouse.raw_publishes import publish_raw, warehouse_at


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

"""The conformance suite: every test of this directory runs on every adapter of the port.

A third adapter conforms when a place for it is added to ADAPTERS and all of it passes.
"""

import pytest

from nba_assets.warehouse.port import Warehouse
from nba_assets_tests.warehouse.places import DuckDBPlace, Place

ADAPTERS = ["duckdb", pytest.param("bigquery", marks=[pytest.mark.long, pytest.mark.server])]


@pytest.fixture(scope="session", params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> str:
    return request.param


def _place(request: pytest.FixtureRequest, adapter: str, state: str) -> Place:
    if adapter == "duckdb":
        file = {"": None, "raw": "built", "complete": "built_to_the_end"}[state]
        path = request.getfixturevalue("tmp_path") / "warehouse.duckdb"
        return DuckDBPlace(path, request.getfixturevalue(file) if file else None)
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

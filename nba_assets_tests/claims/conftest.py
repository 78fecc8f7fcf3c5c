"""A fresh database of claims, in SQLite and in PostgreSQL, for every test that asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from nba_assets.claims.store import ClaimStore
from nba_assets_tests.claims.actors import DATABASES, Clock


@pytest.fixture(scope="session")
def postgres_server_url() -> Iterator[str]:
    """A PostgreSQL server; fails where it cannot be started, skips only without the development packages."""
    pytest.importorskip("psycopg2", reason="pip install 'nba-assets[dev]'")
    from nba_assets_tests.claims.postgres_server import postgres_server

    with postgres_server() as url:
        yield url.format(database="postgres")


@pytest.fixture
def postgres_url(postgres_server_url: str) -> str:
    """The database of that server, emptied."""
    with sa.create_engine(postgres_server_url, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public"))
    return postgres_server_url


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where claims may be kept; nothing is there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'claims.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> ClaimStore:
    """An empty store whose clock goes only when asked to."""
    return ClaimStore(url, now=clock)

"""The DuckDB file: short-lived connections that take turns, transactions that happen whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from nba_assets.warehouse.duckdb import schema
from nba_assets.warehouse.duckdb.engine import attached
from nba_assets.warehouse.port import WarehouseError


class DuckDBFile:
    """One file, brought to the schema of this code before its first transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_created = False

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own, closed at the end, so that UI, runs and notebooks can take turns."""
        with attached(self.path) as connection:
            yield connection

    @contextmanager
    def transaction(self, doing: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """All or nothing; what DuckDB refuses becomes a WarehouseError with the file and what was being done."""
        with self.connect() as connection:
            try:
                if not self._is_created:
                    with _all_or_nothing(connection):
                        schema.create(connection)
                    self._is_created = True
                with _all_or_nothing(connection):
                    yield connection
            except duckdb.Error as error:
                raise WarehouseError(f"{self.path}: {doing} failed, nothing changed: {error}") from error


@contextmanager
def _all_or_nothing(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        # A broken transaction has been rolled back already; the first error is the one to tell.
        with suppress(duckdb.Error):
            connection.rollback()
        raise
    connection.commit()

"""The DuckDB file: short-lived connections that take turns, transactions that happen whole or not at all."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from nba_assets.warehouse import schema
from nba_assets.warehouse.port import WarehouseError

LOCK_PATIENCE_SECONDS = 60
"""How long to wait for another process that has the file open; each holds it for a second or two."""


class DuckDBFile:
    """One file, brought to the schema of this code before its first transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_created = False

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own, closed at the end, so that UI, runs and notebooks can take turns."""
        connection = _open(self.path)
        try:
            yield connection
        finally:
            connection.close()

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


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(f"{path} cannot be created: {error}. Choose a directory you own (NBA_HOME).") from error
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    pause = 0.02
    while True:
        try:
            return duckdb.connect(str(path))
        except duckdb.Error as error:
            if "Could not set lock" not in str(error) or time.monotonic() > deadline:
                raise WarehouseError(
                    f"{path} cannot be opened: {error}. If another program has it open (a DuckDB shell, a notebook), "
                    "close that; else check permissions and free space."
                ) from error
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)

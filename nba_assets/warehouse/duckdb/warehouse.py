"""The warehouse on DuckDB: one file, short-lived connections, one transaction for each method."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb
import pandas as pd

from nba_assets import clock
from nba_assets.partitions import Span
from nba_assets.readiness.failures import Waiver
from nba_assets.warehouse.base import Result, SnapshotWarehouse
from nba_assets.warehouse.changes import Change, Entry
from nba_assets.warehouse.duckdb.file import DuckDBFile
from nba_assets.warehouse.duckdb.reads import DuckDBReader
from nba_assets.warehouse.duckdb.writes import carry_out, insert_waiver, raise_fences, revoke_waiver, write_entry


class DuckDBWarehouse(SnapshotWarehouse[DuckDBReader]):
    """The `Warehouse` port over one DuckDB file and a calendar of game dates; see the base."""

    dialect = "duckdb"

    def __init__(
        self,
        path: Path,
        days: pd.DatetimeIndex,
        history_start: dt.date | None = None,
        *,
        keep_replaced_days: int = 30,
        now: Callable[[], dt.datetime] = clock.now,
    ) -> None:
        super().__init__(days, history_start, keep_replaced_days=keep_replaced_days, now=now)
        self.path = path
        self._file = DuckDBFile(path)

    def connect(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A connection for queries of one's own, closed at the end; the gate does not see them."""
        return self._file.connect()

    def run_sql(self, statements: Sequence[str]) -> list[pd.DataFrame]:
        return self._read("running SQL", lambda reader: [reader.frame(statement) for statement in statements])

    def _read(self, doing: str, action: Callable[[DuckDBReader], Result]) -> Result:
        with self._file.transaction(doing) as connection:
            return action(DuckDBReader(connection))

    def _decide(self, doing: str, decide: Callable[[DuckDBReader], tuple[Change | None, Result]]) -> tuple[Result, int]:
        # In one transaction: nobody can write between the decision and what comes of it.
        with self._file.transaction(doing) as connection:
            change, result = decide(DuckDBReader(connection))
            return result, 0 if change is None else carry_out(connection, change, self.keep_replaced)

    def raise_fence(self, spans: Sequence[Span], token: int) -> None:
        with self._file.transaction(f"raising the fence of claim {token}") as connection:
            raise_fences(DuckDBReader(connection), spans, token)

    def _give_waiver(self, waiver: Waiver, now: dt.datetime) -> str:
        place = Span(waiver.table, waiver.first, waiver.last)
        with self._file.transaction(f"waiving {waiver.rule} of {place}") as connection:
            return insert_waiver(connection, waiver, now)

    def _revoke_waiver(self, reader: DuckDBReader, waiver_id: str, entry: Entry, now: dt.datetime) -> None:
        revoke_waiver(reader.connection, waiver_id, entry, now)

    def _write_entry(self, entry: Entry, now: dt.datetime) -> None:
        with self._file.transaction("writing the journal") as connection:
            write_entry(connection, entry, now)

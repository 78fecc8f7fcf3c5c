"""Dagster's consolidated SQLite event log with one pooled engine, for the local instance.

The stock SQLite storage opens a new engine per event and a file per run: about 14 ms an event, minutes
for four years of dates times tables. Production uses PostgreSQL instead (see deploy/).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as db
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.sql import create_engine
from dagster._serdes import serialize_value
from sqlalchemy.pool import QueuePool

BUSY_TIMEOUT_SECONDS = 60


class LocalEventLogStorage(ConsolidatedSqliteEventLogStorage):
    """Event log in one SQLite file in WAL mode, shared by web server, daemon and runs.

    Private Dagster API: the version is pinned exactly, and a contract test holds the behaviour.
    """

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        Path(base_dir).mkdir(parents=True, exist_ok=True)
        # Every process that creates or executes runs opens this storage first, so the switch holds for every
        # way of launching: one planned event per asset instead of one per partition.
        os.environ.setdefault("DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS", "1")
        self._engine: db.Engine | None = None
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    def _pooled_engine(self) -> db.Engine:
        if self._engine is None:
            self._engine = create_engine(
                self._conn_string,
                poolclass=QueuePool,
                connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            db.event.listen(self._engine, "connect", _set_pragmas)
            db.event.listen(self._engine, "invalidate", _roll_back)
        return self._engine

    @contextmanager
    def _connect(self) -> Iterator[db.Connection]:
        with self._pooled_engine().connect() as connection, connection.begin():
            yield connection

    def has_table(self, table_name: str) -> bool:
        if table_name not in self._tables:
            with self._connect() as connection:
                if not connection.dialect.has_table(connection, table_name):
                    return False
            self._tables.add(table_name)
        return True

    def _store_asset_check_evaluation_planned(self, event: EventLogEntry, event_id: int | None) -> None:
        """One planned row per partition, as the stock storage writes them, but only the first holds the event.

        A ranged run plans every date also for checks without partitions; thousands of copies of one long event
        would be most of the database.
        """
        planned: Any = event.get_dagster_event().event_specific_data
        subset = planned.partitions_subset
        row = {
            "asset_key": planned.asset_key.to_string(),
            "check_name": planned.check_name,
            "run_id": event.run_id,
            "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
            "evaluation_event_timestamp": self._event_insert_timestamp(event),  # type: ignore[no-untyped-call]  # Dagster's own
            "evaluation_event_storage_id": event_id,
        }
        rows = [
            {**row, "partition": key, "evaluation_event": None if number else serialize_value(event)}
            for number, key in enumerate(subset.get_partition_keys() if subset else [None])
        ]
        with self.index_connection() as connection:  # type: ignore[no-untyped-call]  # Dagster's own
            connection.execute(AssetCheckExecutionsTable.insert(), rows)

    def dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        super().dispose()  # type: ignore[no-untyped-call]  # Dagster's own


def _set_pragmas(connection: Any, _record: Any) -> None:
    # NORMAL loses nothing on a killed process; on a power cut the last events may be missing, never the data,
    # which is the warehouse's, and a relaunch publishes them from the ledger.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _roll_back(connection: Any, _record: Any, _error: BaseException | None) -> None:
    # An interrupt in the middle of a statement closes its connection; SQLite keeps that open, and its lock, until the
    # statement is garbage, and the very process that wants to report the interrupt would wait for itself.
    connection.rollback()

"""The warehouse on DuckDB: one file, short-lived connections, one transaction per publish."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb
import pandas as pd

from nba_assets import clock
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict, Waiver
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.warehouse.duckdb import operations, schema
from nba_assets.warehouse.duckdb.fences import newest_token, raise_fences, refuse_older_claim
from nba_assets.warehouse.duckdb.file import DuckDBFile
from nba_assets.warehouse.duckdb.reads import (
    DuckDBReader,
    content_of_builds,
    read_ledger,
    recent_builds,
    select_rows,
    standing_on,
)
from nba_assets.warehouse.duckdb.writes import keep_replaced, next_build, replace_rows, write_journal, write_ledger
from nba_assets.warehouse.fences import refuse_older_code
from nba_assets.warehouse.frames import conform, content_hashes
from nba_assets.warehouse.gated_reads import contract_of, read_rows, read_window, rows_of_days, training_window
from nba_assets.warehouse.ledger import entries
from nba_assets.warehouse.port import Attempt, Published, Snapshot, Window


class DuckDBWarehouse:
    """The `Warehouse` port over one DuckDB file and a calendar of game dates.

    Replaced content is kept for `keep_replaced_days`. `now` is the clock, for tests that let time pass.
    """

    def __init__(
        self,
        path: Path,
        days: pd.DatetimeIndex,
        history_start: dt.date | None = None,
        *,
        keep_replaced_days: int = 30,
        now: Callable[[], dt.datetime] = clock.now,
    ) -> None:
        self.path = path
        self.days = days
        self.history_start = history_start
        self.keep_replaced = dt.timedelta(days=keep_replaced_days)
        self.now = now
        self._file = DuckDBFile(path)

    def connect(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A connection for queries of one's own, closed at the end; the gate does not see them."""
        return self._file.connect()

    def ledger(self) -> pd.DataFrame:
        with self._file.transaction("reading the ledger") as connection:
            return read_ledger(connection)

    def state(self) -> LedgerState:
        return self._state(self.ledger())

    def _state(self, ledger: pd.DataFrame) -> LedgerState:
        return LedgerState(ledger, TABLES, self.days, self.history_start)

    def read_window(
        self, contract: Contract, days: Sequence[dt.date], *, only: Collection[str] = (), source_version: str = ""
    ) -> Window:
        with self._file.transaction(f"reading the inputs of {contract.name}") as connection:
            reader = DuckDBReader(connection)
            return read_window(reader, self._state(reader.ledger()), contract, days, only, source_version)

    def publish(
        self, window: Window, rows: pd.DataFrame, verdicts: Mapping[dt.date, Verdict], attempt: Attempt
    ) -> dict[dt.date, Published]:
        contract, now = window.contract, self.now()
        rows = conform(contract, rows)
        hashes = content_hashes(contract, rows)
        with self._file.transaction(f"publishing {contract.name}") as connection:
            refuse_older_claim(connection, contract.name, window.asked, attempt.token)
            standing = standing_on(connection, contract.name, window.asked)
            forced = refuse_older_code(contract, standing, attempt.override)
            build = next_build(connection)
            ledger, published = entries(window, verdicts, standing, hashes, attempt, build=build, now=now)
            changed = [day for day, outcome in published.items() if outcome.is_changed]
            keep_replaced(connection, contract, standing, changed, now, self.keep_replaced)
            replace_rows(connection, schema.qualified(contract), contract, rows, changed)
            failed = [day for day, outcome in published.items() if outcome.status is Status.REJECTED]
            replace_rows(connection, schema.rejected(contract), contract, rows, failed, attempt_build=build)
            write_ledger(connection, contract.name, ledger)
            if forced:
                detail = {"build": build, "run_id": attempt.run_id, "code_version": contract.code_version}
                write_journal(connection, now, "override", f"run {attempt.run_id}", attempt.override, forced, detail)
        return published

    def raise_fence(self, spans: Sequence[Span], token: int) -> None:
        with self._file.transaction(f"raising the fence of claim {token}") as connection:
            raise_fences(connection, spans, token)

    def last_token(self) -> int:
        with self._file.transaction("reading the newest token") as connection:
            return newest_token(connection)

    def training_window(self, table: str, last: dt.date | None) -> tuple[dt.date, dt.date]:
        return training_window(self.state(), table, last)

    def read(
        self,
        columns: Mapping[str, Sequence[str]],
        start: dt.date,
        end: dt.date,
        *,
        purpose: str,
        gated: Sequence[str] = (),
        waivable_as: str = "",
    ) -> Snapshot:
        with self._file.transaction(f"reading {', '.join(columns)}") as connection:
            reader = DuckDBReader(connection)
            ledger = reader.ledger()
            return read_rows(
                reader, ledger, self._state(ledger), columns, start, end,
                purpose=purpose, gated=gated, waivable_as=waivable_as, now=self.now(),
            )  # fmt: skip

    def recent_builds(self) -> pd.DataFrame:
        with self._file.transaction("reading past builds") as connection:
            return recent_builds(connection)

    def history(self, table: str, day: dt.date) -> pd.DataFrame:
        query = "SELECT * FROM nba_quality.ledger_history WHERE table_name = ? AND game_date = ? ORDER BY attempt_build"
        contract_of(table)
        with self._file.transaction(f"reading the history of {table}") as connection:
            return connection.execute(query, [table, day]).df()

    def content(
        self, table: str, days: Sequence[dt.date], build: int | Mapping[dt.date, int] | None = None
    ) -> pd.DataFrame:
        contract = contract_of(table)
        with self._file.transaction(f"reading {table}") as connection:
            if build is None:
                return rows_of_days(DuckDBReader(connection), contract, days)
            builds = {day: build[day] if isinstance(build, Mapping) else int(build) for day in days}
            return content_of_builds(connection, contract, builds)

    def find(
        self, table: str, key: Mapping[str, object], first: dt.date, last: dt.date, columns: Sequence[str] = ()
    ) -> pd.DataFrame:
        contract = contract_of(table)
        where = " AND ".join(["game_date BETWEEN ? AND ?", *(f'"{contract.column(name).name}" = ?' for name in key)])
        shown = [contract.column(name).name for name in columns]
        with self._file.transaction(f"reading {table}") as connection:
            return select_rows(connection, contract, where, [first, last, *key.values()], shown)

    def invalidate(self, span: Span, *, who: str, why: str, token: int) -> int:
        with self._file.transaction(f"invalidating {span}") as connection:
            return operations.invalidate(connection, span, who=who, why=why, token=token, now=self.now())

    def restore(self, table: str, day: dt.date, build: int, *, who: str, why: str, token: int) -> Published:
        with self._file.transaction(f"restoring {table} {day}") as connection:
            return operations.restore(
                connection, contract_of(table), day, int(build), who=who, why=why, token=token, now=self.now(),
                keep=self.keep_replaced,
            )  # fmt: skip

    def add_waiver(self, span: Span, rule: str, *, who: str, why: str, until: dt.datetime) -> Waiver:
        with self._file.transaction(f"waiving {rule} of {span}") as connection:
            return operations.add_waiver(connection, span, rule, who=who, why=why, until=until, now=self.now())

    def waivers(self) -> pd.DataFrame:
        with self._file.transaction("reading the waivers") as connection:
            return operations.all_waivers(connection, self.now())

    def revoke_waiver(self, waiver_id: str, who: str, why: str) -> None:
        with self._file.transaction(f"revoking waiver {waiver_id}") as connection:
            operations.revoke_waiver(connection, waiver_id, who=who, why=why, now=self.now())

    def record(
        self,
        operation: str,
        who: str,
        why: str,
        spans: Sequence[Span] = (),
        detail: Mapping[str, object] | None = None,
    ) -> None:
        with self._file.transaction("writing the journal") as connection:
            write_journal(connection, self.now(), operation, who, why, spans, detail)

    def journal(self) -> pd.DataFrame:
        query = 'SELECT * FROM nba_quality.journal ORDER BY "at", table_name, first_date'
        with self._file.transaction("reading the journal") as connection:
            return connection.execute(query).df()

"""The warehouse on DuckDB: one file, short-lived connections, one transaction per publish."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict, Waiver
from nba_assets.readiness.gate import GateClosed, evaluate, leave_out, require_all
from nba_assets.readiness.state import LedgerState, Status
from nba_assets.warehouse import duckdb_operations as operations
from nba_assets.warehouse import schema
from nba_assets.warehouse.duckdb_fences import newest_token, raise_fences, refuse_older_claim, refuse_older_code
from nba_assets.warehouse.duckdb_file import DuckDBFile
from nba_assets.warehouse.duckdb_reads import (
    bootstrap_days,
    content_of_builds,
    contract_of,
    last_build,
    read_ledger,
    recent_builds,
    rows_before,
    rows_of_days,
    select_rows,
    standing_on,
    team_games_due,
    waivers_by_id,
    waivers_of,
)
from nba_assets.warehouse.duckdb_writes import keep_replaced, next_build, replace_rows, write_journal, write_ledger
from nba_assets.warehouse.frames import conform, content_hashes
from nba_assets.warehouse.ledger import entries, fingerprint
from nba_assets.warehouse.port import Published, Snapshot, Window


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
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
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
            state = self._state(read_ledger(connection))
            current, skipped = leave_out(state, contract, days, only, source_version)
            left_out = {*current, *skipped}
            gate = evaluate(state, contract, [day for day in days if day not in left_out])
            open_days = gate.open_days
            frames, gaps = {}, {}
            for read in contract.reads:
                upstream, columns = TABLES[read.table], contract.columns_read(read)
                lost = self.days[gate.gaps.get(read.table, [])]
                if read.window == "same_date":
                    there = [day for day in open_days if pd.Timestamp(day) not in lost]
                    frames[read.table] = rows_of_days(connection, upstream, there, columns)
                else:
                    frames[read.table] = rows_before(connection, upstream, open_days, state, columns)
                if read.table in gate.gaps:
                    gaps[read.table] = team_games_due(connection, lost)
            return Window(
                contract=contract,
                asked=tuple(days),
                days=open_days,
                held=gate.held,
                current=current,
                skipped=skipped,
                inputs_build=last_build(connection),
                frames=frames,
                gaps=gaps,
                bootstrap=bootstrap_days(connection, open_days),
                waivers=waivers_of(connection, contract.name),
                taints=gate.taints,
            )

    def publish(
        self,
        window: Window,
        rows: pd.DataFrame,
        verdicts: Mapping[dt.date, Verdict],
        *,
        run_id: str,
        source_version: str = "",
        token: int = 0,
        override: str = "",
        seconds: float | None = None,
    ) -> dict[dt.date, Published]:
        contract, now = window.contract, self.now()
        rows = conform(contract, rows)
        hashes = content_hashes(contract, rows)
        with self._file.transaction(f"publishing {contract.name}") as connection:
            refuse_older_claim(connection, contract.name, window.asked, token)
            standing = standing_on(connection, contract.name, window.asked)
            forced = refuse_older_code(contract, standing, override)
            build = next_build(connection)
            ledger, published = entries(
                window, verdicts, standing, hashes, build=build, run_id=run_id, source_version=source_version,
                token=token, override=override, seconds=seconds, now=now,
            )  # fmt: skip
            changed = [day for day, outcome in published.items() if outcome.is_changed]
            keep_replaced(connection, contract, standing, changed, now, self.keep_replaced)
            replace_rows(connection, schema.qualified(contract), contract, rows, changed)
            failed = [day for day, outcome in published.items() if outcome.status is Status.REJECTED]
            replace_rows(connection, schema.rejected(contract), contract, rows, failed, attempt_build=build)
            write_ledger(connection, contract.name, ledger)
            if forced:
                detail = {"build": build, "run_id": run_id, "code_version": contract.code_version}
                write_journal(connection, now, "override", f"run {run_id}", override, forced, detail)
        return published

    def raise_fence(self, spans: Sequence[Span], token: int) -> None:
        with self._file.transaction(f"raising the fence of claim {token}") as connection:
            raise_fences(connection, spans, token)

    def last_token(self) -> int:
        with self._file.transaction("reading the newest token") as connection:
            return newest_token(connection)

    def training_window(self, table: str, last: dt.date | None) -> tuple[dt.date, dt.date]:
        state = self.state()
        first = self.days[state.history_start].date()
        attempted = self.days[~state.is_missing(table)]
        if last is None and len(attempted):
            last = attempted[-1].date()
        if last is None or last < first:
            blocker = {"table": table, "date": str(first), "reason": f"{table} has never been built"}
            raise GateClosed(f"training is refused: no date of {table} from {first} on has been built", [blocker])
        return first, last

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
            ledger = read_ledger(connection)
            needed = require_all(
                self._state(ledger), gated or tuple(columns), start, end, purpose,
                waivers=waivers_of(connection, waivable_as), waivable_as=waivable_as, now=self.now(),
            )  # fmt: skip
            frames = {}
            for table, names in columns.items():
                within = "game_date BETWEEN ? AND ?"
                frames[table] = select_rows(connection, TABLES[table], within, [start, end], names)
            inside = ledger["game_date"].between(pd.Timestamp(start), pd.Timestamp(end))
            covered = ledger[inside & ledger["table_name"].isin(gated or columns)]
            return Snapshot(frames, fingerprint(covered), waivers_by_id(connection, needed), last_build(connection))

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
                return rows_of_days(connection, contract, days)
            builds = {day: build[day] if isinstance(build, Mapping) else int(build) for day in days}
            return content_of_builds(connection, contract, builds)

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

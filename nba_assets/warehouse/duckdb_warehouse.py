"""The warehouse on DuckDB: one file, short-lived connections, one transaction per publish."""

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.gate import GateClosed, evaluate, require_all
from nba_assets.readiness.state import LedgerState, Status
from nba_assets.warehouse import schema
from nba_assets.warehouse.duckdb_reads import (
    bootstrap_days,
    current_days,
    last_build,
    read_ledger,
    rows_before,
    rows_of_days,
    select_rows,
    team_games_due,
    waivers_of,
)
from nba_assets.warehouse.frames import conform, content_hashes, to_arrow
from nba_assets.warehouse.ledger import entries, fingerprint
from nba_assets.warehouse.port import FencedOut, Published, Snapshot, WarehouseError, Window

LOCK_PATIENCE_SECONDS = 60
"""How long to wait for another process that has the file open; each holds it for a second or two."""


class DuckDBWarehouse:
    """The `Warehouse` port over one DuckDB file and a calendar of game dates."""

    def __init__(self, path: Path, days: pd.DatetimeIndex, history_start: dt.date | None = None) -> None:
        self.path = path
        self.days = days
        self.history_start = history_start
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
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self.connect() as connection:
            self._create(connection)
            connection.begin()
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            try:
                connection.commit()
            except duckdb.Error as error:
                raise WarehouseError(
                    f"{self.path}: the publish could not be committed, nothing changed: {error}"
                ) from error

    def _create(self, connection: duckdb.DuckDBPyConnection) -> None:
        if not self._is_created:
            schema.create(connection)
            self._is_created = True

    def ledger(self) -> pd.DataFrame:
        with self._transaction() as connection:
            return read_ledger(connection)

    def state(self) -> LedgerState:
        return LedgerState(self.ledger(), TABLES, self.days, self.history_start)

    def read_window(
        self, contract: Contract, days: Sequence[dt.date], *, skip_current: bool = False, source_version: str = ""
    ) -> Window:
        with self._transaction() as connection:
            ledger = read_ledger(connection)
            state = LedgerState(ledger, TABLES, self.days, self.history_start)
            current = current_days(state, ledger, contract, days, source_version) if skip_current else ()
            gate = evaluate(state, contract, [day for day in days if day not in set(current)])
            held, open_days = dict(gate.held), gate.open_days
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
                held=held,
                current=tuple(current),
                inputs_build=last_build(connection),
                frames=frames,
                gaps=gaps,
                bootstrap=bootstrap_days(connection, open_days),
                waivers=waivers_of(connection, contract),
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
    ) -> dict[dt.date, Published]:
        contract = window.contract
        rows = conform(contract, rows)
        hashes = content_hashes(contract, rows)
        with self._transaction() as connection:
            standing = _standing(connection, contract, window.asked)
            _fence(contract, standing, token)
            build = connection.execute(
                "UPDATE nba_quality.build_counter SET last_build = last_build + 1 RETURNING last_build"
            ).fetchone()[0]  # type: ignore[index]
            ledger, published = entries(
                window,
                verdicts,
                standing,
                hashes,
                build=build,
                run_id=run_id,
                source_version=source_version,
                token=token,
            )
            changed = [day for day, outcome in published.items() if outcome.is_changed]
            _replace(connection, schema.qualified(contract), contract, rows, changed)
            failed = [day for day, outcome in published.items() if outcome.status is Status.REJECTED]
            _replace(connection, schema.rejected(contract), contract, rows, failed, attempt_build=build)
            _write_ledger(connection, contract, ledger)
        return published

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
    ) -> Snapshot:
        with self._transaction() as connection:
            ledger = read_ledger(connection)
            state = LedgerState(ledger, TABLES, self.days, self.history_start)
            require_all(state, gated or tuple(columns), start, end, purpose)
            frames = {}
            for table, names in columns.items():
                within = "game_date BETWEEN ? AND ?"
                frames[table] = select_rows(connection, TABLES[table], within, [start, end], names)
            inside = ledger["game_date"].between(pd.Timestamp(start), pd.Timestamp(end))
            return Snapshot(frames, fingerprint(ledger[inside & ledger["table_name"].isin(gated or columns)]))


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


def _standing(connection: duckdb.DuckDBPyConnection, contract: Contract, days: Sequence[dt.date]) -> pd.DataFrame:
    if not days:
        return pd.DataFrame(columns=list(schema.LEDGER_COLUMNS)).set_index("game_date")
    query = "SELECT * FROM nba_quality.ledger WHERE table_name = ? AND game_date BETWEEN ? AND ?"
    return connection.execute(query, [contract.name, min(days), max(days)]).df().set_index("game_date")


def _fence(contract: Contract, standing: pd.DataFrame, token: int) -> None:
    newer = standing[(standing["code_version"] > contract.code_version) | (standing["token"] > token)]
    if len(newer):
        first = newer.iloc[0]
        raise FencedOut(
            f"{contract.name}: {len(newer)} dates from {newer.index[0].date()} on were written by newer code or a "
            f"newer claim (code version {first['code_version']:.0f}, here {contract.code_version}; run "
            f"{first['run_id']}). You run older code: update and start again. Nothing was written."
        )


def _replace(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    contract: Contract,
    rows: pd.DataFrame,
    days: Sequence[dt.date],
    attempt_build: int | None = None,
) -> None:
    """Put the rows of the days in the place of what the table has for them."""
    if not days:
        return
    connection.register("new_days", pa.table({"game_date": pa.array(days, type=pa.date32())}))
    connection.execute(f"DELETE FROM {table} WHERE game_date IN (FROM new_days)")
    wanted = rows[rows["game_date"].isin(pd.DatetimeIndex([pd.Timestamp(day) for day in days]))]
    arrow = to_arrow(contract, wanted)
    if attempt_build is not None:
        arrow = arrow.append_column("attempt_build", pa.array([attempt_build] * arrow.num_rows, type=pa.int64()))
    connection.register("new_rows", arrow)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM new_rows")


def _write_ledger(connection: duckdb.DuckDBPyConnection, contract: Contract, ledger: pd.DataFrame) -> None:
    connection.register("new_ledger", ledger)
    connection.execute(
        "DELETE FROM nba_quality.ledger WHERE table_name = ? AND game_date IN (SELECT game_date FROM new_ledger)",
        [contract.name],
    )
    connection.execute("INSERT INTO nba_quality.ledger BY NAME SELECT * FROM new_ledger")
    connection.execute("INSERT INTO nba_quality.ledger_history BY NAME SELECT * FROM new_ledger")

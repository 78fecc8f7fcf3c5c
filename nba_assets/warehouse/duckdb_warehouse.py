"""The warehouse on DuckDB: one file, short-lived connections, one transaction per publish."""

import datetime as dt
import functools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import BOOTSTRAP_DAYS
from nba_assets.readiness.audit import Verdict, Waiver
from nba_assets.readiness.gate import GateClosed, evaluate, require_all
from nba_assets.readiness.state import LedgerState, Status
from nba_assets.warehouse import schema
from nba_assets.warehouse.frames import conform, content_hashes, from_arrow, to_arrow
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

    @functools.cached_property
    def _created(self) -> list[bool]:
        return [False]

    def _create(self, connection: duckdb.DuckDBPyConnection) -> None:
        if not self._created[0]:
            schema.create(connection)
            self._created[0] = True

    def ledger(self) -> pd.DataFrame:
        with self._transaction() as connection:
            return _ledger(connection)

    def state(self) -> LedgerState:
        return LedgerState(self.ledger(), TABLES, self.days, self.history_start)

    def read_window(
        self, contract: Contract, days: Sequence[dt.date], *, skip_current: bool = False, source_version: str = ""
    ) -> Window:
        with self._transaction() as connection:
            ledger = _ledger(connection)
            state = LedgerState(ledger, TABLES, self.days, self.history_start)
            current = _current(state, ledger, contract, days, source_version) if skip_current else ()
            gate = evaluate(state, contract, [day for day in days if day not in set(current)])
            held, open_days = dict(gate.held), gate.open_days
            frames, gaps = {}, {}
            for read in contract.reads:
                upstream = TABLES[read.table]
                if read.window == "same_date":
                    frames[read.table] = _rows_of_days(connection, upstream, open_days)
                else:
                    frames[read.table] = _rows_before(connection, upstream, open_days, state)
                    gaps[read.table] = _team_games_due(connection, self.days[gate.gaps[read.table]], open_days)
            return Window(
                contract=contract,
                asked=tuple(days),
                days=open_days,
                held=held,
                current=tuple(current),
                inputs_build=_last_build(connection),
                frames=frames,
                gaps=gaps,
                bootstrap=_bootstrap(connection, open_days),
                waivers=_waivers(connection, contract),
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
            ledger = _ledger(connection)
            state = LedgerState(ledger, TABLES, self.days, self.history_start)
            require_all(state, gated or tuple(columns), start, end, purpose)
            frames = {}
            for table, names in columns.items():
                contract = TABLES[table]
                listed = ", ".join(f'"{name}"' for name in names or contract.column_names)
                order = ", ".join(("game_date", *contract.key))
                place = schema.qualified(contract)
                query = f"SELECT {listed} FROM {place} WHERE game_date BETWEEN ? AND ? ORDER BY {order}"
                frames[table] = from_arrow(contract, connection.sql(query, params=[start, end]).to_arrow_table())
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


def _ledger(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return connection.execute("SELECT * FROM nba_quality.ledger").df()


def _last_build(connection: duckdb.DuckDBPyConnection) -> int:
    return int(connection.execute("SELECT last_build FROM nba_quality.build_counter").fetchone()[0])  # type: ignore[index]


def _current(
    state: LedgerState, ledger: pd.DataFrame, contract: Contract, days: Sequence[dt.date], source_version: str
) -> tuple[dt.date, ...]:
    """The days that are ready and not stale and, for ingest, came from the source as it is now."""
    good = state.is_ready(contract.name)
    if contract.ingest:
        same = ledger[(ledger["table_name"] == contract.name) & (ledger["source_version"] == source_version)]
        good = good & np.asarray(state.days.isin(same["game_date"]))
    known = set(state.days[good].date)
    return tuple(day for day in days if day in known)


def _rows_of_days(connection: duckdb.DuckDBPyConnection, contract: Contract, days: Sequence[dt.date]) -> pd.DataFrame:
    names = ", ".join(f'"{name}"' for name in contract.column_names)
    order = ", ".join(("game_date", *contract.key))
    first, last = (min(days), max(days)) if days else (dt.date.max, dt.date.min)
    query = f"SELECT {names} FROM {schema.qualified(contract)} WHERE game_date BETWEEN ? AND ? ORDER BY {order}"
    frame = from_arrow(contract, connection.sql(query, params=[first, last]).to_arrow_table())
    if len(days) == (last - first).days + 1:
        return frame
    wanted = pd.DatetimeIndex([pd.Timestamp(day) for day in days])
    return frame[frame["game_date"].isin(wanted)].reset_index(drop=True)


def _rows_before(
    connection: duckdb.DuckDBPyConnection, contract: Contract, days: Sequence[dt.date], state: LedgerState
) -> pd.DataFrame:
    """Every row on a ready date before the last of the days: what stands on a rejected date is not read."""
    names = ", ".join(f'"{name}"' for name in contract.column_names)
    order = ", ".join(("game_date", *contract.key))
    query = f"SELECT {names} FROM {schema.qualified(contract)} WHERE game_date < ? ORDER BY {order}"
    last = max(days) if days else dt.date.min
    frame = from_arrow(contract, connection.sql(query, params=[last]).to_arrow_table())
    shut = state.days[~state.is_ready(contract.name)]
    return frame[~frame["game_date"].isin(shut)].reset_index(drop=True)


def _team_games_due(
    connection: duckdb.DuckDBPyConnection, gap_days: pd.DatetimeIndex, days: Sequence[dt.date]
) -> pd.DataFrame:
    """Team-games that were due, by the schedule, on dates whose partition is a gap."""
    connection.register("gap_days", pa.table({"game_date": pa.array(gap_days.date, type=pa.date32())}))
    last = max(days) if days else dt.date.min
    query = """
        SELECT game_date, game_id, unnest([home_team_id, away_team_id]) AS team_id
        FROM nba_raw.game_schedule SEMI JOIN gap_days USING (game_date)
        WHERE NOT is_postponed AND game_date < ? ORDER BY ALL"""
    games = connection.execute(query, [last]).df()
    return games.astype({"game_date": "datetime64[ns]"})


def _bootstrap(connection: duckdb.DuckDBPyConnection, days: Sequence[dt.date]) -> frozenset[dt.date]:
    """Days within two weeks of the first game of a season (the warehouse starts with one of them)."""
    starts = [
        row[0]
        for row in connection.execute("SELECT min(game_date) FROM nba_raw.game_schedule GROUP BY season").fetchall()
    ]
    return frozenset(day for day in days if any(0 <= (day - start).days < BOOTSTRAP_DAYS for start in starts))


def _waivers(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[Waiver]:
    query = (
        "SELECT waiver_id, table_name, rule, first_date, last_date, until FROM nba_quality.waivers WHERE table_name = ?"
    )
    return [Waiver(*row) for row in connection.execute(query, [contract.name]).fetchall()]


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

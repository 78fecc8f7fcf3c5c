"""Where a warehouse of the conformance suite is: what a test may do with any adapter, past its port."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from nba_assets.bigquery_resource import PlatformBigQuery
from nba_assets.contracts.tables import TABLES
from nba_assets.settings import BigQuerySettings
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs, JobFact, Limits
from nba_assets.warehouse.bigquery.names import LEDGER_FIELDS, SYSTEM_TABLES, Names, fields_of
from nba_assets.warehouse.bigquery.warehouse import BigQueryWarehouse
from nba_assets.warehouse.bigquery.writes import ledger_arrow, required_arrow
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.port import Warehouse
from nba_assets_tests.servers.running import BigQueryServer
from nba_assets_tests.warehouse.raw_publishes import BOX, CALENDAR, SOUND

PROJECT = "nba-props-platform"
"""The old system's: its queries name it."""


def jobs_on(
    server: BigQueryServer, patience_seconds: float = 120, on_done: Callable[[JobFact], None] = lambda _: None
) -> BigQueryJobs:
    settings = BigQuerySettings(project=PROJECT, emulator=server.rest, storage_emulator=server.storage)
    with PlatformBigQuery.of(settings).get_client() as client:
        return BigQueryJobs(client, Limits(10**10, {"run": "tests"}), patience_seconds, on_done)


class Place(Protocol):
    """A warehouse that a test has to itself."""

    def open(self, **settings: Any) -> Warehouse:
        """One more warehouse over what is here, with settings of its own (days, history_start, now, …)."""
        ...


class DuckDBPlace:
    """A file; the state is copied into it."""

    def __init__(self, path: Path, state: Path | None) -> None:
        self._path = path
        if state is not None:
            path.write_bytes(state.read_bytes())

    def open(self, **settings: Any) -> DuckDBWarehouse:
        return DuckDBWarehouse(self._path, **{"days": CALENDAR, **settings})


class BigQueryPlace:
    """Datasets that are set back to a state between tests: making new ones takes a server far longer."""

    def __init__(self, server: BigQueryServer, source: Callable[[str], DuckDBWarehouse]) -> None:
        self.server = server
        self.names = Names(PROJECT)
        self.done: list[JobFact] = []
        self._jobs = jobs_on(server, on_done=self.done.append)
        self._source = source
        self._states: dict[str, int] = {}
        self._reported = 0
        self._is_filled = False
        self.open().ledger()

    def open(self, **settings: Any) -> BigQueryWarehouse:
        return BigQueryWarehouse(lambda: self._jobs, self.names, **{"days": CALENDAR, **settings})

    def _learn(self, state: str) -> None:
        """Load what a DuckDB warehouse holds, to be set back to; raw rows are the same in every state."""
        source = self._source(state)
        with source.connect() as connection:
            history = connection.execute("SELECT * FROM nba_quality.ledger_history").df()
            last = connection.execute("SELECT last_build FROM nba_quality.build_counter").fetchone()[0]
        for name, rows in (("ledger", source.ledger()), ("ledger_history", history)):
            self._jobs.load(self._base(name, state), ledger_arrow(rows), LEDGER_FIELDS, table=name)
        for table, rows in {} if self._states else SOUND.items():
            contract = TABLES[table]
            self._jobs.load(self._base(table), required_arrow(contract, rows), fields_of(contract), table=table)
        self._states[state] = last

    def _base(self, table: str, state: str = "every") -> str:
        return self.names.staging(f"state_{state}_{table}")

    def set_back(self, state: str, written_elsewhere: Iterable[str] = (BOX,)) -> None:
        """Undo what tests have done since, and what other processes have written; "" is the empty warehouse."""
        if state and state not in self._states:
            self._learn(state)
        spoilt = {job.table for job in self.done[self._reported :]} & set(TABLES) | set(written_elsewhere)
        if bool(state) != self._is_filled:
            spoilt |= set(SOUND)
        steps = [f"DELETE FROM {self.names.system(name)} WHERE TRUE" for name in SYSTEM_TABLES]
        steps.append(
            f"UPDATE {self.names.system('build_counter')} SET last_build = {self._states.get(state, 0)} WHERE TRUE"
        )
        for table in sorted(spoilt):
            contract = TABLES[table]
            for place in (self.names.table(contract), self.names.rejected(contract), self.names.replaced(contract)):
                steps.append(f"DELETE FROM {place} WHERE game_date >= DATE '1946-01-01'")
        if state:
            for name in ("ledger", "ledger_history"):
                steps.append(_filled(self.names.system(name), SYSTEM_TABLES["ledger"], self._base(name, state)))
            for table in sorted(spoilt & set(SOUND)):
                contract = TABLES[table]
                steps.append(_filled(self.names.table(contract), contract.column_names, self._base(table)))
        self._jobs.transaction(";\n".join(steps) + ";", {}, table="schema")
        self._reported, self._is_filled = len(self.done), bool(state)


def _filled(table: str, columns: Iterable[str], source: str) -> str:
    names = ", ".join(f"`{name}`" for name in columns)
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM `{source}`"

"""Publishes what a home's DuckDB warehouse holds to a BigQuery server, and compares the hashes of what comes back.

    python -m nba_assets_tests.benchmarks.bigquery_history HOME [FIRST LAST]

Table by table in graph order and season by season: a gated read of the window, then one publish. Prints the jobs and
bytes of each table, and fails where a date's content differs from DuckDB's.
"""

import datetime as dt
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from nba_assets.contracts.conformed import Conformed
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import label_date
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.status import Status
from nba_assets.warehouse.bigquery.jobs import JobFact
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.warehouse import BigQueryWarehouse
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.frames import EMPTY_HASH, content_hashes
from nba_assets.warehouse.port import Attempt
from nba_assets_tests.servers.running import bigquery_server
from nba_assets_tests.warehouse.places import PROJECT, jobs_on

console = Console(width=150)


@dataclass(frozen=True)
class Published:
    """One table's history: what it took to publish it, and whether every date came back with DuckDB's hash."""

    table: str
    dates: int
    rows: int
    chunks: int
    queries: int
    loads: int
    transactions: int
    megabytes: float
    seconds: float
    is_equal: bool


def publish_history(
    local: DuckDBWarehouse, ledger: pd.DataFrame, warehouse: BigQueryWarehouse, done: list[JobFact]
) -> Iterator[Published]:
    """Publish every table's ready dates of a ledger, season by season; `done` is called with the warehouse's jobs."""
    for name, contract in TABLES.items():
        entries = ledger[(ledger["table_name"] == name) & (ledger["status"] == Status.READY)].set_index("game_date")
        chunks = [chunk for _, chunk in entries.groupby((entries.index - pd.Timedelta(days=212)).year)]
        before, started = len(done), time.perf_counter()
        rows = sum(_publish(local, warehouse, contract, [day.date() for day in chunk.index]) for chunk in chunks)
        seconds = time.perf_counter() - started
        kinds = Counter(job.kind for job in done[before:])
        loaded = sum(job.bytes for job in done[before:] if job.kind == "load") / 1e6
        equal = _is_equal(warehouse, contract, entries)
        yield Published(
            name, len(entries), rows, len(chunks), kinds["query"], kinds["load"], kinds["transaction"],
            loaded, seconds, equal,
        )  # fmt: skip


def _publish(local: DuckDBWarehouse, warehouse: BigQueryWarehouse, contract: Contract, days: list[dt.date]) -> int:
    window = warehouse.read_window(contract, days)
    rows = Conformed(contract, local.content(contract.name, days)).on(window.dates)
    warehouse.publish(window, rows, {day: Verdict(Status.READY) for day in window.days}, Attempt("history"))
    return len(rows.rows)


def _is_equal(warehouse: BigQueryWarehouse, contract: Contract, entries: pd.DataFrame) -> bool:
    """Whether rows and ledger there hash as they do here, date by date."""
    wanted = {label_date(day): text for day, text in entries["content_hash"].items()}
    found = content_hashes(contract, warehouse.content(contract.name, list(wanted)))
    ledger = warehouse.ledger()
    there = ledger[(ledger["table_name"] == contract.name) & (ledger["status"] == Status.READY)]
    reported = {label_date(day): text for day, text in zip(there["game_date"], there["content_hash"], strict=True)}
    return reported == wanted and all(found.get(day, EMPTY_HASH) == text for day, text in wanted.items())


def measure(home: Path, first: dt.date, last: dt.date) -> bool:
    """Whether every date of every table has the hash that it has in DuckDB."""
    ledger = DuckDBWarehouse(home / "warehouse.duckdb", pd.DatetimeIndex([])).ledger()
    ledger = ledger[ledger["game_date"].between(pd.Timestamp(first), pd.Timestamp(last))]
    days = pd.date_range(ledger["game_date"].min(), ledger["game_date"].max(), unit="ns")
    local = DuckDBWarehouse(home / "warehouse.duckdb", days)
    shown = Table(*["table", "dates", "rows", "chunks", "queries", "loads", "transactions", "MB", "seconds", "equal"])
    done: list[JobFact] = []
    all_equal = True
    with bigquery_server(Path(tempfile.mkdtemp(prefix="nba-bigquery-")), PROJECT) as server:
        warehouse = BigQueryWarehouse(lambda: jobs_on(server, 600, done.append), Names(PROJECT), days, days[0].date())
        for one in publish_history(local, ledger, warehouse, done):
            all_equal &= one.is_equal
            shown.add_row(
                one.table, str(one.dates), f"{one.rows:,}", str(one.chunks), str(one.queries), str(one.loads),
                str(one.transactions), f"{one.megabytes:.1f}", f"{one.seconds:.1f}", str(one.is_equal),
            )  # fmt: skip
            console.print(one)
    console.print(shown)
    return all_equal


if __name__ == "__main__":
    arguments = [dt.date.fromisoformat(text) for text in sys.argv[2:4]] or [dt.date(2015, 1, 1), dt.date(2200, 1, 1)]
    sys.exit(not measure(Path(sys.argv[1]), *arguments))

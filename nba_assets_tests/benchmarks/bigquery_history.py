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
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.state import Status
from nba_assets.warehouse.bigquery_jobs import JobFact
from nba_assets.warehouse.bigquery_names import Names
from nba_assets.warehouse.bigquery_warehouse import BigQueryWarehouse
from nba_assets.warehouse.duckdb_warehouse import DuckDBWarehouse
from nba_assets.warehouse.frames import EMPTY_HASH, content_hashes
from nba_assets.warehouse.port import Attempt
from nba_assets_tests.servers.running import bigquery_server
from nba_assets_tests.warehouse.places import PROJECT, jobs_on

console = Console(width=150)


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
        warehouse.ledger()
        for name, contract in TABLES.items():
            entries = ledger[(ledger["table_name"] == name) & (ledger["status"] == "ready")].set_index("game_date")
            done.clear()
            start = time.perf_counter()
            chunks = [chunk for _, chunk in entries.groupby((entries.index - pd.Timedelta(days=212)).year)]
            rows = 0
            for chunk in chunks:
                wanted = [day.date() for day in chunk.index]
                window = warehouse.read_window(contract, wanted)
                content = local.content(name, wanted)
                verdicts = {day: Verdict(Status.READY, rows=0) for day in window.days}
                open_rows = content[content["game_date"].isin(window.dates)]
                warehouse.publish(window, open_rows, verdicts, Attempt("history"))
                rows += len(content)
            seconds = time.perf_counter() - start
            kinds = Counter(job.kind for job in done)
            loaded = sum(job.bytes for job in done if job.kind == "load") / 1e6
            back = warehouse.content(name, [day.date() for day in entries.index]) if len(entries) else pd.DataFrame()
            found = content_hashes(contract, back)
            equal = all(
                found.get(day.date(), EMPTY_HASH) == text for day, text in entries["content_hash"].items()
            ) and _same(warehouse.ledger(), name, entries)
            all_equal &= equal
            shown.add_row(
                name, str(len(entries)), f"{rows:,}", str(len(chunks)), str(kinds["query"]), str(kinds["load"]),
                str(kinds["transaction"]), f"{loaded:.1f}", f"{seconds:.1f}", str(equal),
            )  # fmt: skip
            console.print(f"{name}: {dict(kinds)} {loaded:.1f} MB {seconds:.1f} s equal={equal}")
    console.print(shown)
    return all_equal


def _same(ledger: pd.DataFrame, table: str, entries: pd.DataFrame) -> bool:
    """Whether the ledger there tells of the same contents."""
    there = ledger[(ledger["table_name"] == table) & (ledger["status"] == "ready")].set_index("game_date")
    return there["content_hash"].sort_index().tolist() == entries["content_hash"].sort_index().tolist()


if __name__ == "__main__":
    arguments = [dt.date.fromisoformat(text) for text in sys.argv[2:4]] or [dt.date(2015, 1, 1), dt.date.max]
    sys.exit(not measure(Path(sys.argv[1]), arguments[0], min(arguments[1], dt.date(2200, 1, 1))))

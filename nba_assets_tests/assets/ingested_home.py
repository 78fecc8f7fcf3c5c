"""A made-up archive and a warehouse: what the ingest assets do with a delivery, without a run around it."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import TABLES
from nba_assets.operations.explanations.explain import explain
from nba_assets.orchestration.judging import conformed, judged
from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.port import Attempt
from nba_assets_tests.sources.small_season import DATES, Tables, write

INGEST = [name for name, contract in TABLES.items() if contract.ingest]
DAYS = [dt.date.fromisoformat(day) for day in DATES]
GAMES, LINES, INJURIES = (
    ("game_schedule", "game_results"), ("game_schedule", "point_lines"), ("game_schedule", "injury_reports")
)  # fmt: skip


class Home:
    """An archive directory and a warehouse: what the ingest assets do with a delivery, without a run around it."""

    def __init__(self, place: Path) -> None:
        self.directory, self.place = place / "archive", place
        self.claims = ClaimStore(f"sqlite:///{place / 'claims.db'}")

    def deliver(self, change: Callable[[Tables], object] | None = None, tables: Sequence[str] = INGEST) -> "Home":
        write(self.directory, change)
        return self.load(tables)

    def load(self, tables: Sequence[str] = INGEST) -> "Home":
        """Ingest every date of the source, table after table."""
        source = ArchiveSource(self.directory, self.place / "landing")
        days = [day.date() for day in pd.date_range(source.first_date, source.horizon)]
        self.warehouse = DuckDBWarehouse(self.place / "warehouse.duckdb", pd.DatetimeIndex(days).as_unit("ns"))
        for table in tables:
            window = self.warehouse.read_window(TABLES[table], days)
            made, rows = conformed(window, source.read(table, days[0], days[-1]))
            attempt = Attempt("run", source.fingerprint, self.warehouse.last_token() + 1)
            verdicts, rows = judged(window, made, rows)
            self.warehouse.publish(window, rows, verdicts, attempt)
        return self

    def rows(self, table: str, where: str = "TRUE") -> pd.DataFrame:
        with self.warehouse.connect() as connection:
            return connection.execute(f"SELECT * FROM {TABLES[table].dataset}.{table} WHERE {where} ORDER BY ALL").df()

    def hashes(self, table: str) -> pd.Series:
        ledger = self.warehouse.ledger()
        return ledger[ledger["table_name"] == table].set_index("game_date")["content_hash"].sort_index()


def refused(platform: Home, table: str) -> dict[dt.date, str]:
    """Reasons of the dates of a table that are not ready, or without a game."""
    ledger = platform.warehouse.ledger()
    is_whole = ledger["status"].eq("ready") & ledger["quarantined"].eq("")
    mine = ledger[(ledger["table_name"] == table) & ~is_whole]
    texts = mine["reasons"] + mine["quarantined"].fillna("")
    return dict(zip(mine["game_date"].dt.date, texts, strict=True))


def said(platform: Home, table: str, day: dt.date) -> str:
    return str(explain(platform.warehouse, table, day).attempt.get("notes", ""))

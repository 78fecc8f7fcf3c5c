"""The warehouse for notebooks: frames behind the same gate as the pipeline's.

>>> import nba_assets
>>> warehouse = nba_assets.open_warehouse()
>>> warehouse.read("player_game_summary", "2024-01-01", "2024-01-31")

For SQL attach the file read-only, while nothing writes it (DuckDB lets in one process that writes, or any number that
read): ``duckdb.connect(":memory:").execute(warehouse.attach)``, then ``FROM nba.nba_analytics.player_game_summary``.
SQL goes past the gate: `nba.nba_quality.ledger` says which dates are ready.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from nba_assets.contracts.tables import TABLES
from nba_assets.errors import RequestError
from nba_assets.platform import Platform
from nba_assets.settings import Settings, from_environment
from nba_assets.warehouse.duckdb.engine import quoted
from nba_assets.warehouse.port import Warehouse

Date = dt.date | str


@dataclass(frozen=True)
class GatedWarehouse:
    """What `open_warehouse` returns. `port` is the whole warehouse, for anyone who knows it."""

    port: Warehouse
    settings: Settings

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that `read` knows, in the order in which they are built."""
        return tuple(TABLES)

    @property
    def attach(self) -> str:
        """The statement that attaches the file to a DuckDB session, for reading only."""
        return f"ATTACH {quoted(str(self.settings.warehouse))} AS nba (READ_ONLY)"

    def read(self, table: str, start: Date, end: Date, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Rows of [start, end], both included, with the named columns or all, in order of date and key.

        Raises GateClosed, naming the partitions and why, unless every date is ready, current and untainted;
        RequestError for an unknown table or column, or dates outside the calendar.
        """
        first, last = _date(start), _date(end)
        if table not in TABLES:
            raise RequestError(f"no table {table!r}; there are {', '.join(TABLES)}")
        if unknown := [name for name in columns if name not in TABLES[table].column_names]:
            raise RequestError(f"{table} has no column {', '.join(unknown)}; see docs/data_dictionary.md")
        days = self.port.days
        if not days[0].date() <= first <= last <= days[-1].date():
            raise RequestError(f"{table} {first} … {last}: there is {days[0].date()} … {days[-1].date()}")
        return self.port.read({table: columns}, first, last, purpose=f"reading {table}").frames[table]

    def status(self, table: str) -> pd.DataFrame:
        """One row per date that was attempted: game_date, status, is_stale, is_tainted, rows, completeness, reasons."""
        if table not in TABLES:
            raise RequestError(f"no table {table!r}; there are {', '.join(TABLES)}")
        state = self.port.state()
        rows = state.rows[table][["status", "rows", "completeness", "reasons"]]
        flags = {"is_stale": state.is_stale(table), "is_tainted": state.tainted[table]}
        found = rows.assign(**flags).dropna(subset="status").rename_axis("game_date").reset_index()
        return found[["game_date", "status", "is_stale", "is_tainted", "rows", "completeness", "reasons"]]

    def _repr_html_(self) -> str:
        days = self.port.days
        return f"Warehouse {self.settings.home}: {len(TABLES)} tables, {days[0].date()} … {days[-1].date()}"


def open_warehouse(home: Path | str | None = None) -> GatedWarehouse:
    """The warehouse that the environment names (NBA_HOME …), or that of another home with the source it was built on.

    Raises SettingsError, SourceError or WarehouseError when it cannot be used.
    """
    settings = from_environment()
    if home is not None:
        settings = replace(settings, home=Path(home).expanduser().resolve())
    return GatedWarehouse(Platform(settings).warehouse, settings)


def _date(value: Date) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value

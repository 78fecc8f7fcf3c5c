"""The DuckDB schema: tables from the contracts, the ledger, and views under the old system's names."""

from collections.abc import Mapping

import duckdb

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.warehouse.port import WarehouseError
from nba_assets.warehouse.system_tables import (
    FENCE_COLUMNS,
    JOURNAL_COLUMNS,
    LEDGER_COLUMNS,
    MIGRATED,
    OLD_NAMES,
    RENAMED_STATUS,
    VERSION,
    WAIVER_COLUMNS,
)

_SYSTEM_TABLES: dict[str, dict[str, str]] = {
    "warehouse_version": {"version": "BIGINT"},
    "build_counter": {"last_build": "BIGINT"},
    "ledger": LEDGER_COLUMNS,
    "ledger_history": LEDGER_COLUMNS,
    "fences": FENCE_COLUMNS,
    "waivers": WAIVER_COLUMNS,
    "journal": JOURNAL_COLUMNS,
}
"""Tables of the dataset `nba_quality`. `ledger_history` and `journal` are only ever appended to."""

_TYPES = {
    "string": "VARCHAR",
    "json": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
}


def qualified(contract: Contract) -> str:
    """Where the published rows of a table are."""
    return f"{contract.dataset}.{contract.name}"


def rejected(contract: Contract) -> str:
    """Where the rows of a table's rejected dates are kept for inspection."""
    return f"nba_rejected.{contract.name}"


def replaced(contract: Contract) -> str:
    """Where what a publish replaced is kept for a while, by the build that had published it."""
    return f"nba_replaced.{contract.name}"


_REPLACED_COLUMNS = {"build_id": "BIGINT", "replaced_at": "TIMESTAMPTZ"}
_REJECTED_COLUMNS = {"attempt_build": "BIGINT"}


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing, add columns that were gained since, refuse any other difference.

    Its caller makes one transaction of it, so a file is of one version or the other. Raises WarehouseError for a
    version that is not known here and for a column of another type.
    """
    for dataset in sorted({contract.dataset for contract in TABLES.values()}):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {dataset}")
    for dataset in ("nba_quality", "nba_rejected", "nba_replaced"):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {dataset}")
    existing = _existing_columns(connection)
    if "nba_quality.warehouse_version" in existing:
        _check_version(connection)
    for name, columns in _SYSTEM_TABLES.items():
        _add_missing(connection, existing, f"nba_quality.{name}", columns)
    for table, first in (("warehouse_version", VERSION), ("build_counter", 0)):
        connection.execute(
            f"INSERT INTO nba_quality.{table} SELECT {first} WHERE NOT EXISTS (FROM nba_quality.{table})"
        )
    _rename_status(connection)
    for contract in TABLES.values():
        columns = {column.name: _TYPES[column.type] for column in contract.columns}
        _refuse_other_types(contract, existing.get(qualified(contract), {}))
        never_null = {column.name for column in contract.columns if not column.nullable}
        _add_missing(connection, existing, qualified(contract), columns, never_null)
        _add_missing(connection, existing, rejected(contract), columns | _REJECTED_COLUMNS)
        _add_missing(connection, existing, replaced(contract), columns | _REPLACED_COLUMNS)
    for view, table in OLD_NAMES.items():
        shown = existing.get(qualified(TABLES[table]), {}).keys() | set(TABLES[table].column_names)
        if existing.get(view, {}).keys() != shown:
            connection.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM {qualified(TABLES[table])}")


def _rename_status(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the values of an earlier version to this one, and mark the file as of this one."""
    if connection.execute("SELECT version FROM nba_quality.warehouse_version").fetchone() == (VERSION,):
        return
    old, new = RENAMED_STATUS
    for name in ("ledger", "ledger_history"):
        connection.execute(f"UPDATE nba_quality.{name} SET status = ? WHERE status = ?", [new, old])
    connection.execute("UPDATE nba_quality.warehouse_version SET version = ?", [VERSION])


def _existing_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Type of every column of every table that the file has, as the types are named here."""
    query = (
        "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_catalog = current_database()"
    )
    existing: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(query).fetchall():
        existing.setdefault(f"{schema}.{table}", {})[column] = kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")
    return existing


def _check_version(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute("SELECT version FROM nba_quality.warehouse_version").fetchone()
    if found is not None and found[0] not in (*MIGRATED, VERSION):
        raise WarehouseError(
            f"the warehouse has schema version {found[0]}, this code has {VERSION}; use the matching release "
            "or start a new home (NBA_HOME)"
        )


def _add_missing(
    connection: duckdb.DuckDBPyConnection,
    existing: Mapping[str, Mapping[str, str]],
    table: str,
    columns: Mapping[str, str],
    never_null: frozenset[str] | set[str] = frozenset(),
) -> None:
    """Create the table, or add the columns it lacks; these are nullable, for published rows have no value."""
    if table not in existing:
        definition = ", ".join(f'"{n}" {kind}{" NOT NULL" if n in never_null else ""}' for n, kind in columns.items())
        connection.execute(f"CREATE TABLE {table} ({definition})")
        return
    for name, kind in columns.items():
        if name not in existing[table]:
            connection.execute(f'ALTER TABLE {table} ADD COLUMN "{name}" {kind}')


def _refuse_other_types(contract: Contract, existing: Mapping[str, str]) -> None:
    for column in contract.columns:
        kind = _TYPES[column.type]
        if existing.get(column.name, kind) != kind:
            raise WarehouseError(
                f"{qualified(contract)}.{column.name} is stored as {existing[column.name]}, the contract says {kind}; "
                "a type cannot change in place: rebuild the table in a new home (NBA_HOME)"
            )

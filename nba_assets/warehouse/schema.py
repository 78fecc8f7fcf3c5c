"""The DuckDB schema: tables from the contracts, the ledger, and views under the old system's names."""

from collections.abc import Mapping

import duckdb

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.warehouse.port import WarehouseError

VERSION = 2
"""Version of the warehouse schema; a file of a version that is not known here is refused, not guessed at."""

MIGRATED = (1,)
"""Versions that differ from this one by absent tables and columns only, so that adding them is the migration."""

LEDGER_COLUMNS = {
    "table_name": "VARCHAR",
    "game_date": "DATE",
    "status": "VARCHAR",
    "reasons": "VARCHAR",
    "build_id": "BIGINT",
    "content_hash": "VARCHAR",
    "content_build": "BIGINT",
    "inputs_build": "BIGINT",
    "code_version": "BIGINT",
    "token": "BIGINT",
    "rows": "BIGINT",
    "expected_rows": "BIGINT",
    "completeness": "DOUBLE",
    "is_bootstrap": "BOOLEAN",
    "waivers": "VARCHAR",
    "source_version": "VARCHAR",
    "run_id": "VARCHAR",
    "attempt_build": "BIGINT",
    "written_at": "TIMESTAMPTZ",
    "override": "VARCHAR",
    "seconds": "DOUBLE",
}
"""One row per (table, date): what stands, and the status of the newest attempt.

`build_id`, `content_*`, `inputs_build`, `code_version`, `rows` … describe the content that stands and are
null where nothing stands; `status`, `reasons`, `attempt_build`, `run_id`, `written_at` describe the newest
attempt. A failed attempt therefore closes the gate on what stands, without touching it. `override` is the
reason why older code was let replace the content of newer code, empty where it did not; `seconds` the wall time
of the attempt's whole build, the same for all its dates, null where nothing was built.
"""

WAIVER_COLUMNS = {
    "waiver_id": "VARCHAR",
    "table_name": "VARCHAR",
    "rule": "VARCHAR",
    "first_date": "DATE",
    "last_date": "DATE",
    "who": "VARCHAR",
    "why": "VARCHAR",
    "until": "TIMESTAMPTZ",
    "created_at": "TIMESTAMPTZ",
    "revoked_at": "TIMESTAMPTZ",
    "revoked_by": "VARCHAR",
    "revoked_why": "VARCHAR",
}

JOURNAL_COLUMNS = {
    "at": "TIMESTAMPTZ",
    "operation": "VARCHAR",
    "who": "VARCHAR",
    "why": "VARCHAR",
    "table_name": "VARCHAR",
    "first_date": "DATE",
    "last_date": "DATE",
    "detail": "VARCHAR",
}

FENCE_COLUMNS = {"table_name": "VARCHAR", "first_date": "DATE", "last_date": "DATE", "token": "BIGINT"}

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

OLD_NAMES = {
    "nba_analytics.team_offense_game_summary": "team_offense",
    "nba_analytics.team_defense_game_summary": "team_defense",
    "nba_analytics.upcoming_player_game_context": "upcoming_player_context",
    "nba_precompute.player_shot_zone_analysis": "player_shot_zones",
    "nba_precompute.team_defense_zone_analysis": "team_defense_zones",
    "nba_predictions.ml_feature_store_v2": "ml_feature_store",
}
"""Views under the old system's names, so that its validation queries run as they are."""


def qualified(contract: Contract) -> str:
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
    connection.execute("UPDATE nba_quality.warehouse_version SET version = ? WHERE version <> ?", [VERSION, VERSION])
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
    """Create the table, or add the columns it lacks; these are nullable, for rows that stand have no value."""
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

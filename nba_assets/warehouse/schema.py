"""The DuckDB schema: tables from the contracts, the ledger, and views under the old system's names."""

import duckdb

from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.warehouse.port import WarehouseError

VERSION = 1
"""Version of the warehouse schema; a file of another version is refused, not guessed at."""

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
}
"""One row per (table, date): what stands, and the status of the newest attempt.

`build_id`, `content_*`, `inputs_build`, `code_version`, `rows` … describe the content that stands and are
null where nothing stands; `status`, `reasons`, `attempt_build`, `run_id`, `written_at` describe the newest
attempt. A failed attempt therefore closes the gate on what stands, without touching it.
"""

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


def _definition(columns: tuple[Column, ...]) -> str:
    return ", ".join(f'"{c.name}" {_TYPES[c.type]}{"" if c.nullable else " NOT NULL"}' for c in columns)


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing, add columns that a contract has gained, refuse any other difference."""
    ledger = ", ".join(f"{name} {kind}" for name, kind in LEDGER_COLUMNS.items())
    datasets = {contract.dataset for contract in TABLES.values()} | {"nba_quality", "nba_rejected"}
    for dataset in sorted(datasets):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {dataset}")
    connection.execute("CREATE TABLE IF NOT EXISTS nba_quality.warehouse_version (version BIGINT)")
    found = connection.execute("SELECT version FROM nba_quality.warehouse_version").fetchone()
    if found is None:
        connection.execute("INSERT INTO nba_quality.warehouse_version VALUES (?)", [VERSION])
    elif found[0] != VERSION:
        raise WarehouseError(
            f"the warehouse has schema version {found[0]}, this code has {VERSION}; use the matching release "
            "or start a new home (NBA_HOME)"
        )
    connection.execute(f"CREATE TABLE IF NOT EXISTS nba_quality.ledger ({ledger})")
    connection.execute(f"CREATE TABLE IF NOT EXISTS nba_quality.ledger_history ({ledger})")
    connection.execute("CREATE TABLE IF NOT EXISTS nba_quality.build_counter (last_build BIGINT)")
    connection.execute(
        "INSERT INTO nba_quality.build_counter SELECT 0 WHERE NOT EXISTS (FROM nba_quality.build_counter)"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS nba_quality.waivers (waiver_id VARCHAR, table_name VARCHAR, rule VARCHAR, "
        "first_date DATE, last_date DATE, who VARCHAR, why VARCHAR, until TIMESTAMPTZ, created_at TIMESTAMPTZ)"
    )
    existing: dict[tuple[str, str], dict[str, str]] = {
        (schema, table): {}
        for schema, table in connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
    }
    for schema, table, name, kind in connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
    ).fetchall():
        existing.setdefault((schema, table), {})[name] = kind
    for contract in TABLES.values():
        _create_table(connection, contract, existing.get((contract.dataset, contract.name)))
        nullable = ", ".join(f'"{c.name}" {_TYPES[c.type]}' for c in contract.columns)
        connection.execute(f"CREATE TABLE IF NOT EXISTS {rejected(contract)} ({nullable}, attempt_build BIGINT)")
    for view, table in OLD_NAMES.items():
        connection.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM {qualified(TABLES[table])}")


def _create_table(connection: duckdb.DuckDBPyConnection, contract: Contract, existing: dict[str, str] | None) -> None:
    if existing is None:
        connection.execute(f"CREATE TABLE {qualified(contract)} ({_definition(contract.columns)})")
        return
    for column in contract.columns:
        kind = _TYPES[column.type]
        if column.name not in existing:
            connection.execute(f'ALTER TABLE {qualified(contract)} ADD COLUMN "{column.name}" {kind}')
            connection.execute(f'ALTER TABLE {rejected(contract)} ADD COLUMN IF NOT EXISTS "{column.name}" {kind}')
        elif existing[column.name].replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ") != kind:
            raise WarehouseError(
                f"{qualified(contract)}.{column.name} is stored as {existing[column.name]}, the contract says {kind}; "
                "a type cannot change in place: rebuild the table in a new home (NBA_HOME)"
            )

"""The BigQuery schema: datasets, tables from the contracts, the ledger, and views under the old system's names."""

import datetime as dt
import hashlib
from collections.abc import Mapping

import google.api_core.exceptions as api
from google.cloud import bigquery

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs, label
from nba_assets.warehouse.bigquery.names import DATASETS, SYSTEM_TABLES, TYPES, Names
from nba_assets.warehouse.port import WarehouseError
from nba_assets.warehouse.system_tables import MIGRATED, RENAMED_STATUS, VERSION

STAGING_LIFE = dt.timedelta(hours=24)
"""Staged rows are removed after their publish; what a killed process left behind goes by itself after this."""

_CLUSTERED = {"ledger": "table_name", "ledger_history": "table_name, game_date", "fences": "table_name"}

Existing = Mapping[str, Mapping[str, str]]
"""Type of every column of every table there is, by the table's full name in backticks."""


def create(jobs: BigQueryJobs, names: Names, location: str) -> None:
    """Create what is missing, add columns that were gained since, refuse any other difference.

    Raises WarehouseError for a version that is not known here and for a column of another type. Every step may be
    repeated, and be done by several processes at once.
    """
    wanted = fingerprint(names)
    found = _found(jobs, names)
    if found == {"version": VERSION, "fingerprint": wanted}:
        return
    _check_version(names, found)
    _create_datasets(jobs, names, location)
    steps = [*statements(names, _existing(jobs, names)), *rename_statements(names, found), mark_statement(names)]
    jobs.transaction(";\n".join(steps) + ";", {"fingerprint": wanted}, table="schema")


def rename_statements(names: Names, found: Mapping[str, object] | None) -> list[str]:
    """What brings values of an earlier version to this one; nothing for a new warehouse or one of this version."""
    if found is None or found["version"] == VERSION:
        return []
    old, new = RENAMED_STATUS
    return [
        f"UPDATE {names.system(name)} SET status = '{new}' WHERE status = '{old}'"
        for name in ("ledger", "ledger_history")
    ]


def fingerprint(names: Names) -> str:
    """Changes when anything about the schema does. Where it is what the warehouse says, nothing is looked at.

    Looking at every column of every table is by far the dearest query there is, and each process would ask it.
    """
    return hashlib.sha256("\n".join(statements(names, {})).encode()).hexdigest()[:16]


def mark_statement(names: Names) -> str:
    """Records which schema the warehouse has; `@fingerprint` is that of its statements."""
    return f"UPDATE {names.system('warehouse_version')} SET version = {VERSION}, fingerprint = @fingerprint WHERE TRUE"


def _create_datasets(jobs: BigQueryJobs, names: Names, location: str) -> None:
    there = {dataset.dataset_id for dataset in jobs.client.list_datasets(retry=jobs.retry)}
    for name in DATASETS:
        if f"{names.prefix}{name}" not in there:
            dataset = bigquery.Dataset(names.dataset(name))
            dataset.location = location
            if name == "nba_staging":
                dataset.default_table_expiration_ms = int(STAGING_LIFE.total_seconds() * 1000)
            try:
                jobs.client.create_dataset(dataset, exists_ok=True, retry=jobs.retry)
            except api.GoogleAPICallError as error:
                raise WarehouseError(
                    f"dataset {names.dataset(name)} cannot be created: {error}. Let an administrator create it in "
                    f"{location}, or grant bigquery.datasets.create."
                ) from error


def columns_query(names: Names) -> str:
    """Every column of every table in the warehouse's datasets."""
    return "\nUNION ALL ".join(
        f"SELECT '{names.dataset(name)}' AS dataset, table_name, column_name, data_type "
        f"FROM `{names.dataset(name)}`.INFORMATION_SCHEMA.COLUMNS"
        for name in DATASETS
        if name != "nba_staging"
    )


def _existing(jobs: BigQueryJobs, names: Names) -> Existing:
    existing: dict[str, dict[str, str]] = {}
    for row in jobs.query(columns_query(names), table="schema").to_pylist():
        existing.setdefault(f"`{row['dataset']}.{row['table_name']}`", {})[row["column_name"]] = row["data_type"]
    return existing


def version_query(names: Names) -> str:
    """The one row that says which schema the warehouse has."""
    return f"SELECT * FROM {names.system('warehouse_version')}"


def _found(jobs: BigQueryJobs, names: Names) -> dict[str, object] | None:
    """The row that says of what schema the warehouse is; None without a warehouse."""
    try:
        rows = jobs.query(version_query(names), table="schema").to_pylist()
    except api.NotFound:
        return None
    return rows[0] if rows else None


def _check_version(names: Names, found: Mapping[str, object] | None) -> None:
    if found is not None and found["version"] not in (*MIGRATED, VERSION):
        raise WarehouseError(
            f"the warehouse in {names.dataset('nba_quality')} has schema version {found['version']}, this code has "
            f"{VERSION}; use the matching release or another prefix (NBA_DATASET_PREFIX)"
        )


def statements(names: Names, existing: Existing) -> list[str]:
    """What brings a warehouse with these columns to the schema of this code; each may be repeated."""
    steps = []
    for name, columns in SYSTEM_TABLES.items():
        steps += _table(names.system(name), columns, existing, cluster=_CLUSTERED.get(name, ""))
    for contract in TABLES.values():
        columns = {column.name: TYPES[column.type] for column in contract.columns}
        never_null = {column.name for column in contract.columns if not column.nullable}
        by_month = "DATE_TRUNC(game_date, MONTH)"
        cluster = ", ".join([name for name in contract.key if name != "game_date"][:4])
        steps += _table(
            names.table(contract), columns, existing, never_null, by_month, cluster, contract, filtered=True
        )
        kept = columns | {"attempt_build": "INT64"}
        steps += _table(names.rejected(contract), kept, existing, partition=by_month)
        kept = columns | {"build_id": "INT64", "replaced_at": "TIMESTAMP"}
        # By day of replacement: what has been kept long enough goes by whole partitions.
        steps += _table(names.replaced(contract), kept, existing, partition="DATE(replaced_at)", cluster="game_date")
    for view, (contract, without) in names.views().items():
        if existing.get(view, {}).keys() != set(contract.column_names) - set(without):
            shown = f"* EXCEPT ({', '.join(without)})" if without else "*"
            # The filter holds for every row: a view may not be made over a table that requires one without it.
            steps.append(
                f"CREATE OR REPLACE VIEW {view} AS SELECT {shown} FROM {names.table(contract)} "
                "WHERE game_date >= DATE '1946-01-01'"
            )
    # With its row in one statement, so that two processes cannot give it two.
    firsts = {"build_counter": "0 AS last_build", "warehouse_version": f"{VERSION} AS version, '' AS fingerprint"}
    for name, first in firsts.items():
        if names.system(name) not in existing:
            steps.append(f"CREATE TABLE IF NOT EXISTS {names.system(name)} AS SELECT {first}")
    version = names.system("warehouse_version")
    if "fingerprint" not in existing.get(version, {"fingerprint": ""}):
        steps.append(f"ALTER TABLE {version} ADD COLUMN IF NOT EXISTS `fingerprint` STRING")
    return steps


def _table(
    table: str,
    columns: Mapping[str, str],
    existing: Existing,
    never_null: frozenset[str] | set[str] = frozenset(),
    partition: str = "",
    cluster: str = "",
    contract: Contract | None = None,
    *,
    filtered: bool = False,
) -> list[str]:
    """Statements that create the table, or add the columns it lacks; these are nullable, for rows have no value."""
    if table in existing:
        there = existing[table]
        return [_added(table, name, kind, there) for name, kind in columns.items() if there.get(name) != kind]
    definition = ", ".join(
        f"`{name}` {kind}{' NOT NULL' if name in never_null else ''}" for name, kind in columns.items()
    )
    options = [f"labels = [('table', '{label(table.rpartition('.')[2].strip('`'))}')]"]
    if contract is not None:
        options.append(f'description = "{contract.grain}; {contract.name}, code version {contract.code_version}"')
    if filtered:
        options.append("require_partition_filter = TRUE")
    return [
        f"CREATE TABLE IF NOT EXISTS {table} ({definition})"
        f"{f' PARTITION BY {partition}' if partition else ''}{f' CLUSTER BY {cluster}' if cluster else ''}"
        f" OPTIONS ({', '.join(options)})"
    ]


def _added(table: str, name: str, kind: str, existing: Mapping[str, str]) -> str:
    if name in existing:
        raise WarehouseError(
            f"{table.strip('`')}.{name} is stored as {existing[name]}, the contract says {kind}; a type cannot change "
            "in place: rebuild the table under another prefix (NBA_DATASET_PREFIX)"
        )
    return f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS `{name}` {kind}"

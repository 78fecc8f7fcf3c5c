"""Starts local-bigquery with quick look-ups of single tables; run inside its own environment.

For every table of every statement the server asks DuckDB for the list of all tables, views or columns, which takes
a tenth of a second each with as many tables as the warehouse has. The same answers stand in the catalog's own tables
(DuckLake's), which are asked here. What the server answers is not changed.
"""

import sys
from collections.abc import Sequence
from typing import Any

import duckdb
from local_bigquery import cli
from local_bigquery.engine import database
from local_bigquery.jobs import query

RESULTS = "emulator"
"""The server's own database, of tables without constraints."""

_fetch = database.fetch


def objects(project: str, dataset: str, table: str | None = None) -> list[tuple[Any, ...]]:
    """Name, kind and number of rows of the tables and views of a dataset, or of one of them."""
    if project == RESULTS:
        return [(table, "TABLE", 0)] if table is not None and _is_there(project, dataset, table) else []
    catalog = _catalog(project)
    return _fetch(
        f"SELECT table_name, 'TABLE', coalesce(record_count, 0) FROM {catalog}.ducklake_table AS entry "
        f"JOIN {catalog}.ducklake_schema AS dataset USING (schema_id) "
        f"LEFT JOIN {catalog}.ducklake_table_stats USING (table_id) WHERE schema_name = $1 "
        "AND table_name = coalesce($2, table_name) AND entry.end_snapshot IS NULL AND dataset.end_snapshot IS NULL "
        f"UNION ALL SELECT view_name, 'VIEW', 0 FROM {catalog}.ducklake_view AS entry "
        f"JOIN {catalog}.ducklake_schema AS dataset USING (schema_id) WHERE schema_name = $1 "
        "AND view_name = coalesce($2, view_name) AND entry.end_snapshot IS NULL AND dataset.end_snapshot IS NULL "
        "ORDER BY 1",
        [dataset, table],
    )


def fetch(statement: str, parameters: Sequence[str] | None = None) -> list[tuple[Any, ...]]:
    """As the server's, but for what it asks of the columns of one table."""
    if "duckdb_columns()" not in statement or not parameters:
        return _fetch(statement, parameters)
    project, dataset, table, *column = parameters
    if project == RESULTS:
        return []
    catalog = _catalog(project)
    wanted = "column_name = $3" if column else "NOT nulls_allowed"
    return _fetch(
        f"SELECT column_name FROM {catalog}.ducklake_column AS entry "
        f"JOIN {catalog}.ducklake_table AS owner USING (table_id) "
        f"JOIN {catalog}.ducklake_schema AS dataset USING (schema_id) "
        f"WHERE schema_name = $1 AND table_name = $2 AND {wanted} AND parent_column IS NULL "
        "AND entry.end_snapshot IS NULL AND owner.end_snapshot IS NULL AND dataset.end_snapshot IS NULL",
        [dataset, table, *column],
    )


def _catalog(project: str) -> str:
    return database.quote(f"__ducklake_metadata_{project}")


def _is_there(*name: str) -> bool:
    try:
        with database.cursor() as cursor:
            cursor.sql(f"SELECT 1 FROM {database.quote(*name)} LIMIT 0")
    except duckdb.CatalogException:
        return False
    return True


def _without_temporary_tables() -> None:
    """Nothing here makes temporary tables, so that none have to be looked for before every statement."""
    asked = "SELECT table_name FROM duckdb_tables() WHERE temporary"
    code = query.execute.__code__
    reported = tuple("SELECT '' AS table_name LIMIT 0" if one == asked else one for one in code.co_consts)
    assert reported != code.co_consts, "another version of local-bigquery than the pinned one"
    query.execute.__code__ = code.replace(co_consts=reported)


if __name__ == "__main__":
    database.objects = objects
    database.fetch = fetch
    _without_temporary_tables()
    # Statements are many and small: threads cost more than they bring, and so does looking for pandas at each.
    database.EMULATOR_SCHEMA = "SET threads = 1;" + database.EMULATOR_SCHEMA
    sys.modules["pandas"] = None  # type: ignore[assignment]
    cli.main()

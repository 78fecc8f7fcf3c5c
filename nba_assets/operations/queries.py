"""Queries written for the old system's BigQuery, run on either warehouse."""

import pandas as pd
import sqlglot
from sqlglot import exp

from nba_assets.warehouse.port import Warehouse


def to_duckdb(statement: str) -> str:
    """A GoogleSQL statement in DuckDB's dialect; the project of a three-part table name is dropped.

    A GROUP BY on a select alias goes by position: the old tables had no `season`, ours do, and the old queries
    mean their alias. Raises sqlglot.errors.ParseError where the statement is not understood.
    """
    tree = sqlglot.parse_one(statement, read="bigquery")
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
    for select in tree.find_all(exp.Select):
        _group_by_position(select)
    return tree.sql(dialect="duckdb")


def _group_by_position(select: exp.Select) -> None:
    computed = {item.alias: at for at, item in enumerate(select.expressions, start=1) if isinstance(item, exp.Alias)}
    group = select.args.get("group")
    for name in list(group.expressions) if group else []:
        if isinstance(name, exp.Column) and not name.table and name.name in computed:
            name.replace(exp.Literal.number(computed[name.name]))


def run_queries(warehouse: Warehouse, text: str) -> list[tuple[str, pd.DataFrame]]:
    """Run every statement of a BigQuery script; returns each statement with its result.

    On BigQuery as they are written, names of project and datasets included. WarehouseError where one cannot be run.
    """
    statements = [tree.sql(dialect="bigquery") for tree in sqlglot.parse(text, read="bigquery") if tree is not None]
    translated = statements if warehouse.dialect == "bigquery" else [to_duckdb(statement) for statement in statements]
    return list(zip(statements, warehouse.run_sql(translated), strict=True))

"""What tests look at, or spoil, in a warehouse of either adapter past its port."""

import re
from collections.abc import Mapping

import pandas as pd

from nba_assets.warehouse.bigquery.names import WITHOUT_COLUMNS, Names
from nba_assets.warehouse.bigquery.reads import frame_of
from nba_assets.warehouse.bigquery.warehouse import BigQueryWarehouse
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.port import Warehouse


def execute(warehouse: Warehouse, statement: str) -> pd.DataFrame:
    """Run SQL past the port; tables are named dataset.table, an UPDATE or DELETE has its WHERE."""
    if isinstance(warehouse, DuckDBWarehouse):
        with warehouse.connect() as connection:
            return connection.execute(statement).df()
    assert isinstance(warehouse, BigQueryWarehouse)
    translated = _translated(warehouse.names, statement)
    if translated.startswith("SELECT"):
        return frame_of(warehouse.jobs.query(translated))
    warehouse.jobs.transaction(translated, {}, table=statement.partition(".")[2].partition(" ")[0])
    return pd.DataFrame()


def _translated(names: Names, statement: str) -> str:
    """A statement with short table names, in the names of a project."""

    def full(found: re.Match[str]) -> str:
        behind = "_rows" if found[0] in WITHOUT_COLUMNS else ""
        return f"`{names.dataset(found[1])}.{found[2]}{behind}`"

    return re.sub(r"\b(nba_\w+)\.(\w+)", full, statement)


def sorted_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order that depends on their values alone."""
    keys: Mapping[str, pd.Series] = {str(name): rows[name].astype(str) for name in rows}
    order = pd.DataFrame(keys).sort_values(list(keys), kind="stable").index
    return rows.loc[order].reset_index(drop=True)

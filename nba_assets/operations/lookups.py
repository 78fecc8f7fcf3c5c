"""What the read-only operations look up in the embedded warehouse itself: rows by their key."""

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.warehouse.duckdb_warehouse import DuckDBWarehouse
from nba_assets.warehouse.schema import qualified


def rows_with(
    warehouse: DuckDBWarehouse,
    contract: Contract,
    key: Mapping[str, object],
    first: dt.date,
    last: dt.date,
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Rows of [first, last] whose columns have the given values, in order of date and key; all columns by default.

    KeyError for a column the contract does not have.
    """
    names = [contract.column(name).name for name in (*key, *columns)]
    shown = ", ".join(f'"{name}"' for name in names[len(key) :]) or "*"
    where = " AND ".join(["game_date BETWEEN ? AND ?", *(f'"{name}" = ?' for name in names[: len(key)])])
    order = ", ".join(("game_date", *contract.key))
    query = f"SELECT {shown} FROM {qualified(contract)} WHERE {where} ORDER BY {order}"
    with warehouse.connect() as connection:
        return connection.execute(query, [first, last, *key.values()]).df()


def rows_by_model(warehouse: DuckDBWarehouse, contract: Contract, first: dt.date, last: dt.date) -> dict[str, int]:
    """How many rows of a prediction table on [first, last] each model version made, the newest version first."""
    query = f"""
        SELECT model_version, count(*) FROM {qualified(contract)}
        WHERE game_date BETWEEN ? AND ? AND model_version IS NOT NULL GROUP BY model_version
        ORDER BY length(model_version) DESC, model_version DESC"""
    with warehouse.connect() as connection:
        return dict(connection.execute(query, [first, last]).fetchall())

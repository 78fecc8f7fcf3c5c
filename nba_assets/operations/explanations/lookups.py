"""What the read-only operations look up in the warehouse, past the gate: rows by their key."""

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.warehouse.port import Warehouse


def rows_with(
    warehouse: Warehouse,
    contract: Contract,
    key: Mapping[str, object],
    first: dt.date,
    last: dt.date,
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Rows of [first, last] whose columns have the given values, in order of date and key; all columns by default.

    KeyError for a column the contract does not have.
    """
    return warehouse.find(contract.name, key, first, last, columns)


def rows_by_model(warehouse: Warehouse, contract: Contract, first: dt.date, last: dt.date) -> dict[str, int]:
    """How many rows of a prediction table on [first, last] each model version made, the newest version first."""
    versions = warehouse.find(contract.name, {}, first, last, ["model_version"])["model_version"].dropna()
    counts = versions.value_counts()
    return {name: int(counts[name]) for name in sorted(counts.index, key=lambda name: (len(name), name), reverse=True)}

"""Columns of another table beside the rows of this one, with the reasons of their nulls."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence
from nba_assets.domain.absence import stated_reasons


@dataclass(frozen=True)
class JoinedColumns:
    """Values in the order of the rows, and per column the reason of each null."""

    values: pd.DataFrame
    reasons: Mapping[str, np.ndarray]


def beside(rows: pd.DataFrame, table: pd.DataFrame, on: Mapping[str, str], names: Mapping[str, str]) -> JoinedColumns:
    """The columns `names` ({column of the table: name here}) of the table's row that each row finds.

    `on` says which of the rows' columns must equal which of the table's. Where the table has no row, as on a date
    that an optional input was refused, every column is null (`upstream_missing`). Raises pandas.errors.MergeError
    when the table has two rows for one.
    """
    theirs = table[[*on.values(), *names, ABSENCE]].rename(columns=dict(zip(on.values(), on, strict=True)))
    joined = rows[[*on]].merge(theirs, on=list(on), how="left", validate="m:1", indicator="found")
    is_found = (joined["found"] == "both").to_numpy()
    stated = stated_reasons(joined[ABSENCE].fillna("{}"), names)
    if not is_found.all():
        stated = {name: np.where(is_found, why, Absence.UPSTREAM_MISSING) for name, why in stated.items()}
    reasons = {names[name]: why for name, why in stated.items()}
    return JoinedColumns(joined[[*names]].rename(columns=dict(names)), reasons)

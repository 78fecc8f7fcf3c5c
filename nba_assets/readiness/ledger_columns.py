"""Columns of a table's ledger rows as arrays over the calendar."""

import numpy as np
import pandas as pd

from nba_assets.readiness.state import LedgerState


def integers(state: LedgerState, table: str, column: str) -> np.ndarray:
    """Values per date as int64, 0 where there is none."""
    return np.nan_to_num(numbers(state, table, column)).astype("int64")


def numbers(state: LedgerState, table: str, column: str) -> np.ndarray:
    """Values per date as float64, NaN where there is none."""
    return pd.to_numeric(state.rows[table][column]).astype("float64").to_numpy()


def texts(state: LedgerState, table: str, column: str) -> np.ndarray:
    """Values per date as text, '' where there is none."""
    return state.rows[table][column].astype("object").fillna("").to_numpy(dtype=object)

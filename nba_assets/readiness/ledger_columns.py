"""Columns of a table's ledger rows as arrays over the calendar, and what a read sees of an upstream array."""

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Read
from nba_assets.readiness.state import LedgerState, Status


def integers(state: LedgerState, table: str, column: str) -> np.ndarray:
    """Values per date as int64, 0 where there is none."""
    return np.nan_to_num(numbers(state, table, column)).astype("int64")


def numbers(state: LedgerState, table: str, column: str) -> np.ndarray:
    """Values per date as float64, NaN where there is none."""
    return pd.to_numeric(state.rows[table][column]).astype("float64").to_numpy()


def texts(state: LedgerState, table: str, column: str) -> np.ndarray:
    """Values per date as text, '' where there is none."""
    return state.rows[table][column].astype("object").fillna("").to_numpy(dtype=object)


def has_status(state: LedgerState, table: str, status: Status) -> np.ndarray:
    """Per date: whether this is the status."""
    return texts(state, table, "status") == ("" if status is Status.MISSING else status.value)


def seen_through(read: Read, flags: np.ndarray) -> np.ndarray:
    """For each date (first axis), the flags or bits of all upstream dates in the read's window, or-ed together."""
    if read.window == "same_date" or not len(flags):
        return flags
    seen = np.zeros_like(flags)
    seen[1:] = np.bitwise_or.accumulate(flags, axis=0)[:-1]
    return seen

"""State of every partition, from the ledger alone: ready, rejected, held, missing; stale, tainted.

The whole state of 1,900 dates times 20 tables is a few vectorised operations; no edges are stored.
"""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract, Read

SCHEDULE = "game_schedule"
"""The table that says what should exist."""


class Status(StrEnum):
    """What a partition is; `stale` and `tainted` are flags beside it."""

    MISSING = "missing"
    READY = "ready"
    REJECTED = "rejected"
    HELD = "held"


_CODES = {Status.MISSING: 0, Status.READY: 1, Status.REJECTED: 2, Status.HELD: 3}
_NAMES = {code: status for status, code in _CODES.items()}


class LedgerState:
    """Status, staleness and taint per (table, date) over a calendar of partitions.

    `ledger` has one row per (table_name, game_date) with status, content_build, inputs_build, code_version
    and waivers; `contracts` are all dated tables in graph order (upstream first); `days` is the calendar.
    Before `history_start`, the first game of the source, no history can be missing.

    (T, D) is stale iff its code version is not the current one, or some upstream partition in its declared
    window has content newer than what T's build has read, or is itself stale. A gap (rejected, held) is not
    staleness, whatever stands there, for its rows are not read; its later publish is.
    """

    def __init__(
        self,
        ledger: pd.DataFrame,
        contracts: Mapping[str, Contract],
        days: pd.DatetimeIndex,
        history_start: dt.date | None = None,
    ) -> None:
        self.days = days
        self.history_start = 0 if history_start is None else int(days.searchsorted(np.datetime64(history_start)))
        self.contracts = contracts
        self.status: dict[str, np.ndarray] = {}
        self.stale: dict[str, np.ndarray] = {}
        self.tainted: dict[str, np.ndarray] = {}
        self._content: dict[str, np.ndarray] = {}
        self._rows: dict[str, pd.DataFrame] = {}
        by_table = dict(iter(ledger.groupby("table_name", sort=False)))
        for name, contract in contracts.items():
            self._add(contract, by_table.get(name, ledger.iloc[:0]))

    def _add(self, contract: Contract, rows: pd.DataFrame) -> None:
        rows = rows.set_index("game_date").reindex(self.days)
        name = contract.name
        built = rows["content_build"].notna().to_numpy()
        inputs = _integers(rows["inputs_build"])
        stale = _integers(rows["code_version"]) != contract.code_version
        tainted = rows["waivers"].astype("object").fillna("").ne("").to_numpy(dtype=bool)
        for read in contract.reads:
            newer = self._seen(read, self._content[read.table], np.maximum.accumulate, 0) > inputs
            stale_input = self.stale[read.table] & ~self.is_gap(read.table)
            stale = stale | newer | self._seen(read, stale_input, np.logical_or.accumulate, False)
            tainted = tainted | self._seen(read, self.tainted[read.table], np.logical_or.accumulate, False)
        self.status[name] = _integers(rows["status"].map(_CODES)).astype("int8")
        self.stale[name] = stale & built
        self.tainted[name] = tainted & built
        self._content[name] = _integers(rows["content_build"])
        self._rows[name] = rows

    def _seen(self, read: Read, values: np.ndarray, accumulate: np.ufunc, start: object) -> np.ndarray:
        """For each date, the values of the upstream dates in the read's window, reduced to one."""
        if read.window == "same_date":
            return values
        return np.r_[np.array([start], dtype=values.dtype), accumulate(values)[:-1]] if len(values) else values

    def is_ready(self, table: str) -> np.ndarray:
        """Per date: ready and not stale."""
        return (self.status[table] == _CODES[Status.READY]) & ~self.stale[table]

    def is_gap(self, table: str) -> np.ndarray:
        """Per date: attempted, and rejected or held."""
        return np.isin(self.status[table], (_CODES[Status.REJECTED], _CODES[Status.HELD]))

    @property
    def is_schedule_known(self) -> np.ndarray:
        """Per date: the schedule is ready, so that it says which teams were due."""
        return self.is_ready(SCHEDULE) if SCHEDULE in self.contracts else np.ones(len(self.days), dtype=bool)

    def is_missing(self, table: str) -> np.ndarray:
        return self.status[table] == _CODES[Status.MISSING]

    def position(self, day: pd.Timestamp) -> int:
        """Index of a date in the calendar; raises KeyError for a date outside it."""
        return int(self.days.get_loc(day))

    def describe(self, table: str, index: int) -> str:
        """One partition in words: 'team_offense 2024-01-04 is rejected: <reasons>'."""
        status = _NAMES[int(self.status[table][index])]
        row = self._rows[table].iloc[index]
        flags = [word for word, flag in (("stale", self.stale), ("tainted", self.tainted)) if flag[table][index]]
        words = ", ".join([status.value, *flags] if status != Status.READY or not flags else flags)
        reasons = "" if status in (Status.READY, Status.MISSING) else f": {row['reasons']}"
        return f"{table} {self.days[index].date()} is {words}{reasons}"


def _integers(values: pd.Series) -> np.ndarray:
    """Values as int64, 0 where there is none; columns of an empty ledger have no type of their own."""
    return pd.to_numeric(values).astype("float64").fillna(0).to_numpy(dtype="int64")

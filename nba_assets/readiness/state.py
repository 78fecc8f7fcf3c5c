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
    window has content newer than what T's build has read, or is itself stale (unless it is read as it stands). A gap
    (rejected, held) is not staleness, whatever stands there, for its rows are not read; its later publish is. (T, D)
    is tainted by every waiver that it, or something in its window, was published under.

    `rows` are the ledger rows of each table, one per date of the calendar, `content_build` its build of each
    date's content (0 where nothing stands).
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
        self.content_build: dict[str, np.ndarray] = {}
        self._taints: dict[str, np.ndarray] = {}
        given = ledger["waivers"].dropna().unique()
        self.waiver_ids = tuple(sorted({waiver for text in given for waiver in str(text).split(",") if waiver}))
        self.rows = _RowsOfDays(ledger, days)
        told = _Told(ledger, days, self.waiver_ids)
        for contract in contracts.values():
            self._add(contract, told)

    def _add(self, contract: Contract, told: "_Told") -> None:
        name = contract.name
        inputs, built = told.by_date(name, "inputs_build"), told.by_date(name, "content_build") > 0
        stale = told.by_date(name, "code_version") != contract.code_version
        for read in contract.reads:
            newer = self._seen(read, self.content_build[read.table], np.maximum.accumulate, 0) > inputs
            stale = stale | newer | self._seen(read, self.stale_to(read), np.logical_or.accumulate, False)
        self.status[name] = told.by_date(name, "status").astype("int8")
        self.stale[name] = stale & built
        self._taints[name] = (told.waivers_by_date(name) | self._inherited(contract)) & built
        self.tainted[name] = self._taints[name].any(axis=0)
        self.content_build[name] = told.by_date(name, "content_build")

    def _inherited(self, contract: Contract) -> np.ndarray:
        """Waivers by dates: which waivers taint something in the windows of each date."""
        taints = np.zeros((len(self.waiver_ids), len(self.days)), dtype=bool)
        for read in contract.reads:
            taints |= self._seen(read, self._taints[read.table], np.logical_or.accumulate, False)
        return taints

    def taints(self, table: str) -> dict[str, np.ndarray]:
        """Per waiver that taints the table at all, the dates: published under it or built on what was."""
        return self._by_waiver(self._taints[table])

    def inherited_taints(self, contract: Contract) -> dict[str, np.ndarray]:
        """Per waiver, the dates that a build of the table would take it over for, whatever stands there now."""
        return self._by_waiver(self._inherited(contract))

    def _by_waiver(self, taints: np.ndarray) -> dict[str, np.ndarray]:
        return {waiver: dates for waiver, dates in zip(self.waiver_ids, taints, strict=True) if dates.any()}

    def _seen(self, read: Read, values: np.ndarray, accumulate: np.ufunc, start: object) -> np.ndarray:
        """For each date, the values of the upstream dates in the read's window, reduced to one."""
        if read.window == "same_date":
            return values
        reduced = np.full_like(values, start)
        reduced[..., 1:] = accumulate(values, axis=-1)[..., :-1]
        return reduced

    def is_ready(self, table: str) -> np.ndarray:
        """Per date: ready and not stale."""
        return (self.status[table] == _CODES[Status.READY]) & ~self.stale[table]

    def stale_to(self, read: Read) -> np.ndarray:
        """Per upstream date: stale, so that a reader of it is stale as well."""
        return self.stale[read.table] & ~self.is_gap(read.table) & (not read.as_it_stands)

    def is_readable(self, read: Read) -> np.ndarray:
        """Per upstream date: what stands may be read."""
        return (self.status[read.table] == _CODES[Status.READY]) & ~self.stale_to(read)

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
        row = self.rows[table].iloc[index]
        flags = [word for word, flag in (("stale", self.stale), ("tainted", self.tainted)) if flag[table][index]]
        words = ", ".join([status.value, *flags] if status != Status.READY or not flags else flags)
        reasons = "" if status in (Status.READY, Status.MISSING) else f": {row['reasons']}"
        return f"{table} {self.days[index].date()} is {words}{reasons}"


class _Told:
    """What the ledger tells of each table, put on the dates of the calendar; all columns are read at once."""

    def __init__(self, ledger: pd.DataFrame, days: pd.DatetimeIndex, waiver_ids: tuple[str, ...]) -> None:
        self._at = days.get_indexer(pd.DatetimeIndex(ledger["game_date"]))
        self._rows = {
            name: rows[self._at[rows] >= 0] for name, rows in ledger.groupby("table_name", sort=False).indices.items()
        }
        columns = {
            "status": ledger["status"].map(_CODES),
            **{name: ledger[name] for name in ("content_build", "inputs_build", "code_version")},
        }
        # Columns of an empty ledger have no type of their own.
        self._columns = {
            name: pd.to_numeric(values).astype("float64").fillna(0).to_numpy(dtype="int64")
            for name, values in columns.items()
        }
        codes, texts = pd.factorize(ledger["waivers"])
        under = [[waiver in str(text).split(",") for text in texts] + [False] for waiver in waiver_ids]
        self._waivers = np.array(under, dtype=bool).reshape(len(waiver_ids), len(texts) + 1)[:, codes]
        self._days = len(days)

    def by_date(self, table: str, column: str) -> np.ndarray:
        """One whole number per date; 0 where the ledger has none (`status`: missing)."""
        return self._placed(table, self._columns[column])

    def waivers_by_date(self, table: str) -> np.ndarray:
        """Waivers by dates: which waivers each date itself was published under."""
        return self._placed(table, self._waivers)

    def _placed(self, table: str, values: np.ndarray) -> np.ndarray:
        rows = self._rows.get(table, np.array([], dtype="int64"))
        placed = np.zeros((*values.shape[:-1], self._days), dtype=values.dtype)
        placed[..., self._at[rows]] = values[..., rows]
        return placed


class _RowsOfDays(dict[str, pd.DataFrame]):
    """Ledger rows per table with one row per date of the calendar, laid out when a table is first asked for."""

    def __init__(self, ledger: pd.DataFrame, days: pd.DatetimeIndex) -> None:
        super().__init__()
        self._ledger, self._days = ledger, days

    def __missing__(self, table: str) -> pd.DataFrame:
        rows = self._ledger[self._ledger["table_name"] == table]
        self[table] = rows.set_index("game_date").reindex(self._days)
        return self[table]

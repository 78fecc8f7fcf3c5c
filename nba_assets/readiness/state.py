"""State of every partition, from the ledger alone: ready, rejected, blocked, missing; stale, tainted.

The whole state of 1,900 dates times 20 tables is a few vectorised operations; no edges are stored.
"""

import datetime as dt
from collections.abc import Mapping
from typing import cast

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import label_date
from nba_assets.readiness.quarantine import GameOfDate, Quarantined, from_text
from nba_assets.readiness.status import CODES, STATUSES, Status
from nba_assets.readiness.windows import Partitions, seen


class LedgerState(Partitions):
    """Status, staleness and taint per (table, date) over a calendar of partitions.

    `ledger` has one row per (table_name, game_date) with status, content_build, inputs_build, code_version,
    attempt_build, gap_build and waivers; `contracts` are all dated tables in graph order (upstream first); `days` is
    the calendar.
    Before `history_start`, the first game of the source, no history can be missing.

    (T, D) is stale iff its code version is not the current one, or it has read an upstream partition that is not
    current (`Partitions.current_build`). An attempt that publishes nothing changes neither. (T, D) is tainted by every
    waiver that it, or something in its window, was published under.

    `rows` are the ledger rows of each table, one per date of the calendar.
    """

    def __init__(
        self,
        ledger: pd.DataFrame,
        contracts: Mapping[str, Contract],
        days: pd.DatetimeIndex,
        history_start: dt.date | None = None,
    ) -> None:
        start = 0 if history_start is None else int(days.searchsorted(np.datetime64(history_start)))
        super().__init__(contracts, days, start)
        self.tainted: dict[str, np.ndarray] = {}
        self._taints: dict[str, np.ndarray] = {}
        self._quarantined: dict[str, Mapping[GameOfDate, Quarantined]] = {}
        given = ledger["waivers"].dropna().unique()
        self.waiver_ids = tuple(sorted({waiver for text in given for waiver in str(text).split(",") if waiver}))
        self.rows = _RowsOfDays(ledger, days)
        columns = _Columns(ledger, days, self.waiver_ids)
        for contract in contracts.values():
            self._add(contract, columns)

    def _add(self, contract: Contract, columns: "_Columns") -> None:
        name = contract.name
        content, attempt = columns.by_date(name, "content_build"), columns.by_date(name, "attempt_build")
        is_published = content > 0
        self.status[name] = columns.by_date(name, "status").astype("int8")
        self.content_build[name] = content
        # A ledger of an earlier release does not say when the failures began: at the newest at the latest.
        since = columns.by_date(name, "gap_build")
        self.gap_build[name] = np.where(self.is_gap(name), np.where(since > 0, since, attempt), 0)
        is_of_other_code = columns.by_date(name, "code_version") != contract.code_version
        outdated = self.is_outdated(contract, columns.by_date(name, "inputs_build"))
        self.stale[name] = (is_of_other_code | outdated) & is_published
        self._taints[name] = (columns.waivers_by_date(name) | self._inherited(contract)) & is_published
        self.tainted[name] = np.asarray(self._taints[name].any(axis=0))

    def _inherited(self, contract: Contract) -> np.ndarray:
        """Waivers by dates: which waivers taint something in the windows of each date."""
        taints = np.zeros((len(self.waiver_ids), len(self.days)), dtype=bool)
        for read in contract.reads:
            taints |= seen(read, self._taints[read.table])
        return taints

    def taints(self, table: str) -> dict[str, np.ndarray]:
        """Per waiver that taints the table at all, the dates: published under it or built on what was."""
        return self._by_waiver(self._taints[table])

    def inherited_taints(self, contract: Contract) -> dict[str, np.ndarray]:
        """Per waiver, the dates that a build of the table would take it over for, whatever is published there now."""
        return self._by_waiver(self._inherited(contract))

    def _by_waiver(self, taints: np.ndarray) -> dict[str, np.ndarray]:
        return {waiver: dates for waiver, dates in zip(self.waiver_ids, taints, strict=True) if dates.any()}

    def quarantined(self, table: str) -> Mapping[GameOfDate, Quarantined]:
        """The games that are not published of dates that are ready, by date and game id."""
        if table not in self._quarantined:
            rows = self.rows[table]
            texts = rows["quarantined"].dropna() if "quarantined" in rows else pd.Series(dtype=object)
            listed = texts[texts.ne("") & self.has_status(table, Status.READY)[rows.index.get_indexer(texts.index)]]
            self._quarantined[table] = {
                (label_date(day), game.game_id): game for day, text in listed.items() for game in from_text(text)
            }
        return self._quarantined[table]

    def has_quarantined(self, table: str) -> np.ndarray:
        """Per date: ready, and published without one of its games."""
        return np.asarray(self.days.isin([pd.Timestamp(day) for day, _ in self.quarantined(table)]))

    def position(self, day: pd.Timestamp) -> int:
        """Index of a date in the calendar; raises KeyError for a date outside it."""
        return cast(int, self.days.get_loc(day))  # dates are unique: never a slice or a mask

    def describe(self, table: str, index: int) -> str:
        """One partition in words: 'team_offense 2024-01-04 is rejected: <reasons>'."""
        status = STATUSES[int(self.status[table][index])]
        row = self.rows[table].iloc[index]
        flags = [word for word, flag in (("stale", self.stale), ("tainted", self.tainted)) if flag[table][index]]
        words = ", ".join([status.value, *flags] if status != Status.READY or not flags else flags)
        reasons = "" if status in (Status.READY, Status.MISSING) else f": {row['reasons']}"
        return f"{table} {self.days[index].date()} is {words}{reasons}"


class _Columns:
    """Columns of the ledger by table, put on the dates of the calendar; all are read at once."""

    def __init__(self, ledger: pd.DataFrame, days: pd.DatetimeIndex, waiver_ids: tuple[str, ...]) -> None:
        self._at = days.get_indexer(pd.DatetimeIndex(ledger["game_date"]))
        self._rows = {
            name: rows[self._at[rows] >= 0] for name, rows in ledger.groupby("table_name", sort=False).indices.items()
        }
        columns = {
            "status": ledger["status"].map(CODES),
            **{
                name: ledger[name]
                for name in ("content_build", "inputs_build", "code_version", "attempt_build", "gap_build")
            },
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

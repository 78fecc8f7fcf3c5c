"""What a read sees of its upstream partitions, and which of them block it: the one rule that everybody asks.

The gate asks it for the ledger as it is, a plan for the ledger as it will be, automation for what it is about to
request; explanations and the quality page ask it for root causes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import SCHEDULE, Contract, Read
from nba_assets.readiness.status import CODES, Status

NEVER = np.iinfo("int64").max
"""Later than every build."""


def seen(read: Read, values: np.ndarray, combine: np.ufunc = np.bitwise_or, axis: int = -1) -> np.ndarray:
    """For each date, the values of all upstream dates in the read's window, combined; 0 or False for none.

    Dates lie along `axis`. The default combines flags and sets of bits.
    """
    if read.window == "same_date" or not values.shape[axis]:
        return values
    by_date = np.moveaxis(values, axis, 0)
    reduced = np.zeros_like(by_date)
    reduced[1:] = combine.accumulate(by_date, axis=0)[:-1]
    return np.moveaxis(reduced, 0, axis)


def seen_from(read: Read, values: np.ndarray, combine: np.ufunc, nobody: object) -> np.ndarray:
    """For each upstream date, the values of all reader dates whose window contains it, combined; `nobody` for none."""
    if read.window == "same_date" or not len(values):
        return values
    later = combine.accumulate(values[::-1])[::-1]
    return np.append(later[1:], np.array([nobody], dtype=values.dtype))


def window_of(read: Read, at: int) -> slice:
    """Calendar positions of the upstream dates that the read of one date has in its window."""
    return slice(at, at + 1) if read.window == "same_date" else slice(0, at)


@dataclass
class Partitions:
    """Every partition of every table over a calendar: arrays by table, one value per date.

    `status` has CODES. `stale` says whether the content that is published is outdated, whatever became of later
    attempts. `content_build` is the build of that content, 0 for none; `gap_build` is the first attempt of those that
    failed since, 0 while the date is ready or missing. Before `history_start`, the position of the first game of the
    source, no history can be missing.
    """

    contracts: Mapping[str, Contract]
    days: pd.DatetimeIndex
    history_start: int
    status: dict[str, np.ndarray] = field(default_factory=dict)
    stale: dict[str, np.ndarray] = field(default_factory=dict)
    content_build: dict[str, np.ndarray] = field(default_factory=dict)
    gap_build: dict[str, np.ndarray] = field(default_factory=dict)

    def has_status(self, table: str, *statuses: Status) -> np.ndarray:
        """Per date: whether its status is one of these."""
        return np.isin(self.status[table], [CODES[status] for status in statuses])

    def is_missing(self, table: str) -> np.ndarray:
        """Per date: never attempted."""
        return self.has_status(table, Status.MISSING)

    def is_gap(self, table: str) -> np.ndarray:
        """Per date: attempted, and rejected or blocked."""
        return self.has_status(table, Status.REJECTED, Status.BLOCKED)

    def is_invalidated(self, table: str) -> np.ndarray:
        """Per date: a person has closed what is published. Nothing was computed, and a rebuild opens it."""
        content = self.content_build[table]
        return self.is_gap(table) & (content > 0) & (content >= self.gap_build[table])

    def is_stale(self, table: str) -> np.ndarray:
        """Per date: published and outdated. A gap counts as a gap, however old the content that it keeps."""
        return self.stale[table] & ~self.is_gap(table)

    def is_ready(self, table: str) -> np.ndarray:
        """Per date: ready and not stale."""
        return self.has_status(table, Status.READY) & ~self.stale[table]

    @property
    def is_schedule_known(self) -> np.ndarray:
        """Per date: the schedule is ready, so that it says which teams were due."""
        return self.is_ready(SCHEDULE) if SCHEDULE in self.contracts else np.ones(len(self.days), dtype=bool)

    def current_build(self, read: Read) -> np.ndarray:
        """Per upstream date, the build from which on a reader is current with it: who read earlier is stale.

        That is the build of its content, and never while that is stale. Stale content behind failed attempts is not
        read any more: it makes those stale that were built before the first of these. What is read `as_published`
        makes its reader stale by being published again only.
        """
        table, content = read.table, self.content_build[read.table]
        if read.as_published:
            return content
        outdated = np.where(self.is_gap(table), np.maximum(content, self.gap_build[table]), NEVER)
        return np.where(self.stale[table], outdated, content)

    def is_outdated(self, contract: Contract, inputs_build: np.ndarray) -> np.ndarray:
        """Per date: what was built from the read windows as of `inputs_build` is not what a build would read now."""
        outdated = np.zeros(len(self.days), dtype=bool)
        for read in contract.reads:
            outdated |= seen(read, self.current_build(read), np.maximum) > inputs_build
        return outdated

    def is_readable(self, read: Read) -> np.ndarray:
        """Per upstream date: what is published may be read."""
        return self.has_status(read.table, Status.READY) & (~self.stale[read.table] | read.as_published)

    def blocks(self, read: Read, requested: np.ndarray | None = None) -> np.ndarray:
        """Per upstream date: it refuses a reader whose window contains it. `requested` dates count as readable.

        Missing and stale dates do. A gap does not in a history, nor for an optional read: it concerns only the rows
        whose window contains one of its games. Which these are the schedule tells; without a ready one it blocks.
        """
        readable = self.is_readable(read) if requested is None else self.is_readable(read) | requested
        blocking = ~readable
        if read.optional or read.window == "before":
            blocking &= ~(self.is_gap(read.table) & self.is_schedule_known)
        if read.window == "before":
            blocking[: self.history_start] = False
        return blocking

    def is_blocked(self, contract: Contract) -> np.ndarray:
        """Per date: some upstream partition in the windows of the table blocks it."""
        blocked = np.zeros(len(self.days), dtype=bool)
        for read in contract.reads:
            blocked |= seen(read, self.blocks(read))
        return blocked

"""Runs of consecutive dates: out of flags over a calendar, and in words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.readiness.counted import counted

SHOWN = 3
"""Ranges named in full in a line; the rest are counted."""


@dataclass(frozen=True)
class DateRange:
    """The dates from `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    @property
    def dates(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return in_words(self.first, self.last, self.dates)


def in_words(first: dt.date, last: dt.date, dates: int) -> str:
    """'2024-11-09', or '2024-11-10 … 2025-06-22 (225 dates)' where `dates` of them are meant."""
    return f"{first}" if first == last else f"{first} … {last} ({dates} dates)"


def bounds(flags: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Runs of true along the second axis: row, first and last position of each, row by row."""
    rows, positions = flags.shape
    edges = np.zeros((rows, positions + 1), dtype="int8")
    edges[:, :positions] += flags
    edges[:, 1:] -= flags
    row, first = np.nonzero(edges > 0)
    return row, first, np.nonzero(edges < 0)[1] - 1


def ranges_of(flags: np.ndarray, days: pd.DatetimeIndex) -> tuple[DateRange, ...]:
    """The runs of true of one flag per day of a daily calendar."""
    _, first, last = bounds(np.asarray(flags, dtype=bool)[None, :])
    return tuple(DateRange(days[a].date(), days[b].date()) for a, b in zip(first, last, strict=True))


def list_of(ranges: Sequence[DateRange], shown: int = SHOWN) -> str:
    """A line that names the first ranges and counts the others."""
    rest = ranges[shown:]
    dates = counted(sum(part.dates for part in rest), "more date")
    more = f", and {dates} in {counted(len(rest), 'range')}" if rest else ""
    return ", ".join(map(str, ranges[:shown])) + more

"""The as-of rule, in one place: for date D an entity's games count that were played before D, strictly."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

BEFORE: Literal["left", "right"] = "left"
"""Side of D at which the past ends: "left" leaves out D's own games."""

DISTANT_PAST = -(2**30)
"""A day number before every date."""

_DAY_BITS = 20


def day_numbers(dates: pd.Series | pd.DatetimeIndex | np.ndarray) -> np.ndarray:
    """Days since 1970-01-01."""
    return np.asarray(dates).astype("datetime64[D]").astype("int64")


def entity_days(entity: np.ndarray, day: np.ndarray | int) -> np.ndarray:
    """One integer per (entity, day) that sorts by entity, then by day. Entities are ids below 2^43."""
    return (np.asarray(entity, dtype="int64") << _DAY_BITS) + day


def count_before(keys: np.ndarray, entity: np.ndarray, day: np.ndarray | int) -> np.ndarray:
    """How many of the sorted `entity_days` keys lie before each (entity, day)."""
    return np.searchsorted(keys, entity_days(entity, day), side=BEFORE)


@dataclass(frozen=True)
class Earlier:
    """For each asked (entity, day), the games the entity had played before: rows `first` to `end` (exclusive)."""

    log: "GameLog"
    entity: np.ndarray
    day: np.ndarray
    first: np.ndarray
    end: np.ndarray

    @cached_property
    def games(self) -> np.ndarray:
        """Number of earlier games."""
        return self.end - self.first

    def of(self, values: np.ndarray, back: int = 0) -> np.ndarray:
        """The value at the last earlier game (`back` games before it); NaN where there is none."""
        if not len(values):
            return np.full(len(self.end), np.nan)
        there = self.games > back
        return np.where(there, values[np.where(there, self.end - 1 - back, 0)], np.nan)

    def since(self, day: np.ndarray) -> np.ndarray:
        """Number of earlier games on or after each day."""
        return np.maximum(self.end - np.searchsorted(self.log.key, entity_days(self.entity, day)), 0)

    def labels(self, name: str) -> np.ndarray:
        """A column of the log at the last earlier game; every row must have one."""
        return self.log.column(name)[self.end - 1]

    def day_of_last(self, n: int) -> np.ndarray:
        """Day of the n-th last earlier game; `DISTANT_PAST` where there are fewer."""
        there = self.games >= n
        days = np.full(len(self.end), DISTANT_PAST)
        days[there] = self.log.day[self.end[there] - n]
        return days


class GameLog:
    """Games in order of entity and date, one row per entity and game, with the columns a window is made of.

    `starts` and `lengths` are the first row and the number of games of each entity, `row_start` the first row of each
    row's entity, `ordinal` the row's place among its entity's games.
    """

    def __init__(self, games: pd.DataFrame, entity: str, columns: Iterable[str]) -> None:
        ids = games[entity].to_numpy(dtype="int64")
        days = day_numbers(games["game_date"])
        order = np.argsort(entity_days(ids, days), kind="stable")
        self._columns = {name: games[name].take(order).reset_index(drop=True) for name in columns}
        self.entity = ids[order]
        self.day = days[order]
        self.key = entity_days(self.entity, self.day)
        starts = np.flatnonzero(np.r_[True, self.entity[1:] != self.entity[:-1]])[: len(ids)]
        lengths = np.diff(np.r_[starts, len(ids)])
        self.starts, self.lengths = starts, lengths
        self.row_start = np.repeat(starts, lengths)
        self.ordinal = np.arange(len(ids)) - self.row_start

    def __len__(self) -> int:
        return len(self.entity)

    def column(self, name: str) -> np.ndarray:
        """A column in the order of the log."""
        return self._columns[name].to_numpy()

    def numbers(self, name: str) -> np.ndarray:
        """A column as float64, NaN where null."""
        return self._columns[name].to_numpy(dtype="float64", na_value=np.nan)

    def earlier(self, entity: np.ndarray, day: np.ndarray) -> Earlier:
        """The games of each entity before each day."""
        first = np.searchsorted(self.key, entity_days(entity, 0))
        return Earlier(self, entity, day, first, count_before(self.key, entity, day))

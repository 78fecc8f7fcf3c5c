"""The chronological splits of a training window: every date lies wholly in one part."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.errors import RequestError

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """Train up to `train_end`, validation after it up to `validation_end`, test after that (dates inclusive).

    With `serves_from` the version predicts from that date on only: a later one than it need be, so that the test part,
    on which it is accepted, lies before everything it predicts as well.
    """

    train_end: dt.date
    validation_end: dt.date
    serves_from: dt.date | None = None

    def __post_init__(self) -> None:
        if self.train_end >= self.validation_end:
            raise RequestError(f"train_end {self.train_end} is not before validation_end {self.validation_end}")
        if self.serves_from is not None and self.serves_from <= self.validation_end:
            raise RequestError(f"serves_from {self.serves_from} is not after validation_end {self.validation_end}")

    @property
    def train_before(self) -> dt.date:
        """First date used neither for training nor for early stopping: predictions are honest from here on."""
        return self.serves_from or self.validation_end + dt.timedelta(days=1)

    def rows(self, dates: pd.Series) -> Mapping[str, np.ndarray]:
        """Boolean mask of each part. Raises RequestError naming a part without rows."""
        train = (dates <= pd.Timestamp(self.train_end)).to_numpy()
        test = (dates > pd.Timestamp(self.validation_end)).to_numpy()
        masks = {"train": train, "validation": ~train & ~test, "test": test}
        empty = [part for part, mask in masks.items() if not mask.any()]
        if empty:
            raise RequestError(
                f"no rows in {empty}: data {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}, "
                f"train up to {self.train_end}, validation up to {self.validation_end}"
            )
        return masks


def split_by_fraction(dates: pd.Series, train: float = 0.70, validation: float = 0.15) -> Split:
    """Split the distinct game dates by share: the first `train` of them, then `validation`, the rest is test.

    Raises RequestError when the shares leave nothing for the test or there are under three dates.
    """
    if min(train, validation) <= 0 or train + validation >= 1:
        raise RequestError(f"shares must be positive and leave a test part: train {train}, validation {validation}")
    days = np.unique(dates.to_numpy("datetime64[D]"))
    if len(days) < 3:
        raise RequestError(f"{len(days)} game dates cannot be split into {PARTS}")
    first = min(max(round(len(days) * train), 1), len(days) - 2)
    second = min(max(round(len(days) * (train + validation)), first + 1), len(days) - 1)
    return Split(pd.Timestamp(days[first - 1]).date(), pd.Timestamp(days[second - 1]).date())


@dataclass(frozen=True)
class Fold:
    """One step of a walk forward: train on the dates before `first` less `embargo_days`, judge on `first` to `last`.

    The embargo leaves out the days just before: in service their corrections may still be on the way.
    """

    first: dt.date
    last: dt.date
    embargo_days: int = 1

    def __post_init__(self) -> None:
        if self.first > self.last or self.embargo_days < 0:
            raise ValueError(f"no fold: {self.first} to {self.last}, embargo {self.embargo_days} days")

    def rows(self, dates: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Masks of the rows to train on and of those to judge. Raises ValueError when either has none."""
        train = (dates < pd.Timestamp(self.first - dt.timedelta(days=self.embargo_days))).to_numpy()
        judged = dates.between(pd.Timestamp(self.first), pd.Timestamp(self.last)).to_numpy()
        if not train.any() or not judged.any():
            raise ValueError(
                f"fold {self.first} to {self.last}: {int(train.sum())} rows to train on, {int(judged.sum())} to judge; "
                f"data {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}"
            )
        return train, judged


def walk_forward_folds(dates: pd.Series, after: dt.date, count: int, embargo_days: int = 1) -> tuple[Fold, ...]:
    """The game dates after `after`, cut into `count` blocks of as many dates each, one fold a block, oldest first.

    Raises ValueError when there are fewer dates than folds.
    """
    days = np.unique(dates[dates > pd.Timestamp(after)].to_numpy("datetime64[D]"))
    if count < 1 or len(days) < count:
        raise ValueError(f"{len(days)} game dates after {after} cannot be cut into {count} folds")
    blocks = np.array_split(days, count)
    return tuple(Fold(pd.Timestamp(block[0]).date(), pd.Timestamp(block[-1]).date(), embargo_days) for block in blocks)

"""The chronological split of a training window: every date lies wholly in one part."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

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
            raise ValueError(f"train_end {self.train_end} is not before validation_end {self.validation_end}")
        if self.serves_from is not None and self.serves_from <= self.validation_end:
            raise ValueError(f"serves_from {self.serves_from} is not after validation_end {self.validation_end}")

    @property
    def train_before(self) -> dt.date:
        """First date used neither for training nor for early stopping: predictions are honest from here on."""
        return self.serves_from or self.validation_end + dt.timedelta(days=1)

    def rows(self, dates: pd.Series) -> Mapping[str, np.ndarray]:
        """Boolean mask of each part. Raises ValueError naming a part without rows."""
        train = (dates <= pd.Timestamp(self.train_end)).to_numpy()
        test = (dates > pd.Timestamp(self.validation_end)).to_numpy()
        masks = {"train": train, "validation": ~train & ~test, "test": test}
        empty = [part for part, mask in masks.items() if not mask.any()]
        if empty:
            raise ValueError(
                f"no rows in {empty}: data {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}, "
                f"train up to {self.train_end}, validation up to {self.validation_end}"
            )
        return masks


def split_by_fraction(dates: pd.Series, train: float = 0.70, validation: float = 0.15) -> Split:
    """Split the distinct game dates by share: the first `train` of them, then `validation`, the rest is test.

    Raises ValueError when the shares leave nothing for the test or there are under three dates.
    """
    if min(train, validation) <= 0 or train + validation >= 1:
        raise ValueError(f"shares must be positive and leave a test part: train {train}, validation {validation}")
    days = np.unique(dates.to_numpy("datetime64[D]"))
    if len(days) < 3:
        raise ValueError(f"{len(days)} game dates cannot be split into {PARTS}")
    first = min(max(round(len(days) * train), 1), len(days) - 2)
    second = min(max(round(len(days) * (train + validation)), first + 1), len(days) - 1)
    return Split(pd.Timestamp(days[first - 1]).date(), pd.Timestamp(days[second - 1]).date())

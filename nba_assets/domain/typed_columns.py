"""A table under construction: columns together with the reasons of their nulls."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, DECIMALS, Absence
from nba_assets.domain.absence import Reason, absence_column

_PRECEDENCE = (Absence.UPSTREAM_MISSING, Absence.SHORT_HISTORY, Absence.NOT_APPLICABLE, Absence.SOURCE_UNAVAILABLE)


class TypedColumns:
    """Columns beside the identity columns of `rows`; floats are rounded to 6 decimals."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = len(rows)
        self._columns: dict[str, pd.Series | np.ndarray] = {str(name): rows[name].to_numpy() for name in rows}
        self._reasons: dict[str, Reason] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        return np.asarray(self._columns[name])

    def add(self, name: str, values: np.ndarray, reason: Reason | None = None, gap: np.ndarray | None = None) -> None:
        """A column of numbers; `reason` is that of its nulls. Where `gap` holds, it is null for `upstream_missing`.

        A column with a reason is float64 with NaN for null, one without keeps its type.
        """
        if gap is not None and gap.any():
            values = np.where(gap, np.nan, values)
            reason = np.where(gap, Absence.UPSTREAM_MISSING, np.asarray(reason))
        if reason is not None:
            values = np.round(values.astype("float64"), DECIMALS) + 0.0  # -0.0 and 0.0 are the same value
            self._reasons[name] = reason
        self._columns[name] = values

    def add_flag(self, name: str, values: np.ndarray, is_null: np.ndarray, reason: Reason) -> None:
        """A yes-or-no column that may be null."""
        self._columns[name] = pd.Series(pd.arrays.BooleanArray(values.astype(bool), is_null.astype(bool)))
        self._reasons[name] = reason

    def add_made_of(
        self, name: str, values: np.ndarray, parts: Sequence[str], of: "TypedColumns | None" = None
    ) -> None:
        """A column that is null where a part (of this table, or of another one) is; the gravest reason counts."""
        self.add(name, values, (of or self)._gravest(parts))

    def add_label(self, name: str, labels: np.ndarray, parts: Sequence[str]) -> None:
        """A column of words that is null where a part is; the gravest reason counts."""
        is_null = np.any([pd.isna(self._columns[part]) for part in parts], axis=0)
        words = labels.astype(object)
        words[is_null] = None
        self.add_copy(name, pd.Series(words, dtype="object"), self._gravest(parts))

    def _gravest(self, parts: Sequence[str]) -> np.ndarray:
        """The gravest reason among the parts that are null in each row."""
        reason = np.full(self._rows, "", dtype="U32")
        for gravest in reversed(_PRECEDENCE):
            for part in parts:
                is_so = pd.isna(self._columns[part]) & (np.asarray(self._reasons[part]) == gravest.value)
                reason[is_so] = gravest.value
        return reason

    def add_difference(self, name: str, minuend: str, subtrahend: str) -> None:
        """One column minus another, null where either is."""
        self.add_made_of(name, self[minuend] - self[subtrahend], (minuend, subtrahend))

    def add_copy(self, name: str, values: pd.Series, reason: Reason) -> None:
        """A column as it is in another table, with the reasons it has there."""
        self._columns[name] = values
        self._reasons[name] = reason

    def add_text(self, name: str, texts: np.ndarray) -> None:
        """A column of strings that is never null."""
        self._columns[name] = texts

    def add_unavailable(self, *names: str) -> None:
        """Columns whose source is not connected: null throughout."""
        for name in names:
            self.add(name, np.full(self._rows, np.nan), Absence.SOURCE_UNAVAILABLE)

    def frame(self) -> pd.DataFrame:
        """The table: all columns in the order they were added, and `absence`."""
        frame = pd.DataFrame(self._columns, copy=False)
        absence = absence_column(frame, self._reasons)
        # rebuilt, for pandas takes each column of a wide frame apart when one is inserted
        return pd.DataFrame({**self._columns, ABSENCE: absence}, copy=False)

"""Rows and cells of frames. Of what type one is depends on the data; pandas' stubs allow all that a cell may be."""

from collections.abc import Hashable, Iterator
from typing import Any

import pandas as pd


def each_row(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, with their cells as attributes."""
    return iter(frame.itertuples())


def row_at(frame: pd.DataFrame, *label: Hashable) -> pd.Series:
    """The one row of a label."""
    place: Any = label if len(label) > 1 else label[0]
    row = frame.loc[place]
    assert isinstance(row, pd.Series)
    return row


def cell_at(frame: pd.DataFrame, row: Hashable, column: str) -> Any:
    return row_at(frame, row)[column]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dictionaries, by the names of the columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]

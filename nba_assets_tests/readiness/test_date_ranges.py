"""Runs of dates out of flags, and how they read."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from nba_assets.readiness.date_ranges import bounds, list_of, ranges_of

DAYS = pd.date_range("2024-01-01", periods=8, unit="ns")


def flags(text: str) -> np.ndarray:
    return np.array([mark == "x" for mark in text])


def test_runs_are_ranges_and_a_single_day_is_its_date() -> None:
    assert [str(part) for part in ranges_of(flags("xx.x..xx"), DAYS)] == [
        "2024-01-01 … 2024-01-02 (2 dates)", "2024-01-04", "2024-01-07 … 2024-01-08 (2 dates)",
    ]  # fmt: skip


def test_nothing_has_no_ranges() -> None:
    assert ranges_of(flags("........"), DAYS) == ()
    assert list_of(()) == ""


def test_a_long_list_is_cut_and_the_rest_counted() -> None:
    assert (
        list_of(ranges_of(flags("x.x.xx.x"), DAYS), shown=2) == "2024-01-01, 2024-01-03, and 3 more dates in 2 ranges"
    )


@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), max_size=4))
def test_bounds_rebuild_the_flags_and_never_touch(rows: list[list[bool]]) -> None:
    matrix = np.array(rows, dtype=bool).reshape(len(rows), 5)
    rebuilt = np.zeros_like(matrix)
    previous = (-1, -9)
    for row, first, last in zip(*bounds(matrix), strict=True):
        rebuilt[row, first : last + 1] = True
        assert first <= last
        assert row > previous[0] or first > previous[1] + 1
        previous = row, last
    np.testing.assert_array_equal(rebuilt, matrix)

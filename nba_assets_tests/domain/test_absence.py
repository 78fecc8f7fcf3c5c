"""The column that types every null."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.contract import Absence
from nba_assets.domain.absence import absence_column, stated_reasons

SHORT, GAP = Absence.SHORT_HISTORY, Absence.UPSTREAM_MISSING


def test_each_null_has_its_reason_and_nothing_else_has_one() -> None:
    frame = pd.DataFrame({"game_id": ["1", "2", "3"], "b": [1.0, np.nan, np.nan], "a": [None, "x", None]})
    texts = absence_column(frame, {"a": SHORT, "b": np.array([GAP, GAP, SHORT])})
    assert list(texts) == [
        '{"a": "short_history"}',
        '{"b": "upstream_missing"}',
        '{"a": "short_history", "b": "short_history"}',
    ]


@pytest.mark.parametrize(
    "reasons",
    [
        pytest.param(pd.Series([SHORT, GAP], index=[7, 3]), id="series in row order, whatever its index"),
        pytest.param(np.where([True, False], SHORT, GAP), id="text array"),
        pytest.param(np.array([SHORT, GAP], dtype="object"), id="object array"),
    ],
)
def test_reasons_may_come_row_by_row(reasons: pd.Series | np.ndarray) -> None:
    frame = pd.DataFrame({"a": [np.nan, np.nan]}, index=[3, 7])
    texts = absence_column(frame, {"a": reasons})
    assert list(texts) == ['{"a": "short_history"}', '{"a": "upstream_missing"}']
    assert list(texts.index) == [3, 7]


def test_many_nullable_columns_keep_their_reasons_apart() -> None:
    names = [f"c{at:02d}" for at in range(40)]
    frame = pd.DataFrame(np.where(np.eye(40) == 1, np.nan, 1.0), columns=names)
    texts = absence_column(frame, {name: SHORT if at % 2 else GAP for at, name in enumerate(names)})
    assert list(texts) == [f'{{"{name}": "{SHORT if at % 2 else GAP}"}}' for at, name in enumerate(names)]


def test_zero_false_and_empty_text_are_no_nulls() -> None:
    frame = pd.DataFrame({"a": [0.0], "b": [False], "c": [""]})
    assert list(absence_column(frame, {})) == ["{}"]


@pytest.mark.parametrize(
    "reasons",
    [
        pytest.param({}, id="none given"),
        pytest.param({"a": np.array(["", "no_reason"])}, id="outside the closed list"),
    ],
)
def test_a_null_without_a_reason_names_column_and_first_row(reasons: dict[str, Any]) -> None:
    frame = pd.DataFrame({"game_id": ["0021", "0022"], "player_id": [5, 6], "a": [1.0, np.nan]})
    with pytest.raises(ValueError, match=r"column a: 1 nulls .* game_id=0022, player_id=6"):
        absence_column(frame, reasons)


def test_no_rows_have_no_texts() -> None:
    assert list(absence_column(pd.DataFrame({"a": []}), {})) == []


def test_stated_reasons_are_read_back() -> None:
    texts = pd.Series(['{"a": "short_history"}', "{}", '{"b": "upstream_missing"}'])
    stated = stated_reasons(texts, ["a", "b", "c"])
    assert list(stated["a"]) == ["short_history", "", ""]
    assert list(stated["b"]) == ["", "", "upstream_missing"]
    assert list(stated["c"]) == ["", "", ""]

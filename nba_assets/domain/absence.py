"""Typed absence: the JSON column that gives the reason of every null of a row."""

import json
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence

Reason = pd.Series | np.ndarray | Absence
"""One reason for all rows of a column, or one per row; it applies where the value is null."""

_REASONS = tuple(Absence)
_BITS = 4
_COLUMNS_PER_WORD = 64 // _BITS
_KEY_COLUMNS = ("game_id", "player_id", "team_id", "game_date")


def absence_column(frame: pd.DataFrame, reasons: Mapping[str, Reason]) -> pd.Series:
    """JSON object {column: reason} of each row's nulls with sorted keys, "{}" where there is none.

    `reasons[column]` applies to the rows where the column is null and is ignored elsewhere; arrays have one
    element per row of the frame, in its order. Raises ValueError, naming the column and the first row, where
    a null has no reason or one outside the closed list.
    """
    columns, codes = [], []
    for name in sorted(set(frame.columns) - {ABSENCE}):
        is_null = frame[name].isna().to_numpy()
        if is_null.any():
            columns.append(name)
            codes.append(_codes(frame, name, is_null, reasons.get(name)))
    patterns, row_of_pattern = _distinct_patterns(codes, len(frame))
    texts = np.array([_text(columns, codes, row) for row in row_of_pattern], dtype="object")
    return pd.Series(texts[patterns], index=frame.index, name=ABSENCE, dtype="object")


def stated_reasons(absence: pd.Series, columns: Iterable[str]) -> dict[str, np.ndarray]:
    """The reason that each row of an absence column gives for each of the columns, "" where it gives none."""
    codes, texts = pd.factorize(absence)
    stated = [json.loads(text) for text in texts]
    reasons = {}
    for name in columns:
        words = np.array([row.get(name, "") for row in stated], dtype="U")
        # most columns have no null anywhere: one word serves all rows
        reasons[name] = words[codes] if words.any() else np.broadcast_to(np.array("", dtype="U1"), len(codes))
    return reasons


def _codes(frame: pd.DataFrame, name: str, is_null: np.ndarray, reason: Reason | None) -> np.ndarray:
    """Per row 0 where the value is there, else 1 + position of its reason in the closed list."""
    codes = np.zeros(len(frame), dtype="uint64")
    if isinstance(reason, str):
        codes[is_null] = 1 + _REASONS.index(Absence(reason))
        return codes
    if reason is not None:
        stated = np.asarray(reason)[is_null]
        known = np.zeros(len(stated), dtype="uint64")
        for position, value in enumerate(_REASONS):
            known[stated == value.value] = 1 + position
        codes[is_null] = known
    untyped = is_null & (codes == 0)
    if untyped.any():
        first = frame.iloc[int(np.argmax(untyped))]
        key = ", ".join(f"{column}={first[column]}" for column in _KEY_COLUMNS if column in frame)
        raise ValueError(f"column {name}: {int(untyped.sum())} nulls without a known reason, first at {key}")
    return codes


def _distinct_patterns(codes: list[np.ndarray], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """The number of each row's pattern of codes, and one row that has each pattern."""
    patterns = np.zeros(rows, dtype="int64")
    for start in range(0, len(codes), _COLUMNS_PER_WORD):
        word = np.zeros(rows, dtype="uint64")
        for place, column in enumerate(codes[start : start + _COLUMNS_PER_WORD]):
            word |= column << np.uint64(_BITS * place)
        values, distinct = pd.factorize(word)
        patterns = pd.factorize(patterns * max(len(distinct), 1) + values)[0]
    row_of_pattern = np.flatnonzero(~pd.Series(patterns).duplicated().to_numpy())
    return patterns, row_of_pattern


def _text(columns: list[str], codes: list[np.ndarray], row: int) -> str:
    found = [(name, int(column[row])) for name, column in zip(columns, codes, strict=True)]
    return json.dumps({name: _REASONS[code - 1].value for name, code in found if code})

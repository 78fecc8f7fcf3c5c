"""What changed between two contents: rows by key, and columns."""

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.contract import Column, Contract
from nba_assets.operations.backfills.changes import compared

CONTRACT = Contract(
    name="lines", dataset="nba_raw", grain="player", description="", missing="", key=("player_id",), code_version=1,
    columns=(
        Column("game_date", "date", ""), Column("player_id", "integer", ""), Column("points", "integer", ""),
        Column("note", "string", ""),
    ),
)  # fmt: skip


def _rows(*rows: tuple[str, int, float | None, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["game_date", "player_id", "points", "note"])
    return frame.assign(game_date=pd.to_datetime(frame["game_date"]))


BEFORE = _rows(("2024-01-01", 1, 10, "a"), ("2024-01-01", 2, None, None), ("2024-01-02", 1, 7, "c"))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(BEFORE, (0, 0, 0, ()), id="the same, nulls included"),
        pytest.param(BEFORE.iloc[::-1], (0, 0, 0, ()), id="another order"),
        pytest.param(BEFORE.assign(points=[11.0, np.nan, 7.0]), (0, 0, 1, ("points",)), id="a value"),
        pytest.param(BEFORE.assign(note=pd.Series(["a", "b", None])), (0, 0, 2, ("note",)), id="from and to null"),
        pytest.param(BEFORE.assign(points=[1.0, 2.0, 7.0], note="a"), (0, 0, 3, ("points", "note")), id="two columns"),
        pytest.param(BEFORE.iloc[1:], (0, 1, 0, ()), id="a row less"),
        pytest.param(
            pd.concat([BEFORE, _rows(("2024-01-02", 2, 1, "d"))]), (1, 0, 0, ()), id="the player on another date"
        ),
        pytest.param(BEFORE.iloc[:0], (0, 3, 0, ()), id="nothing left"),
    ],
)
def test_rows_are_compared_by_date_and_key(
    after: pd.DataFrame, expected: tuple[int, int, int, tuple[str, ...]]
) -> None:
    assert compared(CONTRACT, BEFORE, after) == expected

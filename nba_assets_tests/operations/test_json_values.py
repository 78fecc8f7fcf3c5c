"""Any result becomes plain JSON."""

import datetime as dt
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from nba_assets.operations.json_values import json_value
from nba_assets.readiness.plan import Kind


@dataclass(frozen=True)
class Fact:
    day: dt.date
    kind: Kind


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Fact(dt.date(2024, 1, 2), Kind.SOURCE), {"day": "2024-01-02", "kind": "source changed"}),
        ({dt.date(2024, 1, 2): (1, 2.5, None)}, {"2024-01-02": [1, 2.5, None]}),
        (pd.Timestamp("2024-01-02"), "2024-01-02"),
        (pd.Timestamp("2024-01-02 03:04", tz="UTC"), "2024-01-02T03:04:00+00:00"),
        ([np.int64(3), np.float64("nan"), pd.NA, pd.NaT, np.bool_(True)], [3, None, None, None, True]),
        (pd.DataFrame({"a": [1, None], "b": ["x", None]}), [{"a": 1.0, "b": "x"}, {"a": None, "b": None}]),
        (dt.timedelta(minutes=2), 120.0),
        (float("inf"), None),
    ],
)
def test_values_are_plain(value: object, plain: object) -> None:
    assert json_value(value) == plain
    assert json.loads(json.dumps(json_value(value), allow_nan=False)) == plain

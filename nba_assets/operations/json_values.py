"""Results of operations as plain JSON values: dataclasses as objects, dates as ISO text, what is unknown as null."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd


def json_value(value: Any) -> Any:  # noqa: C901, PLR0911 - one line a kind of value
    """The value out of str, int, float, bool, None, lists and objects with text keys; frames are lists of rows."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: json_value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): json_value(inner) for name, inner in value.items()}
    if isinstance(value, pd.DataFrame):
        return [json_value(row) for row in value.astype("object").to_dict("records")]
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return [json_value(inner) for inner in value]
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp) and value.tzinfo is None and value == value.normalize():
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, np.generic):
        return json_value(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, bool | int | float) else str(value)

"""The trained booster and the columns it is bound to: scoring and its byte form."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xgboost

SCORE_DECIMALS = 6
_THREADS = 1


def feature_values(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The feature columns as float64, in the given order; null becomes NaN, true 1 and false 0.

    Columns are bound by exact name. Raises ValueError naming columns that are absent, not
    numeric, or hold an infinite value.
    """
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise ValueError(f"feature columns absent from the frame: {absent}")
    converted = {}
    for name in columns:
        try:
            converted[name] = frame[name].to_numpy(dtype="float64", na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise ValueError(f"feature column {name!r} is not numeric: {error}") from error
    values = pd.DataFrame(converted, index=frame.index)
    infinite = [name for name in columns if np.isinf(converted[name]).any()]
    if infinite:
        raise ValueError(f"feature columns hold infinite values: {infinite}")
    return values


@dataclass(frozen=True)
class PointsModel:
    """A booster cut at its best iteration, with the feature columns in the order it was trained on."""

    booster: xgboost.Booster
    feature_columns: tuple[str, ...]

    def score(self, features: pd.DataFrame) -> np.ndarray:
        """Predicted points of each row, rounded to 6 decimals, never below zero.

        A row's score depends on nothing but its own features. Raises ValueError for absent,
        non-numeric or infinite columns.
        """
        if features.empty:
            return np.empty(0, dtype="float64")
        values = feature_values(features, self.feature_columns)
        matrix = xgboost.DMatrix(values.to_numpy(), feature_names=list(self.feature_columns), nthread=_THREADS)
        predicted = self.booster.predict(matrix).astype("float64")
        return np.asarray(np.round(np.maximum(predicted, 0.0), SCORE_DECIMALS))

    def gain_shares(self) -> dict[str, float]:
        """Share of the total gain that each feature's splits brought; 0 for a feature never split on."""
        gains = {
            name: float(np.sum(gain)) for name, gain in self.booster.get_score(importance_type="total_gain").items()
        }
        total = sum(gains.values())
        return {name: gains.get(name, 0.0) / total if total else 0.0 for name in self.feature_columns}

    def to_bytes(self) -> bytes:
        """XGBoost's JSON form; equal models give equal bytes."""
        return bytes(self.booster.save_raw(raw_format="json"))

    @classmethod
    def from_bytes(cls, content: bytes) -> "PointsModel":
        """The model out of XGBoost's JSON form. Raises xgboost.core.XGBoostError when it is not one."""
        booster = xgboost.Booster({"nthread": _THREADS})
        booster.load_model(bytearray(content))
        return cls(booster, tuple(booster.feature_names or ()))

"""A points model in a moment: boosters of a few trees on rows that the test chooses."""

import numpy as np
import pandas as pd
import xgboost

from nba_assets.modelling.points_model import PointsModel
from nba_assets.modelling.training import OBJECTIVES


def points_model(frame: pd.DataFrame, label: np.ndarray, rounds: int = 20, **widening: float) -> PointsModel:
    """A model of all columns of the frame; `widening` by tier, `every` for all."""
    data = xgboost.QuantileDMatrix(frame, np.asarray(label, dtype="float64"), nthread=1)
    settings = {"max_depth": 3, "nthread": 1, "min_child_weight": 1}
    boosters = {name: xgboost.train({**settings, **facts}, data, rounds) for name, facts in OBJECTIVES.items()}
    named = {"" if tier == "every" else tier: points for tier, points in widening.items()}
    return PointsModel(**boosters, feature_columns=tuple(map(str, frame)), widening=named)

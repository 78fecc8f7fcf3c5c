"""Conformal calibration of the 80 % interval: how far its ends must move so that it covers what it promises.

Conformalized quantile regression (Romano, Patterson & Candès 2019, equations 6 and 8), within each group of players:
tiers and rookies (Mondrian). MAPIE offers it for one estimator of scikit-learn per quantile and without groups; around
one booster that predicts both quantiles its wrappers would be longer than the formula.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.modelling.points_model import INTERVAL, NO_LOWER_END
from nba_assets.modelling.segments import ROOKIES, TIERS, calibration_groups

MINIMUM_ROWS = 500
"""Rows from which a group has a widening of its own: the standard error of its coverage is below 2 points then."""


def conformal_widening(label: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Points to add at both ends so that the share of `INTERVAL` of labels as these lies inside; may be negative.

    The score of a row is how far its label lies outside the interval (negative inside); the widening is their
    (1 - alpha)(1 + 1/n) quantile, an observed one. Nothing lies below a lower end at zero, so that there the upper end
    alone is judged. Raises ValueError on no rows.
    """
    if not len(label):
        raise ValueError("no rows to calibrate the interval on")
    below = np.where(low <= NO_LOWER_END, -np.inf, low - label)
    score = np.sort(np.maximum(below, label - high))
    rank = int(np.ceil((INTERVAL[1] - INTERVAL[0]) * (len(score) + 1)))
    return float(score[min(rank, len(score)) - 1])


def widening_by_group(features: pd.DataFrame, label: np.ndarray, quantiles: np.ndarray) -> Mapping[str, float]:
    """The widening of all rows (under "") and of each group that has rows enough, in points."""
    low, high = np.asarray(quantiles, dtype="float64").T
    group = calibration_groups(features)
    masks = {"": np.ones(len(label), dtype=bool), **{name: group == name for name in (*TIERS, ROOKIES)}}
    return {
        name: round(conformal_widening(label[mask], low[mask], high[mask]), 6)
        for name, mask in masks.items()
        if not name or mask.sum() >= MINIMUM_ROWS
    }

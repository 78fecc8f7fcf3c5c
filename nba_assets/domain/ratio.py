"""Division of statistics: a missing or zero denominator has no ratio, and the reason says which it was."""

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence


def ratio(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """`numerator / denominator`, null where either is missing or the denominator is zero; 0 over something is 0."""
    divisor = denominator.astype("float64")
    return numerator.astype("float64") / divisor.where(divisor != 0)


def ratio_absence(inputs: pd.DataFrame) -> np.ndarray:
    """Why a ratio of these statistics is null: the source lacks one of them, or else there was nothing to divide by."""
    return np.where(inputs.isna().any(axis=1), Absence.SOURCE_UNAVAILABLE, Absence.NOT_APPLICABLE)

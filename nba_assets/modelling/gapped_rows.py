"""Rows of features whose windows hold a gap: the model neither learns from them nor predicts them."""

import json
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence
from nba_assets.contracts.features import OPTIONAL_FEATURES, SHOT_FEATURES

TAKEN_AS_NULL = frozenset((*SHOT_FEATURES, *OPTIONAL_FEATURES))
"""Features that come through optional reads only: the model takes them as null, whatever the reason."""


def is_gapped(features: pd.DataFrame, feature_columns: Sequence[str]) -> np.ndarray:
    """Per row of ml_feature_store: a feature that a model of these columns needs is null as `upstream_missing`."""
    needed = set(feature_columns) - TAKEN_AS_NULL
    codes, texts = pd.factorize(features[ABSENCE])
    return np.array([_lacks(text, needed) for text in texts], dtype=bool)[codes]


def _lacks(text: str, needed: Collection[str]) -> bool:
    # few rows have the word: no other is parsed
    if Absence.UPSTREAM_MISSING.value not in text:
        return False
    return any(why == Absence.UPSTREAM_MISSING and name in needed for name, why in json.loads(text).items())

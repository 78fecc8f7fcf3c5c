"""Predicted points of every expected player, from the newest version that had seen nothing from the date on."""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence
from nba_assets.contracts.predictions import BASELINE_FEATURE, PLAYER_POINTS_PREDICTIONS
from nba_assets.domain.absence import Reason, absence_column
from nba_assets.modelling.artefacts import SavedModel

_IDENTIFIERS = ["game_id", "game_date", "season", "player_id", "player_name", "team_id", "opponent_team_id"]


def predict(*, features: pd.DataFrame, models: Sequence[SavedModel]) -> pd.DataFrame:
    """player_points_predictions: one row per row of ml_feature_store, in its contract's columns, sorted by key.

    Each row is scored by the highest version among `models` whose `train_before` is not after the
    row's date; without one, prediction and version are null (`no_model`). `baseline_points` is the
    feature store's half-life-6 average with its reason when null. A row's result depends on that
    row and the models alone. Raises ValueError when a model's features are absent.
    """
    rows = features.sort_values(list(PLAYER_POINTS_PREDICTIONS.key), ignore_index=True)
    predicted = np.full(len(rows), np.nan)
    version = np.full(len(rows), None, dtype=object)
    unserved = np.ones(len(rows), dtype=bool)
    for model in sorted(models, key=lambda model: model.version, reverse=True):
        served = unserved & (rows["game_date"] >= pd.Timestamp(model.train_before)).to_numpy()
        predicted[served] = model.model.score(rows.loc[served])
        version[served] = model.model_id
        unserved &= ~served
    table = rows[_IDENTIFIERS].assign(
        predicted_points=predicted, model_version=version, baseline_points=rows[BASELINE_FEATURE].astype("float64")
    )
    reasons: dict[str, Reason] = {
        "predicted_points": Absence.NO_MODEL,
        "model_version": Absence.NO_MODEL,
        "baseline_points": _reasons_of(rows, BASELINE_FEATURE),
    }
    table[ABSENCE] = absence_column(table, reasons)
    return table[list(PLAYER_POINTS_PREDICTIONS.column_names)]


def _reasons_of(rows: pd.DataFrame, column: str) -> pd.Series:
    """The reason that each row's own absence column gives for a null of `column`, None where there is none."""
    stated = {text: json.loads(text).get(column) for text in rows[ABSENCE].unique()}
    return rows[ABSENCE].map(stated).astype(object)

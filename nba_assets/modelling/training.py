"""Training of the points model: three boosters stopped on validation, an interval calibrated there, byte for byte."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost

from nba_assets.modelling.calibration import widening_by_tier
from nba_assets.modelling.design_matrix import DesignMatrix
from nba_assets.modelling.points_model import INTERVAL, PointsModel
from nba_assets.modelling.splits import Split

CODE_VERSION = 2
"""Raised whenever training, row filter or scoring changes; part of a model's identity."""

MEDIAN = "median"
OBJECTIVES: Mapping[str, Mapping[str, Any]] = {
    "mean": {"objective": "reg:squarederror", "eval_metric": "rmse"},
    MEDIAN: {"objective": "reg:quantileerror", "quantile_alpha": 0.5, "eval_metric": "mae"},
    "quantiles": {"objective": "reg:quantileerror", "quantile_alpha": list(INTERVAL), "eval_metric": "quantile"},
}
"""What each booster of the model minimises, and the error on validation that stops it."""


@dataclass(frozen=True)
class TrainingSettings:
    """Hyper-parameters; together with seed and row set they decide the booster to the byte.

    One thread, because two are at best twice as fast on an idle machine, and seven times slower when they
    share two cores with anything else: OpenMP's threads wait for each other by spinning.
    """

    max_depth: int = 6
    learning_rate: float = 0.05
    min_child_weight: float = 60.0
    subsample: float = 0.8
    colsample_bytree: float = 0.6
    reg_lambda: float = 1.0
    max_rounds: int = 800
    early_stopping_rounds: int = 30
    minimum_rows: int = 1000
    n_jobs: int = 1
    seed: int = 20_211_019


QUICK = TrainingSettings(max_depth=5, learning_rate=0.1)
"""For a version a month over years of history: two thirds of the time, at 0.1 % of MAE on the archive's validation."""


@dataclass(frozen=True)
class Fit:
    """How one booster was stopped: its objective, best iteration (0 = first tree) and error on validation there."""

    objective: str
    best_iteration: int
    validation_error: float


@dataclass(frozen=True)
class TrainedModel:
    """A model with the fit of each of its boosters."""

    model: PointsModel
    fits: Mapping[str, Fit]
    split: Split
    settings: TrainingSettings


def train_points_model(matrix: DesignMatrix, split: Split, settings: TrainingSettings) -> TrainedModel:
    """Train every booster on the train part, stop it on validation, calibrate the interval there; no look at the test.

    The same row set, split and settings give the same model bytes. Raises ValueError when a part
    is empty, train has fewer than `minimum_rows` rows, or a feature is null or constant over it.
    """
    rows = split.rows(matrix.dates)
    train_rows = int(rows["train"].sum())
    if train_rows < settings.minimum_rows:
        raise ValueError(f"{train_rows} training rows, at least {settings.minimum_rows} are required")
    matrix.require_informative(rows["train"])
    names = list(matrix.feature_columns)
    values = matrix.features.to_numpy()
    data: dict[str, xgboost.QuantileDMatrix] = {}
    for part in ("train", "validation"):
        mask = rows[part]
        data[part] = xgboost.QuantileDMatrix(
            values[mask], matrix.label[mask], feature_names=names, ref=data.get("train"), nthread=settings.n_jobs
        )
    boosters: dict[str, xgboost.Booster] = {}
    fits: dict[str, Fit] = {}
    for name in OBJECTIVES:
        boosters[name], fits[name] = _fit(name, data, settings)
    held_out = matrix.features.loc[rows["validation"]]
    quantiles = boosters["quantiles"].predict(
        xgboost.DMatrix(held_out.to_numpy(), feature_names=names, nthread=settings.n_jobs)
    )
    widening = widening_by_tier(held_out, matrix.label[rows["validation"]], np.asarray(quantiles))
    model = PointsModel(**boosters, feature_columns=matrix.feature_columns, widening=widening)
    return TrainedModel(model, fits, split, settings)


def parameters_of(name: str, settings: TrainingSettings) -> dict[str, Any]:
    """What XGBoost is told of one of the OBJECTIVES and of the settings."""
    return {
        **OBJECTIVES[name],
        "tree_method": "hist",
        "max_depth": settings.max_depth,
        "learning_rate": settings.learning_rate,
        "min_child_weight": settings.min_child_weight,
        "subsample": settings.subsample,
        "colsample_bytree": settings.colsample_bytree,
        "lambda": settings.reg_lambda,
        "nthread": settings.n_jobs,
        "seed": settings.seed,
    }


def _fit(
    name: str, data: Mapping[str, xgboost.QuantileDMatrix], settings: TrainingSettings
) -> tuple[xgboost.Booster, Fit]:
    parameters = parameters_of(name, settings)
    booster = xgboost.train(
        parameters,
        data["train"],
        num_boost_round=settings.max_rounds,
        evals=[(data["validation"], "validation")],
        early_stopping_rounds=settings.early_stopping_rounds,
        verbose_eval=False,
    )
    fit = Fit(str(parameters["objective"]), booster.best_iteration, float(booster.best_score))
    return booster[: booster.best_iteration + 1], fit

"""Training of the points model, byte for byte: three boosters stopped on validation, an interval calibrated there.

The boosters that serve are trained again on train and validation together, for as many trees: what is newest says most
about tomorrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost

from nba_assets.modelling.calibration import widening_by_tier
from nba_assets.modelling.design_matrix import DesignMatrix
from nba_assets.modelling.points_model import INTERVAL, PointsModel
from nba_assets.modelling.splits import Split

CODE_VERSION = 3
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
    """The model that serves, with the fit of each of its boosters.

    `stopped` has the boosters of the fits themselves, which learned from train alone: what is said of validation is
    said by them.
    """

    model: PointsModel
    stopped: PointsModel
    fits: Mapping[str, Fit]
    split: Split
    settings: TrainingSettings


def train_points_model(matrix: DesignMatrix, split: Split, settings: TrainingSettings) -> TrainedModel:
    """Fit every booster on train, stop it on validation, calibrate the interval there, then train on both.

    The widening is that of the stopped quantiles, on rows that they did not learn from. The test part has no say. The
    same row set, split and settings give the same model bytes. Raises ValueError when a part
    is empty, train has fewer than `minimum_rows` rows, or a feature is null or constant over it.
    """
    rows = split.rows(matrix.dates)
    train_rows = int(rows["train"].sum())
    if train_rows < settings.minimum_rows:
        raise ValueError(f"{train_rows} training rows, at least {settings.minimum_rows} are required")
    matrix.require_informative(rows["train"])
    train = _data(matrix, rows["train"], settings)
    validation = _data(matrix, rows["validation"], settings, ref=train)
    stopped: dict[str, xgboost.Booster] = {}
    fits: dict[str, Fit] = {}
    for name in OBJECTIVES:
        stopped[name], fits[name] = _fit(name, train, validation, settings)
    del train, validation
    widening = _widening(stopped["quantiles"], matrix, rows["validation"], settings)
    both = _data(matrix, rows["train"] | rows["validation"], settings)
    boosters = {
        name: xgboost.train(parameters_of(name, settings), both, num_boost_round=fit.best_iteration + 1)
        for name, fit in fits.items()
    }
    model, of_fits = (
        PointsModel(**three, feature_columns=matrix.feature_columns, widening=widening) for three in (boosters, stopped)
    )
    return TrainedModel(model, of_fits, fits, split, settings)


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


def _data(
    matrix: DesignMatrix, mask: np.ndarray, settings: TrainingSettings, ref: xgboost.DMatrix | None = None
) -> xgboost.QuantileDMatrix:
    return xgboost.QuantileDMatrix(
        matrix.features.to_numpy()[mask],
        matrix.label[mask],
        feature_names=list(matrix.feature_columns),
        ref=ref,
        nthread=settings.n_jobs,
    )


def _widening(
    quantiles: xgboost.Booster, matrix: DesignMatrix, mask: np.ndarray, settings: TrainingSettings
) -> Mapping[str, float]:
    rows = matrix.features.loc[mask]
    data = xgboost.DMatrix(rows.to_numpy(), feature_names=list(matrix.feature_columns), nthread=settings.n_jobs)
    return widening_by_tier(rows, matrix.label[mask], np.asarray(quantiles.predict(data)))


def _fit(
    name: str, train: xgboost.DMatrix, validation: xgboost.DMatrix, settings: TrainingSettings
) -> tuple[xgboost.Booster, Fit]:
    parameters = parameters_of(name, settings)
    booster = xgboost.train(
        parameters,
        train,
        num_boost_round=settings.max_rounds,
        evals=[(validation, "validation")],
        early_stopping_rounds=settings.early_stopping_rounds,
        verbose_eval=False,
    )
    fit = Fit(str(parameters["objective"]), booster.best_iteration, float(booster.best_score))
    return booster[: booster.best_iteration + 1], fit

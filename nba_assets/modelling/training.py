"""Training of the points model, byte for byte: three boosters stopped on validation, an interval calibrated there."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xgboost

from nba_assets.errors import RequestError
from nba_assets.modelling.calibration import widening_by_group
from nba_assets.modelling.design_matrix import DesignMatrix
from nba_assets.modelling.points_model import INTERVAL, PointsModel
from nba_assets.modelling.splits import Split

CODE_VERSION = 5
"""Raised whenever training, row filter or scoring changes; part of a model's identity."""

MEDIAN = "median"
OBJECTIVES: Mapping[str, Mapping[str, Any]] = {
    "quantiles": {"objective": "reg:quantileerror", "quantile_alpha": list(INTERVAL), "eval_metric": "quantile"},
    MEDIAN: {"objective": "reg:quantileerror", "quantile_alpha": 0.5, "eval_metric": "mae"},
    "mean": {"objective": "reg:squarederror", "eval_metric": "rmse"},
}
"""What each booster of the model minimises, and the error on validation that stops it."""
COARSE_LEARNING_RATE, COARSE_COLSAMPLE = 0.1, 0.3
"""Steps and columns with which all but the median, which is what is graded, are trained: in a third of the time."""
_LONGEST_FIRST = (MEDIAN, "quantiles", "mean")
"""Two boosters are trained at a time, and the one that is done first takes the last."""


@dataclass(frozen=True)
class TrainingSettings:
    """Hyper-parameters; together with seed and row set they decide the booster to the byte.

    One thread a booster, because two are at best twice as fast on an idle machine, and seven times slower when they
    share two cores with anything else: OpenMP's threads wait for each other by spinning. Boosters that are trained at
    the same time do not wait for each other.
    """

    max_depth: int = 6
    learning_rate: float = 0.03
    min_child_weight: float = 60.0
    subsample: float = 0.8
    colsample_bytree: float = 0.6
    reg_lambda: float = 1.0
    max_bin: int = 64
    max_rounds: int = 800
    early_stopping_rounds: int = 30
    minimum_rows: int = 1000
    n_jobs: int = 1
    seed: int = 20_211_019


QUICK = TrainingSettings(max_depth=5, learning_rate=0.08, early_stopping_rounds=20)
"""For a version a month over years of history: shallower trees, larger steps."""


@dataclass(frozen=True)
class Fit:
    """How one booster was stopped: its objective, best iteration (0 = first tree) and error on validation there."""

    objective: str
    best_iteration: int
    validation_error: float


@dataclass(frozen=True)
class TrainedModel:
    """The model, with the fit of each of its boosters."""

    model: PointsModel
    fits: Mapping[str, Fit]
    split: Split
    settings: TrainingSettings


def train_points_model(matrix: DesignMatrix, split: Split, settings: TrainingSettings) -> TrainedModel:
    """Fit every booster on train, stop it on validation, and calibrate the interval there.

    The test part has no say. The same row set, split and settings give the same model bytes. Raises RequestError
    when a part is empty, train has fewer than `minimum_rows` rows, or a feature is null or constant over it.
    """
    rows = split.rows(matrix.dates)
    train_rows = int(rows["train"].sum())
    if train_rows < settings.minimum_rows:
        raise RequestError(f"{train_rows} training rows, at least {settings.minimum_rows} are required")
    matrix.require_informative(rows["train"])
    # as XGBoost keeps them; its own way there takes twice the memory
    train, held_out = (matrix.features.loc[rows[part]].astype("float32") for part in ("train", "validation"))
    label, held_out_label = (matrix.label[rows[part]] for part in ("train", "validation"))

    own = threading.local()

    def fit(name: str) -> tuple[xgboost.Booster, Fit]:
        if not hasattr(own, "train"):
            # of its own for each thread: XGBoost does not promise that two may train on one at the same time
            own.train = binned(train, label, settings)
            own.held_out = binned(held_out, held_out_label, settings, ref=own.train)
        return _fit(parameters_of(name, settings), own.train, own.held_out, settings)

    with ThreadPoolExecutor(2) as threads:
        fitted = dict(zip(_LONGEST_FIRST, threads.map(fit, _LONGEST_FIRST), strict=True))
    boosters = {name: booster for name, (booster, _) in fitted.items()}
    quantiles = boosters["quantiles"].predict(xgboost.DMatrix(held_out, nthread=settings.n_jobs))
    widening = widening_by_group(held_out, held_out_label, np.asarray(quantiles))
    model = PointsModel(**boosters, feature_columns=matrix.feature_columns, widening=widening)
    return TrainedModel(model, {name: fit for name, (_, fit) in fitted.items()}, split, settings)


def parameters_of(name: str, settings: TrainingSettings) -> dict[str, Any]:
    """XGBoost's parameters for one of the OBJECTIVES and of the settings."""
    is_coarse = name != MEDIAN
    return {
        **OBJECTIVES[name],
        "tree_method": "hist",
        "max_depth": settings.max_depth,
        "learning_rate": max(settings.learning_rate, COARSE_LEARNING_RATE if is_coarse else 0.0),
        "min_child_weight": settings.min_child_weight,
        "subsample": settings.subsample,
        "colsample_bytree": min(settings.colsample_bytree, COARSE_COLSAMPLE if is_coarse else 1.0),
        "lambda": settings.reg_lambda,
        "max_bin": settings.max_bin,
        "nthread": settings.n_jobs,
        "seed": settings.seed,
    }


def binned(
    values: pd.DataFrame | np.ndarray,
    label: np.ndarray,
    settings: TrainingSettings,
    ref: xgboost.QuantileDMatrix | None = None,
) -> xgboost.QuantileDMatrix:
    """Rows as XGBoost trains on them; those to judge by take the bins of `ref`."""
    return xgboost.QuantileDMatrix(values, label, ref=ref, max_bin=settings.max_bin, nthread=settings.n_jobs)


def _fit(
    parameters: dict[str, Any],
    train: xgboost.QuantileDMatrix,
    validation: xgboost.QuantileDMatrix,
    settings: TrainingSettings,
) -> tuple[xgboost.Booster, Fit]:
    booster = xgboost.train(
        parameters,
        train,
        num_boost_round=settings.max_rounds,
        evals=[(validation, "validation")],
        early_stopping_rounds=settings.early_stopping_rounds,
        verbose_eval=False,
    )
    fit = Fit(str(parameters["objective"]), booster.best_iteration, float(booster.best_score))
    return booster[: fit.best_iteration + 1], fit

"""Training of the points model: objectives compared on validation, early stopping, reproducible to the byte."""

from collections.abc import Mapping
from dataclasses import dataclass

import xgboost

from nba_assets.modelling.design_matrix import DesignMatrix
from nba_assets.modelling.points_model import PointsModel
from nba_assets.modelling.splits import Split

CODE_VERSION = 1
"""Raised whenever training, row filter or scoring changes; part of a model's identity."""


@dataclass(frozen=True)
class TrainingSettings:
    """Hyper-parameters; together with seed and row set they decide the booster to the byte.

    One thread, because two are at best twice as fast on an idle machine, and seven times slower when they
    share two cores with anything else: OpenMP's threads wait for each other by spinning.
    """

    objectives: tuple[str, ...] = ("reg:absoluteerror", "reg:squarederror")
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


@dataclass(frozen=True)
class Candidate:
    """One objective's outcome: its best iteration (0 = first tree) and MAE on validation there, in points."""

    objective: str
    best_iteration: int
    validation_mae: float


@dataclass(frozen=True)
class TrainedModel:
    """The candidate with the smaller validation MAE, cut at its best iteration."""

    model: PointsModel
    chosen: Candidate
    candidates: tuple[Candidate, ...]
    split: Split
    settings: TrainingSettings


def train_points_model(matrix: DesignMatrix, split: Split, settings: TrainingSettings) -> TrainedModel:
    """Train every objective on the train part, stop on validation MAE, keep the best; the test part is not touched.

    The same row set, split and settings give the same booster bytes. Raises ValueError when a part
    is empty, train has fewer than `minimum_rows` rows, or a feature is null or constant over it.
    """
    if not settings.objectives:
        raise ValueError("no objective to train")
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
    boosters: dict[Candidate, xgboost.Booster] = {}
    for objective in settings.objectives:
        candidate, booster = _fit(objective, data, settings)
        boosters[candidate] = booster
    chosen = min(boosters, key=lambda candidate: candidate.validation_mae)
    model = PointsModel(boosters[chosen], matrix.feature_columns)
    return TrainedModel(model, chosen, tuple(boosters), split, settings)


def _fit(
    objective: str, data: Mapping[str, xgboost.QuantileDMatrix], settings: TrainingSettings
) -> tuple[Candidate, xgboost.Booster]:
    parameters = {
        "objective": objective,
        "eval_metric": "mae",
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
    booster = xgboost.train(
        parameters,
        data["train"],
        num_boost_round=settings.max_rounds,
        evals=[(data["validation"], "validation")],
        early_stopping_rounds=settings.early_stopping_rounds,
        verbose_eval=False,
    )
    candidate = Candidate(objective, booster.best_iteration, float(booster.best_score))
    return candidate, booster[: booster.best_iteration + 1]

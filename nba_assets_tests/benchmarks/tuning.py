"""Hyper-parameters of the points model, searched by optuna on chronological folds; no row after `until` is read.

    NBA_HOME=… NBA_SOURCE=archive NBA_DATA=… python -m nba_assets_tests.benchmarks.tuning 2022-02-01 2025-01-31 20 30

The arguments are the date after which rows are judged, `until`, the number of trials and the minutes they may take.
Every fold trains on the dates before it, less an embargo; a trial's worth is its mean absolute error over all judged
rows. Prints the study as a Markdown table, best first, and what the defaults reach on the same folds.
"""

import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import optuna
import xgboost
from rich.console import Console

from nba_assets.assets.model.xgboost_points_model import LABEL_COLUMNS
from nba_assets.cli.opening import open_platform
from nba_assets.contracts.features import FEATURE_COLUMNS
from nba_assets.contracts.tables import ancestors
from nba_assets.modelling.baselines import naive_baselines
from nba_assets.modelling.design_matrix import DesignMatrix, design_matrix
from nba_assets.modelling.splits import Fold, walk_forward_folds
from nba_assets.modelling.training import MEDIAN, TrainingSettings, parameters_of

FOLDS = 4
EMBARGO_DAYS = 1
console = Console(width=150)


@dataclass(frozen=True)
class Judged:
    """Settings, the rounds they were trained for, and the error over all folds in points."""

    settings: TrainingSettings
    rounds: int
    mae: float


def judge(matrix: DesignMatrix, folds: Sequence[Fold], settings: TrainingSettings, rounds: int) -> Judged:
    """Mean absolute error over the judged rows of all folds, after as many rounds of the median."""
    values, errors = matrix.features.to_numpy(), []
    for fold in folds:
        train, judged = fold.rows(matrix.dates)
        data = xgboost.QuantileDMatrix(values[train], matrix.label[train], nthread=settings.n_jobs)
        booster = xgboost.train(parameters_of(MEDIAN, settings), data, rounds, verbose_eval=False)
        predicted = np.maximum(booster.predict(xgboost.DMatrix(values[judged], nthread=settings.n_jobs)), 0.0)
        errors.append(np.abs(predicted - matrix.label[judged]))
    return Judged(settings, rounds, float(np.concatenate(errors).mean()))


def search(
    matrix: DesignMatrix, folds: Sequence[Fold], trials: int, seconds: float, settings: TrainingSettings
) -> list[Judged]:
    """The trials of one study, best first; seeded, so that as many trials give the same study."""
    found = []

    def objective(trial: optuna.Trial) -> float:
        tried = replace(
            settings,
            max_depth=trial.suggest_int("max_depth", 4, 8),
            learning_rate=trial.suggest_float("learning_rate", 0.03, 0.12, log=True),
            min_child_weight=trial.suggest_float("min_child_weight", 20, 300, log=True),
            subsample=trial.suggest_float("subsample", 0.5, 1.0),
            colsample_bytree=trial.suggest_float("colsample_bytree", 0.2, 0.9),
            reg_lambda=trial.suggest_float("reg_lambda", 0.5, 30, log=True),
        )
        rounds = round(trial.suggest_float("rounds_times_rate", 5, 20) / tried.learning_rate)
        found.append(judge(matrix, folds, tried, rounds))
        return found[-1].mae

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=settings.seed))
    study.optimize(objective, n_trials=trials, timeout=seconds)
    return sorted(found, key=lambda judged: judged.mae)


def report(judged: Sequence[Judged], of_defaults: Judged) -> str:
    """The study as a Markdown table, one row per trial; the last row has the defaults."""
    names = ["max_depth", "learning_rate", "min_child_weight", "subsample", "colsample_bytree", "reg_lambda"]
    lines = [f"| MAE | rounds | {' | '.join(names)} |", "|---" * (len(names) + 2) + "|"]
    for one in (*judged, of_defaults):
        settings: Mapping[str, float] = asdict(one.settings)
        lines.append(f"| {one.mae:.4f} | {one.rounds} | {' | '.join(f'{settings[name]:.4g}' for name in names)} |")
    return "\n".join(lines)


def read_matrix(until: dt.date) -> DesignMatrix:
    """The rows of the warehouse up to a date, through the same gate as a training."""
    warehouse = open_platform().warehouse
    first, last = warehouse.training_window("ml_feature_store", until)
    gated = ancestors("ml_feature_store", "player_game_summary")
    columns = {"ml_feature_store": (), "player_game_summary": LABEL_COLUMNS}
    frames = warehouse.read(columns, first, last, purpose="tuning the points model", gated=gated).frames
    games = frames["player_game_summary"]
    return design_matrix(
        features=frames["ml_feature_store"], games=games, baselines=naive_baselines(games),
        feature_columns=FEATURE_COLUMNS,
    )  # fmt: skip


if __name__ == "__main__":
    after, until = (dt.date.fromisoformat(text) for text in sys.argv[1:3])
    matrix = read_matrix(until)
    folds = walk_forward_folds(matrix.dates, after, FOLDS, EMBARGO_DAYS)
    defaults = TrainingSettings()
    study = search(matrix, folds, int(sys.argv[3]), 60 * float(sys.argv[4]), defaults)
    console.print(report(study, judge(matrix, folds, defaults, round(9 / defaults.learning_rate))), soft_wrap=True)

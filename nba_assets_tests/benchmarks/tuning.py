"""Hyper-parameters of the points model, searched by optuna on chronological folds; no row after `until` is read.

    NBA_HOME=… NBA_SOURCE=archive NBA_DATA=… python -m nba_assets_tests.benchmarks.tuning \
        2023-02-01 2025-01-31 25 20 2019-10-01

The arguments are the date after which rows are judged, `until`, the most trials, the minutes they may take, and, if
given, the first date to learn from. Every fold trains on the dates before it, less an embargo, and stops where its own
error is least, as a training does on its validation part; a trial's worth is its mean absolute error over all judged
rows. A trial that is behind the median of the others after a fold is given up. Prints the study as a Markdown table,
best first; the first trial had the defaults.
"""

import datetime as dt
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import optuna
import pandas as pd
import xgboost
from rich.console import Console

from nba_assets.assets.model.xgboost_points_model import LABEL_COLUMNS
from nba_assets.cli.opening import open_platform
from nba_assets.contracts.features import FEATURE_COLUMNS
from nba_assets.contracts.tables import ancestors
from nba_assets.modelling.baselines import naive_baselines
from nba_assets.modelling.design_matrix import DesignMatrix, design_matrix
from nba_assets.modelling.splits import Fold, walk_forward_folds
from nba_assets.modelling.training import MEDIAN, TrainingSettings, binned, parameters_of

FOLDS = 3
EMBARGO_DAYS = 1
LEARNING_RATE = 0.06
"""Of all trials: a lower one is better and dearer whatever the rest; it is chosen by what a training may take."""
SEARCHED = ("max_depth", "min_child_weight", "subsample", "colsample_bytree", "reg_lambda")
UNPRUNED_TRIALS = 5
"""Trials that are judged on all folds before any is given up."""
console = Console(width=150)


@dataclass(frozen=True)
class Judged:
    """Settings, the mean number of rounds after which the folds stopped, and the error over all of them in points."""

    settings: TrainingSettings
    rounds: int
    mae: float


@dataclass(frozen=True)
class FoldData:
    """One fold as XGBoost holds it, binned once for all trials."""

    train: xgboost.QuantileDMatrix
    judged: xgboost.QuantileDMatrix


def fold_data(
    matrix: DesignMatrix, folds: Sequence[Fold], settings: TrainingSettings, since: dt.date | None = None
) -> list[FoldData]:
    """The data of the folds, those to learn from on `since` or later."""
    values, found = matrix.features.to_numpy("float32"), []
    for fold in folds:
        train, judged = fold.rows(matrix.dates)
        if since:
            train &= (matrix.dates >= pd.Timestamp(since)).to_numpy()
        data = binned(values[train], matrix.label[train], settings)
        found.append(FoldData(data, binned(values[judged], matrix.label[judged], settings, ref=data)))
    return found


def judge(
    folds: Sequence[FoldData], settings: TrainingSettings, tell: Callable[[int, float], None] = lambda *_: None
) -> Judged:
    """Mean absolute error over the judged rows of all folds; `tell` hears it after each fold, of those done."""
    errors, rows, rounds = [], [], []
    for number, fold in enumerate(folds):
        booster = xgboost.train(
            parameters_of(MEDIAN, settings), fold.train, settings.max_rounds, evals=[(fold.judged, "judged")],
            early_stopping_rounds=settings.early_stopping_rounds, verbose_eval=False,
        )  # fmt: skip
        errors.append(booster.best_score)
        rows.append(fold.judged.num_row())
        rounds.append(booster.best_iteration + 1)
        tell(number, float(np.average(errors, weights=rows)))
    return Judged(settings, round(np.mean(rounds)), float(np.average(errors, weights=rows)))


def search(folds: Sequence[FoldData], trials: int, seconds: float, settings: TrainingSettings) -> list[Judged]:
    """The trials of one study that were not given up, best first; seeded, so that as many trials give the same study.

    The first trial has the settings themselves, and all have their learning rate.
    """
    found = []

    def objective(trial: optuna.Trial) -> float:
        tried = replace(
            settings,
            max_depth=trial.suggest_int("max_depth", 4, 8),
            min_child_weight=trial.suggest_float("min_child_weight", 20, 300, log=True),
            subsample=trial.suggest_float("subsample", 0.5, 1.0),
            colsample_bytree=trial.suggest_float("colsample_bytree", 0.2, 0.9),
            reg_lambda=trial.suggest_float("reg_lambda", 0.5, 30, log=True),
        )

        def tell(fold: int, mae: float) -> None:
            trial.report(mae, fold)
            if trial.should_prune():
                raise optuna.TrialPruned

        found.append(judge(folds, tried, tell))
        return found[-1].mae

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=settings.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=UNPRUNED_TRIALS),
    )
    defaults = asdict(settings)
    study.enqueue_trial({name: defaults[name] for name in SEARCHED})
    study.optimize(objective, n_trials=trials, timeout=seconds)
    return sorted(found, key=lambda judged: judged.mae)


def report(judged: Sequence[Judged]) -> str:
    """The study as a Markdown table, one row per trial."""
    lines = [f"| MAE | rounds | {' | '.join(SEARCHED)} |", "|---" * (len(SEARCHED) + 2) + "|"]
    for one in judged:
        settings: Mapping[str, float] = asdict(one.settings)
        lines.append(f"| {one.mae:.4f} | {one.rounds} | {' | '.join(f'{settings[name]:.4g}' for name in SEARCHED)} |")
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


def main(after: dt.date, until: dt.date, trials: int, minutes: float, since: dt.date | None = None) -> None:
    matrix = read_matrix(until)
    settings = replace(TrainingSettings(), learning_rate=LEARNING_RATE)
    folds = fold_data(matrix, walk_forward_folds(matrix.dates, after, FOLDS, EMBARGO_DAYS), settings, since)
    study = search(folds, trials, 60 * minutes, settings)
    console.print(report(study), soft_wrap=True)


if __name__ == "__main__":
    first, last = (dt.date.fromisoformat(text) for text in sys.argv[1:3])
    learned = [dt.date.fromisoformat(text) for text in sys.argv[5:6]]
    main(first, last, int(sys.argv[3]), float(sys.argv[4]), *learned)

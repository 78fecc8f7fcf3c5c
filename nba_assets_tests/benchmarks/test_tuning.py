"""The search for hyper-parameters: chronological, seeded, and blind to what comes after its last date."""

import datetime as dt

import numpy as np
import pandas as pd

from nba_assets.modelling.design_matrix import DesignMatrix
from nba_assets.modelling.splits import walk_forward_folds
from nba_assets.modelling.training import TrainingSettings
from nba_assets_tests.benchmarks.tuning import UNPRUNED_TRIALS, fold_data, judge, report, search

SETTINGS = TrainingSettings(min_child_weight=20.0, max_rounds=60, early_stopping_rounds=5)
DATES = pd.Series(pd.date_range("2024-01-01", periods=40)).repeat(20).reset_index(drop=True)


def matrix_of(label: np.ndarray, x: np.ndarray) -> DesignMatrix:
    keys = pd.DataFrame({"game_id": "g", "game_date": DATES, "season": "2023-24", "player_id": 1})
    return DesignMatrix(keys, label, pd.DataFrame({"x": x}), {})


def level_and_label() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    x = rng.uniform(5, 25, len(DATES))
    return x, np.maximum(x + rng.normal(0, 1, len(DATES)), 0)


def test_a_fold_learns_from_before_it_only() -> None:
    x, label = level_and_label()
    folds = walk_forward_folds(DATES, dt.date(2024, 1, 30), 1)
    honest = judge(fold_data(matrix_of(label, x), folds, SETTINGS), SETTINGS)
    assert 0.7 < honest.mae < 2.0
    broken = np.where(DATES >= "2024-01-30", label + 40, label)  # the last dates, and the embargoed one before them
    judged_broken = judge(fold_data(matrix_of(broken, x), folds, SETTINGS), SETTINGS)
    assert judged_broken.mae > 30, "it would be small, had the fold learned from its own dates"
    older = np.where(DATES < "2024-01-15", label - 3, label)
    since = fold_data(matrix_of(older, x), folds, SETTINGS, dt.date(2024, 1, 15))
    assert judge(since, SETTINGS).mae < judge(fold_data(matrix_of(older, x), folds, SETTINGS), SETTINGS).mae - 0.2


def test_the_same_seed_gives_the_same_study_best_first_and_the_settings_are_in_it() -> None:
    x, label = level_and_label()
    folds = fold_data(matrix_of(label, x), walk_forward_folds(DATES, dt.date(2024, 1, 25), 2), SETTINGS)
    study = search(folds, 3, 60, SETTINGS)
    assert [one.mae for one in study] == sorted(one.mae for one in study)
    assert search(folds, 3, 60, SETTINGS) == study
    assert judge(folds, SETTINGS) in study
    shown = report(study).splitlines()
    assert len(shown) == 2 + 3
    assert shown[2].startswith(f"| {study[0].mae:.4f} | {study[0].rounds} |")


def test_a_trial_that_is_behind_is_given_up() -> None:
    x, label = level_and_label()
    folds = fold_data(matrix_of(label, x), walk_forward_folds(DATES, dt.date(2024, 1, 25), 2), SETTINGS)
    trials = UNPRUNED_TRIALS + 10
    assert UNPRUNED_TRIALS <= len(search(folds, trials, 60, SETTINGS)) < trials

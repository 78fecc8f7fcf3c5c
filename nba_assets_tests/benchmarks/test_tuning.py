"""The search for hyper-parameters: chronological, seeded, and blind to what comes after its last date."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from nba_assets.modelling.design_matrix import DesignMatrix
from nba_assets.modelling.splits import walk_forward_folds
from nba_assets.modelling.training import TrainingSettings
from nba_assets_tests.benchmarks.tuning import judge, report, search

SETTINGS = TrainingSettings(min_child_weight=1.0)
DATES = pd.Series(pd.date_range("2024-01-01", periods=40)).repeat(20).reset_index(drop=True)


def matrix_of(label: np.ndarray, x: np.ndarray) -> DesignMatrix:
    keys = pd.DataFrame({"game_id": "g", "game_date": DATES, "season": "2023-24", "player_id": 1})
    return DesignMatrix(keys, label, pd.DataFrame({"x": x}), {})


def level_and_label() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    x = rng.uniform(5, 25, len(DATES))
    return x, np.maximum(x + rng.normal(0, 1, len(DATES)), 0)


def test_a_fold_learns_from_before_it_only():
    x, label = level_and_label()
    folds = walk_forward_folds(DATES, dt.date(2024, 1, 30), 1)
    honest = judge(matrix_of(label, x), folds, SETTINGS, 60)
    assert 0.7 < honest.mae < 2.0
    broken = np.where(DATES >= "2024-01-30", 0.0, label)  # the last dates, and the embargoed one before them
    judged_broken = judge(matrix_of(broken, x), folds, SETTINGS, 60)
    assert judged_broken.mae > 10, "it would be near zero, had the fold learned from its own dates"


def test_the_same_seed_gives_the_same_study_best_first():
    x, label = level_and_label()
    matrix = matrix_of(label, x)
    folds = walk_forward_folds(DATES, dt.date(2024, 1, 25), 2)
    study = search(matrix, folds, 3, 60, SETTINGS)
    assert [one.mae for one in study] == sorted(one.mae for one in study)
    assert search(matrix, folds, 3, 60, SETTINGS) == study
    shown = report(study, judge(matrix, folds, replace(SETTINGS, max_depth=3), 20)).splitlines()
    assert len(shown) == 2 + 3 + 1
    assert shown[2].startswith(f"| {study[0].mae:.4f} |")

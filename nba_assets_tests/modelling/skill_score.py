"""Skill against an oracle: how much of what can be known before a game the model knows. Only a simulation has one."""

from dataclasses import dataclass

import pandas as pd

from nba_assets.modelling.block_bootstrap import ratio_interval
from nba_assets.modelling.evaluation import REFERENCE_BASELINE
from nba_assets.modelling.prediction import MODEL


@dataclass(frozen=True)
class Skill:
    """Mean squared errors in points², on the same rows, and the share of the way from baseline to oracle.

    `share` is (baseline − model) / (baseline − oracle), with a 95 % interval over whole dates: 0 knows what the average
    with a half-life of six games knows, 1 all that can be known.
    """

    rows: int
    baseline: float
    model: float
    oracle: float
    share: float
    low: float
    high: float


def skill(accuracy: pd.DataFrame, expected_points: pd.DataFrame) -> Skill:
    """The skill of points_mean on the rows of prediction_accuracy that a model predicted.

    `expected_points` has `expected_pts`, the true mean given everything known before the game, by game_id and
    player_id. Squared errors, for a true mean is the best there is by them and not by absolute ones. Raises ValueError
    when no row has both, or the oracle is not better than the baseline.
    """
    mine = accuracy[accuracy["prediction_source"] == MODEL]
    true = expected_points[["game_id", "player_id", "expected_pts"]]
    rows = mine.merge(true, on=["game_id", "player_id"], validate="1:1")
    if rows.empty:
        raise ValueError(f"none of {len(mine)} predicted rows has an expectation of the oracle")
    squares = pd.DataFrame(
        {
            "baseline": rows[f"{REFERENCE_BASELINE}_error"] ** 2,
            "model": rows["mean_error"] ** 2,
            "oracle": (rows["expected_pts"] - rows["pts"]) ** 2,
        }
    )
    baseline, model, oracle = squares.mean().tolist()
    if oracle >= baseline:
        raise ValueError(f"the oracle's squared error {oracle:.3f} is not below the baseline's {baseline:.3f}")
    known = squares["baseline"] - squares["model"]
    knowable = squares["baseline"] - squares["oracle"]
    interval = ratio_interval(rows["game_date"], known, knowable)
    return Skill(len(rows), baseline, model, oracle, float(known.sum() / knowable.sum()), *interval)

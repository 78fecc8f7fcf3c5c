"""What a model card tells beside errors: features and their drift, calibration, contributions, targets asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.modelling.design_matrix import DesignMatrix
from nba_assets.modelling.evaluation import Evaluation
from nba_assets.modelling.points_model import PointsModel
from nba_assets.modelling.splits import PARTS, Split
from nba_assets.modelling.thresholds import (
    TARGET_AVERAGE_USAGE,
    TARGET_MAES,
    TARGET_ROWS,
    TARGET_SPREAD,
    TARGET_USAGE,
)

AVERAGE_USAGE = "avg_usage_rate_last_7_games"
_BINS = 10
_SHAP_ROWS = 400


def feature_facts(
    matrix: DesignMatrix, split: Split, model: PointsModel, seed: int, previous: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """Per feature: null rate, mean and standard deviation by part, share of gain, mean |contribution|, and drift.

    Contributions are points, by TreeSHAP on at most 400 test rows. `shift` is how far the test mean lies from
    the train mean, `shift_of_window` how far the train mean lies from that of the `previous` version's metadata, both
    in standard deviations of the earlier one; null where that is zero or unknown.
    """
    rows = split.rows(matrix.dates)
    parts = {part: matrix.features.loc[rows[part]] for part in PARTS}
    tables = {
        "null_rate": {part: values.isna().mean() for part, values in parts.items()},
        "mean": {part: values.mean() for part, values in parts.items()},
        "std": {part: values.std() for part, values in parts.items()},
    }
    gains = model.gain_shares()
    sample = parts["test"].sample(min(_SHAP_ROWS, len(parts["test"])), random_state=seed)
    contributions = np.abs(model.shap_values(sample)).mean(axis=0)
    former = {one["name"]: one for one in (previous or {}).get("features", ()) if "mean" in one}
    facts = []
    for number, name in enumerate(matrix.feature_columns):
        by_part = {
            fact: {part: _number(values[name]) for part, values in table.items()} for fact, table in tables.items()
        }
        mean, std = by_part["mean"], by_part["std"]
        before = former.get(name)
        facts.append(
            {
                "name": name,
                **by_part,
                "gain_share": gains[name],
                "mean_contribution": float(contributions[number]),
                "shift": _shift(mean["test"], mean["train"], std["train"]),
                "shift_of_window": _shift(mean["train"], before["mean"]["train"], before["std"]["train"])
                if before
                else None,
            }
        )
    return facts


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _shift(now: float | None, then: float | None, spread: float | None) -> float | None:
    return None if now is None or then is None or not spread else (now - then) / spread


def calibration_bins(scored: pd.DataFrame) -> list[dict[str, float]]:
    """Test rows in tenths by predicted mean: rows, mean prediction, mean outcome; in points."""
    tenth = pd.qcut(scored["points_mean"].rank(method="first"), min(_BINS, len(scored)), labels=False)
    groups = scored.groupby(tenth, sort=True)
    bins = groups.agg(rows=("actual", "size"), predicted=("points_mean", "mean"), actual=("actual", "mean"))
    return [{str(name): float(value) for name, value in row.items()} for row in bins.to_dict("records")]


def targets(evaluation: Evaluation, matrix: DesignMatrix, usage_share: float | None) -> list[dict[str, Any]]:
    """What was asked of the model, what it has, and whether that is met (null where the data do not say).

    `usage_share` is the share of played rows of the window that have a usage rate.
    """
    maes = [evaluation.mae(part) for part in PARTS]
    average = None
    if AVERAGE_USAGE in matrix.features:
        average = float(matrix.features[AVERAGE_USAGE].notna().mean())
    spread = max(maes) / min(maes) - 1
    found: Sequence[tuple[str, float | None, bool]] = (
        *((f"test MAE below {target}", maes[-1], maes[-1] < target) for target in TARGET_MAES),
        (f"MAE of train, validation and test within {TARGET_SPREAD:.0%}", spread, spread <= TARGET_SPREAD),
        (f"at least {TARGET_ROWS:,} rows", float(len(matrix)), len(matrix) >= TARGET_ROWS),
        (f"usage rate on at least {TARGET_USAGE:.0%} of played rows", usage_share, (usage_share or 0) >= TARGET_USAGE),
        (
            f"average usage on at least {TARGET_AVERAGE_USAGE:.0%} of rows",
            average,
            (average or 0) >= TARGET_AVERAGE_USAGE,
        ),
    )
    return [{"target": name, "value": value, "met": None if value is None else met} for name, value, met in found]


def usage_populated(games: pd.DataFrame) -> float | None:
    """Share of played rows with a usage rate; None where the column was not read."""
    if "usage_rate" not in games:
        return None
    return float(games.loc[games["minutes_played"] > 0, "usage_rate"].notna().mean())


def facts_of(
    *,
    matrix: DesignMatrix,
    split: Split,
    model: PointsModel,
    evaluation: Evaluation,
    seed: int,
    usage_share: float | None,
    previous: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Everything here, under the names it has in a version's metadata."""
    return {
        "features": feature_facts(matrix, split, model, seed, previous),
        "drift_against": (previous or {}).get("model_id"),
        "calibration": calibration_bins(evaluation.scored[evaluation.scored["is_expected"]]),
        "groups": evaluation.groups,
        "mean_metrics": evaluation.mean_metrics,
        "targets": targets(evaluation, matrix, usage_share),
        "split_rows": {part: int(mask.sum()) for part, mask in split.rows(matrix.dates).items()},
        "split": asdict(split),
    }

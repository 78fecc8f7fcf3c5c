"""How good a model is: its errors and the naive baselines' on the same rows, and how sure the difference is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.modelling.baselines import BASELINES
from nba_assets.modelling.design_matrix import KEY, DesignMatrix
from nba_assets.modelling.points_model import PointsModel
from nba_assets.modelling.segments import populations, segments
from nba_assets.modelling.splits import Split

MODEL = "xgboost"
REFERENCE_BASELINE = "ewma_half_life_6"
_RESAMPLES = 2000
_CONFIDENCE = 0.95


def error_metrics(label: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    """Errors in points: `mae`, `rmse`, `bias` (predicted minus actual), `r2`, and the shares within 3 and 5 points.

    `within_3` counts errors of exactly 3 too. `r2` is null when the label does not vary. Raises
    ValueError on no rows, on different lengths, or on a prediction that is null.
    """
    if len(label) != len(predicted) or len(label) == 0:
        raise ValueError(f"{len(label)} labels, {len(predicted)} predictions")
    error = np.asarray(predicted, dtype="float64") - np.asarray(label, dtype="float64")
    if not np.isfinite(error).all():
        raise ValueError(f"{int((~np.isfinite(error)).sum())} of {len(error)} rows have no prediction or no label")
    spread = float(np.square(label - np.mean(label)).sum())
    return {
        "rows": len(error),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt(np.square(error).mean())),
        "r2": 1.0 - float(np.square(error).sum()) / spread if spread > 0 else None,
        "within_3": float((np.abs(error) <= 3).mean()),
        "within_5": float((np.abs(error) <= 5).mean()),
        "bias": float(error.mean()),
    }


def paired_interval(
    dates: pd.Series, model_error: np.ndarray, baseline_error: np.ndarray, seed: int
) -> dict[str, float | int]:
    """Difference of two MAEs on the same rows (negative: the model is better) with a 95 % interval.

    Whole dates are drawn with replacement, for the games of one night are not independent. `gain`
    is the same difference as a fraction of the baseline's MAE, positive when the model is better.
    """
    per_row = pd.DataFrame({"model": np.abs(model_error), "baseline": np.abs(baseline_error), "rows": 1.0})
    blocks = per_row.groupby(dates.to_numpy(), sort=True).sum().to_numpy()
    count = len(blocks)
    draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=_RESAMPLES)
    model, baseline, rows = (draws @ blocks).T
    tail = (1 - _CONFIDENCE) / 2
    low, high = np.quantile((model - baseline) / rows, [tail, 1 - tail])
    gain_low, gain_high = np.quantile(1 - model / baseline, [tail, 1 - tail])
    total_model, total_baseline, total_rows = blocks.sum(axis=0)
    return {
        "rows": int(total_rows),
        "dates": count,
        "difference": float((total_model - total_baseline) / total_rows),
        "low": float(low),
        "high": float(high),
        "gain": float(1 - total_model / total_baseline),
        "gain_low": float(gain_low),
        "gain_high": float(gain_high),
        "confidence": _CONFIDENCE,
        "resamples": _RESAMPLES,
    }


@dataclass(frozen=True)
class Evaluation:
    """Metrics by part of the split and predictor; on the test part, by population and segment, with paired intervals.

    `metrics` judges the medians, `mean_metrics` the means, by part. `paired` is the difference to the reference over
    all test rows. `groups` are populations and segments by name, as `breakdown` gives them. `scored` has one row per
    test row: game_id, game_date, player_id, actual, the four predictions and the baselines.
    """

    metrics: Mapping[str, Mapping[str, Mapping[str, Any]]]
    mean_metrics: Mapping[str, Mapping[str, Any]]
    paired: Mapping[str, float | int | str]
    groups: Mapping[str, Mapping[str, Any]]
    scored: pd.DataFrame

    @property
    def test_mae(self) -> float:
        return self.mae("test")

    @property
    def beats_baselines(self) -> bool:
        """Whether the model's test MAE is below every baseline's."""
        return all(self.test_mae < self.mae("test", name) for name in self.metrics["test"] if name != MODEL)

    def mae(self, part: str, predictor: str = MODEL) -> float:
        return float(self.metrics[part][predictor]["mae"])


def metrics_table(metrics: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> pd.DataFrame:
    """Metrics as they stand in an evaluation or in a version's metadata: one row per part and predictor."""
    rows = [
        {"split": part, "predictor": name, **values}
        for part, predictors in metrics.items()
        for name, values in predictors.items()
    ]
    return pd.DataFrame(rows)


def evaluate(
    *, model: PointsModel, matrix: DesignMatrix, baselines: pd.DataFrame, split: Split, seed: int
) -> Evaluation:
    """Score the model and every baseline on exactly the rows of the matrix.

    `baselines` is what `naive_baselines` gives; it must cover every row. Raises ValueError when
    it does not.
    """
    aligned = matrix.keys[KEY].merge(baselines[[*KEY, *BASELINES]], on=KEY, how="left", validate="1:1")[[*BASELINES]]
    missing = aligned.isna().any(axis=1).to_numpy()
    if missing.any():
        first = matrix.keys.loc[missing, KEY].iloc[0].to_dict()
        raise ValueError(f"baselines missing on {int(missing.sum())} of {len(matrix)} rows, first {first}")
    predicted = model.predict(matrix.features).reset_index(drop=True)
    rows = split.rows(matrix.dates)
    metrics: dict[str, dict[str, Any]] = {}
    for part, mask in rows.items():
        by_name = {MODEL: predicted["points_median"], **{name: aligned[name] for name in BASELINES}}
        metrics[part] = {
            name: error_metrics(matrix.label[mask], values.to_numpy(dtype="float64")[mask])
            for name, values in by_name.items()
        }
    means = {
        part: error_metrics(matrix.label[mask], predicted["points_mean"].to_numpy()[mask])
        for part, mask in rows.items()
    }
    scored = pd.concat(
        [matrix.keys[[*KEY, "game_date"]], predicted, aligned], axis=1
    ).assign(actual=matrix.label)[rows["test"]].reset_index(drop=True)  # fmt: skip
    tested = matrix.features[rows["test"]].reset_index(drop=True)
    groups = breakdown(scored, {**populations(tested), **segments(tested)}, seed)
    return Evaluation(metrics, means, {"against": REFERENCE_BASELINE, **groups["all"]["paired"]}, groups, scored)


def breakdown(scored: pd.DataFrame, masks: Mapping[str, np.ndarray], seed: int) -> dict[str, dict[str, Any]]:
    """Per group of rows that has any: metrics of the model and the baselines, interval coverage, paired difference.

    `coverage`, `below` and `above` are the shares of outcomes in the 80 % interval and on either side of it, `width`
    its mean in points; `paired` is against the half-life-6 average.
    """
    groups = {}
    for name, mask in masks.items():
        rows = scored[mask]
        if rows.empty:
            continue
        actual = rows["actual"].to_numpy()
        below, above = rows["points_p10"] > actual, rows["points_p90"] < actual
        predictors = {MODEL: rows["points_median"], **{one: rows[one] for one in BASELINES}}
        groups[name] = {
            "metrics": {one: error_metrics(actual, values.to_numpy()) for one, values in predictors.items()},
            "coverage": float(1 - (below | above).mean()),
            "below": float(below.mean()),
            "above": float(above.mean()),
            "width": float((rows["points_p90"] - rows["points_p10"]).mean()),
            "paired": paired_interval(
                rows["game_date"], rows["points_median"] - actual, rows[REFERENCE_BASELINE] - actual, seed
            ),
        }
    return groups

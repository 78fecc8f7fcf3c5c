"""How good a model is: its errors and the naive baselines' on the same rows, and how sure the difference is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.modelling.baselines import BASELINES
from nba_assets.modelling.design_matrix import KEY, DesignMatrix
from nba_assets.modelling.points_model import PREDICTED, PointsModel
from nba_assets.modelling.segments import MINUTES, populations, segments
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
    test row: game_id, game_date, player_id, actual, the four predictions, the baselines, and is_expected.
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
    """Metrics as published in an evaluation or in a version's metadata: one row per part and predictor."""
    rows = [
        {"split": part, "predictor": name, **values}
        for part, predictors in metrics.items()
        for name, values in predictors.items()
    ]
    return pd.DataFrame(rows)


def evaluate(
    *, model: PointsModel, matrix: DesignMatrix, baselines: pd.DataFrame, split: Split, seed: int
) -> Evaluation:
    """Score the model and every baseline on the rows of the matrix and on those who were not expected.

    Anyone who was not expected is scored as he is served: by the half-life-6 average, without an interval. `baselines`
    is what `naive_baselines` gives; it must cover every row. Raises ValueError when it does not.
    """
    keys = pd.concat([rows[[*KEY, "game_date"]] for rows in (matrix.keys, matrix.unexpected) if len(rows)])
    keys = keys.reset_index(drop=True)
    label = np.concatenate([matrix.label, matrix.unexpected["pts"].to_numpy("float64")])
    aligned = keys.merge(baselines[[*KEY, *BASELINES, MINUTES]], on=KEY, how="left", validate="1:1")
    missing = aligned[[*BASELINES]].isna().any(axis=1).to_numpy()
    if missing.any():
        first = keys.loc[missing, KEY].iloc[0].to_dict()
        raise ValueError(f"baselines missing on {int(missing.sum())} of {len(keys)} rows, first {first}")
    predicted = model.predict(matrix.features).reset_index(drop=True).reindex(keys.index)
    for name in ("points_mean", "points_median"):
        predicted[name] = predicted[name].fillna(aligned[REFERENCE_BASELINE])
    rows = split.rows(keys["game_date"])
    predictors = {MODEL: predicted["points_median"], **{name: aligned[name] for name in BASELINES}}
    metrics = {
        part: {name: error_metrics(label[mask], values.to_numpy()[mask]) for name, values in predictors.items()}
        for part, mask in rows.items()
    }
    means = {part: error_metrics(label[mask], predicted["points_mean"].to_numpy()[mask]) for part, mask in rows.items()}
    is_expected = keys.index < len(matrix)
    scored = pd.concat([aligned, predicted[[*PREDICTED]]], axis=1).assign(actual=label, is_expected=is_expected)
    tested = matrix.features.reset_index(drop=True).reindex(keys.index)[rows["test"]]
    scored = scored[rows["test"]].reset_index(drop=True)
    groups = breakdown(scored, {**populations(scored), **segments(tested)}, seed)
    return Evaluation(metrics, means, {"against": REFERENCE_BASELINE, **groups["all"]["paired"]}, groups, scored)


def breakdown(scored: pd.DataFrame, masks: Mapping[str, np.ndarray], seed: int) -> dict[str, dict[str, Any]]:
    """Per group of rows that has any: metrics of the model and the baselines, interval coverage, paired differences.

    `coverage`, `below` and `above` are the shares of outcomes in the 80 % interval and on either side of it, `width`
    its mean in points, of the rows that have one; `against` has the paired difference to each baseline, `paired` that
    to the half-life-6 average.
    """
    groups = {}
    for name, mask in masks.items():
        rows = scored[mask]
        if rows.empty:
            continue
        actual = rows["actual"].to_numpy()
        bounded = rows[rows["points_p10"].notna()]
        below, above = bounded["points_p10"] > bounded["actual"], bounded["points_p90"] < bounded["actual"]
        predictors = {MODEL: rows["points_median"], **{one: rows[one] for one in BASELINES}}
        against = {
            one: paired_interval(rows["game_date"], rows["points_median"] - actual, rows[one] - actual, seed)
            for one in BASELINES
        }
        groups[name] = {
            "metrics": {one: error_metrics(actual, values.to_numpy()) for one, values in predictors.items()},
            "coverage": float(1 - (below | above).mean()),
            "below": float(below.mean()),
            "above": float(above.mean()),
            "width": float((bounded["points_p90"] - bounded["points_p10"]).mean()),
            "paired": against[REFERENCE_BASELINE],
            "against": against,
        }
    return groups

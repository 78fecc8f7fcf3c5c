"""How predictions have done lately: error against the naive baseline, interval coverage, bias; and how features drift.

Measures only; what is bad is said by `checks.prediction_quality`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nba_assets.modelling.block_bootstrap import ratio_interval
from nba_assets.modelling.evaluation import REFERENCE_BASELINE
from nba_assets.modelling.prediction import MODEL


@dataclass(frozen=True)
class Accuracy:
    """Rows of prediction_accuracy, and what they say of those that a model predicted.

    `rows` are all who played, `predicted` those with a model's prediction. `ratio` is MAE of the medians over that of
    the half-life-6 average on the same rows, with a 95 % interval over whole dates; `bias` the mean of points_mean
    minus actual points; `inside` the share within points_p10 to points_p90. All NaN without a predicted row.
    """

    rows: int
    predicted: int
    mae: float
    baseline_mae: float
    ratio: float
    ratio_low: float
    ratio_high: float
    bias: float
    inside: float

    @property
    def coverage(self) -> float:
        """Share of those who played that a model had predicted."""
        return self.predicted / self.rows if self.rows else np.nan


def accuracy(rows: pd.DataFrame) -> Accuracy:
    """The measures over rows of prediction_accuracy."""
    mine = rows[(rows["prediction_source"] == MODEL) & rows[f"{REFERENCE_BASELINE}_error"].notna()]
    if mine.empty:
        return Accuracy(len(rows), 0, *[np.nan] * 7)
    model, baseline = mine["error"].abs(), mine[f"{REFERENCE_BASELINE}_error"].abs()
    low, high = ratio_interval(mine["game_date"], model, baseline)
    return Accuracy(
        rows=len(rows),
        predicted=len(mine),
        mae=float(model.mean()),
        baseline_mae=float(baseline.mean()),
        ratio=float(model.sum() / baseline.sum()),
        ratio_low=low,
        ratio_high=high,
        bias=float(mine["mean_error"].mean()),
        inside=float(mine["is_inside_interval"].astype("float64").mean()),
    )


def drift(recent: pd.DataFrame, reference: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    """Per feature how far its recent values lie from earlier ones: `shift`, `nulls`, `reference_nulls`, worst first.

    `shift` is the difference of the means in standard deviations of the reference (NaN where that is zero or there is
    no value); the other two are shares of rows.
    """
    now, then = (frame[list(features)].astype("float64") for frame in (recent, reference))
    spread = then.std().where(lambda values: values > 0)
    table = pd.DataFrame(
        {
            "shift": (now.mean() - then.mean()) / spread,
            "nulls": now.isna().mean(),
            "reference_nulls": then.isna().mean(),
        }
    )
    return table.sort_values("shift", key=lambda values: -values.abs())


@dataclass(frozen=True)
class AgainstLines:
    """Predictions beside the bookmakers' line on the rows that have both; errors are MAE in points.

    `average` is half line, half prediction. `hit_rate` is the share of edges on the winning side, with a 95 % interval
    over whole dates, of the `decided` rows: those with an edge whose line was not met exactly. Bets at the usual odds
    of -110 break even at 0.524.
    """

    rows: int
    line: float
    model: float
    average: float
    baseline: float
    decided: int
    hit_rate: float
    low: float
    high: float


_NOTHING_DECIDED = AgainstLines(0, np.nan, np.nan, np.nan, np.nan, 0, np.nan, np.nan, np.nan)


def against_lines(rows: pd.DataFrame, least_edge: float = 0.0) -> AgainstLines:
    """The comparison over rows of prediction_accuracy whose edge is at least so large, in points."""
    mine = rows[(rows["prediction_source"] == MODEL) & (rows["edge"].abs() >= least_edge)]
    decided = mine[mine["is_edge_right"].notna()]
    if mine.empty or decided.empty:
        return replace(_NOTHING_DECIDED, rows=len(mine), decided=len(decided))
    hits = decided["is_edge_right"].astype("float64")
    interval = ratio_interval(decided["game_date"], hits, hits.notna())
    line, model = mine["line_error"], mine["error"]
    return AgainstLines(
        rows=len(mine),
        line=float(line.abs().mean()),
        model=float(model.abs().mean()),
        average=float(((line + model) / 2).abs().mean()),
        baseline=float(mine[f"{REFERENCE_BASELINE}_error"].abs().mean()),
        decided=len(decided),
        hit_rate=float(hits.mean()),
        low=interval[0],
        high=interval[1],
    )

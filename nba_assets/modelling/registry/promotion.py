"""What becomes of a trained version: the smoke alarm, the baselines, the champion; every rule with its numbers.

Differences are judged by a 95 % interval over whole dates, on rows that neither side has seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.modelling.design_matrix import DesignMatrix
from nba_assets.modelling.evaluation import MODEL, REFERENCE_BASELINE, Evaluation, paired_interval
from nba_assets.modelling.registry.artefacts import SavedModel
from nba_assets.modelling.registry.decisions import Status
from nba_assets.modelling.splits import Split
from nba_assets.modelling.thresholds import (
    ALARM_MAE,
    ALARM_RATIO,
    ALARM_RATIO_WITH_NEWS,
    ALARM_ROWS,
    COMPARABLE_ROWS,
    LEAST_SEGMENT_DATES,
)


@dataclass(frozen=True)
class Comparison:
    """A challenger against the champion: the paired difference, None where they cannot be compared, and why."""

    champion: int
    paired: Mapping[str, Any] | None
    said: str


@dataclass(frozen=True)
class Verdict:
    """What the rules say of a version: its status, whether it takes over as champion, and why in words."""

    status: Status
    is_champion: bool
    why: str
    comparison: Comparison | None = None


def judge(
    evaluation: Evaluation, comparison: Comparison | None, *, has_news: bool = False, is_waived: bool = False
) -> Verdict:
    """The verdict on a version.

    Too good to be true awaits a person's decision. Not better than every naive baseline, or not certainly better than
    the half-life-6 average, or certainly worse than it in a segment, or than the champion, is rejected. Everything
    else is accepted, and champion when there is none or when it is certainly better. A version that was trained under a
    waiver (`is_waived`) takes over from a champion by a person's decision alone: both were scored on waived data.
    """
    alarm = too_good(evaluation, has_news=has_news)
    if alarm:
        return Verdict(Status.AWAITING_DECISION, False, alarm, comparison)
    objections = list(_objections(evaluation, comparison))
    if objections:
        return Verdict(Status.REJECTED, False, "; ".join(objections), comparison)
    better = f"better than {REFERENCE_BASELINE} by {_interval(evaluation.paired)}"
    if comparison is None:
        return Verdict(Status.ACCEPTED, True, f"{better}; the first champion")
    is_better = comparison.paired is not None and comparison.paired["high"] < 0
    said = f"{better}; {comparison.said}"
    if is_better and is_waived:
        said += "; trained under a waiver, it takes over only by `nba-assets promote`"
    return Verdict(Status.ACCEPTED, is_better and not is_waived, said, comparison)


def too_good(evaluation: Evaluation, *, has_news: bool = False) -> str:
    """Why the test errors are too small to be honest, in words; empty when they are not, or rows are too few to say."""
    test = evaluation.metrics["test"]
    rows, mae = test[MODEL]["rows"], test[MODEL]["mae"]
    ratio, least = mae / test[REFERENCE_BASELINE]["mae"], ALARM_RATIO_WITH_NEWS if has_news else ALARM_RATIO
    if rows < ALARM_ROWS or (ratio >= least and mae >= ALARM_MAE):
        return ""
    what = f"{ratio:.3f} of {REFERENCE_BASELINE}, below {least}" if ratio < least else f"below {ALARM_MAE}"
    return (
        f"too good to be true: MAE {mae:.3f} on {rows:,} test rows is {what}; find out what the features know, then "
        "`nba-assets promote` or `nba-assets reject`"
    )


def _objections(evaluation: Evaluation, comparison: Comparison | None) -> Iterator[str]:
    test = evaluation.metrics["test"]
    lost = [name for name in test if name != MODEL and test[name]["mae"] <= test[MODEL]["mae"]]
    if lost:
        yield f"its test MAE {test[MODEL]['mae']:.3f} does not beat {', '.join(lost)}"
    if float(evaluation.paired["high"]) >= 0:
        yield f"not certainly better than {REFERENCE_BASELINE}: {_interval(evaluation.paired)}"
    for name, group in evaluation.groups.items():
        if group["paired"]["low"] > 0 and group["paired"]["dates"] >= LEAST_SEGMENT_DATES:
            yield f"worse than {REFERENCE_BASELINE} on {name}: {_interval(group['paired'])}"
    if comparison and comparison.paired and comparison.paired["low"] > 0:
        yield f"worse than {comparison.said}"


def compare(champion: SavedModel, evaluation: Evaluation, matrix: DesignMatrix, split: Split, seed: int) -> Comparison:
    """Challenger and champion on the test rows after the champion's validation part; earlier ones it has seen."""
    name = champion.model_id
    scored = evaluation.scored[evaluation.scored["is_expected"]]
    unseen = (scored["game_date"] > pd.Timestamp(champion.metadata["split"]["validation_end"])).to_numpy()
    seen = f"{int((~unseen).sum()):,} of {len(scored):,} test rows are of dates that {name} has seen, and left out"
    if unseen.sum() < COMPARABLE_ROWS:
        return Comparison(
            champion.version, None, f"{name} cannot be compared on {int(unseen.sum())} unseen rows ({seen})"
        )
    features = matrix.features[split.rows(matrix.dates)["test"]][unseen]
    absent = [column for column in champion.model.feature_columns if column not in features]
    if absent:
        return Comparison(champion.version, None, f"{name} cannot be compared: it needs {absent[:5]}")
    rows = scored[unseen]
    actual = rows["actual"].to_numpy()
    theirs = champion.model.score(features) - actual
    paired = paired_interval(rows["game_date"], np.asarray(rows["points_median"] - actual), theirs, seed)
    left_out = f"; {seen}" if (~unseen).any() else ""
    return Comparison(champion.version, paired, f"{name}: {_interval(paired)} on {paired['rows']:,} rows{left_out}")


def _interval(paired: Mapping[str, Any]) -> str:
    return f"{paired['difference']:+.3f} points [{paired['low']:+.3f}, {paired['high']:+.3f}]"

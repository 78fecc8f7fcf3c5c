"""The rules of promotion: too good, not good enough, worse in a segment, compared only on what nobody has seen."""

import dataclasses
import datetime as dt
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from nba_assets.modelling.baselines import BASELINES
from nba_assets.modelling.design_matrix import DesignMatrix
from nba_assets.modelling.evaluation import MODEL, Evaluation, breakdown, error_metrics
from nba_assets.modelling.points_model import PointsModel
from nba_assets.modelling.registry.artefacts import SavedModel
from nba_assets.modelling.registry.decisions import Status
from nba_assets.modelling.registry.promotion import Comparison, compare, judge, too_good
from nba_assets.modelling.splits import Split

DATES = 100


def evaluated(
    rows: int = 12_000, model_mae: float = 4.6, baseline_mae: float = 4.76, worse_on: str | None = None
) -> Evaluation:
    """Errors of the given size, the same for all rows, but for a tenth of them named `worse_on`."""
    dates = pd.Series(pd.date_range("2025-02-01", periods=DATES).repeat(rows // DATES))
    actual = np.full(rows, 20.0)
    is_worse = np.arange(rows) % 10 == 0
    median = actual - np.where(is_worse & bool(worse_on), baseline_mae + 0.5, model_mae)
    scored = pd.DataFrame({
        "game_date": dates, "actual": actual, "points_mean": median, "points_median": median,
        "points_p10": median - 9, "points_p90": median + 9, "is_expected": True,
        **dict.fromkeys(BASELINES, actual - baseline_mae),
    })  # fmt: skip
    groups = breakdown(scored, {"all": np.ones(rows, dtype=bool), worse_on or "tenth": is_worse}, seed=1)
    metrics = {name: error_metrics(actual, scored[name].to_numpy()) for name in BASELINES}
    metrics[MODEL] = error_metrics(actual, median)
    return Evaluation({"test": metrics}, {}, groups["all"]["paired"], groups, scored)


def against(difference: float, spread: float = 0.02) -> Comparison:
    paired = {"difference": difference, "low": difference - spread, "high": difference + spread, "rows": 5000}
    return Comparison(7, paired, "xgboost_points_v7: reported")


def test_the_first_that_is_certainly_better_than_the_baselines_is_champion() -> None:
    verdict = judge(evaluated(), None)
    assert (verdict.status, verdict.is_champion) == (Status.ACCEPTED, True)
    assert "better than ewma_half_life_6 by -0.160 points" in verdict.why


@pytest.mark.parametrize(
    ("difference", "status", "is_champion"),
    [
        pytest.param(-0.05, Status.ACCEPTED, True, id="certainly-better"),
        pytest.param(-0.01, Status.ACCEPTED, False, id="perhaps-better"),
        pytest.param(0.01, Status.ACCEPTED, False, id="perhaps-worse"),
        pytest.param(0.05, Status.REJECTED, False, id="certainly-worse"),
    ],
)
def test_only_a_certain_gain_over_the_champion_takes_its_place(
    difference: float, status: Status, is_champion: bool
) -> None:
    verdict = judge(evaluated(), against(difference))
    assert (verdict.status, verdict.is_champion) == (status, is_champion)


def test_trained_under_a_waiver_it_takes_over_by_a_person_alone() -> None:
    verdict = judge(evaluated(), against(-0.05), is_waived=True)
    assert (verdict.status, verdict.is_champion) == (Status.ACCEPTED, False)
    assert "only by `nba-assets promote`" in verdict.why
    assert "xgboost_points_v7: reported" in verdict.why


def test_a_champion_that_cannot_be_compared_keeps_its_place() -> None:
    verdict = judge(evaluated(), Comparison(7, None, "xgboost_points_v7 has seen every test date"))
    assert (verdict.status, verdict.is_champion) == (Status.ACCEPTED, False)
    assert "has seen every test date" in verdict.why


def test_a_loss_to_any_baseline_is_no_acceptance() -> None:
    evaluation = evaluated()
    metrics = {"test": evaluation.metrics["test"] | {"last_10": evaluation.metrics["test"][MODEL]}}
    verdict = judge(dataclasses.replace(evaluation, metrics=metrics), None)
    assert (verdict.status, verdict.why) == (Status.REJECTED, "its test MAE 4.600 does not beat last_10")


def test_a_gain_that_chance_may_have_brought_is_no_acceptance() -> None:
    evaluation = evaluated()
    open_interval = {**evaluation.paired, "high": 0.001}
    verdict = judge(dataclasses.replace(evaluation, paired=open_interval), None)
    assert verdict.status is Status.REJECTED
    assert "not certainly better than ewma_half_life_6" in verdict.why


def test_a_segment_that_is_certainly_worse_is_no_acceptance_however_good_the_whole_is() -> None:
    verdict = judge(evaluated(model_mae=4.55, worse_on="rookies"), None)
    assert verdict.status is Status.REJECTED
    assert "worse than ewma_half_life_6 on rookies: +0.500 points" in verdict.why


@pytest.mark.parametrize(
    ("rows", "model_mae", "has_news", "alarm"),
    [
        pytest.param(12_000, 4.58, False, "", id="honest"),
        pytest.param(12_000, 4.50, False, "0.945 of ewma_half_life_6, below 0.95", id="season-average-that-leaks"),
        pytest.param(12_000, 4.50, True, "", id="the-same-with-verified-news"),
        pytest.param(12_000, 4.36, True, "0.916 of ewma_half_life_6, below 0.92", id="too-good-even-so"),
        pytest.param(9_900, 3.60, False, "", id="too-few-rows-to-say"),
    ],
)
def test_the_alarm_rings_for_what_is_too_good_to_be_true(
    rows: int, model_mae: float, has_news: bool, alarm: str
) -> None:
    evaluation = evaluated(rows, model_mae)
    said = too_good(evaluation, has_news=has_news)
    assert (alarm in said) if alarm else said == ""
    assert (judge(evaluation, None, has_news=has_news).status is Status.AWAITING_DECISION) == bool(alarm)


def test_a_small_error_rings_whatever_the_baseline_says() -> None:
    # a baseline out of features that leak is lifted with the model, and the ratio sees nothing
    said = too_good(evaluated(model_mae=4.29, baseline_mae=4.40))
    assert "below 4.3" in said


def test_what_is_too_good_is_never_champion_by_itself() -> None:
    verdict = judge(evaluated(model_mae=3.7), against(-0.9))
    assert (verdict.status, verdict.is_champion) == (Status.AWAITING_DECISION, False)


@dataclasses.dataclass(frozen=True)
class Fixed:
    """A champion's model: the same points for every row."""

    points: float
    feature_columns: tuple[str, ...] = ("a",)

    def score(self, features: pd.DataFrame) -> np.ndarray:
        return np.full(len(features), self.points)


def champion(validation_end: str, **model: Any) -> SavedModel:
    return SavedModel(3, {"split": {"validation_end": validation_end}}, cast(PointsModel, Fixed(20.0 - 4.7, **model)))


SPLIT = Split(dt.date(2024, 6, 30), dt.date(2025, 1, 31))


def rows_of(evaluation: Evaluation) -> DesignMatrix:
    dates = evaluation.scored["game_date"]
    older = pd.Series(pd.to_datetime(["2024-01-01", "2025-01-01"]))
    keys = pd.DataFrame({"game_date": pd.concat([older, dates], ignore_index=True)})
    return DesignMatrix(keys, np.zeros(len(keys)), pd.DataFrame({"a": np.zeros(len(keys))}), {})


def test_champion_and_challenger_are_compared_on_identical_rows() -> None:
    evaluation = evaluated()
    found = compare(champion("2025-01-31"), evaluation, rows_of(evaluation), SPLIT, seed=1)
    assert found.paired["difference"] == pytest.approx(4.6 - 4.7)
    assert (found.champion, found.paired["rows"]) == (3, 12_000)
    assert "left out" not in found.said


def test_dates_that_the_champion_was_trained_on_are_left_out_and_said() -> None:
    evaluation = evaluated()
    found = compare(champion("2025-03-01"), evaluation, rows_of(evaluation), SPLIT, seed=1)
    # 2025-02-01 to 03-01 are 29 of the 100 dates
    assert found.paired["rows"] == 12_000 - 29 * 120
    assert "3,480 of 12,000 test rows are of dates that xgboost_points_v3 has seen, and left out" in found.said


@pytest.mark.parametrize(
    ("validation_end", "columns", "why"),
    [
        pytest.param("2025-06-30", ("a",), "cannot be compared on 0 unseen rows", id="has-seen-all"),
        pytest.param("2025-01-31", ("a", "gone"), "it needs ['gone']", id="other-features"),
    ],
)
def test_what_cannot_be_compared_says_why(validation_end: str, columns: tuple[str, ...], why: str) -> None:
    evaluation = evaluated()
    model = champion(validation_end, feature_columns=columns)
    found = compare(model, evaluation, rows_of(evaluation), SPLIT, seed=1)
    assert found.paired is None
    assert why in found.said

"""Monitoring of predictions: each check falls by its own measure alone, warns over 30 days and is an error over 90."""

import datetime as dt
import re
from typing import Any, cast

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from nba_assets.checks.prediction_quality import (
    CHECKS,
    DRIFT,
    Finding,
    finding_of_drift,
    findings_of_accuracy,
    last_days,
    prediction_quality,
)
from nba_assets.checks.prediction_quality import findings as all_findings
from nba_assets.contracts.features import FEATURE_COLUMNS
from nba_assets.contracts.tables import TABLES
from nba_assets.modelling.monitoring import Accuracy
from nba_assets.readiness import thresholds
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse
from nba_assets_tests.readiness.wide_ledger import built_ledger

GOOD: dict[str, Any] = {"rows": 5000, "predicted": 4900, "mae": 4.5, "baseline_mae": 4.7, "ratio": 0.957,
        "ratio_low": 0.94, "ratio_high": 0.97, "bias": 0.05, "inside": 0.80}  # fmt: skip
WARN, ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR


def findings(days_90: dict[str, float] | None = None, days_30: dict[str, float] | None = None) -> dict[str, Finding]:
    return findings_of_accuracy(
        {30: Accuracy(**{**GOOD, **(days_30 or {})}), 90: Accuracy(**{**GOOD, **(days_90 or {})})}
    )


def test_good_predictions_pass_with_their_numbers() -> None:
    found = findings()
    assert all(finding.passed for finding in found.values())
    assert "90 days, 4900 rows: MAE 4.500, 0.957 of the baseline's 4.700" in found["beats_baseline"].description
    assert found["beats_baseline"].metadata["predicted_share_90_days"] == 0.98
    assert "To do" not in found["beats_baseline"].description


@pytest.mark.parametrize(
    ("damage", "check", "said"),
    [
        ({"ratio": 0.99}, "beats_baseline", "0.990 of the baseline's"),
        ({"inside": 0.759}, "interval_holds", "75.9% within the interval"),
        ({"inside": 0.841}, "interval_holds", "84.1% within the interval"),
        ({"bias": -0.51}, "unbiased", "-0.51 points off"),
    ],
)
def test_each_check_falls_by_its_own_measure_and_says_what_to_do(
    damage: dict[str, float], check: str, said: str
) -> None:
    failed = {name: finding for name, finding in findings(days_90=damage).items() if not finding.passed}
    assert list(failed) == [check]
    assert failed[check].severity is ERROR
    assert said in failed[check].description
    assert "To do: " in failed[check].description
    (warned,) = [finding for finding in findings(days_30=damage).values() if not finding.passed]
    assert warned.severity is WARN


def test_too_few_rows_say_nothing() -> None:
    few = {"predicted": thresholds.MONITORING_ROWS - 1, "ratio": 2.0, "inside": 0.1, "bias": 9.0}
    found = findings(days_30=few, days_90=few)
    assert all(finding.passed for finding in found.values())
    assert "too few" in found["unbiased"].description


def features(rows: int, seed: int, **columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.normal(10, 2, rows) for name in FEATURE_COLUMNS})
    return frame.assign(**columns)


BEFORE, NOW = features(6000, 1), features(2000, 2)


def test_stable_features_pass() -> None:
    found = finding_of_drift(NOW, BEFORE)
    assert found.passed
    assert "pts_last_10" in finding_of_drift(NOW.assign(pts_last_10=11.2), BEFORE).description


def test_what_is_filled_otherwise_than_before_is_an_error_and_a_moved_mean_a_warning() -> None:
    moved = finding_of_drift(NOW.assign(minutes_season=NOW["minutes_season"] + 1.2), BEFORE)
    assert (moved.passed, moved.severity) == (False, WARN)
    moves = 1.2 / BEFORE["minutes_season"].std()
    said = re.search(r"minutes_season moved by \+(\d\.\d\d)", moved.description)
    assert float(said[1]) == pytest.approx(moves, abs=0.06)
    half = NOW["usage_rate_last_10"].where(np.arange(len(NOW)) % 2 == 0)
    gone = finding_of_drift(NOW.assign(usage_rate_last_10=half), BEFORE)
    assert (gone.passed, gone.severity) == (False, ERROR)
    assert "usage_rate_last_10 null in 50% of rows, before 0%" in gone.description
    filled = finding_of_drift(NOW, BEFORE.assign(rest_days=np.where(np.arange(len(BEFORE)) % 5, np.nan, 1.0)))
    assert (filled.passed, filled.severity) == (False, ERROR)


def test_what_moves_by_itself_is_no_drift_and_few_rows_say_nothing() -> None:
    by_itself = dict.fromkeys((*thresholds.UNSTEADY_FEATURES, "team_pace_last_10", "is_postseason"), 99.0)
    assert finding_of_drift(NOW.assign(**by_itself), BEFORE).passed
    assert finding_of_drift(NOW.head(10).assign(pts_season=99.0), BEFORE).passed


def test_last_days_are_counted_from_the_newest_date_that_has_rows() -> None:
    days = pd.date_range("2024-01-01", periods=40)
    ledger = built_ledger(TABLES, days, chunk=40)
    mine = ledger["table_name"] == "prediction_accuracy"
    rows = np.where(ledger["game_date"] <= "2024-02-05", 200, 0)
    rows = np.where(ledger["game_date"] == "2024-02-03", 0, rows)
    state = LedgerState(ledger.assign(rows=np.where(mine, rows, 1)), TABLES, days)
    found = [day.date() for day in last_days(state, "prediction_accuracy", 4)]
    assert found == [dt.date(2024, 2, 2), dt.date(2024, 2, 4), dt.date(2024, 2, 5)]
    assert [day.day for day in last_days(state, "prediction_accuracy", 4, before=4)] == [29, 30, 31, 1]
    assert last_days(LedgerState(ledger[~mine], TABLES, days), "prediction_accuracy", 4) == []


class _FewDates:
    """A warehouse of 130 dates with 60 rows each; the predictions are worthless from the hundredth on."""

    def __init__(self, days: int) -> None:
        self.dates = pd.date_range("2024-01-01", periods=130)
        ledger = built_ledger(TABLES, self.dates, chunk=130)
        self._state = LedgerState(ledger.assign(rows=60)[ledger["game_date"] < self.dates[0] + pd.Timedelta(days=days)],
                                  TABLES, self.dates)  # fmt: skip

    def state(self) -> LedgerState:
        return self._state

    def content(self, table: str, days: list[dt.date]) -> pd.DataFrame:
        dates = pd.to_datetime(np.repeat(np.array(days, dtype="datetime64[ns]"), 60))
        if table == "ml_feature_store":
            return features(len(dates), 3, game_date=dates)
        rng = np.random.default_rng(4)
        late = dates >= self.dates[100]
        error = rng.normal(0, 5, len(dates))
        inside = pd.array(np.arange(len(dates)) % 10 < 8, dtype="boolean")
        return pd.DataFrame(
            {"game_date": dates, "prediction_source": "model", "error": error * np.where(late, 2.0, 1.0),
             "ewma_half_life_6_error": error * 1.05, "mean_error": error, "is_inside_interval": inside}
        )  # fmt: skip


def few_dates(days: int) -> Warehouse:
    return cast(Warehouse, _FewDates(days))


def test_the_newest_dates_of_the_warehouse_are_judged() -> None:
    found = all_findings(few_dates(130))
    assert {name for name, finding in found.items() if not finding.passed} == {"beats_baseline"}
    assert found["beats_baseline"].severity is ERROR
    assert "30 days, 1800 rows" in found["beats_baseline"].description
    assert "1800 rows are like 6000" in found[DRIFT].description
    before_it = all_findings(few_dates(100))
    assert before_it["beats_baseline"].passed
    assert "90 days, 5400 rows: MAE" in before_it["beats_baseline"].description


def test_nothing_built_yet_is_nothing_to_judge() -> None:
    found = all_findings(few_dates(0))
    assert all(finding.passed for finding in found.values())
    assert "0 of 0 rows" in found["unbiased"].description


def test_every_check_is_of_the_table_of_accuracy_and_described() -> None:
    specs = {spec.name: spec for spec in prediction_quality().check_specs}
    assert set(specs) == set(CHECKS) == {"beats_baseline", "interval_holds", "unbiased", DRIFT}
    assert {spec.asset_key.to_user_string() for spec in specs.values()} == {"prediction_accuracy"}
    assert all(spec.description and not spec.blocking for spec in specs.values())

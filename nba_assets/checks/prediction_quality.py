"""Whether predictions hold what they promise: better than the naive baseline, covered intervals, no bias, no drift.

Asset checks of `prediction_accuracy` over its last 30 and 90 days. Over 30 days a failure warns, over 90 it is an
error: a month of few games errs by itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from nba_assets.contracts.features import FEATURE_COLUMNS, ML_FEATURE_STORE
from nba_assets.modelling.monitoring import Accuracy, accuracy, drift
from nba_assets.readiness import thresholds
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse

TABLE, FEATURES = "prediction_accuracy", "ml_feature_store"
DRIFT = "features_stable"
CHECKS = {
    "beats_baseline": "Whether the model's error is below that of the average with a half-life of six games.",
    "interval_holds": "Whether eight of ten players score within their 80 % interval.",
    "unbiased": "Whether expected points are on average what is scored.",
    DRIFT: "Whether features of the last 30 days are like those of the year before: means of form, nulls of all.",
}

FORM = tuple(
    column.name
    for column in ML_FEATURE_STORE.columns
    if column.name in FEATURE_COLUMNS
    and column.name not in thresholds.UNSTEADY_FEATURES
    and any(source.startswith("player_daily_cache.") for source in column.sources)
)
"""Features of players' form, whose means hold still from month to month."""

_RETRAIN = "Train again (`nba-assets backfill --tables xgboost_points_model`); if that does not help, roll back"
_TO_DO = {
    "beats_baseline": f"Look at `{DRIFT}` first: damaged features cost most. {_RETRAIN}.",
    "interval_holds": f"{_RETRAIN}: training calibrates the interval on its newest dates.",
    "unbiased": f"{_RETRAIN}: scoring may have risen or fallen since the version was trained.",
    DRIFT: "Compare the columns with the tables that they come from (`nba-assets explain`); a feature filled "
    "otherwise than in training costs more than any other damage. Rebuild those tables, else train again.",
}


@dataclass(frozen=True)
class Finding:
    """What one check says: whether it passed, how grave a failure is, and in words with numbers what to do."""

    passed: bool
    severity: dg.AssetCheckSeverity
    description: str
    metadata: Mapping[str, Any]


def findings_of_accuracy(measured: Mapping[int, Accuracy]) -> dict[str, Finding]:
    """Per check of the predictions what it says of the measures over the last so many days, by days."""
    low, high = thresholds.MONITORED_COVERAGE
    bad: dict[str, Callable[[Accuracy], bool]] = {
        "beats_baseline": lambda found: found.ratio >= thresholds.MONITORED_RATIO,
        "interval_holds": lambda found: not low <= found.inside <= high,
        "unbiased": lambda found: abs(found.bias) > thresholds.MONITORED_BIAS,
    }
    said: dict[str, Callable[[Accuracy], str]] = {
        "beats_baseline": lambda found: (
            f"MAE {found.mae:.3f}, {found.ratio:.3f} of the baseline's {found.baseline_mae:.3f} (95 % interval "
            f"{found.ratio_low:.3f} to {found.ratio_high:.3f}; below {thresholds.MONITORED_RATIO} is asked)"
        ),
        "interval_holds": lambda found: f"{found.inside:.1%} within the interval ({low:.0%} to {high:.0%} are asked)",
        "unbiased": lambda found: (
            f"points_mean is {found.bias:+.2f} points off (at most {thresholds.MONITORED_BIAS} is asked)"
        ),
    }
    enough = {days: found for days, found in measured.items() if found.predicted >= thresholds.MONITORING_ROWS}
    results = {}
    for name, is_bad in bad.items():
        failed = [days for days, found in enough.items() if is_bad(found)]
        words = [f"{days} days, {found.predicted} rows: {said[name](found)}" for days, found in enough.items()]
        words += [_too_few(days, found) for days, found in measured.items() if days not in enough]
        severity = dg.AssetCheckSeverity.ERROR if max(measured) in failed else dg.AssetCheckSeverity.WARN
        to_do = f" To do: {_TO_DO[name]}" if failed else ""
        coverage = {f"predicted_share_{days}_days": round(found.coverage, 4) for days, found in enough.items()}
        results[name] = Finding(not failed, severity, "; ".join(words) + "." + to_do, coverage)
    return results


def finding_of_drift(recent: pd.DataFrame, reference: pd.DataFrame) -> Finding:
    """What the check of the features says. A changed share of nulls is an error, a moved mean a warning."""
    if min(len(recent), len(reference)) < thresholds.MONITORING_ROWS:
        said = f"{len(recent)} rows against {len(reference)} before them: too few to say anything."
        return Finding(True, dg.AssetCheckSeverity.WARN, said, {})
    table = drift(recent, reference, FEATURE_COLUMNS)
    nulls = table[(table["nulls"] - table["reference_nulls"]).abs() > thresholds.DRIFTED_NULLS]
    moved = table[(table["shift"].abs() > thresholds.DRIFTED_MEAN) & table.index.isin(FORM)]
    words = [f"{name} null in {row.nulls:.0%} of rows, before {row.reference_nulls:.0%}" for name, row in _rows(nulls)]
    words += [f"{name} moved by {row.shift:+.2f} standard deviations" for name, row in _rows(moved)]
    severity = dg.AssetCheckSeverity.WARN if nulls.empty else dg.AssetCheckSeverity.ERROR
    said = f"{'; '.join(words)}. To do: {_TO_DO[DRIFT]}" if words else f"{len(recent)} rows are like {len(reference)}."
    return Finding(not words, severity, said, {"largest_shifts": dg.MetadataValue.md(_markdown(table.head(10)))})


def last_days(state: LedgerState, table: str, days: int, before: int = 0) -> list[pd.Timestamp]:
    """The ready dates with rows of a table's last `days` days, counted back from its newest such date less `before`."""
    count = state.rows[table]["rows"].to_numpy(dtype="float64", na_value=np.nan)
    filled = state.days[state.is_ready(table) & (count > 0)]
    if filled.empty:
        return []
    last = filled[-1] - pd.Timedelta(days=before)
    return list(filled[(filled > last - pd.Timedelta(days=days)) & (filled <= last)])


def findings(warehouse: Warehouse) -> dict[str, Finding]:
    """What every check says of what is published in the warehouse."""
    state = warehouse.state()

    def newest(table: str, days: int, before: int = 0) -> pd.DataFrame:
        return warehouse.content(table, [day.date() for day in last_days(state, table, days, before)])

    rows = newest(TABLE, max(thresholds.MONITORING_DAYS))
    last = rows["game_date"].max()
    measured = {
        days: accuracy(rows[rows["game_date"] > last - pd.Timedelta(days=days)]) for days in thresholds.MONITORING_DAYS
    }
    month = min(thresholds.MONITORING_DAYS)
    recent, before = newest(FEATURES, month), newest(FEATURES, thresholds.REFERENCE_DAYS, month)
    return {**findings_of_accuracy(measured), DRIFT: finding_of_drift(recent, before)}


def prediction_quality() -> dg.AssetChecksDefinition:
    """The checks of the predictions, on the table that grades them."""
    specs = [dg.AssetCheckSpec(name, asset=TABLE, description=text) for name, text in CHECKS.items()]

    @dg.multi_asset_check(name="prediction_quality", specs=specs, can_subset=True, required_resource_keys={"warehouse"})
    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        found_by_name = findings(context.op_execution_context.resources.warehouse)
        for key in context.selected_asset_check_keys:
            found = found_by_name[key.name]
            yield dg.AssetCheckResult(
                check_name=key.name,
                asset_key=key.asset_key,
                passed=found.passed,
                severity=found.severity,
                description=found.description,
                metadata=dict(found.metadata),
            )

    return check


def _too_few(days: int, found: Accuracy) -> str:
    return (
        f"{days} days: {found.predicted} of {found.rows} rows are predicted by a model, too few to say anything (from "
        f"{thresholds.MONITORING_ROWS} on)"
    )


def _rows(table: pd.DataFrame) -> list[tuple[str, Any]]:
    return list(zip(table.index, table.itertuples(), strict=True))


def _markdown(table: pd.DataFrame) -> str:
    head = "| feature | shift | nulls | nulls before |\n|---|---|---|---|\n"
    return head + "\n".join(
        f"| {name} | {row.shift:+.2f} | {row.nulls:.1%} | {row.reference_nulls:.1%} |" for name, row in _rows(table)
    )

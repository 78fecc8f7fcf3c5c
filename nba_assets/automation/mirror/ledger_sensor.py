"""The sensor that makes Dagster tell what the ledger says, whether or not anybody launches anything.

A corrected game fails `up_to_date` of every table below it and `partition_ready` of every date it touches; what a
killed run published, what was wiped in the UI or what another instance built is shown again. The ledger is the
truth: nothing here writes to the warehouse.
"""

import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import dagster as dg

from nba_assets.automation.alerting.stuck_claims import report, slow
from nba_assets.automation.launching.live_runs import live_runs
from nba_assets.automation.mirror.partition_states import Difference, differences, outcomes
from nba_assets.checks.up_to_date import CHECK_NAME, shown_metadata
from nba_assets.claims.errors import ClaimsUnavailable
from nba_assets.claims.store import ClaimStore
from nba_assets.clock import now
from nba_assets.contracts.tables import MODEL
from nba_assets.event_log.dagster_state import (
    PLANNED,
    log_position,
    newest_materializations,
    shown_checks,
    shown_dates,
)
from nba_assets.event_log.outcomes import CHECK_NAME as PARTITION_READY
from nba_assets.event_log.outcomes import Outcome
from nba_assets.event_log.runless import report_checks, report_dates
from nba_assets.modelling.registry.freshness import model_verdict
from nba_assets.orchestration.metadata import column_lineage
from nba_assets.readiness.ledger_columns import integers
from nba_assets.readiness.staleness import stale_ranges
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.up_to_date import CheckVerdict, up_to_date_verdicts
from nba_assets.settings import Settings
from nba_assets.storage.models import stored_models
from nba_assets.storage.port import StorageError
from nba_assets.warehouse.port import Warehouse, WarehouseError

INTERVAL_SECONDS = 30
PATIENCE = dt.timedelta(seconds=60)
"""How long a live run has to report what it has published; it does so within seconds."""
BUDGET_SECONDS = 8.0
"""A tick starts no further batch after that; the rest is reported by the next ticks."""
BATCH = 500


@dataclass(frozen=True)
class Reported:
    """One tick: check results and dates reported, dates still to be reported, dates left to live runs."""

    cursor: str
    checks: int = 0
    dates: int = 0
    waiting: int = 0
    left: int = 0

    def __str__(self) -> str:
        if not (self.checks or self.dates or self.waiting or self.left):
            return "Dagster shows what the ledger says."
        said = f"reported {self.checks} results of {CHECK_NAME} and {self.dates} dates"
        more = f"; {self.waiting} dates follow" if self.waiting else ""
        return said + more + (f"; {self.left} dates are left to runs that are alive" if self.left else "")


def tell(
    instance: dg.DagsterInstance,
    warehouse: Warehouse,
    settings: Settings,
    cursor: str | None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Reported:
    """Compare ledger and Dagster, and make Dagster say what the ledger says; one tick's worth of it.

    The cursor is what both looked like when they agreed; while neither has changed nothing is compared.
    """
    started = clock()
    position = log_position(instance)
    state, models = warehouse.state(), stored_models(settings)
    seen = json.dumps([position, _digest(state, models)])
    if seen == cursor:
        return Reported(seen)
    live = live_runs(instance, settings)
    wanted = {**up_to_date_verdicts(state), MODEL: model_verdict(models, state)}
    checks, checks_left = _tell_checks(instance, wanted, live)
    found: list[Difference] = []
    left = 0
    for table in state.contracts:
        shown = shown_dates(instance, table, PARTITION_READY)
        different, of_live = differences(state, table, shown, live, now(), PATIENCE)
        found += different
        left += of_live
    found.sort(key=lambda difference: difference.day, reverse=True)
    dates = _tell_dates(instance, state, found, until=started + BUDGET_SECONDS, clock=clock)
    # What is left to a live run changes nothing when that run dies; the next tick has to look again.
    is_settled = not (checks or checks_left or found or left)
    return Reported(seen if is_settled else "", checks, dates, len(found) - dates, left)


def _digest(state: LedgerState, models: Path) -> str:
    """Changes with every attempt, every code version, the calendar, the stored models, and the file itself."""
    found = hashlib.sha256(f"{state.days[0]} {state.days[-1]}".encode())
    for table in state.contracts:
        for values in (integers(state, table, "attempt_build"), state.status[table], state.stale[table]):
            found.update(values.tobytes())
    for path in sorted(models.glob("*_metadata.json")):
        found.update(path.name.encode())
    return found.hexdigest()[:16]


def _tell_checks(
    instance: dg.DagsterInstance, wanted: Mapping[str, CheckVerdict], live: frozenset[str]
) -> tuple[int, int]:
    """How many verdicts were reported, and how many are left to live runs that will give them themselves."""
    shown = shown_checks(instance, CHECK_NAME, list(wanted))
    different = [
        table
        for table, verdict in wanted.items()
        if not (shown[table].is_current and shown[table].state_digest == verdict.state_digest)
    ]
    of_live = {table for table in different if shown[table].status == PLANNED and shown[table].run_id in live}
    different = [table for table in different if table not in of_live]
    newest = newest_materializations(instance, different)
    report_checks(
        instance,
        [
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(table),
                check_name=CHECK_NAME,
                passed=wanted[table].passed,
                description=wanted[table].description,
                metadata=shown_metadata(wanted[table]),
                target_materialization_data=newest[table],
            )
            for table in different
        ],
    )
    return len(different), len(of_live)


def _tell_dates(
    instance: dg.DagsterInstance, state: LedgerState, found: list[Difference], until: float, clock: Callable[[], float]
) -> int:
    """Newest dates first, in batches of one transaction per table, until the time is up; how many were reported."""
    if not found:
        return 0
    ranges = stale_ranges(state)
    reported = 0
    while reported < len(found) and (reported == 0 or clock() < until):
        batch = sorted(found[reported : reported + BATCH], key=lambda difference: (difference.table, difference.day))
        for table, group in groupby(batch, key=lambda difference: difference.table):
            here = list(group)
            said = outcomes(state, table, ranges[table], here)
            current = {difference.day: difference.shown.target for difference in here if difference.shown.target}
            report_dates(instance, table, _with_lineage(state, table, said), current)
        reported += len(batch)
    return reported


def _with_lineage(state: LedgerState, table: str, said: dict[dt.date, Outcome]) -> dict[dt.date, Outcome]:
    """The catalogue shows the lineage of the materialization stored last."""
    built = [day for day, outcome in said.items() if outcome.materialized]
    if not built:
        return said
    last = said[built[-1]]
    lineage = {"dagster/column_lineage": column_lineage(state.contracts[table])}
    return {**said, built[-1]: replace(last, metadata={**last.metadata, **lineage})}


@dg.sensor(
    name="ledger",
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Makes Dagster show what the ledger says: what is built, ready, stale, rejected or waived, and why.",
)
def ledger_sensor(
    context: dg.SensorEvaluationContext, warehouse: dg.ResourceParam[Warehouse], settings: dg.ResourceParam[Settings]
) -> dg.SensorResult:
    """One tick; it launches nothing, so it always skips, saying what it reported. It reports slow claims besides."""
    before = json.loads(context.cursor) if context.cursor else {}
    store = ClaimStore(settings.claims_url)
    try:
        reported = tell(context.instance, warehouse, settings, before.get("seen"))
        problems = list(slow(store.active(), warehouse, store.now()))
    except (WarehouseError, ClaimsUnavailable, StorageError) as error:
        return dg.SensorResult(skip_reason=f"nothing can be known now: {error}", cursor=context.cursor)
    said = [str(reported)]
    for problem in report(context.instance, problems, before.get("slow", [])):
        context.log.warning(problem.message)
        said.append(problem.message)
    cursor = json.dumps({"seen": reported.cursor, "slow": [problem.key for problem in problems]})
    return dg.SensorResult(skip_reason=" ".join(said), cursor=cursor)

"""The sensor that looks after claims: keeps those of Dagster backfills between their runs, and reports stuck ones.

A run renews its claim while it lives. A Dagster backfill is several runs with pauses between them, in which nobody
else may take its dates; it ends when Dagster says so.
"""

import datetime as dt
import json
from collections.abc import Iterable

import dagster as dg

from nba_assets.automation.alerting.stuck_claims import report, stalled
from nba_assets.claims.claim import Claim
from nba_assets.claims.errors import ClaimLost, ClaimsUnavailable, named
from nba_assets.claims.store import ClaimStore
from nba_assets.event_log.backfill_status import ending, is_known
from nba_assets.orchestration.run_tags import DAGSTER_BACKFILL
from nba_assets.settings import Settings

INTERVAL_SECONDS = 10
"""A quarter of a lease, so that a late tick or two lose no claim."""


def keep_backfills(instance: dg.DagsterInstance, store: ClaimStore, claims: Iterable[Claim]) -> list[str]:
    """Renew the claims of this instance's Dagster backfills that go on, end those of the others; what was done."""
    said = []
    for claim in claims:
        backfill_id = claim.owner.removeprefix(DAGSTER_BACKFILL)
        if not claim.owner.startswith(DAGSTER_BACKFILL) or not is_known(instance, backfill_id):
            continue
        state = ending(instance, backfill_id)
        if state and _is_at_work(instance, claim):
            # Its last run still writes under the claim and renews it itself.
            continue
        if state:
            store.end(claim.id, state, "Dagster", f"the backfill {backfill_id} is over")
            said.append(f"{named(claim)} ended: {state}")
            continue
        try:
            store.renew(claim.id)
            said.append(f"{named(claim)} renewed")
        except ClaimLost as error:
            said.append(str(error))
    return said


def _is_at_work(instance: dg.DagsterInstance, claim: Claim) -> bool:
    runs = [instance.get_run_by_id(run_id) for run_id in claim.run_ids]
    return any(run is not None and not run.is_finished for run in runs)


@dg.sensor(
    name="claims",
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Keeps the claims of Dagster backfills between their runs; reports claims without progress.",
)
def claims_sensor(context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]) -> dg.SensorResult:
    """One tick; it launches nothing, so it always skips, saying what it did.

    It reads the claims alone: waiting for the warehouse would cost a backfill its claim.
    """
    reported = json.loads(context.cursor) if context.cursor else []
    store = ClaimStore(settings.claims_url)
    try:
        claims, now = store.active(), store.now()
        said = keep_backfills(context.instance, store, claims)
    except ClaimsUnavailable as error:
        return dg.SensorResult(skip_reason=str(error), cursor=context.cursor)
    stuck = list(stalled(claims, now, dt.timedelta(minutes=settings.stall_minutes)))
    for found in report(context.instance, stuck, reported):
        context.log.warning(found.message)
        said.append(found.message)
    keys = json.dumps([found.key for found in stuck])
    return dg.SensorResult(skip_reason="; ".join(said) or "No claim needs anything.", cursor=keys)

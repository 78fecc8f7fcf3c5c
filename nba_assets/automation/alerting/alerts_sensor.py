"""The sensor that tells people: every trouble once, at a webhook, until it is over and comes back."""

import datetime as dt
import json

import dagster as dg

from nba_assets import clock
from nba_assets.automation.alerting.alerts import (
    RUN_FAILURE,
    Alert,
    closed_gates,
    failed_runs,
    games_lost,
    late_work,
    stale_model,
    stuck_claims,
    to_send,
)
from nba_assets.automation.alerting.stuck_claims import stalled
from nba_assets.automation.alerting.webhook import NotDelivered, post
from nba_assets.claims.errors import ClaimsUnavailable
from nba_assets.claims.store import ClaimStore
from nba_assets.settings import Settings
from nba_assets.storage.models import stored_models
from nba_assets.storage.port import StorageError
from nba_assets.warehouse.port import Warehouse, WarehouseError

INTERVAL_SECONDS = 60
REMEMBERED = dt.timedelta(days=1)
"""How long the failure of a run is the same one when it happens again."""
LOOK_BACK = dt.timedelta(hours=1)
"""How far the first tick looks back for failed runs."""
AT_MOST = 20
"""Messages of one tick; the rest follow with the next."""


def alerts_sensor(is_on: bool) -> dg.SensorDefinition:
    """The sensor; stopped unless `is_on`."""
    status = dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=status,
        description="Tells a webhook of failed runs, closed gates, lost games, a stale model, late work, stuck claims.",
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        warehouse: dg.ResourceParam[Warehouse],
        settings: dg.ResourceParam[Settings],
    ) -> dg.SensorResult:
        if not settings.alert_webhook:
            return dg.SensorResult(skip_reason="NBA_ALERT_WEBHOOK is not set: no alert is sent")
        said, cursor = tell(context.instance, warehouse, settings, context.cursor, clock.now())
        for line in said:
            context.log.info(line)
        return dg.SensorResult(skip_reason="; ".join(said) or "There is no new alert.", cursor=cursor)

    return sensor


def tell(
    instance: dg.DagsterInstance, warehouse: Warehouse, settings: Settings, cursor: str | None, now: dt.datetime
) -> tuple[list[str], str]:
    """One tick: send what was not sent yet; returns what was done and the next cursor.

    What could not be delivered is sent by the next tick. A trouble that is over is forgotten, so that its return is
    sent again; a failed run, which is an event, is remembered for a day.
    """
    before = json.loads(cursor) if cursor else {}
    sent: dict[str, str] = before.get("told", {})
    since = dt.datetime.fromisoformat(before["since"]) if "since" in before else now - LOOK_BACK
    records = instance.get_run_records(
        dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since.replace(tzinfo=None)), limit=50
    )
    events, said = list(failed_runs(instance, records)), []
    lasting: list[Alert] | None = None
    try:
        state = warehouse.state()
        lasting = [*closed_gates(state, now), *games_lost(state, now), *stale_model(stored_models(settings), state)]
        lasting += late_work(state, now)
        store = ClaimStore(settings.claims_url)
        stuck = stalled(store.active(), store.now(), dt.timedelta(minutes=settings.stall_minutes))
        lasting += stuck_claims(list(stuck))
    except (WarehouseError, ClaimsUnavailable, StorageError) as error:
        said.append(f"what lasts cannot be looked at now: {error}")
    is_delivered = True
    for alert in to_send([*events, *(lasting or [])], sent)[:AT_MOST]:
        try:
            post(settings.alert_webhook, f"nba_assets: {alert.text}")
        except NotDelivered as error:
            said.append(f"{error} ({alert.text})")
            is_delivered = False
            break
        sent[alert.key] = now.isoformat()
        said.append(f"sent: {alert.text}")
    lasting_keys = None if lasting is None else {alert.key for alert in lasting}
    sent = {key: at for key, at in sent.items() if _is_remembered(key, at, lasting_keys, now)}
    unsent = to_send(events, sent)
    return said, json.dumps({"told": sent, "since": (since if unsent or not is_delivered else now).isoformat()})


def _is_remembered(key: str, at: str, lasting_keys: set[str] | None, now: dt.datetime) -> bool:
    if key.startswith(f"{RUN_FAILURE}|"):
        return now - dt.datetime.fromisoformat(at) < REMEMBERED
    return lasting_keys is None or key in lasting_keys

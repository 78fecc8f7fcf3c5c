"""The sensor that writes the data quality page again after whatever has changed the ledger, however that ended."""

import dagster as dg

from nba_assets.automation.launching.live_runs import live_runs
from nba_assets.orchestration.run_tags import WHO_TAG, WHY_TAG
from nba_assets.settings import Settings
from nba_assets.warehouse.port import Warehouse, WarehouseError

REPORT = "data_quality_report"
INTERVAL_SECONDS = 300
"""A tick reads the ledger, which is billed on BigQuery; the page is for people, who read it in the morning."""


def report_sensor(is_on: bool) -> dg.SensorDefinition:
    """The sensor; stopped unless `is_on`. It waits for runs at work, so that one page tells of a whole morning."""
    status = dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name="report",
        target=dg.AssetSelection.assets(REPORT),
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=status,
        description="Writes the data quality page again once the runs that changed something are over, failed or not.",
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        warehouse: dg.ResourceParam[Warehouse],
        settings: dg.ResourceParam[Settings],
    ) -> dg.SensorResult:
        try:
            seen = ledger_position(warehouse)
        except WarehouseError as error:
            return dg.SensorResult(skip_reason=f"the ledger cannot be read now: {error}")
        if not seen:
            return dg.SensorResult(skip_reason="Nothing was ever attempted: there is nothing to tell.")
        if seen == context.cursor:
            return dg.SensorResult(skip_reason="Nothing has changed since the page was written.")
        at_work = live_runs(context.instance, settings)
        if at_work:
            return dg.SensorResult(skip_reason=f"run {min(at_work)} is at work; the page follows it")
        request = dg.RunRequest(tags={WHO_TAG: "sensor report", WHY_TAG: f"the ledger is at {seen}"})
        return dg.SensorResult(run_requests=[request], cursor=seen)

    return sensor


def ledger_position(warehouse: Warehouse) -> str:
    """Changes with every publish, failed attempt and recorded decision; "" before the first attempt."""
    attempts = warehouse.ledger()["attempt_build"]
    return f"build {int(attempts.max())}, decision {len(warehouse.journal())}" if len(attempts) else ""

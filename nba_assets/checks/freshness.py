"""The checks of the day's deadlines; schedules run them by the hour at which the work should be done."""

import dagster as dg

from nba_assets import clock
from nba_assets.checks.up_to_date import result
from nba_assets.readiness.freshness import DEADLINES, Deadline
from nba_assets.warehouse.port import Warehouse


def check_key(deadline: Deadline) -> dg.AssetCheckKey:
    """Where the check of a deadline is."""
    return dg.AssetCheckKey(dg.AssetKey(deadline.table), deadline.name)


def freshness_checks() -> list[dg.AssetChecksDefinition]:
    """One check per deadline."""
    return [_check(deadline) for deadline in DEADLINES]


def _check(deadline: Deadline) -> dg.AssetChecksDefinition:
    key = check_key(deadline)

    @dg.asset_check(
        asset=key.asset_key, name=key.name, description=(deadline.verdict.__doc__ or "").partition("\n")[0],
        required_resource_keys={"warehouse"},
    )  # fmt: skip
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        warehouse: Warehouse = context.op_execution_context.resources.warehouse
        return result(key.asset_key, deadline.verdict(warehouse.state(), clock.now()), key.name)

    return check

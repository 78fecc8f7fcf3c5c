"""The check `up_to_date` of every table, and how a verdict becomes the result of a check."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from nba_assets.event_log.dagster_state import STATE_DIGEST
from nba_assets.readiness.up_to_date import CheckVerdict, up_to_date_verdicts
from nba_assets.warehouse.port import Warehouse

CHECK_NAME = "up_to_date"


def up_to_date(tables: Sequence[str]) -> dg.AssetChecksDefinition:
    """The check over the given tables; a failure closes nothing by itself, for the read is the gate."""
    specs = [
        dg.AssetCheckSpec(CHECK_NAME, asset=table, description="Whether no published date is stale, and why it is.")
        for table in tables
    ]

    @dg.multi_asset_check(name=CHECK_NAME, specs=specs, can_subset=True, required_resource_keys={"warehouse"})
    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        warehouse: Warehouse = context.op_execution_context.resources.warehouse
        found = up_to_date_verdicts(warehouse.state())
        for key in context.selected_asset_check_keys:
            yield result(key.asset_key, found[key.asset_key.to_user_string()])

    return check


def result(asset_key: dg.AssetKey, verdict: CheckVerdict, check_name: str = CHECK_NAME) -> dg.AssetCheckResult:
    """The result of a check that says what the verdict says."""
    return dg.AssetCheckResult(
        check_name=check_name,
        asset_key=asset_key,
        passed=verdict.passed,
        description=verdict.description,
        metadata=shown_metadata(verdict),
    )


def shown_metadata(verdict: CheckVerdict) -> dict[str, Any]:
    """The facts of a verdict as Dagster shows them, with the digest by which the ledger's sensor knows it again."""
    tables = {
        title: dg.MetadataValue.table([dg.TableRecord(row) for row in rows]) for title, rows in verdict.tables.items()
    }
    return {**verdict.metadata, **tables, STATE_DIGEST: verdict.state_digest}

"""The last step of every run: a summary per table, and a failure when dates were blocked or rejected.

The good dates of a range are published whatever the others do; this step makes the run itself say so.
"""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from nba_assets.readiness.durations import slow_builds
from nba_assets.readiness.run_outcomes import OUTCOMES, outcome_counts, outcome_in_words, refusals_in_words
from nba_assets.warehouse.port import Warehouse

CHECK_NAME = "last_run_complete"


def last_run_complete(tables: list[str]) -> dg.AssetChecksDefinition:
    """The check over the given tables."""
    specs = [
        dg.AssetCheckSpec(
            CHECK_NAME, asset=table, description="Whether the last run built every date of this table it was asked for."
        )
        for table in tables
    ]

    @dg.multi_asset_check(name=CHECK_NAME, specs=specs, can_subset=True, required_resource_keys={"warehouse"})
    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        warehouse: Warehouse = context.op_execution_context.resources.warehouse
        ledger = warehouse.ledger()
        run_id = context.run.run_id
        counts = outcome_counts(ledger, [run_id])
        slow = slow_builds(warehouse.recent_builds(), run_id)
        for table, text in slow.items():
            context.log.warning(f"{table} was slow: {text}")
        selected = [key.asset_key.to_user_string() for key in context.selected_asset_check_keys]
        mine = ledger[(ledger["run_id"] == run_id) & ledger["table_name"].isin(selected)].sort_values("game_date")
        failed = mine[mine["status"] != "ready"]
        for table in selected:
            rows = failed[failed["table_name"] == table]
            summary = counts.loc[table].to_dict() if table in counts.index else {}
            yield dg.AssetCheckResult(
                check_name=CHECK_NAME,
                asset_key=table,
                passed=rows.empty,
                description=outcome_in_words(summary),
                metadata={
                    **{word: int(summary.get(word, 0)) for word in OUTCOMES},
                    **({"slow": slow[table]} if table in slow else {}),
                },
            )
        if len(failed):
            said = refusals_in_words(warehouse.state(), mine)
            raise dg.Failure(said, metadata={"not_ready": _table(failed)}, allow_retries=False)

    return check


def _table(failed: pd.DataFrame) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "table": str(row.table_name),
                    "date": f"{row.game_date:%Y-%m-%d}",
                    "status": str(row.status),
                    "reason": str(row.reasons),
                }
            )
            for row in failed.head(200).itertuples()
        ]
    )

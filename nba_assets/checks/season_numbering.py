"""The check that no game is nowhere: the published schedule against the league's own numbering of its games."""

import dagster as dg

from nba_assets.contracts.contract import SCHEDULE
from nba_assets.sources.port import left_out
from nba_assets.warehouse.port import Warehouse
from nba_assets.warehouse.season_gaps import published_gaps

CHECK_NAME = "season_numbering_complete"


def season_numbering() -> dg.AssetChecksDefinition:
    """The check on game_schedule; an error where a season is covered from end to end, else a warning."""

    @dg.asset_check(
        asset=SCHEDULE,
        name=CHECK_NAME,
        description="Whether every number of every regular season is there: the league lets none out.",
        required_resource_keys={"warehouse", "source"},
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        resources = context.op_execution_context.resources
        warehouse: Warehouse = resources.warehouse
        gaps = published_gaps(warehouse, warehouse.state(), left_out(resources.source))
        is_error = any(gap.is_whole for gap in gaps)
        return dg.AssetCheckResult(
            passed=not gaps,
            severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
            description="; ".join(map(str, gaps)) or "No number of a season that is covered is missing.",
            metadata={gap.season: dg.MetadataValue.json(list(gap.missing)) for gap in gaps},
        )

    return check

"""The check of the model: whether the newest version was trained on the data as they are."""

import dagster as dg

from nba_assets.checks.up_to_date import CHECK_NAME, result
from nba_assets.contracts.tables import MODEL
from nba_assets.modelling.registry.freshness import model_verdict
from nba_assets.settings import Settings
from nba_assets.storage.models import stored_models
from nba_assets.warehouse.port import Warehouse


def model_up_to_date() -> dg.AssetChecksDefinition:
    """The check of the model asset."""

    @dg.asset_check(
        asset=MODEL,
        name=CHECK_NAME,
        description="Whether the newest version was trained on the data as they are now.",
        required_resource_keys={"warehouse", "settings"},
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        resources = context.op_execution_context.resources
        warehouse: Warehouse = resources.warehouse
        settings: Settings = resources.settings
        return result(dg.AssetKey(MODEL), model_verdict(stored_models(settings), warehouse.state()))

    return check

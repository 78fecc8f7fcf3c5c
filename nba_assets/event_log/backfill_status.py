"""Whether a Dagster backfill still goes on; its states are private, and known here only."""

import dagster as dg
from dagster._core.execution.backfill import BulkActionStatus

_ENDINGS = {
    BulkActionStatus.COMPLETED: "done",
    BulkActionStatus.COMPLETED_SUCCESS: "done",
    BulkActionStatus.COMPLETED_FAILED: "failed",
    BulkActionStatus.FAILED: "failed",
    BulkActionStatus.CANCELED: "cancelled",
}


def is_known(instance: dg.DagsterInstance, backfill_id: str) -> bool:
    """Whether the backfill is of this instance: claims may be shared by several."""
    return instance.get_backfill(backfill_id) is not None


def ending(instance: dg.DagsterInstance, backfill_id: str) -> str:
    """How the backfill ended: done, failed or cancelled; "" while it is requested, runs or is being cancelled."""
    backfill = instance.get_backfill(backfill_id)
    return _ENDINGS.get(backfill.status, "") if backfill else ""

"""What a Dagster backfill will write: its whole target, known before its first run.

The backfill is stored in private types; like the event types they are known here only (the version is pinned).
"""

from typing import Any

import dagster as dg


def backfill_target(instance: dg.DagsterInstance, backfill_id: str) -> dict[str, list[str]] | None:
    """Partition keys in order, by asset; an asset without partitions has none. None for an unknown backfill.

    A backfill of a job names no assets: its keys are under "".
    """
    backfill: Any = instance.get_backfill(backfill_id)
    if backfill is None:
        return None
    if backfill.asset_backfill_data is None:
        return {"": sorted(backfill.partition_names or ())}
    target = backfill.asset_backfill_data.target_subset
    keys = {
        key.to_user_string(): sorted(subset.get_partition_keys())
        for key, subset in target.partitions_subsets_by_asset_key.items()
    }
    return {**keys, **{key.to_user_string(): [] for key in target.non_partitioned_asset_keys}}

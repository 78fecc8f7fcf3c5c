"""The tags of a run: what it was asked to write, how, and by whom. Names only: who reads them needs no Dagster."""

from collections.abc import Mapping

RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
PARTITION_TAG = "dagster/partition"
BACKFILL_TAG = "dagster/backfill"

CLAIM_TAG = "nba/claim"
"""Id of the claim that the launch of this run has reserved; without it the run reserves its own."""
ONLY_TAG = "nba/only"
"""Which dates to build of those selected: any of missing, stale, failed, outdated, by comma. Without it all."""
ON_CONFLICT_TAG = "nba/on_conflict"
"""`wait`: wait for the owner of overlapping dates instead of being refused."""
WAIT_MINUTES_TAG = "nba/wait_minutes"
OVERRIDE_TAG = "nba/override"
"""The reason for building with older code over what newer code has built."""
WHO_TAG = "nba/who"
WHY_TAG = "nba/why"
LAUNCH_TAG = "nba/launch"

DAGSTER_BACKFILL = "dagster-backfill:"
"""What the owner of a claim is called after which a backfill of Dagster has reserved; ours are `backfill:`."""


def only_of(tags: Mapping[str, str]) -> tuple[str, ...]:
    """The words of the tag `nba/only`."""
    return tuple(word.strip() for word in tags.get(ONLY_TAG, "").split(",") if word.strip())

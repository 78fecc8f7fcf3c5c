"""Partition-exact outcomes of a run: a materialization and a check result per date, in bulk.

By itself a ranged Dagster run marks every date of its range materialized and stores one check result for
no date at all. Here each built date gets its own materialization with its content hash as data version, and
every date its own `partition_ready` result; a blocked or rejected date is not marked materialized.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import sqlalchemy as db
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION
from dagster._core.events import DagsterEventType
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    PARTITION_NAME_TAG,
)

from nba_assets.event_log.dagster_state import current_materializations
from nba_assets.event_log.events import (
    CODE_VERSION_TAG,
    DATA_VERSION_TAG,
    Origin,
    Target,
    bulk_storage,
    evaluation_entry,
    inputs_not_compared,
    insert_evaluations,
    insert_materializations,
    materialization_entry,
    sql_storage,
)

CHECK_NAME = "partition_ready"


@dataclass(frozen=True)
class Outcome:
    """What Dagster is given about one date of one table.

    `materialized` is whether content was published (or is current) for the date, `passed` whether the
    date is ready. A date that is not materialized keeps what Dagster shows of it, under its new check result.
    `made_of` are the assets that its content was made of.
    """

    passed: bool
    materialized: bool
    data_version: str = ""
    code_version: int = 0
    description: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    check_metadata: Mapping[str, Any] = field(default_factory=dict)
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
    made_of: tuple[str, ...] = ()

    def materialization(self, key: dg.AssetKey, day: dt.date) -> dg.AssetMaterialization:
        return dg.AssetMaterialization(
            asset_key=key,
            partition=day.isoformat(),
            metadata=self.metadata,
            tags={
                DATA_VERSION_TAG: self.data_version,
                CODE_VERSION_TAG: str(self.code_version),
                **inputs_not_compared(self.made_of),
            },
        )

    def evaluation(self, key: dg.AssetKey, day: dt.date, target: Target | None) -> dg.AssetCheckEvaluation:
        """The check result of the date; Dagster shows it only while its target is what is published."""
        return dg.AssetCheckEvaluation(
            asset_key=key,
            check_name=CHECK_NAME,
            passed=self.passed,
            partition=day.isoformat(),
            severity=self.severity,
            description=self.description or None,
            metadata=self.check_metadata,
            target_materialization_data=target,
        )


def check_spec(table: str, partitions_def: dg.PartitionsDefinition) -> dg.AssetCheckSpec:
    """The one roll-up check of a dated table; not blocking, for the read is the gate."""
    return dg.AssetCheckSpec(
        CHECK_NAME,
        asset=table,
        partitions_def=partitions_def,
        blocking=False,
        description="Every readiness rule of the table, per date: which passed, which failed, and what to do.",
    )


def report_outcomes(
    context: dg.AssetExecutionContext, table: str, outcomes: Mapping[dt.date, Outcome]
) -> Iterator[dg.Output[None]]:
    """Publish the outcomes of a step, then yield the outputs that keep Dagster from adding its own events."""
    key, origin = dg.AssetKey(table), Origin.of(context)
    built = [day for day, outcome in outcomes.items() if outcome.materialized]
    materializations = [outcomes[day].materialization(key, day) for day in built]
    failed = [day for day, outcome in outcomes.items() if not outcome.materialized]
    current = current_materializations(context.instance, table, failed)
    storage = bulk_storage(context.instance)
    if storage is None:
        for materialization in materializations:
            context.instance.handle_new_event(materialization_entry(origin, materialization))
        targets = {**current, **current_materializations(context.instance, table, built)}
        for evaluation in _evaluations(key, outcomes, targets):
            context.instance.handle_new_event(evaluation_entry(origin, evaluation))
    else:
        with storage.index_transaction() as connection:
            made = insert_materializations(storage, connection, origin, materializations)
            targets = {**current, **dict(zip(built, made, strict=True))}
            # The rows planned for this run's partitions, which their results replace.
            connection.execute(
                AssetCheckExecutionsTable.delete().where(
                    AssetCheckExecutionsTable.c.asset_key == key.to_string(),
                    AssetCheckExecutionsTable.c.check_name == CHECK_NAME,
                    AssetCheckExecutionsTable.c.run_id == origin.run_id,
                )
            )
            insert_evaluations(storage, connection, origin, _evaluations(key, outcomes, targets))
    yield dg.Output(None, output_name="result", metadata={SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION: True})
    yield dg.Output(None, output_name=f"{table}_{CHECK_NAME}")


def _evaluations(
    key: dg.AssetKey, outcomes: Mapping[dt.date, Outcome], targets: Mapping[dt.date, Target]
) -> list[dg.AssetCheckEvaluation]:
    return [outcome.evaluation(key, day, targets.get(day)) for day, outcome in outcomes.items()]


def published_versions(instance: dg.DagsterInstance, table: str, days: Sequence[dt.date]) -> dict[dt.date, str]:
    """Content hash that Dagster shows for each date, where it shows one."""
    if not days:
        return {}
    tags = instance.event_log_storage.get_latest_tags_by_partition(
        dg.AssetKey(table), DagsterEventType.ASSET_MATERIALIZATION, [DATA_VERSION_TAG]
    )
    return {day: tags.get(day.isoformat(), {}).get(DATA_VERSION_TAG, "") for day in days}


def refused_dates(instance: dg.DagsterInstance, run_id: str) -> dict[str, int]:
    """How many dates of each table a run has reported as not ready; one query."""
    rows = AssetCheckExecutionsTable.c
    failed = AssetCheckExecutionRecordStatus.FAILED.value
    query = (
        db.select(rows.asset_key, db.func.count())
        .where(rows.run_id == run_id, rows.check_name == CHECK_NAME, rows.execution_status == failed)
        .group_by(rows.asset_key)
    )
    with sql_storage(instance).index_connection() as connection:
        counts = [(dg.AssetKey.from_db_string(key), dates) for key, dates in connection.execute(query)]
    return {key.to_user_string(): dates for key, dates in counts if key is not None}


def range_end(context: dg.AssetExecutionContext) -> dt.date | None:
    """Last date of the run's partitions, also for an asset without partitions; None when the run has none."""
    tags = context.run.tags
    key = tags.get(ASSET_PARTITION_RANGE_END_TAG) or tags.get(PARTITION_NAME_TAG)
    return dt.date.fromisoformat(key) if key else None


def stores_in_bulk(instance: dg.DagsterInstance) -> bool:
    """Whether unreported dates of a run keep their former check results (in bulk, planned rows are replaced)."""
    return bulk_storage(instance) is not None

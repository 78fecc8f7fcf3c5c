"""Partition-exact outcomes of a run: a materialization and a check result per date, in bulk.

By itself a ranged Dagster run marks every date of its range materialized and stores one check result for
no date at all. Here each built date gets its own materialization with its content hash as data version, and
every date its own `partition_ready` result; a held or rejected date is not marked materialized.

This is the only module that knows Dagster's private event types (the version is pinned, a test holds it).
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION
from dagster._core.events import DagsterEvent, DagsterEventType, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    PARTITION_NAME_TAG,
)

CHECK_NAME = "partition_ready"
DATA_VERSION_TAG = "dagster/data_version"
CODE_VERSION_TAG = "dagster/code_version"


@dataclass(frozen=True)
class Outcome:
    """What Dagster is told about one date of one table.

    `materialized` is whether content was published (or stands current) for the date, `passed` whether the
    date is ready. `report` is False for a date that Dagster already shows with this content.
    """

    passed: bool
    materialized: bool
    data_version: str = ""
    code_version: int = 0
    description: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    check_metadata: Mapping[str, Any] = field(default_factory=dict)


def check_spec(table: str, partitions_def: dg.PartitionsDefinition) -> dg.AssetCheckSpec:
    """The one roll-up check of a dated table; not blocking, for the read is the gate."""
    return dg.AssetCheckSpec(
        CHECK_NAME,
        asset=table,
        partitions_def=partitions_def,
        blocking=False,
        description="Every readiness rule of the table, per date: which held, which failed, and what to do.",
    )


def report_outcomes(
    context: dg.AssetExecutionContext, table: str, outcomes: Mapping[dt.date, Outcome]
) -> Iterator[dg.Output]:
    """Publish the outcomes of a step, then yield the outputs that keep Dagster from adding its own events."""
    key = dg.AssetKey(table)
    built = {day: outcome for day, outcome in outcomes.items() if outcome.materialized}
    materializations = [
        dg.AssetMaterialization(
            asset_key=key,
            partition=day.isoformat(),
            metadata=outcome.metadata,
            tags={DATA_VERSION_TAG: outcome.data_version, CODE_VERSION_TAG: str(outcome.code_version)},
        )
        for day, outcome in built.items()
    ]
    storage = _bulk_storage(context.instance)
    if storage is None:
        ids = _report_one_by_one(context, materializations)
        for entry, _ in _evaluation_entries(context, key, outcomes, dict(zip(built, ids, strict=True))):
            context.instance.handle_new_event(entry)
    else:
        with storage.index_transaction() as connection:
            ids = _insert_materializations(storage, connection, context, materializations)
            entries = _evaluation_entries(context, key, outcomes, dict(zip(built, ids, strict=True)))
            _insert_evaluations(storage, connection, context, key, entries)
    yield dg.Output(None, output_name="result", metadata={SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION: True})
    yield dg.Output(None, output_name=f"{table}_{CHECK_NAME}")


def published_versions(instance: dg.DagsterInstance, table: str, days: Sequence[dt.date]) -> dict[dt.date, str]:
    """Content hash that Dagster shows for each date, where it shows one."""
    if not days:
        return {}
    tags = instance.event_log_storage.get_latest_tags_by_partition(
        dg.AssetKey(table), DagsterEventType.ASSET_MATERIALIZATION, [DATA_VERSION_TAG]
    )
    return {day: tags.get(day.isoformat(), {}).get(DATA_VERSION_TAG, "") for day in days}


def range_end(context: dg.AssetExecutionContext) -> dt.date | None:
    """Last date of the run's partitions, also for an asset without partitions; None when the run has none."""
    tags = context.run.tags
    key = tags.get(ASSET_PARTITION_RANGE_END_TAG) or tags.get(PARTITION_NAME_TAG)
    return dt.date.fromisoformat(key) if key else None


def _entry(context: dg.AssetExecutionContext, kind: DagsterEventType, data: Any, message: str) -> EventLogEntry:
    step = context.op_execution_context.get_step_execution_context()
    now = dt.datetime.now(dt.UTC).timestamp()
    event = DagsterEvent(
        event_type_value=kind.value,
        job_name=step.job_name,
        step_handle=step.step.handle,
        node_handle=step.step.node_handle,
        step_kind_value=step.step.kind.value,
        event_specific_data=data,
        message=message,
        step_key=step.step.key,
    )
    return EventLogEntry(
        error_info=None,
        level=10,
        user_message="",
        run_id=context.run.run_id,
        timestamp=now,
        step_key=step.step.key,
        job_name=step.job_name,
        dagster_event=event,
    )


def _bulk_storage(instance: dg.DagsterInstance) -> SqlEventLogStorage | None:
    """The event log when runs and index share one database; Dagster's per-run SQLite files do not."""
    storage = instance.event_log_storage
    if isinstance(storage, SqlEventLogStorage) and not isinstance(storage, SqliteEventLogStorage):
        return storage
    return None


def stores_in_bulk(instance: dg.DagsterInstance) -> bool:
    """Whether unreported dates of a run keep their former check results (in bulk, planned rows are replaced)."""
    return _bulk_storage(instance) is not None


def _insert_events(connection: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
    statement = SqlEventLogStorageTable.insert().returning(SqlEventLogStorageTable.c.id, sort_by_parameter_order=True)
    return [row[0] for row in connection.execute(statement, rows)]


def _materialization_entries(
    context: dg.AssetExecutionContext, materializations: Sequence[dg.AssetMaterialization]
) -> list[EventLogEntry]:
    return [
        _entry(
            context,
            DagsterEventType.ASSET_MATERIALIZATION,
            StepMaterializationData(materialization),
            f"Materialized {materialization.asset_key.to_user_string()} of {materialization.partition}.",
        )
        for materialization in materializations
    ]


def _report_one_by_one(
    context: dg.AssetExecutionContext, materializations: Sequence[dg.AssetMaterialization]
) -> list[int]:
    if not materializations:
        return []
    for entry in _materialization_entries(context, materializations):
        context.instance.handle_new_event(entry)
    partitions = [materialization.partition for materialization in materializations]
    records = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=materializations[0].asset_key, asset_partitions=partitions),
        limit=len(partitions),
    ).records
    ids = {record.partition_key: record.storage_id for record in records}
    return [ids[partition] for partition in partitions]


def _insert_materializations(
    storage: SqlEventLogStorage,
    connection: Any,
    context: dg.AssetExecutionContext,
    materializations: Sequence[dg.AssetMaterialization],
) -> list[int]:
    if not materializations:
        return []
    entries = _materialization_entries(context, materializations)
    event_ids = _insert_events(connection, [storage._event_to_row(entry) for entry in entries])
    storage._store_asset_event_tags(connection, entries, event_ids)
    storage._store_asset_event(connection, entries[-1], event_ids[-1])
    return event_ids


def _evaluation_entries(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    outcomes: Mapping[dt.date, Outcome],
    storage_ids: Mapping[dt.date, int],
) -> list[tuple[EventLogEntry, dg.AssetCheckEvaluation]]:
    now = dt.datetime.now(dt.UTC).timestamp()
    evaluations = [
        dg.AssetCheckEvaluation(
            asset_key=key,
            check_name=CHECK_NAME,
            passed=outcome.passed,
            partition=day.isoformat(),
            severity=dg.AssetCheckSeverity.ERROR,
            description=outcome.description or None,
            metadata=outcome.check_metadata,
            target_materialization_data=(
                AssetCheckEvaluationTargetMaterializationData(
                    storage_id=storage_ids[day], run_id=context.run.run_id, timestamp=now
                )
                if day in storage_ids
                else None
            ),
        )
        for day, outcome in outcomes.items()
    ]
    return [
        (
            _entry(
                context,
                DagsterEventType.ASSET_CHECK_EVALUATION,
                evaluation,
                f"{key.to_user_string()} of {evaluation.partition} is {'ready' if evaluation.passed else 'not ready'}.",
            ),
            evaluation,
        )
        for evaluation in evaluations
    ]


def _insert_evaluations(
    storage: SqlEventLogStorage,
    connection: Any,
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    entries: Sequence[tuple[EventLogEntry, dg.AssetCheckEvaluation]],
) -> None:
    # The rows planned for this run's partitions, which their results replace.
    connection.execute(
        AssetCheckExecutionsTable.delete().where(
            AssetCheckExecutionsTable.c.asset_key == key.to_string(),
            AssetCheckExecutionsTable.c.check_name == CHECK_NAME,
            AssetCheckExecutionsTable.c.run_id == context.run.run_id,
        )
    )
    if not entries:
        return
    events = [storage._event_to_row(entry) for entry, _ in entries]
    event_ids = _insert_events(connection, events)
    rows = []
    for (_, evaluation), event, event_id in zip(entries, events, event_ids, strict=True):
        status = (
            AssetCheckExecutionRecordStatus.SUCCEEDED if evaluation.passed else AssetCheckExecutionRecordStatus.FAILED
        )
        target = evaluation.target_materialization_data
        rows.append(
            {
                "asset_key": key.to_string(),
                "check_name": CHECK_NAME,
                "partition": evaluation.partition,
                "run_id": context.run.run_id,
                "execution_status": status.value,
                "evaluation_event": event["event"],
                "evaluation_event_timestamp": event["timestamp"],
                "evaluation_event_storage_id": event_id,
                "materialization_event_storage_id": target.storage_id if target else None,
            }
        )
    connection.execute(AssetCheckExecutionsTable.insert(), rows)

"""Events as Dagster stores them, written in bulk: materializations and check evaluations, of a run or of none.

The modules of this part are the only ones that know Dagster's private event types (the version is pinned, tests
hold what they do).
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)
from dagster._core.definitions.data_version import (
    DEFAULT_DATA_VERSION,
    NULL_EVENT_POINTER,
    get_input_data_version_tag,
    get_input_event_pointer_tag,
)
from dagster._core.events import DagsterEvent, DagsterEventType, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.instance import RUNLESS_JOB_NAME, RUNLESS_RUN_ID
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable

Target = AssetCheckEvaluationTargetMaterializationData
"""The materialization that a check result is about."""

DATA_VERSION_TAG = "dagster/data_version"
CODE_VERSION_TAG = "dagster/code_version"

NOT_COMPARED = DEFAULT_DATA_VERSION
"""Data version of an asset without partitions whose readers Dagster shall never call outdated because of it."""


def inputs_not_compared(made_of: Iterable[str]) -> dict[str, str]:
    """Tags that name the inputs of a materialization and keep Dagster from judging whether it is outdated.

    Dagster looks one table deep and at the same date only. Without these tags it calls every input a new dependency;
    with versions in them it calls outdated what the ledger knows to be current. What is stale the ledger says, in the
    check `partition_ready`.
    """
    tags = {}
    for name in made_of:
        key = dg.AssetKey(name)
        tags[get_input_data_version_tag(key)] = NOT_COMPARED.value
        tags[get_input_event_pointer_tag(key)] = NULL_EVENT_POINTER
    return tags


@dataclass(frozen=True)
class Origin:
    """Where events come from: a step of a run, or no run at all."""

    run_id: str = RUNLESS_RUN_ID
    job_name: str = RUNLESS_JOB_NAME
    step: Any = None

    @classmethod
    def of(cls, context: dg.AssetExecutionContext) -> "Origin":
        step = context.op_execution_context.get_step_execution_context()
        return cls(context.run.run_id, step.job_name, step)


NO_RUN = Origin()


def sql_storage(instance: dg.DagsterInstance) -> SqlEventLogStorage:
    """The event log of the instance; every open-source one is a SQL database."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        raise TypeError(f"the event log {type(storage).__name__} is no SQL database; use SQLite or PostgreSQL")
    return storage


def bulk_storage(instance: dg.DagsterInstance) -> SqlEventLogStorage | None:
    """The event log when runs and index share one database; Dagster's per-run SQLite files do not."""
    storage = instance.event_log_storage
    if isinstance(storage, SqlEventLogStorage) and not isinstance(storage, SqliteEventLogStorage):
        return storage
    return None


def materialization_entry(origin: Origin, materialization: dg.AssetMaterialization) -> EventLogEntry:
    """The event that a partition was materialized, as Dagster's own step would write it."""
    return _entry(
        origin,
        DagsterEventType.ASSET_MATERIALIZATION,
        StepMaterializationData(materialization),
        f"Materialized {materialization.asset_key.to_user_string()} of {materialization.partition}.",
    )


def evaluation_entry(origin: Origin, evaluation: dg.AssetCheckEvaluation) -> EventLogEntry:
    """The event that a check passed or failed, of one partition or of the asset."""
    what = f"{evaluation.asset_key.to_user_string()} {evaluation.check_name}"
    of = f" of {evaluation.partition}" if evaluation.partition else ""
    word = "passed" if evaluation.passed else "failed"
    return _entry(origin, DagsterEventType.ASSET_CHECK_EVALUATION, evaluation, f"{what}{of} {word}.")


def _entry(origin: Origin, kind: DagsterEventType, data: Any, message: str) -> EventLogEntry:
    step = origin.step
    of_step: Mapping[str, Any] = {}
    if step is not None:
        of_step = {
            "step_handle": step.step.handle,
            "node_handle": step.step.node_handle,
            "step_kind_value": step.step.kind.value,
            "step_key": step.step.key,
        }
    event = DagsterEvent(
        event_type_value=kind.value,
        job_name=origin.job_name,
        event_specific_data=data,
        message=message,
        **of_step,
    )
    return EventLogEntry(
        error_info=None,
        level=10,
        user_message="",
        run_id=origin.run_id,
        timestamp=dt.datetime.now(dt.UTC).timestamp(),
        step_key=event.step_key,
        job_name=origin.job_name,
        dagster_event=event,
    )


def insert_materializations(
    storage: SqlEventLogStorage,
    connection: Any,
    origin: Origin,
    materializations: Sequence[dg.AssetMaterialization],
) -> list[Target]:
    """Store materializations of one asset; what a check evaluation names as the materialization it judges."""
    if not materializations:
        return []
    entries = [materialization_entry(origin, materialization) for materialization in materializations]
    event_ids = _insert(connection, [storage._event_to_row(entry) for entry in entries])
    storage._store_asset_event_tags(connection, entries, event_ids)
    storage._store_asset_event(connection, entries[-1], event_ids[-1])
    return [
        Target(storage_id=event_id, run_id=origin.run_id, timestamp=entry.timestamp)
        for event_id, entry in zip(event_ids, entries, strict=True)
    ]


def insert_evaluations(
    storage: SqlEventLogStorage,
    connection: Any,
    origin: Origin,
    evaluations: Sequence[dg.AssetCheckEvaluation],
) -> None:
    """Store check evaluations; a former one of the same origin, check and date must be gone before."""
    if not evaluations:
        return
    events = [storage._event_to_row(evaluation_entry(origin, evaluation)) for evaluation in evaluations]
    rows = []
    for evaluation, event, event_id in zip(evaluations, events, _insert(connection, events), strict=True):
        status = (
            AssetCheckExecutionRecordStatus.SUCCEEDED if evaluation.passed else AssetCheckExecutionRecordStatus.FAILED
        )
        target = evaluation.target_materialization_data
        rows.append(
            {
                "asset_key": evaluation.asset_key.to_string(),
                "check_name": evaluation.check_name,
                "partition": evaluation.partition,
                "run_id": origin.run_id,
                "execution_status": status.value,
                "evaluation_event": event["event"],
                "evaluation_event_timestamp": event["timestamp"],
                "evaluation_event_storage_id": event_id,
                "materialization_event_storage_id": target.storage_id if target else None,
            }
        )
    connection.execute(AssetCheckExecutionsTable.insert(), rows)


def _insert(connection: Any, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    statement = SqlEventLogStorageTable.insert().returning(SqlEventLogStorageTable.c.id, sort_by_parameter_order=True)
    return [row[0] for row in connection.execute(statement, rows)]

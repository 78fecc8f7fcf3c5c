"""What Dagster shows now: per date the content and the check result, per check the newest result of all.

Dagster hides the result of a check that judged another materialization than the newest one; `is_current` says
whether it is shown.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dagster as dg
import sqlalchemy as db
from dagster._core.events import DagsterEventType
from dagster._core.instance import RUNLESS_RUN_ID
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    AssetKeyTable,
    SqlEventLogStorageTable,
)

from nba_assets.event_log.events import DATA_VERSION_TAG, Target, sql_storage

STATE_DIGEST = "ledger"
"""Key of the metadata that says which story of the ledger a result tells that no run has reported."""

_STATE_DIGEST = re.compile(rf'"{STATE_DIGEST}": \{{"__class__": "\w+", "text": "([^"]*)"\}}')
_CHANGING = (
    DagsterEventType.ASSET_MATERIALIZATION.value,
    DagsterEventType.ASSET_CHECK_EVALUATION.value,
    DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED.value,
)

PLANNED = AssetCheckExecutionRecordStatus.PLANNED.value
SUCCEEDED = AssetCheckExecutionRecordStatus.SUCCEEDED.value
FAILED = AssetCheckExecutionRecordStatus.FAILED.value


@dataclass(frozen=True)
class ShownCheck:
    """The newest result of a check, "" for one that has none.

    `run_id` is "" for a result reported without a run; `state_digest` is what such a result says it shows.
    """

    status: str = ""
    run_id: str = ""
    state_digest: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class ShownDate:
    """One date of a table: the newest materialization with its content hash, and the newest check result."""

    target: Target | None = None
    data_version: str = ""
    check: ShownCheck = ShownCheck()


def shown_dates(instance: dg.DagsterInstance, table: str, check_name: str) -> dict[dt.date, ShownDate]:
    """Every date that Dagster shows anything for; two queries."""
    contents = _contents(instance, table)
    checks = _checks(instance, table, check_name)
    shown = {}
    for partition in {**contents, **checks}:
        target, version = contents.get(partition, (None, ""))
        status, run_id, judged, event = checks.get(partition, ("", "", None, ""))
        is_current = bool(status) and (target is None or judged == target.storage_id)
        check = ShownCheck(status, run_id, _state_digest(event), is_current)
        shown[dt.date.fromisoformat(partition)] = ShownDate(target, version, check)
    return shown


def shown_checks(instance: dg.DagsterInstance, check_name: str, tables: Sequence[str]) -> dict[str, ShownCheck]:
    """The newest result of the unpartitioned check of each table, as the UI shows it; three queries."""
    keys = {table: dg.AssetCheckKey(dg.AssetKey(table), check_name) for table in tables}
    storage = instance.event_log_storage
    records = storage.get_latest_asset_check_execution_by_key(list(keys.values()))
    newest = newest_materializations(instance, tables)
    shown = {}
    for table, key in keys.items():
        record = records.get(key)
        if record is None:
            shown[table] = ShownCheck()
            continue
        evaluation = record.evaluation if record.status.value != PLANNED else None
        target = evaluation.target_materialization_data if evaluation else None
        state_digest = evaluation.metadata.get(STATE_DIGEST) if evaluation else None
        latest = newest[table]
        shown[table] = ShownCheck(
            record.status.value,
            record.run_id,
            str(state_digest.value) if state_digest else "",
            latest is None or (target is not None and target.storage_id == latest.storage_id),
        )
    return shown


def newest_materializations(instance: dg.DagsterInstance, tables: Sequence[str]) -> dict[str, Target | None]:
    """The newest materialization of each table, of whatever date."""
    keys = {dg.AssetKey(table): table for table in tables}
    newest: dict[str, Target | None] = dict.fromkeys(tables)
    for record in instance.get_asset_records(list(keys)):
        last = record.asset_entry.last_materialization_record
        if last is not None:
            newest[keys[record.asset_entry.asset_key]] = Target(
                storage_id=last.storage_id, run_id=last.run_id, timestamp=last.timestamp
            )
    return newest


def current_materializations(
    instance: dg.DagsterInstance, table: str, days: Sequence[dt.date]
) -> dict[dt.date, Target]:
    """The newest materialization of each of the dates that has one."""
    contents = _contents(instance, table) if days else {}
    found = {day: contents.get(day.isoformat(), (None, ""))[0] for day in days}
    return {day: target for day, target in found.items() if target is not None}


def log_position(instance: dg.DagsterInstance) -> list[object]:
    """Changes whenever materializations or check results were added, deleted or wiped; two quick queries."""
    events, keys = SqlEventLogStorageTable.c, AssetKeyTable.c
    counted = db.select(db.func.count(), db.func.max(events.id)).where(events.dagster_event_type.in_(_CHANGING))
    with sql_storage(instance).index_connection() as connection:
        row = connection.execute(counted).one()
        wiped = connection.execute(db.select(db.func.max(keys.wipe_timestamp))).scalar()
    return [*row, str(wiped or "")]


def _contents(instance: dg.DagsterInstance, table: str) -> dict[str, tuple[Target, str]]:
    storage, events, tags = sql_storage(instance), SqlEventLogStorageTable.c, AssetEventTagsTable.c
    latest = storage._latest_event_ids_by_partition_subquery(
        dg.AssetKey(table), [DagsterEventType.ASSET_MATERIALIZATION]
    )
    is_version = db.and_(tags.event_id == latest.c.id, tags.key == DATA_VERSION_TAG)
    query = db.select(latest.c.partition, latest.c.id, events.run_id, events.timestamp, tags.value).select_from(
        latest.join(SqlEventLogStorageTable, events.id == latest.c.id).outerjoin(AssetEventTagsTable, is_version)
    )
    with storage.index_connection() as connection:
        return {
            partition: (
                Target(storage_id=at, run_id=run_id, timestamp=when.replace(tzinfo=dt.UTC).timestamp()),
                version or "",
            )
            for partition, at, run_id, when, version in connection.execute(query)
        }


def _checks(
    instance: dg.DagsterInstance, table: str, check_name: str
) -> Mapping[str, tuple[str, str, int | None, str | None]]:
    rows = AssetCheckExecutionsTable.c
    latest = (
        db.select(db.func.max(rows.id).label("id"))
        .where(
            rows.asset_key == dg.AssetKey(table).to_string(),
            rows.check_name == check_name,
            rows.partition.is_not(None),
        )
        .group_by(rows.partition)
        .subquery()
    )
    # Only results of no run say which story they tell; the others are long and many.
    event = db.case((rows.run_id == RUNLESS_RUN_ID, rows.evaluation_event))
    query = db.select(
        rows.partition, rows.execution_status, rows.run_id, rows.materialization_event_storage_id, event
    ).select_from(AssetCheckExecutionsTable.join(latest, rows.id == latest.c.id))
    with sql_storage(instance).index_connection() as connection:
        return {partition: tuple(rest) for partition, *rest in connection.execute(query)}


def _state_digest(event: str | None) -> str:
    found = _STATE_DIGEST.search(event or "")
    return found.group(1) if found else ""

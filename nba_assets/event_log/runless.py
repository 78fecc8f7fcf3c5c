"""Outcomes reported without a run: what the ledger says, when no run has said so.

Dagster keeps one result per check and date that belongs to no run; a newer one takes its place.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster._core.instance import RUNLESS_RUN_ID
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable

from nba_assets.event_log.dagster_state import current_materializations
from nba_assets.event_log.events import (
    NO_RUN,
    Target,
    bulk_storage,
    insert_evaluations,
    insert_materializations,
    sql_storage,
)
from nba_assets.event_log.outcomes import CHECK_NAME, Outcome

_AT_ONCE = 500


def report_dates(
    instance: dg.DagsterInstance,
    table: str,
    outcomes: Mapping[dt.date, Outcome],
    current: Mapping[dt.date, Target],
) -> None:
    """Tell Dagster the outcomes of dates; `current` are the materializations that it shows of them now.

    One transaction where the event log is one database, else event by event.
    """
    key = dg.AssetKey(table)
    built = [day for day, outcome in outcomes.items() if outcome.materialized]
    materializations = [outcomes[day].materialization(key, day) for day in built]
    storage = bulk_storage(instance)
    if storage is None:
        for materialization in materializations:
            instance.report_runless_asset_event(materialization)
        targets = {**current, **current_materializations(instance, table, built)}
        with sql_storage(instance).index_connection() as connection:
            _forget(connection, key, list(outcomes))
        for day, outcome in outcomes.items():
            instance.report_runless_asset_event(outcome.evaluation(key, day, targets.get(day)))
        return
    with storage.index_transaction() as connection:
        made = insert_materializations(storage, connection, NO_RUN, materializations)
        targets = {**current, **dict(zip(built, made, strict=True))}
        _forget(connection, key, list(outcomes))
        evaluations = [outcome.evaluation(key, day, targets.get(day)) for day, outcome in outcomes.items()]
        insert_evaluations(storage, connection, NO_RUN, evaluations)


def report_checks(instance: dg.DagsterInstance, evaluations: Sequence[dg.AssetCheckEvaluation]) -> None:
    """Tell Dagster results of checks without partitions; every one stays in the check's history."""
    for evaluation in evaluations:
        instance.report_runless_asset_event(evaluation)


def _forget(connection: Any, key: dg.AssetKey, days: Sequence[dt.date]) -> None:
    """Remove the dates' former results of no run: the table of results has room for one each."""
    rows = AssetCheckExecutionsTable.c
    for start in range(0, len(days), _AT_ONCE):
        connection.execute(
            AssetCheckExecutionsTable.delete().where(
                rows.asset_key == key.to_string(),
                rows.check_name == CHECK_NAME,
                rows.run_id == RUNLESS_RUN_ID,
                rows.partition.in_([day.isoformat() for day in days[start : start + _AT_ONCE]]),
            )
        )

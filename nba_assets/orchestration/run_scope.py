"""What a run was asked to write: its assets over its dates, or the whole target of its Dagster backfill."""

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence

import dagster as dg
import pandas as pd

from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.event_log.backfill_target import backfill_target
from nba_assets.orchestration.run_tags import BACKFILL_TAG, PARTITION_TAG, RANGE_END_TAG, RANGE_START_TAG
from nba_assets.partitions import Span


def run_spans(context: dg.AssetExecutionContext, calendar: pd.DatetimeIndex) -> tuple[Span, ...]:
    """Every selected table over the dates of the run; the model, which belongs to no date, over the calendar."""
    tags = context.run.tags
    keys = [tags.get(RANGE_START_TAG) or tags.get(PARTITION_TAG), tags.get(RANGE_END_TAG) or tags.get(PARTITION_TAG)]
    dates = {key for key in keys if key}
    return tuple(itertools.chain.from_iterable(_spans(table, dates, calendar) for table in _selected(context)))


def target_spans(context: dg.AssetExecutionContext, calendar: pd.DatetimeIndex) -> tuple[Span, ...] | None:
    """The whole target of the Dagster backfill that the run belongs to; None when it belongs to none."""
    backfill_id = context.run.tags.get(BACKFILL_TAG)
    target = backfill_target(context.instance, backfill_id) if backfill_id else None
    if target is None:
        return None
    if "" in target:
        target = {table: target[""] for table in _selected(context)}
    return tuple(
        span
        for table, keys in target.items()
        for part in (_consecutive(keys) or [[]])
        for span in _spans(table, part, calendar)
    )


def _selected(context: dg.AssetExecutionContext) -> list[str]:
    selected = {key.to_user_string() for key in context.op_execution_context.job_def.asset_layer.selected_asset_keys}
    # A run started again from its failed step executes some steps only; the step of an asset has its name.
    steps = context.run.step_keys_to_execute
    return [name for name in (*TABLES, MODEL) if name in selected and (steps is None or name in steps)]


def _spans(table: str, keys: Iterable[str], calendar: pd.DatetimeIndex) -> list[Span]:
    if table == MODEL:
        return [Span(MODEL, calendar[0].date(), calendar[-1].date())]
    dates = [dt.date.fromisoformat(key) for key in keys]
    return [Span(table, min(dates), max(dates))] if dates else []


def _consecutive(keys: Sequence[str]) -> list[list[str]]:
    ordinals = [dt.date.fromisoformat(key).toordinal() - at for at, key in enumerate(keys)]
    return [[key for _, key in part] for _, part in itertools.groupby(zip(ordinals, keys, strict=True), lambda p: p[0])]

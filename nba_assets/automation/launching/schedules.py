"""Schedules on the NBA's clock, US Eastern: read the night's games, predict before the first tip-off, retrain, look.

What is built on what they read follows by the automation sensor.
"""

import datetime as dt
from collections.abc import Sequence

import dagster as dg

from nba_assets.checks.freshness import check_key
from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.orchestration.run_tags import (
    ON_CONFLICT_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    WAIT_MINUTES_TAG,
    WHO_TAG,
    WHY_TAG,
)
from nba_assets.partitions import EASTERN, eastern_date
from nba_assets.readiness.freshness import LANDED, PREDICTED, Deadline
from nba_assets.warehouse.port import Warehouse

AFTER_THE_LAST_GAME = "30 3 * * *"
"""The last game ends at about 01:30; 03:30 exists once on every day, also where clocks change at 02:00."""
LATE_FILES = "0 10 * * *"
BEFORE_THE_FIRST_TIPOFF = "0 11 * * *"
"""Games tip off from noon on, on holidays and weekends."""
WEEKLY = "0 6 * * 2"
"""Tuesdays: Monday's games are in, and the slate is small."""

LATE_DAYS = 3
"""How many past dates are read again: corrections come within two days."""

INGEST = tuple(name for name, contract in TABLES.items() if contract.ingest)


def range_of(day: dt.date, calendar: Sequence[dt.date], back: int) -> tuple[dt.date, dt.date] | None:
    """From so many days before a date to the day after it, cut to the calendar; None when that is over."""
    first, last = max(day - dt.timedelta(days=back), calendar[0]), min(day + dt.timedelta(days=1), calendar[-1])
    return (first, last) if first <= last else None


def schedules(is_on: bool) -> list[dg.ScheduleDefinition]:
    """All schedules; stopped unless `is_on`."""
    status = dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED
    everything = (*TABLES,)
    return [
        _ranged("ingest_after_the_last_game", AFTER_THE_LAST_GAME, INGEST, LATE_DAYS, status,
                "Reads last night's games, the late files of the days before, and the slates to come."),
        _ranged("ingest_late_files", LATE_FILES, INGEST, LATE_DAYS, status,
                "Reads the same dates again: files that came in the morning."),
        _ranged("predict_before_the_first_tipoff", BEFORE_THE_FIRST_TIPOFF, everything, 0, status,
                "Reads the newest injury reports and lines of today and tomorrow, and predicts both slates again."),
        _retraining(status),
        _look("look_that_yesterday_landed", LANDED, status),
        _look("look_that_predictions_exist", PREDICTED, status),
    ]  # fmt: skip


def _tags(name: str) -> dict[str, str]:
    # A correction that is being worked off delays the run, it does not fail it.
    return {
        WHO_TAG: f"schedule {name}",
        WHY_TAG: name.replace("_", " "),
        ON_CONFLICT_TAG: "wait",
        WAIT_MINUTES_TAG: "60",
    }


def _ranged(
    name: str, cron: str, tables: Sequence[str], back: int, status: dg.DefaultScheduleStatus, description: str
) -> dg.ScheduleDefinition:
    keys = [dg.AssetKey(table) for table in tables]

    @dg.schedule(
        name=name, cron_schedule=cron, execution_timezone=EASTERN, default_status=status, description=description,
        target=dg.AssetSelection.assets(*keys),
    )  # fmt: skip
    def schedule(
        context: dg.ScheduleEvaluationContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> dg.RunRequest | dg.SkipReason:
        day = eastern_date(context.scheduled_execution_time)
        days = [warehouse.days[0].date(), warehouse.days[-1].date()]
        dates = range_of(day, days, back)
        if dates is None:
            return dg.SkipReason(f"the source covers {days[0]} … {days[1]}, nothing about {day}")
        ranged = {RANGE_START_TAG: dates[0].isoformat(), RANGE_END_TAG: dates[1].isoformat()}
        return dg.RunRequest(run_key=f"{name} {day}", tags={**_tags(name), **ranged})

    return schedule


def _retraining(status: dg.DefaultScheduleStatus) -> dg.ScheduleDefinition:
    name = "retrain_weekly"

    @dg.schedule(
        name=name, cron_schedule=WEEKLY, execution_timezone=EASTERN, default_status=status,
        description="Trains the points model; it refuses unless its whole window is ready.",
        target=dg.AssetSelection.assets(MODEL),
    )  # fmt: skip
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=f"{name} {context.scheduled_execution_time:%Y-%m-%d}", tags=_tags(name))

    return schedule


def _look(name: str, deadline: Deadline, status: dg.DefaultScheduleStatus) -> dg.ScheduleDefinition:
    check = check_key(deadline)
    return dg.ScheduleDefinition(
        name=name, cron_schedule=f"{deadline.by.minute} {deadline.by.hour} * * *", execution_timezone=EASTERN,
        default_status=status,
        description=f"Runs the check {check.name} of {check.asset_key.to_user_string()} by the hour it speaks of.",
        target=dg.AssetSelection.checks(check), tags=_tags(name),
    )  # fmt: skip

"""When the schedules are due, by Dagster's own reading of cron."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._utils.schedules import schedule_execution_time_iterator

from nba_assets.partitions import EASTERN


def eastern(text: str) -> dt.datetime:
    """A moment given as '2024-11-12 03:30', US Eastern."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(EASTERN)).astimezone(dt.UTC)


def cron_ticks(
    schedules: Iterable[dg.ScheduleDefinition], after: dt.datetime, until: dt.datetime
) -> list[tuple[dt.datetime, dg.ScheduleDefinition]]:
    """Every tick in (after, until], in the order of the clock, then of the names."""
    found = []
    for schedule in schedules:
        moments = schedule_execution_time_iterator(
            after.timestamp() + 1, str(schedule.cron_schedule), schedule.execution_timezone, ascending=True
        )
        for moment in moments:
            if moment > until:
                break
            found.append((moment.astimezone(dt.UTC), schedule))
    return sorted(found, key=lambda tick: (tick[0], tick[1].name))

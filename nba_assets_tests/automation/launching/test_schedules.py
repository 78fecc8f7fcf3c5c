"""The schedules tick on the league's clock, on both days on which it changes, and ask for the right dates."""

import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg
import pandas as pd
import pytest

from nba_assets.automation.launching.schedules import INGEST, LATE_DAYS, range_of, schedules
from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.orchestration.run_tags import ON_CONFLICT_TAG, ONLY_TAG, RANGE_END_TAG, RANGE_START_TAG
from nba_assets.partitions import EASTERN, eastern_date
from nba_assets_tests.automation.cron_ticks import cron_ticks

BY_NAME = {schedule.name: schedule for schedule in schedules(is_on=True)}
SPRING, AUTUMN = dt.date(2025, 3, 9), dt.date(2024, 11, 3)
"""The days on which clocks go forward and back."""


class Calendar:
    """A warehouse that knows its dates alone."""

    days = pd.date_range("2024-10-01", "2025-06-22", unit="ns")


def ticks(name: str, around: dt.date) -> list[dt.datetime]:
    """Ticks from the day before to the day after, as Dagster's scheduler counts them, in Eastern time."""
    start = dt.datetime.combine(around - dt.timedelta(days=1), dt.time(), ZoneInfo(EASTERN))
    end = dt.datetime.combine(around + dt.timedelta(days=2), dt.time(), ZoneInfo(EASTERN))
    found = cron_ticks([BY_NAME[name]], start - dt.timedelta(seconds=1), end - dt.timedelta(seconds=1))
    return [moment.astimezone(ZoneInfo(EASTERN)) for moment, _ in found]


def request(name: str, moment: dt.datetime) -> dg.RunRequest | str:
    resources = {"warehouse": Calendar()}
    with dg.build_schedule_context(resources=resources, scheduled_execution_time=moment) as context:
        made = BY_NAME[name](context)
    if isinstance(made, dg.SkipReason):
        return made.skip_message or ""
    assert isinstance(made, dg.RunRequest)
    return made


@pytest.mark.parametrize("day", [SPRING, AUTUMN, dt.date(2025, 1, 15)], ids=["spring", "autumn", "winter"])
@pytest.mark.parametrize(
    ("name", "hour", "minute"),
    [
        ("ingest_after_the_last_game", 3, 30),
        ("ingest_late_files", 10, 0),
        ("predict_before_the_first_tipoff", 11, 0),
        ("look_that_yesterday_landed", 9, 0),
        ("look_that_predictions_exist", 12, 0),
    ],
)
def test_each_ticks_once_a_day_at_its_hour_also_when_clocks_change(
    name: str, hour: int, minute: int, day: dt.date
) -> None:
    found = ticks(name, day)
    assert [(tick.date(), tick.hour, tick.minute) for tick in found] == [
        (day + dt.timedelta(days=number), hour, minute) for number in (-1, 0, 1)
    ]


def test_training_is_on_tuesdays() -> None:
    assert [tick.strftime("%A %H:%M") for tick in ticks("retrain_weekly", dt.date(2025, 1, 14))] == ["Tuesday 06:00"]


def test_the_night_reads_yesterday_the_late_files_and_what_is_to_come() -> None:
    made = request("ingest_after_the_last_game", dt.datetime(2025, 1, 15, 8, 30, tzinfo=dt.UTC))
    assert (made.tags[RANGE_START_TAG], made.tags[RANGE_END_TAG]) == ("2025-01-12", "2025-01-16")
    assert ONLY_TAG not in made.tags, "the source is asked again for what is published"
    assert made.tags[ON_CONFLICT_TAG] == "wait"
    assert made.run_key == "ingest_after_the_last_game 2025-01-15"
    assert LATE_DAYS == 3


@pytest.mark.parametrize("day", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_the_date_is_the_leagues_when_clocks_change(day: dt.date) -> None:
    (tick,) = [tick for tick in ticks("ingest_after_the_last_game", day) if tick.date() == day]
    made = request("ingest_after_the_last_game", tick.astimezone(dt.UTC))
    assert made.tags[RANGE_END_TAG] == str(day + dt.timedelta(days=1))


def test_a_date_is_that_of_the_evening_although_it_is_tomorrow_in_utc() -> None:
    assert eastern_date(dt.datetime(2025, 1, 15, 4, 59, tzinfo=dt.UTC)) == dt.date(2025, 1, 14)
    assert eastern_date(dt.datetime(2025, 7, 15, 4, 0, tzinfo=dt.UTC)) == dt.date(2025, 7, 15)


def test_both_slates_are_predicted_before_the_first_tipoff() -> None:
    made = request("predict_before_the_first_tipoff", dt.datetime(2025, 1, 15, 16, 0, tzinfo=dt.UTC))
    assert (made.tags[RANGE_START_TAG], made.tags[RANGE_END_TAG]) == ("2025-01-15", "2025-01-16")


def test_out_of_what_the_source_covers_nothing_is_asked() -> None:
    assert "covers" in request("ingest_after_the_last_game", dt.datetime(2025, 8, 1, 8, 30, tzinfo=dt.UTC))
    calendar = [dt.date(2025, 1, 1), dt.date(2025, 1, 10)]
    assert range_of(dt.date(2025, 1, 1), calendar, 3) == (dt.date(2025, 1, 1), dt.date(2025, 1, 2))
    assert range_of(dt.date(2025, 1, 12), calendar, 3) == (dt.date(2025, 1, 9), dt.date(2025, 1, 10))
    assert range_of(dt.date(2025, 1, 14), calendar, 3) is None


def test_schedules_run_in_production_only() -> None:
    assert {schedule.default_status for schedule in BY_NAME.values()} == {dg.DefaultScheduleStatus.RUNNING}
    assert {schedule.default_status for schedule in schedules(is_on=False)} == {dg.DefaultScheduleStatus.STOPPED}


def test_targets() -> None:
    assert set(INGEST) == {name for name, contract in TABLES.items() if contract.ingest}
    assert MODEL in str(BY_NAME["retrain_weekly"].target.job_def.selection)


@pytest.mark.parametrize("name", ["ingest_after_the_last_game", "ingest_late_files", "predict_before_the_first_tipoff"])
def test_what_a_schedule_asks_is_what_a_code_server_gives_it(name: str) -> None:
    assert BY_NAME[name].required_resource_keys == {"warehouse"}

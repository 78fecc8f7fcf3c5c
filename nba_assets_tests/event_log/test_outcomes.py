"""The contract test on Dagster's private events: a ranged run tells each date's own outcome and nothing else.

Blocked for the local event log, for Dagster's stock one on files (event by event) and for its in-memory one.
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.dagster_run import DagsterRunStatus

from nba_assets.event_log.events import CODE_VERSION_TAG, DATA_VERSION_TAG
from nba_assets.event_log.outcomes import (
    CHECK_NAME,
    Outcome,
    check_spec,
    published_versions,
    range_end,
    report_outcomes,
)  # fmt: skip
from nba_assets.orchestration.table_asset import NOTHING
from nba_assets_tests.event_log.instances import EVERY_LOG

DAYS = [dt.date(2024, 1, number) for number in range(1, 11)]
KEYS = [day.isoformat() for day in DAYS]
BLOCKED = DAYS[3]
OTHERS = [day for day in DAYS if day != BLOCKED]
PARTITIONS = dg.DailyPartitionsDefinition(start_date=KEYS[0], end_date="2024-01-11")
TABLE = dg.AssetKey("table")
CHECK = dg.AssetCheckKey(TABLE, CHECK_NAME)
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


class Toy:
    """A table whose dates end as `bad` says, and a table below it that notes which dates it was run for."""

    def __init__(self, bad: set[dt.date]) -> None:
        self.bad = bad
        self.below_ran_for: list[str] = []
        self.ends: list[dt.date | None] = []

    def outcomes(self, keys: list[str]) -> dict[dt.date, Outcome]:
        found = {}
        for day in map(dt.date.fromisoformat, keys):
            good = day not in self.bad
            found[day] = Outcome(
                passed=good,
                materialized=good,
                data_version=f"hash of {day}" if good else "",
                code_version=3,
                description="" if good else "raw is missing",
                metadata={"rows": day.day} if good else {},
                check_metadata={"status": "ready" if good else "blocked"},
            )
        return found

    def definitions(self) -> dg.Definitions:
        @dg.asset(
            name="table",
            partitions_def=PARTITIONS,
            backfill_policy=dg.BackfillPolicy.single_run(),
            check_specs=[check_spec("table", PARTITIONS)],
            dagster_type=NOTHING,
            code_version="3",
        )
        def table(context: dg.AssetExecutionContext) -> Iterator[dg.Output[None]]:
            yield from report_outcomes(context, "table", self.outcomes(list(context.partition_keys)))

        @dg.asset(deps=["table"], partitions_def=PARTITIONS, backfill_policy=dg.BackfillPolicy.single_run())
        def below(context: dg.AssetExecutionContext) -> None:
            self.below_ran_for += context.partition_keys
            self.ends.append(range_end(context))

        job = dg.define_asset_job("job", selection="*")
        return dg.Definitions(assets=[table, below], jobs=[job], executor=dg.in_process_executor)

    def run(
        self, instance: dg.DagsterInstance, *days: dt.date, tags: dict[str, str] | None = None
    ) -> dg.ExecuteInProcessResult:
        tags = tags or {RANGE_START: days[0].isoformat(), RANGE_END: days[-1].isoformat()}
        config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        job = self.definitions().resolve_job_def("job")
        return job.execute_in_process(instance=instance, tags=tags, run_config=config)


def materializations(instance: dg.DagsterInstance) -> list[dg.EventLogRecord]:
    return list(instance.fetch_materializations(TABLE, limit=1000, ascending=True).records)


def check_states(instance: dg.DagsterInstance) -> dict[str, tuple[str, bool]]:
    """Status of each date's newest check execution, and whether it judges the newest materialization."""
    found = instance.event_log_storage.get_asset_check_partition_info([CHECK])
    return {str(info.partition_key): (info.latest_execution_status.value, info.is_current) for info in found}


def planned(instance: dg.DagsterInstance) -> list[str]:
    history = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=1000)
    return [str(record.partition) for record in history if record.status == AssetCheckExecutionRecordStatus.PLANNED]


@EVERY_LOG
def test_one_ranged_run_with_a_blocked_date(instance: dg.DagsterInstance) -> None:
    toy = Toy(bad={BLOCKED})
    result = toy.run(instance, *DAYS)
    assert result.success
    assert instance.get_run_by_id(result.run_id).status is DagsterRunStatus.SUCCESS

    records = materializations(instance)
    assert [record.partition_key for record in records] == [day.isoformat() for day in OTHERS], (
        "nine, and not the blocked"
    )
    for day, record in zip(OTHERS, records, strict=True):
        tags = record.asset_materialization.tags
        assert (tags[DATA_VERSION_TAG], tags[CODE_VERSION_TAG]) == (f"hash of {day}", "3")
        assert record.asset_materialization.metadata["rows"].value == day.day
    assert instance.get_materialized_partitions(TABLE) == {day.isoformat() for day in OTHERS}

    states = check_states(instance)
    assert {day: states[day.isoformat()] for day in OTHERS} == dict.fromkeys(OTHERS, ("SUCCEEDED", True))
    assert states[BLOCKED.isoformat()][0] == "FAILED"
    assert set(states) == set(KEYS), "a result per date and none for no date"
    assert planned(instance) == []

    assert toy.below_ran_for == KEYS, "the run goes on"
    assert toy.ends == [DAYS[-1]]


def test_what_the_check_says_of_a_blocked_date(instance: dg.DagsterInstance) -> None:
    Toy(bad={BLOCKED}).run(instance, *DAYS)
    history = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=100)
    evaluation = next(record.evaluation for record in history if record.partition == BLOCKED.isoformat())
    assert evaluation.description == "raw is missing"
    assert evaluation.metadata["status"].value == "blocked"
    assert evaluation.severity is dg.AssetCheckSeverity.ERROR
    assert not evaluation.blocking


RANGE_OF_ONE = {RANGE_START: BLOCKED.isoformat(), RANGE_END: BLOCKED.isoformat()}


@pytest.mark.parametrize(
    ("instance", "tags"),
    [
        pytest.param("local", {"dagster/partition": BLOCKED.isoformat()}, id="local, single key"),
        pytest.param("local", RANGE_OF_ONE, id="local, range of one"),
        pytest.param("stock", RANGE_OF_ONE, id="stock, range of one"),
        pytest.param("ephemeral", RANGE_OF_ONE, id="ephemeral, range of one"),
    ],
    indirect=["instance"],
)
def test_a_later_run_of_the_blocked_date_turns_it_green(instance: dg.DagsterInstance, tags: dict[str, str]) -> None:
    Toy(bad={BLOCKED}).run(instance, *DAYS)
    fixed = Toy(bad=set())
    fixed.run(instance, tags=tags)
    assert fixed.below_ran_for == [BLOCKED.isoformat()]
    assert fixed.ends == [BLOCKED]
    assert len(materializations(instance)) == 10
    assert check_states(instance) == dict.fromkeys(KEYS, ("SUCCEEDED", True))
    assert planned(instance) == []


@EVERY_LOG
def test_a_date_that_goes_bad_keeps_its_materialization_and_fails_its_check(instance: dg.DagsterInstance) -> None:
    Toy(bad=set()).run(instance, *DAYS)
    Toy(bad={BLOCKED}).run(instance, BLOCKED)
    assert len(materializations(instance)) == 10
    states = check_states(instance)
    assert states.pop(BLOCKED.isoformat()) == ("FAILED", True), "Dagster shows the failure of what is published"
    assert set(states.values()) == {("SUCCEEDED", True)}


def test_a_range_of_bad_dates_materializes_nothing(instance: dg.DagsterInstance) -> None:
    Toy(bad=set(DAYS)).run(instance, *DAYS)
    assert materializations(instance) == []
    assert {status for status, _ in check_states(instance).values()} == {"FAILED"}
    assert planned(instance) == []


def test_a_range_with_nothing_to_report_leaves_nothing_planned(instance: dg.DagsterInstance) -> None:
    class Current(Toy):
        def outcomes(self, keys: list[str]) -> dict[dt.date, Outcome]:
            return {}

    Toy(bad=set()).run(instance, *DAYS)
    Current(bad=set()).run(instance, *DAYS)
    assert len(materializations(instance)) == 10
    assert planned(instance) == []
    assert check_states(instance) == dict.fromkeys(KEYS, ("SUCCEEDED", True))


def test_the_versions_that_dagster_shows(instance: dg.DagsterInstance) -> None:
    Toy(bad={BLOCKED}).run(instance, *DAYS)
    versions = published_versions(instance, "table", DAYS)
    assert versions == {day: "" if day == BLOCKED else f"hash of {day}" for day in DAYS}
    assert published_versions(instance, "table", []) == {}
    assert published_versions(instance, "never_built", DAYS[:1]) == {DAYS[0]: ""}

"""Outcomes without a run: reported as often as they change, shown as if a run had reported them, back after a wipe."""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from nba_assets.event_log.dagster_state import (
    FAILED,
    STATE_DIGEST,
    SUCCEEDED,
    ShownCheck,
    ShownDate,
    log_position,
    newest_materializations,
    shown_checks,
    shown_dates,
)  # fmt: skip
from nba_assets.event_log.events import DATA_VERSION_TAG, Target
from nba_assets.event_log.outcomes import CHECK_NAME, Outcome
from nba_assets.event_log.runless import report_checks, report_dates
from nba_assets_tests.event_log.instances import EVERY_LOG
from nba_assets_tests.event_log.test_outcomes import (
    BLOCKED,
    DAYS,
    KEYS,
    TABLE,
    Toy,
    check_states,
    materializations,
    planned,
)  # fmt: skip


def good(content: str, state_digest: str = "ready") -> Outcome:
    return Outcome(True, bool(content), content, 3, metadata={"rows": 1}, check_metadata={STATE_DIGEST: state_digest})


def bad(state_digest: str, description: str = "because") -> Outcome:
    return Outcome(False, False, description=description, check_metadata={STATE_DIGEST: state_digest})


def shown(instance: dg.DagsterInstance) -> dict[dt.date, ShownDate]:
    return shown_dates(instance, "table", CHECK_NAME)


def targets(instance: dg.DagsterInstance) -> dict[dt.date, Target]:
    return {day: date.target for day, date in shown(instance).items() if date.target}


def tell(instance: dg.DagsterInstance, outcomes: Mapping[dt.date, Outcome]) -> None:
    report_dates(instance, "table", outcomes, targets(instance))


@EVERY_LOG
def test_dates_that_no_run_has_built_are_shown_with_their_content(instance: dg.DagsterInstance) -> None:
    tell(instance, {day: good(f"hash of {day}") for day in DAYS})
    assert [record.partition_key for record in materializations(instance)] == KEYS
    assert check_states(instance) == dict.fromkeys(KEYS, (SUCCEEDED, True))
    assert instance.get_materialized_partitions(TABLE) == set(KEYS)
    newest = materializations(instance)[-1].asset_materialization
    assert (newest.tags[DATA_VERSION_TAG], newest.metadata["rows"].value) == (f"hash of {DAYS[-1]}", 1)
    day = shown(instance)[BLOCKED]
    assert day.data_version == f"hash of {BLOCKED}"
    assert day.check == ShownCheck(SUCCEEDED, "", "ready", True)


@EVERY_LOG
def test_the_same_date_is_reported_again_and_again_and_the_newest_counts(instance: dg.DagsterInstance) -> None:
    tell(instance, {BLOCKED: good("one")})
    for state_digest in ("stale", "rejected 7", "stale"):
        tell(instance, {BLOCKED: bad(state_digest)})
        assert shown(instance)[BLOCKED].check == ShownCheck(FAILED, "", state_digest, True)
        assert check_states(instance) == {BLOCKED.isoformat(): (FAILED, True)}, (
            "a failure of what is published is shown"
        )
    tell(instance, {BLOCKED: good("", "ready")})
    assert shown(instance)[BLOCKED].check == ShownCheck(SUCCEEDED, "", "ready", True)
    assert len(materializations(instance)) == 1, "the content was published all the time"


@EVERY_LOG
def test_what_a_run_has_reported_is_overridden_and_the_next_run_overrides_that(instance: dg.DagsterInstance) -> None:
    Toy(bad=set()).run(instance, *DAYS)
    tell(instance, {BLOCKED: bad("stale")})
    states = check_states(instance)
    assert states.pop(BLOCKED.isoformat()) == (FAILED, True)
    assert set(states.values()) == {(SUCCEEDED, True)}
    result = Toy(bad=set()).run(instance, BLOCKED)
    assert shown(instance)[BLOCKED].check == ShownCheck(SUCCEEDED, result.run_id, "", True)
    assert planned(instance) == []


def test_a_date_refused_by_a_run_is_shown_as_that_runs(instance: dg.DagsterInstance) -> None:
    result = Toy(bad={BLOCKED}).run(instance, *DAYS)
    assert shown(instance)[BLOCKED] == ShownDate(None, "", ShownCheck(FAILED, result.run_id, "", True))
    other = shown(instance)[DAYS[0]]
    assert other.data_version == f"hash of {DAYS[0]}"
    assert other.check == ShownCheck(SUCCEEDED, result.run_id, "", True)


def test_a_result_about_former_content_is_not_current(instance: dg.DagsterInstance) -> None:
    tell(instance, {BLOCKED: good("one")})
    instance.report_runless_asset_event(dg.AssetMaterialization(TABLE, partition=BLOCKED.isoformat()))
    day = shown(instance)[BLOCKED]
    assert (day.data_version, day.check.is_current) == ("", False), "somebody marked it materialized by hand"


@EVERY_LOG
def test_a_wipe_leaves_nothing_and_it_can_be_reported_again(instance: dg.DagsterInstance) -> None:
    tell(instance, {day: good("one") for day in DAYS})
    instance.wipe_assets([TABLE])
    assert shown(instance) == {}
    tell(instance, {day: good("one") for day in DAYS})
    assert instance.get_materialized_partitions(TABLE) == set(KEYS)
    assert check_states(instance) == dict.fromkeys(KEYS, (SUCCEEDED, True))


def test_the_position_moves_with_everything_that_changes_what_is_shown(instance: dg.DagsterInstance) -> None:
    positions = [log_position(instance)]

    def moved() -> bool:
        positions.append(log_position(instance))
        return positions[-1] != positions[-2]

    assert not moved()
    result = Toy(bad=set()).run(instance, *DAYS)
    assert moved()
    tell(instance, {BLOCKED: bad("stale")})
    assert moved()
    report_checks(instance, [dg.AssetCheckEvaluation(asset_key=TABLE, check_name="other", passed=True)])
    assert moved()
    instance.wipe_assets([TABLE])
    assert moved()
    assert not moved()
    instance.delete_run(result.run_id)
    assert moved()


def test_a_check_without_partitions_is_reported_whenever_it_changes(instance: dg.DagsterInstance) -> None:
    assert shown_checks(instance, "other", ["table"]) == {"table": ShownCheck()}
    tell(instance, {BLOCKED: good("one")})
    for state_digest in ("up to date", "stale abc", "up to date"):
        newest = newest_materializations(instance, ["table"])["table"]
        evaluation = dg.AssetCheckEvaluation(
            asset_key=TABLE, check_name="other", passed=state_digest == "up to date",
            metadata={STATE_DIGEST: state_digest},
            target_materialization_data=newest,
        )  # fmt: skip
        report_checks(instance, [evaluation])
        status = SUCCEEDED if state_digest == "up to date" else FAILED
        assert shown_checks(instance, "other", ["table"]) == {"table": ShownCheck(status, "", state_digest, True)}
    tell(instance, {DAYS[0]: good("two")})
    assert not shown_checks(instance, "other", ["table"])["table"].is_current, "the UI hides it after any newer content"


def test_many_dates_are_reported_at_once_and_quickly(instance: dg.DagsterInstance) -> None:
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=number) for number in range(1200)]
    tell(instance, {day: good("one") for day in days})
    tell(instance, {day: bad("stale") for day in days})
    assert {date.check for date in shown(instance).values()} == {ShownCheck(FAILED, "", "stale", True)}
    assert len(shown(instance)) == 1200

"""Plans, worked by hand over the toy chain and the real graph."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from nba_assets.contracts.tables import TABLES as REAL
from nba_assets.errors import RequestError
from nba_assets.readiness.durations import Duration
from nba_assets.readiness.plan import Kind, Plan
from nba_assets.readiness.planning import make_plan
from nba_assets.readiness.state import LedgerState
from nba_assets_tests.readiness.ledgers import CHAIN, HandLedger, graph, table
from nba_assets_tests.readiness.wide_ledger import built_ledger, calendar, rewritten


def plan_of(ledger: HandLedger, **asked: Any) -> Plan:
    return make_plan(ledger.state(), **asked)


def numbers(plan: Plan) -> dict[str, list[int]]:
    """Numbers of the planned days by table."""
    return {table.table: [day.day for day in table.days] for table in plan.tables}


def outside(plan: Plan) -> dict[str, str]:
    return {affected.table: str(affected) for affected in plan.outside}


def built() -> HandLedger:
    return HandLedger().publish_all()


def test_an_empty_ledger_is_built_whole_in_graph_order_and_waves() -> None:
    plan = plan_of(HandLedger())
    assert numbers(plan) == {name: [1, 2, 3, 4] for name in CHAIN}
    assert [(part.table, part.wave, part.certain) for part in plan.tables] == [
        ("raw", 1, 4), ("summary", 1, 4), ("cache", 2, 4), ("features", 2, 4),
    ]  # fmt: skip
    assert (plan.stops, plan.outside, plan.gaps) == ((), (), ())
    assert {str(reason) for part in plan.tables for reason in part.reasons} == {
        "2024-01-01 … 2024-01-04 (4 dates) missing"
    }


def test_the_model_has_a_wave_between_features_and_predictions() -> None:
    days = calendar(3)
    plan = make_plan(LedgerState(built_ledger(REAL, days, 1).iloc[:0], REAL, days))
    waves = {part.table: part.wave for part in plan.tables}
    assert [waves[name] for name in ("team_box_scores", "player_game_summary", "ml_feature_store")] == [1, 1, 2]
    assert waves["player_points_predictions"] == 4


def test_what_is_published_as_it_should_is_not_planned_unless_everything_is_asked_for() -> None:
    assert plan_of(built()).tables == ()
    asked = plan_of(built(), tables=["features"], only=["all"])
    assert numbers(asked) == {"features": [1, 2, 3, 4]}
    assert asked.tables[0].reasons[0].kind is Kind.ASKED


def test_a_late_correction_plans_exactly_what_has_it_in_its_window() -> None:
    ledger = built()
    ledger.publish("raw", 2)
    del ledger.rows["features", 1]
    plan = plan_of(ledger, only=["stale"])
    assert numbers(plan) == {"summary": [2], "cache": [3, 4], "features": [3, 4]}
    assert [str(reason) for reason in plan.tables[1].reasons] == [
        "2024-01-03 … 2024-01-04 (2 dates) stale: raw 2024-01-02 changed in build 5, through summary"
    ]
    assert plan.stops == ()


def test_a_late_correction_of_the_real_graph_plans_its_declared_windows() -> None:
    days = calendar(40)
    ledger = rewritten(built_ledger(REAL, days, 10), "team_box_scores", slice(20, 21))
    plan = make_plan(LedgerState(ledger, REAL, days), only=["stale"])
    day, later = [days[20].date()], list(days[21:].date)
    same = ["player_box_scores", "shot_attempts", "team_offense", "team_defense", "player_game_summary"]
    history = ["team_defense_zones", "player_shot_zones", "player_daily_cache", "upcoming_player_context",
               "player_composite_factors", "ml_feature_store", "player_points_predictions"]  # fmt: skip
    assert {part.table: list(part.days) for part in plan.tables} == (
        dict.fromkeys(same, day) | dict.fromkeys(history, later) | {"prediction_accuracy": day + later}
    )


@pytest.mark.parametrize(
    ("only", "planned"),
    [
        pytest.param(["missing"], {"raw": [4], "summary": [4]}, id="missing, and what reads it"),
        pytest.param(["failed"], {"summary": [2], "cache": [3, 4], "features": [3, 4]}, id="failed, and what it fixes"),
        pytest.param(["stale"], {"features": [1]}, id="stale"),
        pytest.param(["missing", "stale"], {"raw": [4], "summary": [4], "features": [1]}, id="two kinds"),
        pytest.param([], {"raw": [4], "summary": [2, 4], "cache": [3, 4], "features": [1, 3, 4]}, id="outdated"),
    ],
)
def test_filters_choose_by_kind_and_take_in_what_becomes_stale(only: list[str], planned: dict[str, list[int]]) -> None:
    ledger = HandLedger()
    ledger.publish("raw")
    ledger.publish("summary", 1, 3, 4)
    ledger.fail("summary", 2)
    ledger.publish("cache")
    ledger.publish("features")
    ledger.publish("cache", 1)
    del ledger.rows["raw", 4]
    assert numbers(plan_of(ledger, only=only)) == planned


def test_a_date_is_planned_for_the_first_reason_that_holds() -> None:
    ledger = built()
    ledger.publish("raw", 2, 3)
    ledger.fail("summary", 2)
    del ledger.rows["summary", 1]
    assert numbers(plan_of(ledger, only=["stale"], tables=["summary"])) == {"summary": [3]}
    reasons = plan_of(ledger, only=["all"], tables=["summary"]).tables[0].reasons
    assert [(reason.kind, str(reason.dates)) for reason in reasons] == [
        (Kind.MISSING, "2024-01-01"), (Kind.REJECTED, "2024-01-02"), (Kind.ASKED, "2024-01-04"),
        (Kind.STALE, "2024-01-03"),
    ]  # fmt: skip


def test_a_gap_that_closes_makes_its_readers_stale_for_certain() -> None:
    ledger = HandLedger()
    ledger.publish("raw")
    ledger.publish("summary", 1, 3, 4)
    ledger.fail("summary", 2)
    ledger.publish("cache")
    ledger.publish("features")
    plan = plan_of(ledger)
    assert numbers(plan) == {"summary": [2], "cache": [3, 4], "features": [3, 4]}
    summary, cache, _ = plan.tables
    assert [str(reason) for reason in summary.reasons] == ["2024-01-02 rejected: points do not add up"]
    assert [str(reason) for reason in cache.reasons] == ["2024-01-03 … 2024-01-04 (2 dates) what it reads will be new"]
    assert cache.certain == 2


def test_an_asked_rebuild_only_may_make_its_readers_stale() -> None:
    features = plan_of(built(), tables=["cache", "features"], first=dt.date(2024, 1, 4), only=["all"])
    assert numbers(features) == {"cache": [4], "features": [4]}
    ledger = built()
    contracts = {**CHAIN, "raw": dataclasses.replace(CHAIN["raw"], ingest=True)}
    ledger.contracts = contracts
    plan = make_plan(ledger.state(), source_version="s2", first=dt.date(2024, 1, 4))
    assert {part.table: part.certain for part in plan.tables} == {"raw": 1, "summary": 0}
    assert str(plan.tables[0].reasons[0]) == "2024-01-04 source changed"
    assert make_plan(ledger.state(), source_version="s1").tables == ()
    assert make_plan(ledger.state(), source_version="s2", only=["stale"]).tables == ()


def test_downstream_that_was_not_asked_for_is_named() -> None:
    plan = plan_of(built(), tables=["summary"], first=dt.date(2024, 1, 3), last=dt.date(2024, 1, 3), only=["all"])
    assert outside(plan) == {"cache": "cache 2024-01-04", "features": "features 2024-01-04"}
    assert plan_of(built(), only=["all"]).outside == ()


def test_missing_upstream_that_was_not_asked_for_stops_the_plan_and_is_named() -> None:
    ledger = HandLedger()
    ledger.publish("raw")
    plan = plan_of(ledger, tables=["cache", "features"])
    assert plan.upstream_blockers == ("summary",)
    assert [str(stop) for stop in plan.stops] == [
        "cache 2024-01-02 … 2024-01-04 (3 dates): summary 2024-01-01 is missing (and 2 more dates)",
        "features 2024-01-02 … 2024-01-04 (3 dates): cache 2024-01-02 would itself be blocked (and 2 more dates)",
    ]
    assert all(stop.is_certain for stop in plan.stops)
    assert [stop.is_asked for stop in plan.stops] == [False, True]


def test_a_rejected_input_of_the_same_date_stops_and_says_why() -> None:
    ledger = built()
    ledger.fail("raw", 2, reasons="points differ")
    plan = plan_of(ledger, tables=["summary"], only=["all"])
    assert [str(stop) for stop in plan.stops] == ["summary 2024-01-02: raw 2024-01-02 is rejected: points differ"]


def test_a_table_left_out_between_stops_what_is_built_on_it_only_if_contents_change() -> None:
    plan = plan_of(built(), tables=["raw", "cache"], only=["all"])
    assert [(str(stop), stop.is_certain) for stop in plan.stops] == [
        ("cache 2024-01-02 … 2024-01-04 (3 dates): summary 2024-01-01 would become stale (and 2 more dates)", False)
    ]
    assert plan.upstream_blockers == ()


def test_gaps_that_stay_in_the_history_are_named() -> None:
    ledger = built()
    ledger.fail("summary", 2)
    plan = plan_of(ledger, tables=["cache"], only=["all"])
    assert [str(gap) for gap in plan.gaps] == ["summary 2024-01-02"]
    assert plan.stops == ()
    assert plan_of(ledger, tables=["cache"], last=dt.date(2024, 1, 2), only=["all"]).gaps == ()


def test_what_the_gate_stops_is_a_gap_for_later_dates_not_missing_history() -> None:
    ledger = HandLedger()
    ledger.publish("raw", 1, 3, 4)
    plan = plan_of(ledger, tables=["summary", "cache"])
    assert [str(stop) for stop in plan.stops] == ["summary 2024-01-02: raw 2024-01-02 is missing"]
    assert [str(gap) for gap in plan.gaps] == ["summary 2024-01-02"]


def test_nothing_is_missing_before_the_first_game_of_the_source() -> None:
    ledger = HandLedger()
    ledger.publish("summary", 2, 3, 4)
    state = LedgerState(ledger.frame().assign(rows=1, source_version=""), CHAIN, ledger.days, dt.date(2024, 1, 2))
    assert make_plan(state, tables=["cache"]).stops == ()


def test_rows_are_those_that_stand_else_as_many_per_game_as_usual() -> None:
    contracts = graph(table("game_schedule"), table("box", same_date=["game_schedule"]))
    ledger = HandLedger(contracts)
    ledger.publish("game_schedule")
    ledger.publish("box", 1, 2)
    state = ledger.state(rows=[3, 5, 10, 0, 60, 100])
    assert make_plan(state, tables=["box"], only=["all"]).tables[0].rows == 160 + 10 * 20
    assert make_plan(HandLedger(contracts).state(), tables=["box"]).tables[0].rows is None


def test_expected_seconds_come_from_the_durations_of_the_table() -> None:
    plan = make_plan(HandLedger().state(), durations={"raw": Duration(2.0, 0.5)})
    assert [part.seconds for part in plan.tables] == [4.0, None, None, None]


def test_the_range_is_cut_to_the_calendar() -> None:
    plan = plan_of(HandLedger(), first=dt.date(2023, 1, 1), last=dt.date(2024, 1, 2), tables=["raw"])
    assert (plan.first, plan.last, numbers(plan)) == (dt.date(2024, 1, 1), dt.date(2024, 1, 2), {"raw": [1, 2]})


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"tables": ["raws"]}, RequestError, "no table raws; there are raw, summary, cache, features"),
        ({"only": ["stael"]}, RequestError, "stael.*outdated, missing, stale, failed, all"),
        ({"first": dt.date(2025, 1, 1)}, RequestError, "nothing of 2025-01-01 … the end.*2024-01-01 … 2024-01-04"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_what_can(
    asked: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        plan_of(HandLedger(), **asked)


# --- refused partitions that stale ones rest on ---


def invalidated_offense() -> HandLedger:
    """A date of team_offense is invalidated, and what reads it was tried again in vain: two dates keep old content."""
    ledger = HandLedger(REAL).publish_all()
    ledger.invalidate("team_offense", 2)
    ledger.fail("team_defense", 2, status="blocked")
    ledger.fail("player_game_summary", 2, status="blocked")
    return ledger


def test_failed_attempts_leave_stale_what_was_stale() -> None:
    before = HandLedger(REAL).publish_all()
    before.invalidate("team_offense", 2)
    stale = before.state()
    after = invalidated_offense().state()
    for name in REAL:
        assert not (after.is_ready(name) & ~stale.is_ready(name)).any(), name
    assert after.is_stale("team_defense_zones").tolist() == [False, False, True, True]
    assert after.is_stale("ml_feature_store").tolist() == [False, False, True, True]


def test_a_plan_of_the_stale_builds_the_refused_partitions_that_they_rest_on_first() -> None:
    plan = plan_of(invalidated_offense(), only=["stale"])
    assert plan.only == ("stale", "failed")
    found = numbers(plan)
    assert (found["team_offense"], found["team_defense"], found["player_game_summary"]) == ([2], [2], [2])
    assert found["team_defense_zones"] == found["player_daily_cache"] == [3, 4]
    assert plan.stops == () == plan.roots_outside == plan.left_out


def test_a_plan_names_the_refused_partitions_that_it_was_not_asked_for() -> None:
    plan = plan_of(invalidated_offense(), tables=["team_defense_zones"], only=["stale"])
    assert plan.only == ("stale",)
    assert list(map(str, plan.roots_outside)) == [
        "team_offense 2024-01-02", "team_defense 2024-01-02", "player_game_summary 2024-01-02"
    ][:2]  # fmt: skip


def test_a_plan_of_the_stale_counts_what_it_leaves_red() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("raw", 3)
    ledger.fail("summary", 3, status="blocked")
    plan = plan_of(ledger, only=["stale"])
    assert plan.tables == ()
    assert plan.only == ("stale",)
    assert list(map(str, plan.left_out)) == ["raw 2024-01-03", "summary 2024-01-03"]

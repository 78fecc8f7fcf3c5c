"""Plans of random ledgers, carried out table by table against the real gate."""

import datetime as dt
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.readiness.gate import evaluate
from nba_assets.readiness.impact import is_root
from nba_assets.readiness.plan import Kind, Plan, TablePlan
from nba_assets.readiness.planning import make_plan
from nba_assets.readiness.root_cause import root_cause
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets_tests.readiness.ledgers import HandLedger
from nba_assets_tests.readiness.test_state import TABLES, ledgers


def carry_out(ledger: HandLedger, plan: Plan, contents_change: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Build the plan's tables in order as a backfill does; returns the days attempted and those that were blocked."""
    attempted: dict[str, set[dt.date]] = {}
    blocked: dict[str, set[dt.date]] = {}
    planned = {part.table: planned_days(part) for part in plan.tables}
    for name in plan.asked:
        state = ledger.state()
        outdated = set(state.days[state.is_stale(name)].date)
        days = sorted(planned.get(name, set()) | outdated)
        gate = evaluate(state, ledger.contracts[name], days)
        attempted[name], blocked[name] = set(days), set(gate.blocked)
        for day in gate.open_days:
            ledger.publish(name, day.day, changed=contents_change or not is_published(state, name, day))
        ledger.fail(name, *(day.day for day in gate.blocked), status="blocked")
    return attempted, blocked


def planned_days(part: TablePlan) -> set[dt.date]:
    """The days that are planned for a reason of their own."""
    return {
        day.date()
        for reason in part.reasons
        if reason.kind is not Kind.FOLLOWS
        for day in pd.date_range(reason.dates.first, reason.dates.last)
    }


def is_published(state: LedgerState, name: str, day: dt.date) -> bool:
    at = state.position(pd.Timestamp(day))
    return not state.is_missing(name)[at] and not state.is_gap(name)[at]


def stopped(plan: Plan, contents_change: bool) -> dict[str, set[dt.date]]:
    found: dict[str, set[dt.date]] = {name: set() for name in plan.asked}
    for stop in plan.stops:
        if contents_change or stop.is_certain:
            found[stop.table] |= {day.date() for day in pd.date_range(stop.dates.first, stop.dates.last)}
    return found


@settings(max_examples=60, deadline=None)
@given(
    ledger=ledgers(),
    contents_change=st.booleans(),
    chosen=st.just(set(TABLES)) | st.sets(st.sampled_from(TABLES), min_size=1),
)
def test_a_plan_foretells_what_is_built_and_stopped_and_one_of_everything_leaves_nothing_stale(
    ledger: HandLedger, contents_change: bool, chosen: set[str]
) -> None:
    ledger.build = 2
    plan = make_plan(ledger.state(), tables=sorted(chosen))
    attempted, blocked = carry_out(ledger, plan, contents_change)
    parts = {part.table: part for part in plan.tables}
    for name in plan.asked:
        certain = parts[name].certain if name in parts else 0
        most = set(parts[name].days) if name in parts else set()
        assert attempted[name] <= most, name
        assert len(attempted[name]) == (len(most) if contents_change else certain), name
    assert blocked == stopped(plan, contents_change)
    if chosen == set(TABLES):
        state = ledger.state()
        assert [name for name in TABLES if state.is_stale(name).any()] == []


@settings(max_examples=60, deadline=None)
@given(ledger=ledgers())
def test_plan_explanation_and_quality_page_say_of_every_partition_what_the_gate_does(ledger: HandLedger) -> None:
    state = ledger.state()
    for name in TABLES:
        blocked = set(evaluate(state, ledger.contracts[name], list(state.days.date)).blocked)
        assert stopped(make_plan(state, tables=[name], only=["all"]), contents_change=True)[name] == blocked
        for at, day in enumerate(state.days.date):
            is_refused = bool((state.is_gap(name) | state.is_missing(name))[at])
            assert is_root(state, name)[at] == (is_refused and day not in blocked)
            if state.has_status(name, Status.BLOCKED)[at]:
                assert (root_cause(state, name, at) == (name, at)) == (day not in blocked)

"""Days that automation gets through alone: a new slate, an outage of the source, a late correction, a freeze."""

import datetime as dt
from pathlib import Path

import pytest

from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets_tests.automation.simulated_days import SimulatedDays

pytestmark = pytest.mark.long

MONDAY = dt.date(2024, 11, 11)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + dt.timedelta(days=number) for number in (1, 2, 3, 4))
PREDICTIONS, ACCURACY = "player_points_predictions", "prediction_accuracy"
BEGIN_TODAY = {PREDICTIONS, ACCURACY}
"""Tables without the dates before: nothing was predicted then, so nothing is graded."""
FOLLOWS = tuple(name for name, contract in TABLES.items() if not contract.ingest)


def test_new_slates_and_an_outage_by_automation_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = SimulatedDays(tmp_path, f"outage:{WEDNESDAY}", f"{MONDAY} 12:30", monkeypatch)
    days.follow()
    everything, *rest = (tables for _, tables, *_ in days.launched)
    assert {PREDICTIONS, ACCURACY}.isdisjoint(everything)
    assert rest == [(PREDICTIONS,), (ACCURACY,)], "one run, then predictions, then their grading"
    assert days.not_ready() == BEGIN_TODAY
    assert {day for day, rows in days.rows(PREDICTIONS).items() if rows} == {MONDAY, TUESDAY}

    days.until(f"{TUESDAY} 03:00")
    assert len(days.launched) == 6, "at midnight there is a new tomorrow"
    assert WEDNESDAY in days.rows(PREDICTIONS)
    days.until(f"{TUESDAY} 23:00")
    assert days.rows("player_box_scores")[MONDAY] > 0
    assert days.rows("team_offense")[MONDAY] > 0
    assert [is_complete for who, *_, is_complete in days.launched if who == "retrain_weekly"] == [False], (
        "it is Tuesday, and four days are too short a history to train on"
    )
    assert days.rows(PREDICTIONS)[TUESDAY] == days.rows("ml_feature_store")[TUESDAY] > 0
    assert all(is_complete for who, *_, is_complete in days.launched if who != "retrain_weekly")

    days.until(f"{WEDNESDAY} 08:00")
    failed = [who for who, *_, is_complete in days.launched if not is_complete]
    assert "ingest_after_the_last_game" in failed
    assert days.rows("player_box_scores")[TUESDAY] == 0, "the source could not be reached"
    days.until(f"{WEDNESDAY} 23:00")
    assert days.rows("player_box_scores")[TUESDAY] > 0
    assert days.rows(PREDICTIONS)[WEDNESDAY] > 0

    assert days.not_ready() == BEGIN_TODAY
    launched_by = {who for who, *_ in days.launched}
    assert launched_by <= {"automation", *(schedule.name for schedule in days.repository.schedule_defs)}


def test_a_late_correction_is_built_upon_in_a_few_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = SimulatedDays(tmp_path, f"late_correction:{TUESDAY}", f"{WEDNESDAY} 12:30", monkeypatch)
    days.follow()
    before = days.warehouse.history("player_box_scores", TUESDAY)
    seen = len(days.launched)
    days.until(f"{THURSDAY} 08:30")
    after = days.warehouse.history("player_box_scores", TUESDAY)
    assert after["content_hash"].iloc[-1] != before["content_hash"].iloc[-1], "the correction came"
    assert [who for who, *_ in days.launched[seen:]].count("ingest_after_the_last_game") == 1
    fixed = [tables for who, tables, *_ in days.launched[seen:] if who == "automation"]
    times = {table: sum(table in tables for tables in fixed) for table in TABLES}
    assert max(times[table] for table in TABLES if table != ACCURACY) <= 2, "one for the new slate, one to fix"
    assert times[ACCURACY] <= 4, "after the tables that it reads, and after the predictions"
    assert any(set(FOLLOWS) > set(tables) and "ml_feature_store" in tables for tables in fixed)
    assert days.not_ready() == BEGIN_TODAY
    state = days.warehouse.state()
    assert not state.stale[PREDICTIONS][state.days >= str(THURSDAY)].any()
    for day in (WEDNESDAY, THURSDAY, FRIDAY):
        assert days.rows(PREDICTIONS)[day] == days.rows("ml_feature_store")[day]
    assert all(is_complete for *_, is_complete in days.launched)


def test_a_hold_is_waited_for_and_what_was_missed_is_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = SimulatedDays(tmp_path, "", f"{MONDAY} 12:30", monkeypatch)
    store = ClaimStore(days.settings.claims_url)
    span = Span("team_offense", MONDAY - dt.timedelta(days=2), MONDAY - dt.timedelta(days=2))
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    frozen = store.reserve([span], owner="freeze:Ada", kind="freeze", who="Ada", why="a scorer's sheet", until=until)
    days.follow()
    assert days.launched
    assert all(is_complete for *_, is_complete in days.launched), "no failed run"
    assert span.first not in days.rows("team_offense")
    assert MONDAY in days.rows("team_offense")
    assert MONDAY not in days.rows("ml_feature_store"), "its history is not complete"
    store.end(frozen.id, "released")
    days.follow()
    assert all(is_complete for *_, is_complete in days.launched)
    assert days.not_ready() == BEGIN_TODAY

    # Nothing ran for three days; the schedules' ticks of those days are lost.
    days.now += dt.timedelta(days=3)
    days.follow()
    assert days.rows("player_box_scores")[MONDAY] > 0, "read again, for it was read before it was played"
    assert days.not_ready() == BEGIN_TODAY

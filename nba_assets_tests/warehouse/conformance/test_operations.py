"""What a person decides about published dates, and the journal that tells who did what and why."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.errors import RequestError
from nba_assets.partitions import Span
from nba_assets.readiness.status import Status
from nba_assets.warehouse.port import Warehouse
from nba_assets_tests.warehouse.places import Place
from nba_assets_tests.warehouse.raw_publishes import (
    BOX,
    DAYS,
    DERIVED,
    Clock,
    entry,
    minutes_by_day,
    publish,
    stale_days,
)

WHO: dict[str, Any] = {"who": "ann", "why": "clock was off", "token": 0}
SECOND = DAYS[1]


# --- invalidate ---


def test_what_is_invalidated_stays_in_place_behind_a_closed_gate(warehouse: Warehouse) -> None:
    assert warehouse.invalidate(Span(BOX, DAYS[1], DAYS[2]), who="ann", why="clock was off", token=9) == 2
    assert [entry(warehouse, BOX, day)["status"] for day in DAYS] == ["ready", "rejected", "rejected", "ready"]
    row = entry(warehouse, BOX, SECOND)
    assert (row["reasons"], row["token"], row["run_id"]) == ("invalidated by ann: clock was off", 9, "")
    assert (row["build_id"], row["content_build"], row["attempt_build"], row["rows"]) == (3, 5, 5, 4)
    assert minutes_by_day(warehouse) == [240.0] * 4
    blocked = warehouse.read_window(TABLES["player_box_scores"], DAYS).blocked
    assert blocked[SECOND] == "team_box_scores 2024-12-04 is rejected: invalidated by ann: clock was off"
    assert warehouse.history(BOX, SECOND)["status"].tolist() == ["ready", "rejected"]


def test_everything_built_on_it_is_stale_and_nothing_before_or_beside(complete: Warehouse) -> None:
    complete.invalidate(Span(BOX, SECOND, SECOND), **WHO)
    same_date, later = [1], [2, 3]
    assert stale_days(complete) == {
        "player_box_scores": same_date, "shot_attempts": same_date, "team_offense": same_date,
        "team_defense": same_date, "player_game_summary": same_date, "team_defense_zones": later,
        "player_shot_zones": later, "player_daily_cache": later, "upcoming_player_context": later,
        "player_composite_factors": later, "ml_feature_store": later, "player_points_predictions": later,
        "prediction_accuracy": same_date + later,
    }  # fmt: skip


@pytest.mark.long
def test_a_rebuild_with_the_same_content_makes_the_date_and_all_after_it_ready(complete: Warehouse) -> None:
    complete.invalidate(Span(BOX, SECOND, SECOND), **WHO)
    published = publish(complete, BOX, [SECOND])
    assert published[SECOND].status is Status.READY
    assert not published[SECOND].is_changed
    for table in ("player_box_scores", *DERIVED):
        assert {outcome.status for outcome in publish(complete, table).values()} == {Status.READY}, table
    assert stale_days(complete) == {}
    assert all(complete.state().is_ready(table).all() for table in TABLES)


def test_dates_where_nothing_is_published_are_left_alone(empty: Place) -> None:
    warehouse = empty.open()
    publish(warehouse, "game_schedule", DAYS[1:3])
    publish(warehouse, "game_schedule", DAYS[3:], status=Status.REJECTED)
    assert warehouse.invalidate(Span("game_schedule", DAYS[0], DAYS[1]), **WHO) == 1
    before = warehouse.ledger(), warehouse.journal()
    assert warehouse.invalidate(Span("game_schedule", DAYS[3], DAYS[3]), **WHO) == 0
    pd.testing.assert_frame_equal(warehouse.ledger(), before[0])
    assert len(before[1]) == len(warehouse.journal()) == 1
    assert sorted(before[0]["status"]) == ["ready", "rejected", "rejected"]


def test_an_unknown_table_is_named(warehouse: Warehouse) -> None:
    with pytest.raises(RequestError, match="there is no table 'team_boxes' in the warehouse; there are game_schedule"):
        warehouse.invalidate(Span("team_boxes", DAYS[0], DAYS[1]), **WHO)


# --- the journal ---


def test_every_operation_is_reported_with_who_why_and_where(place: Place) -> None:
    clock = Clock()
    warehouse = place.open(now=clock)
    steps: list[Callable[[], object]] = [
        lambda: warehouse.invalidate(Span(BOX, DAYS[1], DAYS[2]), **WHO),
        lambda: warehouse.restore(BOX, SECOND, 3, **WHO),
        lambda: warehouse.record(
            "cancel", "bob", "too slow", [Span(BOX, DAYS[0], DAYS[3])], {"claim": 4, "at": SECOND}
        ),
        lambda: warehouse.record("release", "bob", "done"),
    ]
    for step in steps:
        clock.pass_days(1)
        step()
    reported = warehouse.journal()
    assert list(reported["operation"] + " " + reported["who"] + " " + reported["why"]) == [
        "invalidate ann clock was off", "restore ann clock was off", "cancel bob too slow", "release bob done",
    ]  # fmt: skip
    assert reported["table_name"].tolist()[:3] == [BOX] * 3
    assert reported["first_date"].dt.date.tolist()[:3] == [DAYS[1], DAYS[1], DAYS[0]]
    assert reported["last_date"].dt.date.tolist()[:3] == [DAYS[2], DAYS[1], DAYS[3]]
    assert reported[["table_name", "first_date", "last_date"]].iloc[3].isna().all()
    assert [json.loads(text) for text in reported["detail"]] == [
        {"build": 5, "dates": 2},
        {"build": 6, "restored_build": 3, "content_hash": entry(warehouse, BOX, SECOND)["content_hash"]},
        {"claim": 4, "at": "2024-12-04"},
        {},
    ]
    assert reported["at"].is_monotonic_increasing
    assert reported["at"].iloc[-1] == clock()

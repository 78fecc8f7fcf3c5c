"""Reading from a warehouse: gated windows with their gaps, gated reads with their fingerprint."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

import pandas as pd
import pytest

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.contract import Read
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import bootstrap_days
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.gate import GateClosed
from nba_assets.readiness.status import Status
from nba_assets.warehouse.port import Attempt, Warehouse
from nba_assets_tests.raw_games import BOS, NYK, game_id
from nba_assets_tests.warehouse.places import Place
from nba_assets_tests.warehouse.raw_publishes import (
    BOX,
    DAYS,
    SOUND,
    publish,
    with_minutes,
)


def test_the_window_of_same_date_inputs_holds_the_open_days_only(warehouse: Warehouse) -> None:
    publish(warehouse, "game_schedule", DAYS[1:2], status=Status.REJECTED)
    window = warehouse.read_window(TABLES[BOX], DAYS[:3])
    assert window.days == (DAYS[0], DAYS[2])
    assert list(window.blocked) == [DAYS[1]]
    assert set(window["game_schedule"]["game_date"].dt.date) == {DAYS[0], DAYS[2]}
    assert window.inputs_build == 5


def test_nothing_is_open_on_an_empty_warehouse_but_ingest(empty: Place) -> None:
    warehouse = empty.open()
    assert warehouse.read_window(TABLES["game_schedule"], DAYS).days == tuple(DAYS)
    window = warehouse.read_window(TABLES["game_results"], DAYS)
    assert window.days == ()
    assert window.blocked[DAYS[0]] == "game_schedule 2024-12-03 is missing"
    assert window["game_schedule"].empty


@pytest.fixture
def with_summaries(warehouse: Warehouse) -> Warehouse:
    """Shots and analytics (without rows) on all days; of the second day the summary is rejected."""
    for table in ("shot_attempts", "team_offense", "team_defense", "player_game_summary"):
        publish(warehouse, table)
    publish(warehouse, "player_game_summary", DAYS[1:2], status=Status.REJECTED)
    return warehouse


def test_gaps_are_the_team_games_that_were_due(with_summaries: Warehouse) -> None:
    window = with_summaries.read_window(TABLES["player_daily_cache"], DAYS)
    assert window.days == tuple(DAYS)
    gaps = window.gaps["player_game_summary"]
    assert set(gaps["game_date"].dt.date) == {DAYS[1]}
    assert len(gaps) == 4
    assert {BOS, NYK} == set(gaps.loc[gaps["game_id"] == game_id(1, 0), "team_id"])
    assert window.gaps["team_offense"].empty


def test_a_gap_on_or_after_the_last_day_is_not_in_its_history(with_summaries: Warehouse) -> None:
    window = with_summaries.read_window(TABLES["player_daily_cache"], DAYS[:2])
    assert window.gaps["player_game_summary"].empty


@pytest.mark.parametrize("status", [Status.REJECTED, Status.BLOCKED])
def test_an_optional_input_that_was_refused_opens_its_dates_and_gives_gaps_instead_of_rows(
    warehouse: Warehouse, status: Status
) -> None:
    contract = dataclasses.replace(TABLES["team_offense"], reads=(Read("game_schedule"), Read(BOX, optional=True)))
    publish(warehouse, BOX, DAYS[1:2], status=status)
    window = warehouse.read_window(contract, DAYS[:3])
    assert window.days == tuple(DAYS[:3])
    assert set(window[BOX]["game_date"].dt.date) == {DAYS[0], DAYS[2]}, (
        "what is published on a refused date is not read"
    )
    gaps = window.gaps[BOX]
    assert set(gaps["game_date"].dt.date) == {DAYS[1]}
    assert {BOS, NYK} == set(gaps.loc[gaps["game_id"] == game_id(1, 0), "team_id"])
    assert warehouse.read_window(contract, DAYS[1:2])[BOX].empty
    assert warehouse.read_window(contract, DAYS[2:]).gaps[BOX].empty


@pytest.mark.parametrize("when", ["same_date", "before"])
def test_a_narrowed_read_brings_its_columns_in_order_of_date_and_key(
    warehouse: Warehouse, when: Literal["same_date", "before"]
) -> None:
    narrowed = Read(BOX, when, columns=("game_date", "minutes"))
    contract = dataclasses.replace(TABLES["team_offense"], key=(), reads=(narrowed,), columns=())
    rows = warehouse.read_window(contract, DAYS)[BOX]
    assert list(rows) == ["game_date", "minutes"]
    whole = SOUND[BOX] if when == "same_date" else SOUND[BOX][SOUND[BOX]["game_date"] < pd.Timestamp(DAYS[-1])]
    pd.testing.assert_frame_equal(rows, whole[["game_date", "minutes"]].reset_index(drop=True))


def test_what_is_published_on_a_rejected_date_is_not_read_as_history(warehouse: Warehouse) -> None:
    for table in ("team_offense", "team_defense"):
        publish(warehouse, table)
    contract = dataclasses.replace(
        TABLES["player_daily_cache"],
        reads=(dataclasses.replace(TABLES["player_daily_cache"].reads[0], table=BOX, window="before"),),
    )
    publish(warehouse, BOX, DAYS[1:2], status=Status.REJECTED)
    rows = warehouse.read_window(contract, DAYS)[BOX]
    assert set(rows["game_date"].dt.date) == {DAYS[0], DAYS[2]}, "the last day itself is no history either"


@pytest.mark.parametrize(
    ("disturb", "current"),
    [
        pytest.param(lambda warehouse: None, DAYS, id="all is up to date"),
        pytest.param(lambda warehouse: publish(warehouse, BOX, DAYS[:1], status=Status.REJECTED), DAYS[1:],
                     id="rejected"),
        pytest.param(lambda warehouse: publish(warehouse, "game_results", DAYS[:1],
                                               rows=SOUND["game_results"].assign(home_pts=111.0)), DAYS[1:],
                     id="stale"),
        pytest.param(lambda warehouse: publish(warehouse, BOX, DAYS[:1], source_version="v2"), DAYS[1:],
                     id="of another state of the source"),
    ],
)  # fmt: skip
def test_what_is_current_can_be_left_out(
    warehouse: Warehouse, disturb: Callable[..., Any], current: list[dt.date]
) -> None:
    disturb(warehouse)
    window = warehouse.read_window(TABLES[BOX], DAYS, only=("outdated",))
    assert (window.current, window.skipped) == (tuple(current), ())
    assert window.days == tuple(day for day in DAYS if day not in current)
    everything = warehouse.read_window(TABLES[BOX], DAYS)
    assert (everything.current, everything.skipped, len(everything.days)) == ((), (), 4)


def test_what_is_left_out_without_being_current_is_distinguished(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[:1], status=Status.REJECTED)
    publish(warehouse, BOX, DAYS[1:2], source_version="v2")
    window = warehouse.read_window(TABLES[BOX], DAYS, only=("failed",))
    assert (window.days, window.skipped, window.current) == ((DAYS[0],), (DAYS[1],), tuple(DAYS[2:]))
    assert window.asked == tuple(DAYS)
    assert set(window["game_results"]["game_date"].dt.date) == {DAYS[0]}, "inputs of what is left out are not read"


def test_the_window_knows_under_which_waivers_its_inputs_were_published(warehouse: Warehouse) -> None:
    tainted = Verdict(Status.READY, waivers=("w7",), rows=4)
    window = warehouse.read_window(TABLES[BOX], DAYS[1:2])
    rows = conform(TABLES[BOX], with_minutes(290.0)).on(window.dates)
    warehouse.publish(window, rows, {DAYS[1]: tainted}, Attempt("r"))
    assert warehouse.read_window(TABLES[BOX], DAYS).taints == {}, "its own waivers are not inherited"
    for table in ("player_box_scores", "shot_attempts", "team_offense", "team_defense", "player_game_summary"):
        assert warehouse.read_window(TABLES[table], DAYS).taints == {DAYS[1]: ("w7",)}, table
        publish(warehouse, table)
    cache = warehouse.read_window(TABLES["player_daily_cache"], DAYS)
    assert cache.taints == {DAYS[2]: ("w7",), DAYS[3]: ("w7",)}


def test_bootstrap_is_the_first_two_weeks_of_a_season(empty: Place) -> None:
    days = [day.date() for day in pd.date_range("2024-12-03", periods=20)]
    warehouse = empty.open(days=pd.date_range(days[0], days[-1], unit="ns"))
    publish(warehouse, "game_schedule", DAYS)
    assert warehouse.read_window(TABLES["game_schedule"], days).bootstrap == set(days[:14])


def test_play_after_a_pause_of_60_days_starts_with_a_bootstrap_too() -> None:
    days = [day.date() for day in pd.date_range("2020-03-01", "2020-08-31")]
    games = [days[0], days[10], dt.date(2020, 7, 30), dt.date(2020, 8, 20)]
    restart = {day for day in days if games[2] <= day < games[2] + dt.timedelta(days=14)}
    assert bootstrap_days(days, [("2019-20", day) for day in games]) == set(days[:14]) | restart


def test_a_read_is_refused_unless_every_date_is_ready_current_and_untainted(warehouse: Warehouse) -> None:
    publish(warehouse, "game_results", DAYS[2:3], status=Status.REJECTED)
    asked = {"game_results": ["game_id", "home_pts"]}
    with pytest.raises(GateClosed, match=r"a chart is refused.*game_results: 2024-12-05"):
        warehouse.read(asked, DAYS[0], DAYS[3], purpose="a chart")
    rows = warehouse.read(asked, DAYS[0], DAYS[1], purpose="a chart").frames["game_results"]
    assert list(rows.columns) == ["game_id", "home_pts"]
    assert rows["game_id"].tolist() == [game_id(0, 0), game_id(0, 1), game_id(1, 0), game_id(1, 1)]


def test_a_read_may_be_gated_by_more_than_it_reads(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[:1], status=Status.REJECTED)
    asked = {"game_schedule": ["game_id"]}
    warehouse.read(asked, DAYS[0], DAYS[0], purpose="a chart")
    with pytest.raises(GateClosed, match=BOX):
        warehouse.read(asked, DAYS[0], DAYS[0], purpose="a chart", gated=["game_schedule", BOX])


def test_the_fingerprint_follows_the_content_of_its_window(warehouse: Warehouse) -> None:
    def fingerprint(last: dt.date) -> str:
        return warehouse.read({BOX: ["minutes"]}, DAYS[0], last, purpose="a test").fingerprint

    inner, outer = fingerprint(DAYS[1]), fingerprint(DAYS[3])
    publish(warehouse, BOX)
    assert (fingerprint(DAYS[1]), fingerprint(DAYS[3])) == (inner, outer)
    publish(warehouse, BOX, DAYS[2:], rows=with_minutes(241.0))
    assert fingerprint(DAYS[1]) == inner
    assert fingerprint(DAYS[3]) != outer


def test_the_training_window_ends_at_the_newest_attempt(empty: Place) -> None:
    warehouse = empty.open(history_start=DAYS[1])
    with pytest.raises(GateClosed, match="game_schedule"):
        warehouse.training_window("game_schedule", None)
    publish(warehouse, "game_schedule", DAYS[:3])
    assert warehouse.training_window("game_schedule", None) == (DAYS[1], DAYS[2])
    assert warehouse.training_window("game_schedule", DAYS[1]) == (DAYS[1], DAYS[1])


def test_rows_are_found_by_their_key_past_the_gate(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[1:2], status=Status.REJECTED)
    found = warehouse.find(BOX, {"team": "BOS"}, DAYS[0], DAYS[1], ["game_date", "team_id"])
    assert list(found) == ["game_date", "team_id"]
    assert found["game_date"].dt.date.tolist() == [DAYS[0], DAYS[1]]
    assert set(found["team_id"]) == {BOS}
    assert warehouse.find(BOX, {"team_id": str(BOS)}, DAYS[2], DAYS[2])["team"].tolist() == ["BOS"]
    whole = warehouse.find(BOX, {}, DAYS[0], DAYS[3])
    pd.testing.assert_frame_equal(whole, SOUND[BOX])
    with pytest.raises(KeyError, match="no column 'clock'"):
        warehouse.find(BOX, {"clock": 1}, DAYS[0], DAYS[1])

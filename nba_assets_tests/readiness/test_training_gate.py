"""The gate of training: every ancestor on every date, or a waiver that covers the date and is named."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from nba_assets.contracts.tables import MODEL, TABLES, ancestors
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.gate import TRAINING_RULE, GateClosed, require_all
from nba_assets_tests.readiness.ledgers import CHAIN, HandLedger, graph, table

DAYS = [dt.date(2024, 1, number) for number in range(1, 5)]


ANCESTORS = ancestors("ml_feature_store", "player_game_summary")
OBSTACLES: dict[str, Callable[[HandLedger, str], object]] = {
    "missing": lambda ledger, name: ledger.rows.pop((name, 2)),
    "rejected": lambda ledger, name: ledger.fail(name, 2, reasons="30 points missing"),
    "blocked": lambda ledger, name: ledger.fail(name, 2, status="blocked", reasons="upstream blocking"),
    "stale": lambda ledger, name: ledger.outdate(name, 2),
    "tainted": lambda ledger, name: ledger.rows[name, 2].update(waivers="w7"),
}


def test_the_model_is_published_on_all_raw_analytics_and_precompute_tables() -> None:
    assert set(ANCESTORS) == {
        "game_schedule", "game_results", "team_box_scores", "player_box_scores",
        "shot_attempts", "point_lines", "injury_reports",
        "team_offense", "team_defense", "player_game_summary", "team_defense_zones", "player_shot_zones",
        "player_daily_cache", "upcoming_player_context", "player_composite_factors", "ml_feature_store",
    }  # fmt: skip


def test_training_may_begin_when_everything_is_ready() -> None:
    require_all(HandLedger(TABLES).publish_all().state(), ANCESTORS, DAYS[0], DAYS[3], "training")


@pytest.mark.parametrize("blocker", OBSTACLES)
@pytest.mark.parametrize("name", ANCESTORS)
def test_training_is_refused_for_any_ancestor_with_table_date_and_reason(name: str, blocker: str) -> None:
    ledger = HandLedger(TABLES).publish_all()
    OBSTACLES[blocker](ledger, name)
    with pytest.raises(GateClosed, match="training is refused") as closed:
        require_all(ledger.state(), ANCESTORS, DAYS[0], DAYS[3], "training")
    blockers = {(blocker["table"], blocker["date"]): blocker["reason"] for blocker in closed.value.blockers}
    assert f"{name} 2024-01-02 is {blocker}" in blockers[name, "2024-01-02"]
    assert f"{name}: " in str(closed.value)
    assert "2024-01-02" in str(closed.value)


NOW = dt.datetime(2024, 2, 1, 8, tzinfo=dt.UTC)
WAIVER = Waiver("w1", MODEL, TRAINING_RULE, DAYS[1], DAYS[2], NOW + dt.timedelta(seconds=1), "ann", "season start")


def require(ledger: HandLedger, *waivers: Waiver, tables: Sequence[str] = ANCESTORS) -> tuple[str, ...]:
    arguments: dict[str, Any] = {"waivers": waivers, "waivable_as": MODEL, "now": NOW}
    return require_all(ledger.state(), tables, DAYS[0], DAYS[3], "training", **arguments)


@pytest.mark.parametrize("blocker", OBSTACLES)
@pytest.mark.parametrize("name", ["game_schedule", "ml_feature_store"])
def test_a_waived_date_passes_whatever_is_in_its_way_and_the_waiver_is_named(name: str, blocker: str) -> None:
    ledger = HandLedger(TABLES).publish_all()
    OBSTACLES[blocker](ledger, name)
    tables = [name]
    assert require(ledger, WAIVER, tables=tables) == (("w1", "w7") if blocker == "tainted" else ("w1",))
    with pytest.raises(GateClosed):
        require(ledger, tables=tables)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"until": NOW}, id="expired"),
        pytest.param({"table": "team_offense"}, id="other table"),
        pytest.param({"rule": "points_sum"}, id="other rule"),
        pytest.param({"last": DAYS[1]}, id="too short"),
        pytest.param({"first": DAYS[2]}, id="too late"),
    ],
)
def test_a_waiver_that_does_not_cover_the_dates_in_force_is_none(change: dict[str, Any]) -> None:
    ledger = HandLedger(CHAIN).publish_all()
    ledger.fail("summary", 2, 3)
    assert require(ledger, WAIVER, tables=list(CHAIN)) == ("w1",)
    with pytest.raises(GateClosed, match="waive training_window_ready of xgboost_points_model there"):
        require(ledger, dataclasses.replace(WAIVER, **change), tables=list(CHAIN))


def test_two_waivers_may_cover_a_window_together_and_a_third_is_not_needed() -> None:
    ledger = HandLedger(CHAIN).publish_all()
    ledger.fail("summary", 2, 4)
    second = dataclasses.replace(WAIVER, waiver_id="w2", first=DAYS[3], last=DAYS[3], rule="*")
    third = dataclasses.replace(WAIVER, waiver_id="w3", first=DAYS[0], last=DAYS[3])
    assert require(ledger, WAIVER, second, third, tables=list(CHAIN)) == ("w1", "w2")


def test_a_waiver_that_nothing_needs_is_not_named() -> None:
    assert require(HandLedger(CHAIN).publish_all(), WAIVER, tables=list(CHAIN)) == ()


def test_no_waiver_counts_for_a_read_that_is_no_training() -> None:
    ledger = HandLedger(CHAIN).publish_all()
    ledger.fail("summary", 2)
    with pytest.raises(GateClosed):
        require_all(ledger.state(), list(CHAIN), DAYS[0], DAYS[3], "a chart", waivers=[WAIVER], now=NOW)


def test_a_taint_outside_the_window_is_not_named() -> None:
    ledger = HandLedger(CHAIN).publish_all()
    ledger.publish("features", 1, waivers="w7")
    assert require_all(ledger.state(), list(CHAIN), DAYS[1], DAYS[3], "training") == ()


def test_dates_outside_the_training_window_do_not_matter() -> None:
    ledger = HandLedger(TABLES).publish_all()
    ledger.fail("ml_feature_store", 1, 4)
    require_all(ledger.state(), ANCESTORS, DAYS[1], DAYS[2], "training")
    with pytest.raises(GateClosed):
        require_all(ledger.state(), ANCESTORS, DAYS[1], DAYS[3], "training")


def test_the_refusal_counts_ranges_and_says_what_to_do() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("summary", 2, 3, reasons="30 points missing")
    ledger.fail("features", 4, status="blocked", reasons="cache is missing")
    with pytest.raises(GateClosed) as closed:
        require_all(ledger.state(), list(CHAIN), DAYS[0], DAYS[3], "training the toy")
    assert str(closed.value) == (
        "training the toy is refused: 3 partitions of its window 2024-01-01 … 2024-01-04 are not ready, current and "
        "untainted. summary: 2 dates (2024-01-02 … 2024-01-03); features: 2024-01-04. First: summary 2024-01-02 is "
        "rejected: 30 points missing. Rebuild them, then retry."
    )


def test_a_read_is_strict_about_optional_inputs_too() -> None:
    contracts = graph(table("raw"), table("shots"), table("summary", same_date=["raw"], optional=["shots"]))
    ledger = HandLedger(contracts).publish_all()
    ledger.fail("shots", 2)
    with pytest.raises(GateClosed, match="shots: 2024-01-02"):
        require_all(ledger.state(), list(contracts), DAYS[0], DAYS[3], "training")


@pytest.mark.parametrize("blocker", OBSTACLES)
@pytest.mark.parametrize("name", ["player_box_scores", "shot_attempts", "ml_feature_store"])
def test_where_gaps_pass_only_failed_dates_do(name: str, blocker: str) -> None:
    ledger = HandLedger(TABLES).publish_all()
    OBSTACLES[blocker](ledger, name)
    asked = ledger.state(), ANCESTORS, DAYS[0], DAYS[3], "training"
    if blocker in ("rejected", "blocked"):
        assert require_all(*asked, gaps_pass=True) == ()
    else:
        with pytest.raises(GateClosed, match=f"{name}: 2024-01-02"):
            require_all(*asked, gaps_pass=True)


@pytest.mark.parametrize("name", ["game_schedule", "player_box_scores"])
def test_where_gaps_pass_nobody_may_ask_how_many_games_they_are(name: str) -> None:
    """Without a schedule of the date nobody knows which games are lost."""
    ledger = HandLedger(TABLES).publish_all()
    ledger.fail("game_schedule", 2)
    ledger.fail(name, 2)
    with pytest.raises(GateClosed, match="game_schedule 2024-01-02 is rejected"):
        require_all(ledger.state(), ANCESTORS, DAYS[0], DAYS[3], "training", gaps_pass=True)

"""The gate: what may be built, what is held and why; training refuses with table, dates and reasons."""

import datetime as dt
from collections.abc import Callable

import pytest

from nba_assets.contracts.tables import TABLES, ancestors
from nba_assets.readiness.gate import GateClosed, evaluate, require_all
from nba_assets_tests.readiness.ledgers import CHAIN, HandLedger, graph, table

DAYS = [dt.date(2024, 1, number) for number in range(1, 5)]


def gate_of(ledger: HandLedger, name: str, days: list[dt.date] = DAYS, history_start: int | None = None):
    return evaluate(ledger.state(history_start), ledger.contracts[name], days)


def make_stale(ledger: HandLedger, name: str, number: int) -> None:
    ledger.rows[name, number] = {**ledger.rows[name, number], "code_version": 0}


SAME_DATE_OBSTACLES: list = [
    pytest.param(lambda ledger: ledger.rows.pop(("raw", 2)), "raw 2024-01-02 is missing", id="missing"),
    pytest.param(
        lambda ledger: ledger.fail("raw", 2, reasons="30 points missing"),
        "raw 2024-01-02 is rejected: 30 points missing",
        id="rejected",
    ),
    pytest.param(
        lambda ledger: ledger.fail("raw", 2, status="held", reasons="schedule is missing"),
        "raw 2024-01-02 is held: schedule is missing",
        id="held",
    ),
    pytest.param(lambda ledger: make_stale(ledger, "raw", 2), "raw 2024-01-02 is stale", id="stale"),
]


@pytest.mark.parametrize(("spoil", "reason"), SAME_DATE_OBSTACLES)
def test_a_same_date_input_that_is_not_ready_holds_its_date_and_no_other(spoil, reason):
    ledger = HandLedger().publish_all()
    spoil(ledger)
    gate = gate_of(ledger, "summary")
    assert gate.held == {DAYS[1]: reason}
    assert gate.open_days == (DAYS[0], DAYS[2], DAYS[3])


def test_a_tainted_input_is_no_obstacle_to_a_derived_table():
    ledger = HandLedger()
    ledger.publish("raw", waivers="w7")
    assert gate_of(ledger, "summary").held == {}


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        pytest.param(lambda ledger: ledger.rows.pop(("summary", 2)), "missing", id="missing"),
        pytest.param(lambda ledger: make_stale(ledger, "summary", 2), "stale", id="stale"),
    ],
)
def test_history_that_is_missing_or_stale_holds_every_later_date_by_name(spoil, word):
    ledger = HandLedger().publish_all()
    spoil(ledger)
    gate = gate_of(ledger, "cache")
    assert gate.open_days == (DAYS[0], DAYS[1])
    assert gate.held == dict.fromkeys(DAYS[2:], f"summary 2024-01-02 is {word}")
    assert gate.gaps["summary"].tolist() == []


def test_several_missing_dates_are_named_once_and_counted():
    ledger = HandLedger()
    ledger.publish("summary", 4)
    held = gate_of(ledger, "cache").held
    assert held[DAYS[1]] == "summary 2024-01-01 is missing"
    assert held[DAYS[3]] == "summary 2024-01-01 is missing (and 2 more dates of its history)"


@pytest.mark.parametrize("status", ["rejected", "held"])
@pytest.mark.parametrize("is_stale", [False, True], ids=["current", "outdated"])
def test_history_that_was_rejected_or_held_is_a_gap_and_holds_nothing(status, is_stale):
    ledger = HandLedger().publish_all()
    ledger.fail("summary", 2, status=status)
    if is_stale:
        make_stale(ledger, "summary", 2)
    gate = gate_of(ledger, "cache")
    assert gate.open_days == tuple(DAYS)
    assert gate.gaps["summary"].tolist() == [1]


OPTIONAL = graph(table("raw"), table("shots"), table("summary", same_date=["raw"], optional=["shots"]))


@pytest.mark.parametrize("status", ["rejected", "held"])
@pytest.mark.parametrize("is_stale", [False, True], ids=["current", "outdated"])
def test_an_optional_input_that_was_rejected_or_held_is_a_gap_and_holds_nothing(status, is_stale):
    ledger = HandLedger(OPTIONAL).publish_all()
    ledger.fail("shots", 2, 4, status=status)
    if is_stale:
        make_stale(ledger, "shots", 2)
    gate = gate_of(ledger, "summary", DAYS[:3])
    assert gate.held == {}
    assert gate.gaps["shots"].tolist() == [1], "of the dates that are asked for"
    assert "raw" not in gate.gaps


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        pytest.param(lambda ledger: ledger.rows.pop(("shots", 2)), "missing", id="missing"),
        pytest.param(lambda ledger: make_stale(ledger, "shots", 2), "stale", id="stale"),
    ],
)
def test_an_optional_input_that_is_missing_or_stale_holds_its_date_as_any_other(spoil, word):
    ledger = HandLedger(OPTIONAL).publish_all()
    spoil(ledger)
    gate = gate_of(ledger, "summary")
    assert gate.held == {DAYS[1]: f"shots 2024-01-02 is {word}"}
    assert gate.gaps["shots"].tolist() == []


def test_a_gap_of_a_date_that_is_held_for_another_reason_is_in_no_window():
    ledger = HandLedger(OPTIONAL).publish_all()
    ledger.fail("shots", 2)
    ledger.fail("raw", 2)
    gate = gate_of(ledger, "summary")
    assert list(gate.held) == [DAYS[1]]
    assert gate.gaps["shots"].tolist() == []


def test_a_gap_of_the_history_is_in_the_window_of_later_dates_only():
    ledger = HandLedger().publish_all()
    ledger.fail("summary", 2)
    assert gate_of(ledger, "cache", DAYS[:2]).gaps["summary"].tolist() == []
    assert gate_of(ledger, "cache", DAYS[:3]).gaps["summary"].tolist() == [1]


def test_nothing_is_missing_before_the_first_game():
    ledger = HandLedger()
    ledger.publish("summary", 3, 4)
    assert gate_of(ledger, "cache", history_start=3).open_days == tuple(DAYS)
    assert gate_of(ledger, "cache", history_start=2).open_days == tuple(DAYS[:2])


def test_all_obstacles_of_a_date_are_named():
    contracts = graph(table("schedule"), table("box"), table("summary", same_date=["schedule", "box"]))
    ledger = HandLedger(contracts)
    ledger.fail("box", 1, reasons="eight rows")
    assert gate_of(ledger, "summary").held[DAYS[0]] == (
        "schedule 2024-01-01 is missing; box 2024-01-01 is rejected: eight rows"
    )


def test_a_date_outside_the_calendar_is_an_error_that_names_it():
    with pytest.raises(KeyError, match="cache: not in the partition calendar: 2031-01-01"):
        evaluate(HandLedger().state(), CHAIN["cache"], [dt.date(2031, 1, 1)])


# --- training: every ancestor, every kind of obstacle ---

ANCESTORS = ancestors("ml_feature_store", "player_game_summary")
OBSTACLES: dict[str, Callable[[HandLedger, str], object]] = {
    "missing": lambda ledger, name: ledger.rows.pop((name, 2)),
    "rejected": lambda ledger, name: ledger.fail(name, 2, reasons="30 points missing"),
    "held": lambda ledger, name: ledger.fail(name, 2, status="held", reasons="upstream in the way"),
    "stale": lambda ledger, name: make_stale(ledger, name, 2),
    "tainted": lambda ledger, name: ledger.rows[name, 2].update(waivers="w7"),
}


def test_the_model_stands_on_all_raw_analytics_and_precompute_tables():
    assert set(ANCESTORS) == {
        "game_schedule", "game_results", "team_box_scores", "player_box_scores",
        "shot_attempts", "point_lines", "injury_reports",
        "team_offense", "team_defense", "player_game_summary", "team_defense_zones", "player_shot_zones",
        "player_daily_cache", "upcoming_player_context", "player_composite_factors", "ml_feature_store",
    }  # fmt: skip


def test_training_may_begin_when_everything_is_ready():
    require_all(HandLedger(TABLES).publish_all().state(), ANCESTORS, DAYS[0], DAYS[3], "training")


@pytest.mark.parametrize("obstacle", OBSTACLES)
@pytest.mark.parametrize("name", ANCESTORS)
def test_training_is_refused_for_any_ancestor_with_table_date_and_reason(name, obstacle):
    ledger = HandLedger(TABLES).publish_all()
    OBSTACLES[obstacle](ledger, name)
    with pytest.raises(GateClosed, match="training is refused") as closed:
        require_all(ledger.state(), ANCESTORS, DAYS[0], DAYS[3], "training")
    blockers = {(blocker["table"], blocker["date"]): blocker["reason"] for blocker in closed.value.blockers}
    assert f"{name} 2024-01-02 is {obstacle}" in blockers[name, "2024-01-02"]
    assert f"{name}: " in str(closed.value)
    assert "2024-01-02" in str(closed.value)


def test_dates_outside_the_training_window_do_not_matter():
    ledger = HandLedger(TABLES).publish_all()
    ledger.fail("ml_feature_store", 1, 4)
    require_all(ledger.state(), ANCESTORS, DAYS[1], DAYS[2], "training")
    with pytest.raises(GateClosed):
        require_all(ledger.state(), ANCESTORS, DAYS[1], DAYS[3], "training")


def test_the_refusal_counts_ranges_and_says_what_to_do():
    ledger = HandLedger().publish_all()
    ledger.fail("summary", 2, 3, reasons="30 points missing")
    ledger.fail("features", 4, status="held", reasons="cache is missing")
    with pytest.raises(GateClosed) as closed:
        require_all(ledger.state(), list(CHAIN), DAYS[0], DAYS[3], "training the toy")
    assert str(closed.value) == (
        "training the toy is refused: 3 partitions of its window 2024-01-01 … 2024-01-04 are not ready, current and "
        "untainted. summary: 2 dates (2024-01-02 … 2024-01-03); features: 2024-01-04. First: summary 2024-01-02 is "
        "rejected: 30 points missing. Rebuild or waive them, then retry."
    )


def test_an_optional_gap_on_a_date_whose_schedule_is_not_known_holds_the_date():
    ledger = HandLedger(graph(*OPTIONAL.values(), table("game_schedule"))).publish_all()
    ledger.fail("shots", 2)
    assert gate_of(ledger, "summary").held == {}
    ledger.fail("game_schedule", 2)
    assert list(gate_of(ledger, "summary").held) == [DAYS[1]]


def test_training_is_strict_about_optional_inputs_too():
    ledger = HandLedger(OPTIONAL).publish_all()
    ledger.fail("shots", 2)
    with pytest.raises(GateClosed, match="shots: 2024-01-02"):
        require_all(ledger.state(), list(OPTIONAL), DAYS[0], DAYS[3], "training")


def test_a_gap_on_a_date_whose_schedule_is_not_known_closes_the_history_after_it():
    ledger = HandLedger(contracts=TABLES).publish_all()
    ledger.fail("player_game_summary", 2, status="held")
    ledger.fail("team_offense", 2, status="held")
    assert gate_of(ledger, "player_daily_cache").held == {}, "the schedule says whom the gap concerns"
    ledger.fail("game_schedule", 2, reasons="schedule_consistent")
    held = gate_of(ledger, "player_daily_cache", DAYS[2:]).held
    assert list(held) == DAYS[2:]
    assert "player_game_summary 2024-01-02 is held" in held[DAYS[2]]

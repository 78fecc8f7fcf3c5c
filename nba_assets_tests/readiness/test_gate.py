"""The gate: what may be built, what is blocked and why; training refuses with table, dates and reasons."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

import pytest

from nba_assets.contracts.contract import Read
from nba_assets.contracts.tables import TABLES
from nba_assets.errors import RequestError
from nba_assets.readiness.gate import Gate, evaluate, leave_out
from nba_assets_tests.readiness.ledgers import CHAIN, HandLedger, graph, table

DAYS = [dt.date(2024, 1, number) for number in range(1, 5)]


def gate_of(ledger: HandLedger, name: str, days: list[dt.date] = DAYS, history_start: int | None = None) -> Gate:
    return evaluate(ledger.state(history_start), ledger.contracts[name], days)


SAME_DATE_OBSTACLES: list[Any] = [
    pytest.param(lambda ledger: ledger.rows.pop(("raw", 2)), "raw 2024-01-02 is missing", id="missing"),
    pytest.param(
        lambda ledger: ledger.fail("raw", 2, reasons="30 points missing"),
        "raw 2024-01-02 is rejected: 30 points missing",
        id="rejected",
    ),
    pytest.param(
        lambda ledger: ledger.fail("raw", 2, status="blocked", reasons="schedule is missing"),
        "raw 2024-01-02 is blocked: schedule is missing",
        id="blocked",
    ),
    pytest.param(lambda ledger: ledger.outdate("raw", 2), "raw 2024-01-02 is stale", id="stale"),
]


@pytest.mark.parametrize(("spoil", "reason"), SAME_DATE_OBSTACLES)
def test_a_same_date_input_that_is_not_ready_holds_its_date_and_no_other(spoil: Any, reason: Any) -> None:
    ledger = HandLedger().publish_all()
    spoil(ledger)
    gate = gate_of(ledger, "summary")
    assert gate.blocked == {DAYS[1]: reason}
    assert gate.open_days == (DAYS[0], DAYS[2], DAYS[3])


def test_a_tainted_input_is_no_blocker_to_a_derived_table_but_reported() -> None:
    ledger = HandLedger()
    ledger.publish("raw", 1, 3, waivers="w7,w8")
    ledger.publish("raw", 4)
    gate = gate_of(ledger, "summary")
    assert list(gate.blocked) == [DAYS[1]], "nothing was published there"
    assert gate.taints == {DAYS[0]: ("w7", "w8"), DAYS[2]: ("w7", "w8")}
    assert gate_of(ledger, "summary", DAYS[2:]).taints == {DAYS[2]: ("w7", "w8")}
    assert gate_of(ledger, "raw").taints == {}


def test_a_day_that_is_blocked_takes_over_no_taint() -> None:
    ledger = HandLedger()
    ledger.publish("raw", waivers="w7")
    ledger.fail("raw", 2)
    assert list(gate_of(ledger, "summary").taints) == [DAYS[0], DAYS[2], DAYS[3]]


# --- which days to build ---


def sorted_ledger() -> HandLedger:
    """Of summary, day 1 is current, 2 stale, 3 rejected over stale content, 4 missing."""
    ledger = HandLedger().publish_all()
    ledger.publish("raw", 2, 3)
    ledger.fail("summary", 3)
    ledger.rows.pop(("summary", 4))
    return ledger


@pytest.mark.parametrize(
    ("only", "built"),
    [
        pytest.param((), [1, 2, 3, 4], id="all"),
        pytest.param(("outdated",), [2, 3, 4], id="outdated"),
        pytest.param(("missing",), [4], id="missing"),
        pytest.param(("stale",), [2], id="stale"),
        pytest.param(("failed",), [3], id="failed"),
        pytest.param(("missing", "failed"), [3, 4], id="two kinds"),
        pytest.param({"missing", "stale", "failed"}, [2, 3, 4], id="all kinds"),
        pytest.param(["stale", "outdated"], [2, 3, 4], id="outdated names all"),
    ],
)
def test_days_are_left_out_by_what_they_are(only: Collection[str], built: list[int]) -> None:
    current, skipped = leave_out(sorted_ledger().state(), CHAIN["summary"], DAYS, only)
    assert current == ((DAYS[0],) if only else ())
    assert [day.day for day in DAYS if day not in (*current, *skipped)] == built
    assert not set(current) & set(skipped)


def test_only_what_was_asked_for_is_left_out() -> None:
    assert leave_out(sorted_ledger().state(), CHAIN["summary"], DAYS[1:2], ("missing",)) == ((), (DAYS[1],))
    assert leave_out(sorted_ledger().state(), CHAIN["summary"], DAYS[3:], ("missing",)) == ((), ())


@pytest.mark.parametrize(("only", "skipped"), [("outdated", ()), ("stale", tuple(DAYS)), ("missing", tuple(DAYS))])
def test_ingested_rows_from_another_state_of_the_source_are_outdated_and_not_stale(
    only: str, skipped: tuple[dt.date, ...]
) -> None:
    raw = dataclasses.replace(CHAIN["raw"], ingest=True)
    ledger = HandLedger({**CHAIN, "raw": raw}).publish_all()
    state = ledger.state()
    state.rows["raw"]["source_version"] = "v1"
    assert leave_out(state, raw, DAYS, [only], "v1") == (tuple(DAYS), ())
    assert leave_out(state, raw, DAYS, [only], "v2") == ((), skipped)


def test_an_unknown_kind_of_day_is_named() -> None:
    with pytest.raises(
        RequestError, match=r"summary: only=\['broken'\] is unknown; use outdated, missing, stale, failed"
    ):
        leave_out(sorted_ledger().state(), CHAIN["summary"], DAYS, ["stale", "broken"])


# --- the gate of history ---


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        pytest.param(lambda ledger: ledger.rows.pop(("summary", 2)), "missing", id="missing"),
        pytest.param(lambda ledger: ledger.outdate("summary", 2), "stale", id="stale"),
    ],
)
def test_history_that_is_missing_or_stale_holds_every_later_date_by_name(spoil: Callable[..., Any], word: str) -> None:
    ledger = HandLedger().publish_all()
    spoil(ledger)
    gate = gate_of(ledger, "cache")
    assert gate.open_days == (DAYS[0], DAYS[1])
    assert gate.blocked == dict.fromkeys(DAYS[2:], f"summary 2024-01-02 is {word}")
    assert gate.gaps["summary"].tolist() == []


def test_several_missing_dates_are_named_once_and_counted() -> None:
    ledger = HandLedger()
    ledger.publish("summary", 4)
    blocked = gate_of(ledger, "cache").blocked
    assert blocked[DAYS[1]] == "summary 2024-01-01 is missing"
    assert blocked[DAYS[3]] == "summary 2024-01-01 is missing (and 2 more dates of its history)"


@pytest.mark.parametrize("status", ["rejected", "blocked"])
@pytest.mark.parametrize("is_stale", [False, True], ids=["current", "outdated"])
def test_history_that_was_rejected_or_blocked_is_a_gap_and_holds_nothing(status: str, is_stale: bool) -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("summary", 2, status=status)
    if is_stale:
        ledger.outdate("summary", 2)
    gate = gate_of(ledger, "cache")
    assert gate.open_days == tuple(DAYS)
    assert gate.gaps["summary"].tolist() == [1]


OPTIONAL = graph(table("raw"), table("shots"), table("summary", same_date=["raw"], optional=["shots"]))


@pytest.mark.parametrize("status", ["rejected", "blocked"])
@pytest.mark.parametrize("is_stale", [False, True], ids=["current", "outdated"])
def test_an_optional_input_that_was_rejected_or_blocked_is_a_gap_and_holds_nothing(status: str, is_stale: bool) -> None:
    ledger = HandLedger(OPTIONAL).publish_all()
    ledger.fail("shots", 2, 4, status=status)
    if is_stale:
        ledger.outdate("shots", 2)
    gate = gate_of(ledger, "summary", DAYS[:3])
    assert gate.blocked == {}
    assert gate.gaps["shots"].tolist() == [1], "of the dates that are asked for"
    assert "raw" not in gate.gaps


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        pytest.param(lambda ledger: ledger.rows.pop(("shots", 2)), "missing", id="missing"),
        pytest.param(lambda ledger: ledger.outdate("shots", 2), "stale", id="stale"),
    ],
)
def test_an_optional_input_that_is_missing_or_stale_holds_its_date_as_any_other(
    spoil: Callable[..., Any], word: str
) -> None:
    ledger = HandLedger(OPTIONAL).publish_all()
    spoil(ledger)
    gate = gate_of(ledger, "summary")
    assert gate.blocked == {DAYS[1]: f"shots 2024-01-02 is {word}"}
    assert gate.gaps["shots"].tolist() == []


RECORDED = graph(table("raw"), table("record", same_date=["raw"]), table("grades", as_published=["record"]))


def test_what_is_read_as_published_may_be_stale_but_not_missing_or_refused() -> None:
    ledger = HandLedger(RECORDED).publish_all()
    ledger.publish("raw", 1, 2, 3)
    ledger.rows.pop(("record", 2))
    ledger.fail("record", 3)
    gate = gate_of(ledger, "grades", DAYS[:3])
    assert gate.blocked == {
        DAYS[1]: "record 2024-01-02 is missing",
        DAYS[2]: "record 2024-01-03 is rejected, stale: points do not add up",
    }
    assert gate.open_days == (DAYS[0],)


def test_its_reader_is_stale_when_it_is_published_again_and_not_before() -> None:
    ledger = HandLedger(RECORDED).publish_all()
    ledger.publish("raw", 1, 2)
    ledger.publish("record", 2)
    assert ledger.state().stale["record"].tolist() == [True, False, False, False]
    assert ledger.state().stale["grades"].tolist() == [False, True, False, False]


def test_only_the_same_date_can_be_read_as_published() -> None:
    with pytest.raises(ValueError, match="read of record: only the partition of the same date"):
        Read("record", "before", as_published=True)


def test_a_gap_of_a_date_that_is_blocked_for_another_reason_is_in_no_window() -> None:
    ledger = HandLedger(OPTIONAL).publish_all()
    ledger.fail("shots", 2)
    ledger.fail("raw", 2)
    gate = gate_of(ledger, "summary")
    assert list(gate.blocked) == [DAYS[1]]
    assert gate.gaps["shots"].tolist() == []


def test_a_gap_of_the_history_is_in_the_window_of_later_dates_only() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("summary", 2)
    assert gate_of(ledger, "cache", DAYS[:2]).gaps["summary"].tolist() == []
    assert gate_of(ledger, "cache", DAYS[:3]).gaps["summary"].tolist() == [1]


def test_nothing_is_missing_before_the_first_game() -> None:
    ledger = HandLedger()
    ledger.publish("summary", 3, 4)
    assert gate_of(ledger, "cache", history_start=3).open_days == tuple(DAYS)
    assert gate_of(ledger, "cache", history_start=2).open_days == tuple(DAYS[:2])


def test_all_blocker_of_a_date_are_named() -> None:
    contracts = graph(table("schedule"), table("box"), table("summary", same_date=["schedule", "box"]))
    ledger = HandLedger(contracts)
    ledger.fail("box", 1, reasons="eight rows")
    assert gate_of(ledger, "summary").blocked[DAYS[0]] == (
        "schedule 2024-01-01 is missing; box 2024-01-01 is rejected: eight rows"
    )


def test_a_date_outside_the_calendar_is_an_error_that_names_it() -> None:
    with pytest.raises(KeyError, match="cache: not in the partition calendar: 2031-01-01"):
        evaluate(HandLedger().state(), CHAIN["cache"], [dt.date(2031, 1, 1)])


def test_an_optional_gap_on_a_date_whose_schedule_is_not_known_holds_the_date() -> None:
    ledger = HandLedger(graph(*OPTIONAL.values(), table("game_schedule"))).publish_all()
    ledger.fail("shots", 2)
    assert gate_of(ledger, "summary").blocked == {}
    ledger.fail("game_schedule", 2)
    assert list(gate_of(ledger, "summary").blocked) == [DAYS[1]]


def test_a_gap_on_a_date_whose_schedule_is_not_known_closes_the_history_after_it() -> None:
    ledger = HandLedger(contracts=TABLES).publish_all()
    ledger.fail("player_game_summary", 2, status="blocked")
    ledger.fail("team_offense", 2, status="blocked")
    assert gate_of(ledger, "player_daily_cache").blocked == {}, "the schedule says whom the gap concerns"
    ledger.fail("game_schedule", 2, reasons="schedule_consistent")
    blocked = gate_of(ledger, "player_daily_cache", DAYS[2:]).blocked
    assert list(blocked) == DAYS[2:]
    assert "player_game_summary 2024-01-02 is blocked" in blocked[DAYS[2]]

"""Causes of staleness: worked by hand, and against a recursion that follows the definition one partition at a time."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.readiness import staleness
from nba_assets.readiness.staleness import StaleRange, stale_ranges
from nba_assets_tests.readiness.ledgers import CHAIN, HandLedger
from nba_assets_tests.readiness.test_state import TABLES, flagged, ledgers, was_read


def causes(ledger: HandLedger) -> dict[str, list[str]]:
    """Every stale range of the ledger in words, by table."""
    found = stale_ranges(ledger.state())
    return {name: [str(part) for part in ranges] for name, ranges in found.items() if ranges}


def built(days: int = 6) -> HandLedger:
    return HandLedger(days=days).publish_all()


def test_nothing_stale_has_no_cause() -> None:
    assert causes(built()) == {}
    assert causes(HandLedger()) == {}


def test_one_correction_is_the_cause_of_everything_built_on_it() -> None:
    ledger = built()
    ledger.publish("raw", 2)
    assert causes(ledger) == {
        "summary": ["2024-01-02 stale: raw 2024-01-02 changed in build 5"],
        "cache": ["2024-01-03 … 2024-01-06 (4 dates) stale: raw 2024-01-02 changed in build 5, through summary"],
        "features": ["2024-01-03 … 2024-01-06 (4 dates) stale: raw 2024-01-02 changed in build 5, through cache"],
    }


def test_a_rebuilt_table_between_becomes_the_cause_itself() -> None:
    ledger = built()
    ledger.publish("raw", 2)
    ledger.publish("summary", 2)
    assert causes(ledger)["cache"] == ["2024-01-03 … 2024-01-06 (4 dates) stale: summary 2024-01-02 changed in build 6"]


def test_several_corrections_are_distinguished() -> None:
    ledger = built()
    ledger.publish("summary", 1, 2)
    ledger.publish("summary", 4)
    assert causes(ledger)["cache"] == [
        "2024-01-02 … 2024-01-06 (5 dates) stale: summary 2024-01-01 … 2024-01-02 (2 dates) changed in build 5",
        "2024-01-05 … 2024-01-06 (2 dates) stale: summary 2024-01-04 changed in build 6",
    ]


def test_a_same_date_reader_is_reported_of_its_own_dates_only() -> None:
    ledger = built()
    ledger.publish("cache", 1, 2, 5)
    assert causes(ledger) == {
        "features": [
            "2024-01-01 … 2024-01-02 (2 dates) stale: cache 2024-01-01 … 2024-01-02 (2 dates) changed in build 5",
            "2024-01-05 stale: cache 2024-01-05 changed in build 5",
        ]
    }


def test_a_history_reader_is_reported_of_nothing_after_its_dates() -> None:
    ledger = built()
    ledger.publish("summary", 1, 4)
    ledger.publish("cache", 4)
    first, second = causes(ledger)["cache"]
    assert first == "2024-01-02 … 2024-01-03 (2 dates) stale: summary 2024-01-01 changed in build 5"
    assert second.startswith("2024-01-05 … 2024-01-06 (2 dates) stale: summary 2024-01-01 … 2024-01-04 (2 dates)")


def test_content_of_a_date_is_no_cause_for_the_history_before_it() -> None:
    ledger = built(days=3)
    ledger.publish("summary", 1, 3)
    assert causes(ledger)["cache"] == ["2024-01-02 … 2024-01-03 (2 dates) stale: summary 2024-01-01 changed in build 5"]


def test_a_change_of_code_is_named_with_both_versions() -> None:
    ledger = built(days=3)
    ledger.contracts = {**CHAIN, "cache": dataclasses.replace(CHAIN["cache"], code_version=2)}
    assert causes(ledger) == {
        "cache": ["2024-01-01 … 2024-01-03 (3 dates) stale: code version 1, now 2"],
        "features": ["2024-01-01 … 2024-01-03 (3 dates) stale: cache was built by code version 1, now 2"],
    }


def test_only_the_dates_asked_for_are_listed() -> None:
    ledger = built()
    ledger.publish("raw", 2)
    state = ledger.state()
    found = stale_ranges(state, {"cache": state.days <= ledger.days[3]})
    assert [(part.table, part.first.day, part.last.day) for parts in found.values() for part in parts] == [
        ("cache", 3, 4)
    ]


def test_very_many_builds_that_nobody_read_between_are_one_cause() -> None:
    ledger = built(days=staleness.SEPARATE_BUILDS + 2)
    for number in ledger.numbers:
        ledger.publish("cache", number)
    assert causes(ledger)["features"] == [
        "2024-01-01 … 2024-02-21 (52 dates) stale: cache 2024-01-01 … 2024-02-21 (52 dates) changed in builds 5 … 56"
    ]


# --- against the definition ---


def roots(ledger: HandLedger, name: str, number: int) -> dict[tuple[Any, ...], set[str]]:
    """The roots of one partition's staleness as (table, number, build or code), each with the reads it comes by."""
    if not flagged(ledger, "stale", name, number):
        return {}
    row, contract = ledger.rows[name, number], ledger.contracts[name]
    found: dict[tuple[Any, ...], set[str]] = {}
    if row["code_version"] != contract.code_version:
        found[name, number, ("code", row["code_version"])] = set()
    for read in contract.reads:
        for earlier in [number] if read.window == "same_date" else range(1, number):
            upstream = ledger.rows.get(
                (read.table, earlier), {"status": "missing", "content_build": None, "gap_build": None}
            )
            is_stale = flagged(ledger, "stale", read.table, earlier) and not read.as_published
            if is_stale and was_read(row, upstream):
                for root in roots(ledger, read.table, earlier):
                    found.setdefault(root, set()).add(read.table)
            if (
                not (is_stale and upstream["status"] == "ready")
                and (upstream["content_build"] or 0) > row["inputs_build"]
            ):
                found.setdefault((read.table, earlier, ("build", upstream["content_build"])), set()).add(read.table)
    return found


def numbers(part: StaleRange) -> range:
    return range(part.first.day, part.last.day + 1)


def is_of(part: StaleRange, root: tuple[Any, ...]) -> bool:
    table, _number, (kind, value) = root
    low, high = part.cause.builds or (part.cause.code_versions[0],) * 2
    is_kind = (kind == "build") == (part.cause.builds is not None)
    return part.cause.table == table and is_kind and low <= value <= high


@pytest.mark.parametrize("separate", [staleness.SEPARATE_BUILDS, 0])
@settings(max_examples=60, deadline=None)
@given(ledger=ledgers())
def test_ranges_and_causes_are_the_definition(separate: int, ledger: HandLedger) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staleness, "SEPARATE_BUILDS", separate)
        state, found = ledger.state(), stale_ranges(ledger.state())
    for name in TABLES:
        stale = {number for number in ledger.numbers if state.stale[name][number - 1]}
        assert {number for part in found[name] for number in numbers(part)} == stale
        expected = {number: roots(ledger, name, number) for number in stale}
        for number in stale:
            of_number = [part for part in found[name] if number in numbers(part)]
            for root in expected[number]:
                assert sum(is_of(part, root) for part in of_number) == 1
            for part in of_number:
                assert any(is_of(part, root) for root in expected[number])
        for part in found[name]:
            named = {r: ways for n in numbers(part) for r, ways in expected[n].items() if is_of(part, r)}
            mine = [ways for n in numbers(part) for r, ways in expected[n].items() if is_of(part, r)]
            assert set(part.through) == set().union(*mine)
            assert all(part.cause.first.day <= number <= part.cause.last.day for _, number, _ in named)
            assert len({number for _, number, _ in named}) <= part.cause.dates


def test_the_strategy_makes_stale_partitions_with_several_causes() -> None:
    """Guards the property above against a strategy that makes it vacuous."""
    seen: list[int] = []

    @settings(max_examples=50, deadline=None, database=None)
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        seen.append(sum(map(len, stale_ranges(data.draw(ledgers()).state()).values())))

    collect()
    assert max(seen) >= 4

"""Staleness and taint out of the ledger: exact, transitive, and equal to a recursion written from the definition."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.contracts.contract import SCHEDULE
from nba_assets.warehouse.system_tables import LEDGER_COLUMNS
from nba_assets_tests.readiness.ledgers import CHAIN, HandLedger, graph, table
from nba_assets_tests.readiness.wide_ledger import built_ledger


def built() -> HandLedger:
    return HandLedger().publish_all()


def test_ledgers_of_tests_have_what_a_publish_leaves() -> None:
    for frame in (built().frame(), built_ledger(CHAIN, HandLedger().days, chunk=2)):
        assert list(frame) == list(LEDGER_COLUMNS)
        assert set(frame.columns[frame.isna().any()]) == {"gap_build"}


def test_nothing_is_stale_after_everything_was_built_in_order() -> None:
    assert built().stale() == {}


def test_an_empty_ledger_is_missing_everywhere_and_stale_nowhere() -> None:
    ledger = HandLedger()
    state = ledger.state()
    assert ledger.stale() == {}
    assert all(state.is_missing(name).all() and not state.is_ready(name).any() for name in CHAIN)


@pytest.mark.parametrize(
    ("name", "number", "stale"),
    [
        pytest.param("raw", 2, {"summary": [2], "cache": [3, 4], "features": [3, 4]}, id="deepest table"),
        pytest.param("raw", 4, {"summary": [4]}, id="last date: no later window contains it"),
        pytest.param("summary", 1, {"cache": [2, 3, 4], "features": [2, 3, 4]}, id="history window"),
        pytest.param("cache", 2, {"features": [2]}, id="same-date window: only its own date"),
        pytest.param("features", 1, {}, id="a table that nobody reads"),
    ],
)
def test_changed_content_makes_stale_exactly_what_has_it_in_a_window(
    name: str, number: int, stale: dict[str, Any]
) -> None:
    ledger = built()
    ledger.publish(name, number)
    assert ledger.stale() == stale


def test_a_rewrite_with_the_same_content_makes_nothing_stale() -> None:
    ledger = built()
    ledger.publish("raw", 2, changed=False)
    assert ledger.stale() == {}


def test_unchanged_content_stops_the_wave() -> None:
    ledger = built()
    ledger.publish("raw", 2)
    ledger.publish("summary", 2, changed=False)
    assert ledger.stale() == {}


def test_changed_content_carries_the_wave_on() -> None:
    ledger = built()
    ledger.publish("raw", 2)
    ledger.publish("summary", 2)
    assert ledger.stale() == {"cache": [3, 4], "features": [3, 4]}


def test_rebuilding_one_date_of_the_wave_fixes_that_date_only() -> None:
    ledger = built()
    ledger.publish("summary", 1)
    ledger.publish("cache", 3)
    assert ledger.stale() == {"cache": [2, 4], "features": [2, 3, 4]}


def test_a_new_code_version_makes_the_own_partitions_stale_and_what_reads_them() -> None:
    ledger = built()
    ledger.contracts = {**CHAIN, "cache": dataclasses.replace(CHAIN["cache"], code_version=2)}
    assert ledger.stale() == {"cache": [1, 2, 3, 4], "features": [1, 2, 3, 4]}


def test_a_date_that_was_never_built_is_not_stale() -> None:
    ledger = HandLedger()
    ledger.publish("raw")
    ledger.publish("summary", 1, 2)
    ledger.publish("raw")
    assert ledger.stale() == {"summary": [1, 2]}


@pytest.mark.parametrize("status", ["rejected", "blocked"])
def test_a_gap_is_not_staleness_but_its_later_publish_is(status: str) -> None:
    ledger = HandLedger()
    ledger.publish("raw")
    ledger.publish("summary", 1, 3, 4)
    ledger.fail("summary", 2, status=status)
    ledger.publish("cache")
    ledger.publish("features")
    assert ledger.stale() == {}
    ledger.publish("summary", 2)
    assert ledger.stale() == {"cache": [3, 4], "features": [3, 4]}


def test_a_failed_attempt_over_published_content_makes_nothing_else_stale() -> None:
    ledger = built()
    ledger.fail("summary", 2)
    state = ledger.state()
    assert ledger.stale() == {}
    assert state.is_ready("summary").tolist() == [True, False, True, True]


def test_a_gap_whose_published_content_is_outdated_does_not_keep_later_dates_stale_for_ever() -> None:
    """Raw was corrected, the summary of it rejected: what is rebuilt with the gap is current."""
    ledger = built()
    ledger.publish("raw", 2)
    ledger.fail("summary", 2)
    ledger.publish("cache")
    ledger.publish("features")
    assert set(ledger.stale()) <= {"summary"}
    ledger.publish("summary", 2)
    assert ledger.stale() == {"cache": [3, 4], "features": [3, 4]}


def test_what_was_built_without_a_refused_optional_input_is_current_until_that_is_published() -> None:
    contracts = graph(table("shots"), table("summary", optional=["shots"]), table("cache", before=["summary"]))
    ledger = HandLedger(contracts).publish_all()
    ledger.publish("shots", 2)
    ledger.fail("shots", 2)
    ledger.publish("summary")
    ledger.publish("cache")
    assert ledger.stale() == {}
    ledger.publish("shots", 2)
    assert ledger.stale() == {"summary": [2], "cache": [3, 4]}


def test_taint_travels_to_everything_built_on_it_and_goes_with_a_clean_rebuild() -> None:
    ledger = HandLedger()
    ledger.publish("raw")
    ledger.publish("summary", 1, 3, 4)
    ledger.publish("summary", 2, waivers="w7")
    ledger.publish("cache")
    ledger.publish("features")
    assert ledger.tainted() == {"summary": [2], "cache": [3, 4], "features": [3, 4]}
    ledger.publish("summary", 2, changed=False)
    assert ledger.tainted() == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda ledger: None, "raw 2024-01-02 is missing", id="missing"),
        pytest.param(lambda ledger: ledger.publish("raw"), "raw 2024-01-02 is ready", id="ready"),
        pytest.param(
            lambda ledger: ledger.fail("raw", 2, reasons="points differ"),
            "raw 2024-01-02 is rejected: points differ",
            id="rejected",
        ),
    ],
)
def test_a_partition_in_words(change: Callable[..., Any], words: str) -> None:
    ledger = HandLedger()
    change(ledger)
    assert ledger.state().describe("raw", 1) == words


def test_flags_in_words() -> None:
    ledger = built()
    ledger.publish("summary", 2, waivers="w7")
    ledger.publish("raw", 2)
    assert ledger.state().describe("summary", 1) == "summary 2024-01-02 is stale, tainted"


def taints_of(ledger: HandLedger, name: str) -> dict[str, list[int]]:
    return {waiver: (np.flatnonzero(days) + 1).tolist() for waiver, days in ledger.state().taints(name).items()}


def test_every_waiver_is_followed_to_what_was_built_on_what_it_let_pass() -> None:
    ledger = built()
    ledger.publish("raw", 1, waivers="w7")
    ledger.publish("summary", 3, waivers="w10,w2")
    ledger.publish("features", 4, waivers="w3")
    assert taints_of(ledger, "raw") == {"w7": [1]}
    assert taints_of(ledger, "summary") == {"w10": [3], "w2": [3], "w7": [1]}
    assert taints_of(ledger, "cache") == {"w10": [4], "w2": [4], "w7": [2, 3, 4]}
    assert taints_of(ledger, "features") == {"w10": [4], "w2": [4], "w3": [4], "w7": [2, 3, 4]}
    assert ledger.state().waiver_ids == ("w10", "w2", "w3", "w7")


def test_what_a_build_would_take_over_is_without_its_own_waivers() -> None:
    ledger = HandLedger()
    ledger.publish("raw", waivers="w7")
    ledger.publish("summary", 2, waivers="w8")
    state = ledger.state()
    assert {waiver: days.tolist() for waiver, days in state.inherited_taints(CHAIN["summary"]).items()} == {
        "w7": [True] * 4
    }
    cache = {waiver: days.tolist() for waiver, days in state.inherited_taints(CHAIN["cache"]).items()}
    assert cache == {"w7": [False, False, True, True], "w8": [False, False, True, True]}, "published on 2 only"


# --- the vectorised state against the definition, word for word ---

TABLES = (SCHEDULE, "b", "c", "d")


MOSTLY = (1, 1, 1, 2)
"""Rare values are rare, or everything would be stale for one plain reason and the subtle ones never decide."""


@st.composite
def ledgers(draw: st.DrawFn) -> HandLedger:
    windows_drawn = [(), (), ("same_date",), ("before",), ("same_date", "before"), ("as_published",), ("optional",)]
    window = st.sampled_from(windows_drawn)
    contracts = []
    for position, name in enumerate(TABLES):
        windows = {upstream: draw(window) for upstream in TABLES[:position]}
        same = [upstream for upstream, kinds in windows.items() if "same_date" in kinds]
        before = [upstream for upstream, kinds in windows.items() if "before" in kinds]
        optional = [upstream for upstream, kinds in windows.items() if "optional" in kinds]
        recorded = [upstream for upstream, kinds in windows.items() if "as_published" in kinds]
        contracts.append(table(name, same, before, optional=optional, as_published=recorded))
    ledger = HandLedger(graph(*contracts), days=draw(st.integers(1, 3)))
    attempt = st.tuples(
        st.sampled_from(["ready", "ready", "ready", "rejected", "blocked", "blocked and empty", "missing"]),
        st.sampled_from(MOSTLY),
        st.sampled_from([1, 1, 1, 0]),
        st.sampled_from(MOSTLY),
        st.sampled_from(["", "", "", "w1", "w1,w2"]),
        st.sampled_from([1, 2]),
    )
    for name in TABLES:
        for number in ledger.numbers:
            status, content, inputs, version, waivers, gap = draw(attempt)
            published = {
                "content_hash": f"{name} {content}", "content_build": content, "inputs_build": inputs,
                "code_version": version, "waivers": waivers,
            }  # fmt: skip
            if status != "missing":
                nothing = dict.fromkeys(published)
                ledger.rows[name, number] = {
                    "status": status.split()[0], "reasons": "", **(nothing if "empty" in status else published),
                    "attempt_build": 2, "gap_build": None if status == "ready" else gap,
                }  # fmt: skip
    return ledger


def was_read(row: dict[str, Any], upstream: dict[str, Any]) -> bool:
    """Whether a build has read the content that its upstream has now: not if that was a gap already."""
    return upstream["status"] == "ready" or (upstream["gap_build"] or 0) > row["inputs_build"]


def flagged(ledger: HandLedger, flag: str, name: str, number: int) -> bool:
    """The definition of stale, or of tainted by a waiver, one partition at a time."""
    row = ledger.rows.get((name, number))
    if row is None or row["content_build"] is None:
        return False
    is_stale = flag == "stale"
    if (
        row["code_version"] != ledger.contracts[name].code_version
        if is_stale
        else flag in str(row["waivers"]).split(",")
    ):
        return True
    for read in ledger.contracts[name].reads:
        for earlier in [number] if read.window == "same_date" else range(1, number):
            upstream = ledger.rows.get((read.table, earlier), {"status": "missing", "gap_build": None})
            if is_stale and (upstream.get("content_build") or 0) > row["inputs_build"]:
                return True
            is_passed_on = not is_stale or (was_read(row, upstream) and not read.as_published)
            if is_passed_on and flagged(ledger, flag, read.table, earlier):
                return True
    return False


@settings(max_examples=200, deadline=None)
@given(ledgers(), st.sampled_from(["stale", "w1", "w2"]))
def test_the_vectorised_state_is_the_recursive_definition(ledger: HandLedger, flag: str) -> None:
    state = ledger.state()
    nowhere = np.zeros(len(ledger.days), dtype=bool)
    for name in TABLES:
        expected = [flagged(ledger, flag, name, number) for number in ledger.numbers]
        found = state.stale[name] if flag == "stale" else state.taints(name).get(flag, nowhere)
        np.testing.assert_array_equal(found, expected, err_msg=name)
        tainted = np.logical_or.reduce([nowhere, *state.taints(name).values()])
        np.testing.assert_array_equal(state.tainted[name], tainted, err_msg=name)

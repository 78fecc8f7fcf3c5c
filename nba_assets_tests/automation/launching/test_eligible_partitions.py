"""What automation requests, table by table of a ledger kept by hand: new slates, corrections, failures, claims."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.automation.launching.eligible_partitions import due, to_ask_again
from nba_assets.automation.launching.runs_to_launch import taken_dates, waiting_lines, works
from nba_assets.claims.claim import Claim
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.predictions import PREDICTION_TABLES
from nba_assets.partitions import Span
from nba_assets.readiness.state import LedgerState
from nba_assets_tests.readiness.ledgers import HandLedger, graph, table

LONG_AGO = dt.date(2020, 1, 1)


def asked(ledger: HandLedger, **given: Any) -> dict[str, list[int]]:
    """Numbers of the days that are requested of each table that has any."""
    flags = due(ledger.state(), today=LONG_AGO, **given)
    return {name: [int(at) + 1 for at in np.flatnonzero(days)] for name, days in flags.items() if days.any()}


@pytest.fixture
def ledger() -> HandLedger:
    return HandLedger().publish_all()


def test_what_is_published_is_not_requested(ledger: HandLedger) -> None:
    assert asked(ledger) == {}


def test_an_empty_warehouse_is_requested_whole_for_each_table_is_built_after_its_upstream() -> None:
    every = [1, 2, 3, 4]
    assert asked(HandLedger()) == dict.fromkeys(("raw", "summary", "cache", "features"), every)


def test_a_new_slate_is_requested_all_the_way_down(ledger: HandLedger) -> None:
    for name in ledger.contracts:
        ledger.forget(name, 4)
    assert asked(ledger) == {key: [4] for key in ("raw", "summary", "cache", "features")}


def test_a_late_correction_is_requested_at_every_depth(ledger: HandLedger) -> None:
    ledger.publish("raw", 2)
    assert asked(ledger) == {"summary": [2], "cache": [3, 4], "features": [3, 4]}


def test_a_rewrite_with_the_same_content_requests_nothing(ledger: HandLedger) -> None:
    ledger.publish("raw", 2, changed=False)
    assert asked(ledger) == {}


def test_nothing_is_requested_on_a_rejected_upstream_but_the_windows_that_pass_over_it(ledger: HandLedger) -> None:
    ledger.publish("raw", 2)
    ledger.fail("raw", 2)
    assert "summary" not in asked(ledger), "raw 2 is rejected: summary 2 would be blocked"
    assert "raw" not in asked(ledger), "nothing that it reads has changed: the source is asked by schedule"


def test_a_blocked_date_is_tried_again_only_after_its_upstream_was_attempted(ledger: HandLedger) -> None:
    ledger.fail("raw", 2)
    ledger.fail("summary", 2, status="blocked", reasons="raw 2 is rejected")
    assert "summary" not in asked(ledger)
    ledger.publish("raw", 2)
    assert asked(ledger)["summary"] == [2]


def test_a_rejected_date_is_not_tried_twice_on_the_same_inputs(ledger: HandLedger) -> None:
    ledger.publish("raw", 2)
    ledger.fail("summary", 2)
    assert "summary" not in asked(ledger)
    ledger.publish("raw", 2, changed=False)
    assert asked(ledger)["summary"] == [2]


def test_rows_of_another_state_of_the_source_are_requested_unless_it_has_none() -> None:
    contracts = {**HandLedger().contracts}
    contracts["raw"] = replace(contracts["raw"], ingest=True)
    ledger = HandLedger(contracts).publish_all()
    for row in ledger.rows.values():
        row["source_version"] = "s1"
    frame = ledger.frame().assign(source_version="s1")
    state = LedgerState(frame, contracts, ledger.days)
    assert not any(days.any() for days in due(state, today=LONG_AGO, source_version="s1").values())
    assert not any(days.any() for days in due(state, today=LONG_AGO).values())
    assert due(state, today=LONG_AGO, source_version="s2")["raw"].all()


def test_predictions_of_played_dates_are_never_made_again() -> None:
    name = PREDICTION_TABLES[0].name
    ledger = HandLedger(graph(table("raw"), table(name, same_date=["raw"]))).publish_all()
    ledger.publish("raw", 1, 2, 3, 4)
    flags = due(ledger.state(), today=ledger.day(3))
    assert list(flags[name]) == [False, False, True, True]


def test_what_was_predicted_before_a_late_correction_is_graded_as_published() -> None:
    predictions, accuracy = (contract.name for contract in PREDICTION_TABLES)
    grades = table(accuracy, same_date=["raw"], as_published=[predictions])
    ledger = HandLedger(graph(table("raw"), table(predictions, same_date=["raw"]), grades)).publish_all()
    ledger.rows.pop((accuracy, 2))
    ledger.publish("raw", 1, 2)
    flags = due(ledger.state(), today=ledger.day(3))
    assert list(flags[predictions]) == [False] * 4
    assert list(flags[accuracy]) == [True, True, False, False]


def test_what_somebody_holds_is_left_out_with_what_needs_it(ledger: HandLedger, tmp_path: Path) -> None:
    ledger.publish("raw", 1, 2)
    store = ClaimStore(f"sqlite:///{tmp_path / 'claims.sqlite'}")
    claim = store.reserve(
        [Span("summary", ledger.day(2), ledger.day(2))], owner="run:x", kind="run", who="Ada", why="a look"
    )
    state = ledger.state()
    wanted = due(state, today=LONG_AGO)
    taken = taken_dates([claim], state.days, state.contracts)
    assert asked(ledger, taken=taken) == {"summary": [1], "cache": [2], "features": [2]}
    assert waiting_lines([claim], wanted, state.days) == [
        "waits behind claim 1 of run:x (Ada: a look): summary 2024-01-02"
    ]


def cut(ledger: HandLedger, *claims: Claim) -> list[tuple[tuple[str, ...], int, int]]:
    state = ledger.state()
    taken = taken_dates(claims, state.days, state.contracts)
    found = works(state, due(state, today=LONG_AGO, taken=taken), taken)
    return [(work.assets, work.first.day, work.last.day) for work in found]


def test_what_fits_a_chunk_is_one_run_of_all_tables(ledger: HandLedger) -> None:
    ledger.publish("raw", 2)
    assert cut(ledger) == [(("summary", "cache", "features"), 2, 4)]
    assert cut(HandLedger().publish_all()) == []


def test_what_does_not_fit_is_launched_wave_by_wave_with_one_run_for_each_chunk(
    ledger: HandLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nba_assets.automation.launching.runs_to_launch.CHUNK_DAYS", 2)
    assert cut(HandLedger()) == [(("raw", "summary"), 1, 2), (("raw", "summary"), 3, 4)]
    ledger.publish("raw", 1)
    assert cut(ledger) == [(("summary",), 1, 1)]
    ledger.publish("summary", 1)
    assert cut(ledger) == [(("cache", "features"), 2, 3), (("cache", "features"), 4, 4)]


def test_a_run_does_not_reach_over_a_date_that_is_taken(ledger: HandLedger, tmp_path: Path) -> None:
    ledger.publish("raw", 1, 3)
    store = ClaimStore(f"sqlite:///{tmp_path / 'claims.sqlite'}")
    taken = store.reserve([Span("summary", ledger.day(2), ledger.day(2))], owner="run:x", kind="run", who="Ada")
    assert cut(ledger, taken) == [(("summary",), 1, 1), (("summary",), 3, 3)]


def test_predictions_are_launched_by_themselves_so_that_no_range_takes_in_played_dates() -> None:
    name = PREDICTION_TABLES[0].name
    ledger = HandLedger(graph(table("raw"), table(name, same_date=["raw"])))
    nothing = taken_dates([], ledger.days, ledger.contracts)

    def launched() -> list[tuple[tuple[str, ...], int, int]]:
        state = ledger.state()
        found = works(state, due(state, today=ledger.day(3)), nothing)
        return [(work.assets, work.first.day, work.last.day) for work in found]

    assert launched() == [(("raw",), 1, 4)]
    ledger.publish("raw")
    assert launched() == [((name,), 3, 4)]
    ledger.publish(name, 3, 4)
    assert launched() == []


OVER = pd.Timestamp("2024-01-03 08:00", tz="UTC")
"""The games of day 2 are over."""


@pytest.mark.parametrize(
    ("attempted_after", "pause"), [("1h", "1D"), ("3D", "1D"), ("8D", "2D"), ("80D", "20D")], ids=str
)
def test_a_refused_ingest_date_is_asked_for_again_daily_and_later_more_rarely(attempted_after: str, pause: str) -> None:
    ledger = HandLedger(graph(replace(table("raw"), ingest=True), table("summary", same_date=["raw"]))).publish_all()
    ledger.now = OVER + pd.Timedelta(attempted_after)
    ledger.fail("raw", 2)
    then = ledger.now + pd.Timedelta(pause)
    assert to_ask_again(ledger.state(), then - pd.Timedelta("1s")) == {}
    assert {name: list(days) for name, days in to_ask_again(ledger.state(), then).items()} == {
        "raw": [False, True, False, False]
    }


def test_of_refused_ingest_dates_the_newest_range_is_asked_for_and_nothing_that_a_person_has_invalidated() -> None:
    ledger = HandLedger(graph(replace(table("raw"), ingest=True)), days=6).publish_all()
    ledger.now = OVER
    ledger.fail("raw", 1, 3, 4, 6)
    ledger.rows["raw", 6]["run_id"] = ""
    asked = to_ask_again(ledger.state(), OVER + pd.Timedelta("9D"))
    assert [int(at) + 1 for at in np.flatnonzero(asked["raw"])] == [3, 4]

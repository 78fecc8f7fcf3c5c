"""The heat map: the letter of every date, reasons at their dates, and bounds on what a page carries."""

import numpy as np
import pandas as pd
import pytest

from nba_assets.reporting import cells
from nba_assets.reporting.cells import STATES, counts, heat_map, letters, not_ready
from nba_assets_tests.readiness.ledgers import HandLedger


def troubled() -> HandLedger:
    ledger = HandLedger().publish_all()
    ledger.fail("raw", 2, reasons="points_sum: 3 points too many")
    ledger.fail("summary", 2, status="blocked", reasons="raw 2024-01-02 is rejected")
    ledger.publish("summary", 3)
    del ledger.rows["raw", 4]
    return ledger


def test_every_date_has_the_letter_of_its_state() -> None:
    state = troubled().state()
    assert "".join(letters(state, "raw")) == "rxrm"
    assert "".join(letters(state, "summary")) == "rhrr"
    assert "".join(letters(state, "cache")) == "rrrs", "it reads what is before"


def test_no_rows_too_few_rows_and_waivers_are_ready_but_not_plainly() -> None:
    ledger = HandLedger()
    ledger.publish("raw", 1, 2, 3)
    ledger.publish("raw", 4, waivers="w1")
    state = ledger.state(
        rows=[0, 10, 10, 10], completeness=[1.0, 0.8, 0.5, 1.0], is_bootstrap=[False, False, True, False]
    )
    assert "".join(letters(state, "raw")) == "girt", "thin windows at the start of a season are normal"
    assert heat_map(state)["tables"][0]["completeness"] == [[1, 0.8], [2, 0.5]]


def test_dates_of_which_nobody_knows_whether_a_season_starts_are_no_start() -> None:
    ledger = HandLedger()
    ledger.publish("raw", 1, 2)
    flags = pd.array([True, None], dtype="boolean")
    state = ledger.state(completeness=0.5, is_bootstrap=flags)
    assert "".join(letters(state, "raw")) == "rimm"


def test_every_letter_has_a_word_and_every_date_is_counted_once() -> None:
    state = troubled().state()
    assert set("".join("".join(letters(state, name)) for name in state.contracts)) <= set(STATES)
    assert counts(state)["raw"] == {"ready": 2, "rejected": 1, "missing": 1}
    assert all(sum(of_table.values()) == 4 for of_table in counts(state).values())


def test_reasons_stand_at_their_dates() -> None:
    found = heat_map(troubled().state())
    by_table = {table["name"]: table["reasons"] for table in found["tables"]}
    assert [(a, b, found["texts"][text]) for a, b, text in by_table["raw"]] == [(1, 1, "points_sum: 3 points too many")]
    ((first, last, text),) = by_table["cache"]
    assert (first, last) == (3, 3)
    assert found["texts"][text] == "stale: summary 2024-01-03 changed in build 7"


def test_what_is_not_plainly_ready_is_listed_newest_first() -> None:
    runs = not_ready(heat_map(troubled().state()), 5)
    assert [(run["table"], run["state"], run["first"], run["last"]) for run in runs] == [
        ("raw", "missing", 3, 3),
        ("cache", "stale", 3, 3),
        ("features", "stale", 3, 3),
        ("raw", "rejected", 1, 1),
        ("summary", "blocked", 1, 1),
    ]
    assert next(run["reason"] for run in runs if run["state"] == "blocked") == "raw 2024-01-02 is rejected"
    assert not any(run["reason"] for run in not_ready(heat_map(troubled().state()), 0))


@pytest.mark.parametrize("budget", [0, 500])
def test_a_page_carries_no_more_reasons_than_it_has_room_for(monkeypatch: pytest.MonkeyPatch, budget: int) -> None:
    monkeypatch.setattr(cells, "REASONS_BUDGET", budget)
    ledger = HandLedger(days=50).publish_all()
    for number in ledger.numbers:
        ledger.fail("raw", number, reasons=f"rule_{number}: " + "x" * 1000)
    found = heat_map(ledger.state())
    assert sum(map(len, found["texts"])) < budget + 200
    assert len(found["tables"][0]["reasons"]) == 50, "each date has something to say"
    assert "explain" in found["texts"][-1]
    assert all(len(text) <= cells.REASON_LENGTH + 1 for text in found["texts"])


def test_positions_lie_in_the_calendar() -> None:
    found = heat_map(troubled().state())
    for table in found["tables"]:
        assert len(table["states"]) == len(table["rows"]) == found["days"]
        for first, last, text in table["reasons"]:
            assert 0 <= first <= last < found["days"]
            assert 0 <= text < len(found["texts"])
    assert np.array(found["first"]) == "2024-01-01"

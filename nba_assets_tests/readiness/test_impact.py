"""How far trouble reaches, over the toy chain raw[D] -> summary[D] -> cache[< D] -> features[D] of four days."""

import numpy as np

from nba_assets.readiness.impact import built_on, is_root, waiting_for
from nba_assets_tests.readiness.ledgers import HandLedger, graph, table


def days(flags: dict[str, np.ndarray]) -> dict[str, list[int]]:
    return {name: [int(at) + 1 for at in np.flatnonzero(dates)] for name, dates in flags.items() if dates.any()}


def origin(name: str, *numbers: int) -> dict[str, np.ndarray]:
    return {name: np.isin(np.arange(1, 5), numbers)}


def test_what_was_built_on_a_date_is_its_own_date_first_and_everything_later_behind_a_history() -> None:
    state = HandLedger().publish_all().state()
    assert days(built_on(state, origin("raw", 2))) == {"summary": [2], "cache": [3, 4], "features": [3, 4]}
    assert days(built_on(state, origin("features", 2))) == {}


def test_partitions_without_content_were_not_built_on_anything() -> None:
    ledger = HandLedger().publish_all()
    del ledger.rows["cache", 3]
    assert days(built_on(ledger.state(), origin("raw", 2))) == {"summary": [2], "cache": [4], "features": [4]}


def test_a_rejected_date_keeps_its_own_date_waiting_and_no_history() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("raw", 2)
    ledger.fail("summary", 2, status="blocked")
    ledger.fail("cache", 4, status="blocked")
    assert days(waiting_for(ledger.state(), origin("raw", 2))) == {"summary": [2]}


def test_a_missing_date_keeps_all_later_ones_waiting() -> None:
    ledger = HandLedger().publish_all()
    del ledger.rows["summary", 2]
    for number in (3, 4):
        ledger.fail("cache", number, status="blocked")
        del ledger.rows["features", number]
    assert days(waiting_for(ledger.state(), origin("summary", 2))) == {"cache": [3, 4], "features": [3, 4]}


def test_a_root_is_blocks_and_has_nothing_in_its_way() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("raw", 2)
    ledger.fail("summary", 2, status="blocked")
    ledger.fail("summary", 3, status="blocked")
    state = ledger.state()
    assert days({name: is_root(state, name) for name in state.contracts}) == {"raw": [2], "summary": [3]}


def test_history_before_the_first_game_is_in_nobodys_way() -> None:
    ledger = HandLedger().publish_all()
    for name in ("raw", "summary"):
        del ledger.rows[name, 1]
    ledger.fail("cache", 3, status="blocked")
    assert list(is_root(ledger.state(history_start=2), "cache")) == [False, False, True, False]
    assert not is_root(ledger.state(history_start=1), "cache").any()


def test_an_optional_input_that_was_rejected_keeps_nobody_waiting() -> None:
    ledger = HandLedger(
        graph(table("raw"), table("shots"), table("summary", ["raw"], optional=["shots"]))
    ).publish_all()
    ledger.fail("shots", 2)
    ledger.fail("summary", 2, status="blocked")
    assert days(waiting_for(ledger.state(), origin("shots", 2))) == {}
    assert list(is_root(ledger.state(), "summary")) == [False, True, False, False]

"""The root of a blocked partition, over the toy chain raw[D] -> summary[D] -> cache[< D] -> features[D]."""

import pytest

from nba_assets.readiness.root_cause import root_cause
from nba_assets_tests.readiness.ledgers import HandLedger


def built() -> HandLedger:
    return HandLedger().publish_all()


def root(ledger: HandLedger, table: str, number: int) -> tuple[str, int]:
    found, at = root_cause(ledger.state(), table, number - 1)
    return found, at + 1


def test_a_chain_of_waiting_tables_leads_to_the_rejected_one() -> None:
    ledger = built()
    ledger.fail("raw", 2)
    ledger.fail("summary", 2, status="blocked")
    assert root(ledger, "summary", 2) == ("raw", 2)


def test_history_that_is_missing_is_the_root_of_everything_after_it() -> None:
    ledger = built()
    del ledger.rows["summary", 1]
    ledger.fail("cache", 3, 4, status="blocked")
    ledger.fail("features", 4, status="blocked")
    assert root(ledger, "features", 4) == ("summary", 1)


@pytest.mark.parametrize("status", ["rejected", "blocked"])
def test_a_partition_that_its_own_rules_stopped_is_its_own_root(status: str) -> None:
    ledger = built()
    ledger.fail("summary", 2, status=status)
    assert root(ledger, "summary", 2) == ("summary", 2)


def test_a_gap_in_the_history_is_not_blocking_of_the_gate() -> None:
    ledger = built()
    ledger.fail("summary", 1)
    ledger.fail("cache", 3, status="blocked")
    assert root(ledger, "cache", 3) == ("cache", 3)


def test_a_ready_partition_is_its_own_root() -> None:
    assert root(built(), "features", 2) == ("features", 2)

"""Incidents: one per root cause, with what it shuts, what was built on it and what fixes it."""

import datetime as dt
from typing import Any

from nba_assets.readiness.date_ranges import DateRange
from nba_assets.reporting.incidents import KINDS_APART, Incident, open_incidents
from nba_assets_tests.readiness.ledgers import HandLedger

GATED = ("raw", "summary", "cache", "features")
MODELS = {
    "v1": DateRange(dt.date(2024, 1, 1), dt.date(2024, 1, 1)),
    "v2": DateRange(dt.date(2024, 1, 1), dt.date(2024, 1, 4)),
}


def incidents(ledger: HandLedger) -> list[Incident]:
    return open_incidents(ledger.state(), MODELS, GATED)


def by_table(counts: tuple[Any, ...]) -> dict[str, int]:
    return {count.table: count.dates for count in counts}


def test_nothing_is_open_where_everything_is_published() -> None:
    assert incidents(HandLedger().publish_all()) == []


def test_a_rejected_date_is_one_incident_with_those_that_wait_for_it() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("raw", 2, reasons="points_sum: 3 points too many")
    ledger.fail("summary", 2, status="blocked", reasons="raw 2024-01-02 is rejected")
    (found,) = incidents(ledger)
    assert (found.kind, found.table, found.where, found.dates) == ("rejected", "raw", "2024-01-02", 1)
    assert found.reason == "points_sum: 3 points too many"
    assert by_table(found.blocked) == {"summary": 1}
    assert by_table(found.built_on) == {"summary": 1, "cache": 2, "features": 2}
    assert found.models == ("v2",), "v1 was trained before it"
    assert found.fix == "correct the source or the code, or waive the rule; then nba-assets backfill --from 2024-01-02"
    assert found.run_id == "r1"


def test_dates_that_fail_alike_are_one_incident_and_others_another() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("raw", 1, reasons="points_sum: 3 points too many")
    ledger.fail("raw", 3, reasons="points_sum: 8 points too many")
    ledger.fail("raw", 4, reasons="team_minutes: 230")
    found = incidents(ledger)
    assert sorted((one.where, one.reason) for one in found) == [
        ("2024-01-01, 2024-01-03", "points_sum: 3 points too many"),
        ("2024-01-04", "team_minutes: 230"),
    ]


def test_a_correction_is_an_incident_until_everything_is_rebuilt() -> None:
    ledger = HandLedger().publish_all()
    ledger.publish("raw", 2)
    (found,) = incidents(ledger)
    assert (found.kind, found.table, found.where) == ("changed", "raw", "2024-01-02")
    assert by_table(found.blocked) == {"summary": 1, "cache": 2, "features": 2}
    assert found.fix == "nba-assets backfill --stale --from 2024-01-02"
    for name in ("summary", "cache", "features"):
        ledger.publish(name)
    assert incidents(ledger) == []


def test_invalidated_content_is_one_incident_though_it_also_makes_stale() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("raw", 2, reasons="invalidated by ana: wrong")
    ledger.rows["raw", 2]["content_build"] = ledger.build
    (found,) = incidents(ledger)
    assert found.kind == "rejected"
    assert by_table(found.blocked) == {"summary": 1, "cache": 2, "features": 2}
    assert found.fix == "nba-assets backfill --from 2024-01-02", "nobody has to correct anything first"


def test_dates_that_their_own_rules_hold_because_of_a_gap_belong_to_the_gaps_incident() -> None:
    """One invalidated date, rebuilt around: its reader waits, later dates have too many rows that touch the gap."""
    ledger = HandLedger(days=6).publish_all()
    ledger.invalidate("raw", 2, reasons="invalidated by ana: typo")
    ledger.fail("summary", 2, status="blocked", reasons="raw 2024-01-02 is rejected: invalidated by ana: typo")
    ledger.fail("cache", 3, 4, status="blocked", reasons="upstream_gaps_within_limit: 9 of 10 rows have a gap")
    ledger.fail("features", 3, 4, status="blocked", reasons="cache 2024-01-03 is blocked")
    ledger.publish("cache", 5, 6)
    ledger.publish("features", 5, 6)
    (found,) = incidents(ledger)
    assert (found.table, found.where, found.reason) == ("raw", "2024-01-02", "invalidated by ana: typo")
    assert by_table(found.blocked) == {"summary": 1, "cache": 2, "features": 2}
    assert found.fix == "nba-assets backfill --from 2024-01-02"


def test_a_date_that_its_own_rule_holds_without_a_gap_is_an_incident_of_its_own() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("cache", 3, status="blocked", reasons="upstream_gaps_within_limit: 9 of 10 rows have a gap")
    (found,) = incidents(ledger)
    assert (found.table, found.kind, found.where) == ("cache", "blocked", "2024-01-03")


def test_who_is_blocked_by_what_is_stale_counts_with_its_root() -> None:
    ledger = HandLedger().publish_all()
    ledger.publish("raw", 2)
    ledger.fail("features", 3, status="blocked", reasons="cache 2024-01-03 is stale")
    (found,) = incidents(ledger)
    assert by_table(found.blocked) == {"summary": 1, "cache": 2, "features": 2}


def test_newer_code_is_an_incident_of_its_table() -> None:
    ledger = HandLedger().publish_all()
    ledger.outdate("cache", 2, 3)
    (found,) = incidents(ledger)
    assert (found.kind, found.table) == ("code", "cache")
    assert by_table(found.blocked) == {"cache": 2, "features": 2}


def test_dates_never_built_are_reported_at_their_root_only() -> None:
    ledger = HandLedger()
    for name in ledger.contracts:
        ledger.publish(name, 1, 2, 3)
    found = {one.table: one for one in incidents(ledger)}
    assert set(found) == {"raw", "cache"}, "cache reads what is before, and could be built"
    assert {one.kind for one in found.values()} == {"missing"}
    assert by_table(found["raw"].blocked) == {"summary": 1}
    assert by_table(found["cache"].blocked) == {"features": 1}


def test_the_incident_that_blocks_most_comes_first() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("summary", 4)
    ledger.publish("raw", 1)
    assert [found.table for found in incidents(ledger)] == ["raw", "summary"]


def test_dates_that_fail_in_very_many_ways_are_still_few_incidents() -> None:
    ledger = HandLedger(days=60).publish_all()
    for number in ledger.numbers:
        ledger.fail("raw", number, reasons=f"rule_{'x' * number}: wrong")
    found = incidents(ledger)
    assert len(found) == KINDS_APART
    assert sum(one.dates for one in found) == 60, "no date is lost"

"""What `up_to_date` says of tables, on ledgers kept by hand."""

from nba_assets.readiness.up_to_date import SHOWN_RANGES
from nba_assets.readiness.up_to_date import up_to_date_verdicts as verdicts
from nba_assets_tests.readiness.ledgers import HandLedger, graph, table


def test_tables_that_stand_pass_and_so_do_tables_never_built() -> None:
    ledger = HandLedger()
    ledger.publish("raw")
    found = verdicts(ledger.state())
    assert {name: verdict.passed for name, verdict in found.items()} == dict.fromkeys(ledger.contracts, True)
    assert found["raw"].description == "No ready date is stale."
    assert found["summary"].description == "Nothing has been built yet."
    assert found["raw"].metadata["stale_dates"] == 0


def test_a_correction_names_range_cause_and_remedy_at_any_depth() -> None:
    ledger = HandLedger().publish_all()
    ledger.publish("raw", 2)
    found = verdicts(ledger.state())
    assert {name for name, verdict in found.items() if not verdict.passed} == {"summary", "cache", "features"}
    verdict = found["features"]
    assert verdict.metadata["stale_dates"] == 2
    assert verdict.metadata["rebuild"] == "nba-assets backfill --stale"
    assert verdict.description.startswith("2 dates are stale. 2024-01-03 … 2024-01-04 (2 dates)")
    assert "raw 2024-01-02 changed in build 5" in verdict.description
    assert verdict.description.endswith("Rebuild: nba-assets backfill --stale")
    (row,) = verdict.tables["stale_ranges"]
    assert row == {
        "first": "2024-01-03", "last": "2024-01-04", "dates": 2, "because_of": "raw", "of": "2024-01-02",
        "build": "5", "code_version": "", "through": "cache",
    }  # fmt: skip


def test_a_root_that_is_rejected_is_rebuilt_with_what_is_stale_by_it() -> None:
    ledger = HandLedger().publish_all()
    ledger.publish("raw", 2)
    ledger.publish("raw", 3)
    ledger.fail("raw", 2, 3, reasons="invalidated by ann: wrong scores")
    found = verdicts(ledger.state())
    assert found["raw"].passed
    assert {found[name].metadata["rebuild"] for name in ("summary", "cache", "features")} == {
        "nba-assets backfill --from 2024-01-02"
    }


def test_a_changed_code_version_is_a_cause() -> None:
    ledger = HandLedger().publish_all()
    ledger.contracts = graph(
        table("raw"), table("summary", same_date=["raw"], code_version=2),
        table("cache", before=["summary"]), table("features", same_date=["cache"]),
    )  # fmt: skip
    found = verdicts(ledger.state())
    (row,) = found["summary"].tables["stale_ranges"]
    assert (row["dates"], row["code_version"], row["build"]) == (4, "1 -> 2", "")
    assert found["raw"].passed
    assert not found["features"].passed


def test_a_rejected_date_is_not_called_stale() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("summary", 2)
    ledger.publish("raw", 2)
    found = verdicts(ledger.state())
    assert found["summary"].passed, "partition_ready has failed there, and a rebuild of what is stale mends nothing"
    assert found["summary"].description == (
        "No ready date is stale. 1 date is refused: 1 rejected. Why: nba-assets explain summary 2024-01-02"
    )


def test_refused_dates_are_counted_beside_the_stale_ones_and_change_the_state_digest() -> None:
    ledger = HandLedger().publish_all()
    ledger.publish("raw", 2)
    before = verdicts(ledger.state())["cache"]
    ledger.fail("cache", 4, status="blocked", reasons="summary 2024-01-02 is stale")
    after = verdicts(ledger.state())["cache"]
    assert before.state_digest != after.state_digest
    assert after.description.startswith("1 date is stale.")
    assert after.description.endswith("1 date is refused: 1 blocked. Why: nba-assets explain cache 2024-01-04")


def test_what_a_person_invalidated_is_not_called_changed() -> None:
    ledger = HandLedger().publish_all()
    ledger.invalidate("raw", 2, reasons="invalidated by ana: typo")
    assert "raw 2024-01-02 invalidated by ana: typo" in verdicts(ledger.state())["summary"].description
    ledger.fail("raw", 2, reasons="points_sum: 3 too many")
    assert "raw 2024-01-02 invalidated, and not rebuilt since" in verdicts(ledger.state())["summary"].description
    ledger.publish("raw", 2)
    assert "raw 2024-01-02 changed in build 7" in verdicts(ledger.state())["summary"].description


def test_the_state_digest_changes_with_the_ranges_and_only_with_them() -> None:
    ledger = HandLedger().publish_all()
    ledger.publish("raw", 2)
    first = verdicts(ledger.state())["cache"].state_digest
    ledger.publish("raw", 4, changed=False)
    assert verdicts(ledger.state())["cache"].state_digest == first
    ledger.publish("raw", 1)
    assert verdicts(ledger.state())["cache"].state_digest != first
    for name in ("summary", "cache", "features"):
        ledger.publish(name)
    assert verdicts(ledger.state())["cache"].state_digest == "up to date"


def test_the_table_of_ranges_ends_somewhere() -> None:
    days = 2 * SHOWN_RANGES + 20
    ledger = HandLedger(graph(table("raw"), table("summary", same_date=["raw"])), days=days).publish_all()
    ledger.publish("raw", *range(1, days, 2))
    verdict = verdicts(ledger.state())["summary"]
    assert verdict.metadata["stale_dates"] == SHOWN_RANGES + 10
    assert len(verdict.tables["stale_ranges"]) == SHOWN_RANGES
    assert f"{SHOWN_RANGES + 7} more ranges" in verdict.description

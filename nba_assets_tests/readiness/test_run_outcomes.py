"""How the dates of a run ended, by word."""

import pandas as pd

from nba_assets.readiness.run_outcomes import outcome_counts, outcome_in_words, refusals_in_words
from nba_assets_tests.readiness.ledgers import HandLedger


def test_every_outcome_of_a_run_is_counted_under_its_word() -> None:
    days = pd.date_range("2024-01-01", periods=6)
    ledger = pd.DataFrame(
        {
            "table_name": ["team_offense"] * 6 + ["game_schedule"],
            "game_date": [*days, days[0]],
            "status": ["ready", "ready", "ready", "blocked", "rejected", "ready", "ready"],
            "content_build": [7, 3, 7, None, 2, 7, 1],
            "attempt_build": [7, 7, 7, 7, 7, 7, 1],
            "rows": [10, 10, 0, None, 4, 8, 5],
            "is_bootstrap": [False, False, False, None, False, True, False],
            "run_id": ["this"] * 6 + ["other"],
        }
    ).astype({"content_build": "Int64", "rows": "Int64", "is_bootstrap": "boolean"})
    counts = outcome_counts(ledger, ["this"])
    assert list(counts.index) == ["team_offense"]
    assert counts.loc["team_offense"].to_dict() == {
        "built": 3,
        "unchanged": 1,
        "empty": 1,
        "bootstrap": 1,
        "blocked": 1,
        "rejected": 1,
    }


def test_a_run_that_attempted_nothing_has_no_line() -> None:
    empty = pd.DataFrame(
        columns=["table_name", "status", "content_build", "attempt_build", "rows", "is_bootstrap", "run_id"]
    )
    assert outcome_counts(empty, ["this"]).empty


def test_counts_in_words() -> None:
    assert outcome_in_words({"built": 3, "unchanged": 1, "empty": 4, "blocked": 2}) == "3 built, 1 unchanged, 2 blocked"
    assert outcome_in_words({}) == "nothing attempted"


def refused(ledger: HandLedger, *attempted: tuple[str, int]) -> str:
    frame = ledger.frame()
    wanted = [(name, ledger.days[number - 1]) for name, number in attempted]
    mine = frame[[key in wanted for key in zip(frame["table_name"], frame["game_date"], strict=True)]]
    return refusals_in_words(ledger.state(), mine)


def test_a_run_that_built_nothing_says_so_with_the_cause_at_the_root_and_the_one_command() -> None:
    ledger = HandLedger().publish_all()
    ledger.invalidate("raw", 2, 3, reasons="invalidated by ana: typo")
    ledger.fail("summary", 2, 3, status="blocked", reasons="raw is rejected")
    assert refused(ledger, ("summary", 2), ("summary", 3)) == (
        "Built 0 of 2 partitions. Refused: summary 2 blocked (2024-01-02 … 2024-01-03 (2 dates)). Cause: raw "
        "2024-01-02 is rejected: invalidated by ana: typo; raw 2024-01-03 is rejected: invalidated by ana: typo. "
        "Do: nba-assets backfill --from 2024-01-02"
    )


def test_good_dates_are_counted_and_what_a_rule_rejected_is_corrected_first() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("raw", 3, reasons="points_sum: 3 too many")
    said = refused(ledger, ("raw", 2), ("raw", 3))
    assert said.startswith("Built 1 of 2 partitions. Refused: raw 1 rejected (2024-01-03).")
    assert said.endswith(
        "Do: correct the source or the code, or waive the rule; then nba-assets backfill --from 2024-01-03"
    )


def test_a_gap_far_above_is_the_cause_of_what_its_own_rule_holds() -> None:
    ledger = HandLedger().publish_all()
    ledger.invalidate("raw", 1, reasons="invalidated by ana: typo")
    ledger.fail("summary", 1, status="blocked", reasons="raw 2024-01-01 is rejected")
    ledger.fail("cache", 3, status="blocked", reasons="upstream_gaps_within_limit: 9 of 10 rows")
    ledger.fail("features", 3, status="blocked", reasons="cache 2024-01-03 is blocked")
    said = refused(ledger, ("features", 3))
    assert "Cause: raw 2024-01-01 is rejected: invalidated by ana: typo. " in said
    assert said.endswith("Do: nba-assets backfill --from 2024-01-01")

"""How the dates of a run ended, by word."""

import pandas as pd

from nba_assets.readiness.run_outcomes import outcome_counts


def test_every_outcome_of_a_run_is_counted_under_its_word() -> None:
    days = pd.date_range("2024-01-01", periods=6)
    ledger = pd.DataFrame(
        {
            "table_name": ["team_offense"] * 6 + ["game_schedule"],
            "game_date": [*days, days[0]],
            "status": ["ready", "ready", "ready", "held", "rejected", "ready", "ready"],
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
        "held": 1,
        "rejected": 1,
    }


def test_a_run_that_attempted_nothing_has_no_line() -> None:
    empty = pd.DataFrame(
        columns=["table_name", "status", "content_build", "attempt_build", "rows", "is_bootstrap", "run_id"]
    )
    assert outcome_counts(empty, ["this"]).empty

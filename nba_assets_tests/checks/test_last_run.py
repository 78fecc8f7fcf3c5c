"""The summary of a run: its words, and what it says of dates that were not built."""

import pandas as pd

from nba_assets.checks.last_run import outcome_counts, slow_builds


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


def test_a_table_is_slow_when_it_takes_twice_what_its_other_builds_let_expect() -> None:
    builds = pd.DataFrame(
        [
            ("team_offense", 1, 100, 20.0, "past"),
            ("team_offense", 2, 200, 40.0, "past"),
            ("team_offense", 3, 400, 161.0, "this"),
            ("team_defense", 4, 100, 20.0, "past"),
            ("team_defense", 5, 400, 159.0, "this"),
            ("game_schedule", 6, 400, 500.0, "this"),
        ],
        columns=["table_name", "attempt_build", "dates", "seconds", "run_id"],
    )
    assert slow_builds(builds, "this") == {"team_offense": "161 s for 400 dates, usual are 80 s"}
    assert slow_builds(builds, "past") == {}

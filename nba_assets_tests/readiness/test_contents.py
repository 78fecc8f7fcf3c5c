"""Why ready partitions are empty or short, worked by hand, and the sentences that say so."""

from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.contents import Contents, contents, contents_in_words, shortfalls
from nba_assets.readiness.state import LedgerState
from nba_assets_tests.readiness.wide_ledger import built_ledger

DAYS = pd.date_range("2025-01-13", "2025-01-16", unit="ns")
NOTHING, PLAYED, PARTLY, TOMORROW = range(4)
"""A day without games, one with all shots, one with some, one whose games are not played."""


@pytest.fixture
def ledger() -> pd.DataFrame:
    """Two games on each date but the first. Nothing is due of lines; of shots, the games that are played."""
    frame = built_ledger(TABLES, DAYS, chunk=4).assign(completeness=1.0, expected_rows=2, is_bootstrap=False)
    put(frame, "game_schedule", NOTHING, rows=0)
    put(frame, "game_schedule", PLAYED, PARTLY, TOMORROW, rows=2)
    put(frame, "shot_attempts", NOTHING, TOMORROW, rows=0, completeness=None, expected_rows=None)
    put(frame, "shot_attempts", PARTLY, rows=90, completeness=0.5)
    put(frame, "point_lines", PARTLY, TOMORROW, NOTHING, rows=0, completeness=None, expected_rows=None)
    return frame


def put(ledger: pd.DataFrame, table: str, *at: int, **facts: Any) -> None:
    chosen = (ledger["table_name"] == table) & ledger["game_date"].isin(DAYS[list(at)])
    assert chosen.sum() == len(at)
    for name, value in facts.items():
        ledger.loc[chosen, name] = value


def state(ledger: pd.DataFrame) -> LedgerState:
    return LedgerState(ledger, TABLES, DAYS)


def words(ledger: pd.DataFrame, table: str) -> list[str]:
    found = contents(state(ledger), table)
    of_dates = [[word.value for word, flags in found.items() if flags[at]] for at in range(len(DAYS))]
    assert all(len(here) <= 1 for here in of_dates), "of each date at most one is so"
    return ["".join(here) for here in of_dates]


def test_no_games_nothing_due_nothing_at_the_source_and_not_all_of_it_are_distinguished(ledger: pd.DataFrame) -> None:
    assert words(ledger, "shot_attempts") == ["no games", "", "incomplete", "nothing due"]
    assert words(ledger, "point_lines") == ["no games", "", "source has none", "source has none"]
    assert words(ledger, "team_box_scores") == [""] * 4


def test_what_is_not_ready_is_neither_empty_nor_short(ledger: pd.DataFrame) -> None:
    put(ledger, "shot_attempts", PARTLY, status="rejected", reasons="attempts_match_box_score: off")
    put(ledger, "point_lines", PARTLY, status="blocked", reasons="game_schedule is stale")
    assert words(ledger, "shot_attempts")[PARTLY] == words(ledger, "point_lines")[PARTLY] == ""


def test_thin_windows_are_normal_in_the_first_weeks_but_a_game_without_shots_is_not(ledger: pd.DataFrame) -> None:
    put(ledger, "player_daily_cache", PARTLY, completeness=0.5, is_bootstrap=True)
    put(ledger, "shot_attempts", PARTLY, is_bootstrap=True)
    assert words(ledger, "player_daily_cache")[PARTLY] == ""
    assert words(ledger, "shot_attempts")[PARTLY] == Contents.INCOMPLETE
    put(ledger, "player_daily_cache", PARTLY, is_bootstrap=False)
    assert words(ledger, "player_daily_cache")[PARTLY] == Contents.INCOMPLETE


def test_shortfalls_are_counted_in_sentences(ledger: pd.DataFrame) -> None:
    assert shortfalls(state(ledger)) == (
        "1 date of shot_attempts is incomplete: the source does not have all of their games.",
        "2 dates of point_lines have games and no rows: the source has none.",
    )
    put(ledger, "shot_attempts", PLAYED, PARTLY, rows=0, completeness=0.0)
    put(ledger, "point_lines", PARTLY, TOMORROW, rows=5)
    assert shortfalls(state(ledger)) == ("2 dates of shot_attempts are incomplete: the source has no rows for them.",)
    put(ledger, "shot_attempts", PLAYED, PARTLY, rows=90, completeness=1.0)
    assert shortfalls(state(ledger)) == ()


def test_each_says_why_it_is_ready_all_the_same(ledger: pd.DataFrame) -> None:
    found = state(ledger)
    assert contents_in_words(found, "shot_attempts", PLAYED) == ""
    assert contents_in_words(found, "shot_attempts", NOTHING) == "no games: the schedule has none on this date"
    assert contents_in_words(found, "shot_attempts", PARTLY) == (
        "incomplete: 1 of 2 due games, teams or players have rows; the date is ready, for the table is optional: what "
        "is made of it is null there (source_unavailable)"
    )
    assert contents_in_words(found, "point_lines", PARTLY).startswith(
        "source has none: 2 games scheduled, and the source has no point_lines for them; the date is ready"
    )
    assert "of 2 games scheduled none has rows yet" in contents_in_words(found, "shot_attempts", TOMORROW)
    put(ledger, "team_box_scores", PARTLY, completeness=0.5, waivers="w1")
    assert "under a waiver" in contents_in_words(state(ledger), "team_box_scores", PARTLY)

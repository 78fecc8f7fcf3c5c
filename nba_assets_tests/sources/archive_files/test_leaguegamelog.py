"""LeagueGameLog: home and away by the text MATCHUP, whichever order the rows have."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nba_assets.sources.archive_files import leaguegamelog
from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets_tests.sources import small_archive
from nba_assets_tests.sources.small_archive import BOS, NYK, write_log

FIRST, SECOND = dt.date(2024, 10, 22), dt.date(2024, 10, 24)
GAME = "0022400061"


def logged(*matchups: tuple[str, str]) -> pd.DataFrame:
    """The team rows of the first game with the given (tricode of the row's team, MATCHUP)."""
    rows = small_archive.game_log().set_index("TEAM_ABBREVIATION", drop=False)
    return pd.DataFrame([{**rows.loc[team].to_dict(), "MATCHUP": text} for team, text in matchups])


def schedule_of(log: pd.DataFrame) -> Parsed:
    return leaguegamelog.schedule([("games.csv", log)])


@pytest.mark.parametrize(
    ("matchups", "home", "neutral"),
    [
        pytest.param([("BOS", "BOS vs. NYK"), ("NYK", "NYK @ BOS")], BOS, False, id="home-row-first"),
        pytest.param([("NYK", "NYK @ BOS"), ("BOS", "BOS vs. NYK")], BOS, False, id="away-row-first"),
        pytest.param([("BOS", "NYK @ BOS"), ("NYK", "NYK @ BOS")], BOS, True, id="one-text-in-both-rows"),
        pytest.param([("NYK", "BOS vs. NYK"), ("BOS", "BOS vs. NYK")], BOS, True, id="one-text-with-vs"),
        pytest.param([("NYK", "NYK vs. BOS"), ("BOS", "BOS @ NYK")], NYK, False, id="other-home-team"),
        pytest.param([("NYK", "NYK @ BOS")], BOS, False, id="only-one-row"),
    ],
)
def test_home_team_by_matchup(matchups: list[tuple[str, str]], home: int, neutral: bool) -> None:
    parsed = schedule_of(logged(*matchups))
    assert parsed.problems == ()
    (row,) = parsed.rows.to_dict("records")
    assert (row["home_team_id"], row["away_team_id"]) == (home, BOS + NYK - home)
    assert row["is_neutral_site"] is neutral


@pytest.mark.parametrize(
    ("matchups", "message"),
    [
        ([("BOS", "BOS vs. NYK"), ("NYK", "NYK vs. BOS")], "rows name different dates or home teams"),
        ([("BOS", "BOS @ NYK"), ("NYK", "NYK @ BOS")], "rows name different dates or home teams"),
        ([("BOS", "LAL vs. NYK"), ("NYK", "NYK @ BOS")], "'LAL vs. NYK' does not name the row's own team"),
        ([("BOS", "BOS v NYK"), ("NYK", "NYK @ BOS")], "'BOS v NYK' is not of the form"),
        ([("BOS", "BOS vs. XXX"), ("NYK", "NYK @ BOS")], "'BOS vs. XXX' is not of the form"),
    ],
)
def test_matchups_that_contradict_or_say_nothing_are_problems(matchups: list[tuple[str, str]], message: str) -> None:
    parsed = schedule_of(logged(*matchups))
    (problem,) = parsed.problems
    assert problem.game_date == FIRST
    assert message in problem.message


def test_team_id_must_be_that_of_the_tricode() -> None:
    parsed = schedule_of(logged(("BOS", "BOS vs. NYK"), ("NYK", "NYK @ BOS")).assign(TEAM_ID=[BOS, BOS]))
    assert "column TEAM_ID" in parsed.problems[0].message
    assert "is not the id of TEAM_ABBREVIATION" in parsed.problems[0].message


def test_results_follow_the_home_team_and_the_overtimes_follow_the_minutes(tmp_path: Path) -> None:
    log = small_archive.game_log()
    source = ArchiveSource(write_log(tmp_path / "archive", teams=log.iloc[::-1]), tmp_path / "landing")
    rows = source.read("game_results", FIRST, SECOND).rows
    assert rows[["home_pts", "away_pts", "overtime_periods"]].to_numpy().tolist() == [[110, 100, 0], [120, 117, 1]]


def test_team_minutes_are_the_games_and_the_delivered_ones_the_sum_of_its_players(tmp_path: Path) -> None:
    """Five whole minutes rounded up are a team's MIN of 245: what the NBA delivers of a game of 240."""
    teams, players = small_archive.game_log(), small_archive.player_log()
    first, second = teams["GAME_ID"].eq(GAME), teams["GAME_ID"].ne(GAME)
    teams.loc[first, "MIN"], teams.loc[second, "MIN"] = 245, 262
    players["MIN"] = players["GAME_ID"].map({GAME: 49}).fillna(0).astype(int)
    late = players["GAME_ID"].ne(GAME)
    players.loc[late, "MIN"] = 52
    players.loc[late & players["PLAYER_ID"].mod(100).lt(2), "MIN"] = 53
    source = ArchiveSource(write_log(tmp_path / "archive", teams, players), tmp_path / "landing")
    boxes = source.read("team_box_scores", FIRST, SECOND)
    assert boxes.problems == ()
    assert boxes.rows["minutes"].tolist() == [240, 240, 265, 265]


@pytest.mark.parametrize(
    ("minutes", "message"),
    [
        (240, "'240' is not the sum of the minutes of its players in the player file"),
        (246, "'246' is far from 240 minutes and 25 for each overtime"),
    ],
)
def test_team_minutes_that_cannot_be_reject_their_date(tmp_path: Path, minutes: int, message: str) -> None:
    teams = small_archive.game_log()
    teams.loc[0, "MIN"] = minutes
    source = ArchiveSource(write_log(tmp_path / "archive", teams), tmp_path / "landing")
    problems = source.read("team_box_scores", FIRST, SECOND).problems
    assert {problem.game_date for problem in problems} == {FIRST}
    assert any(f"games_2024-25.csv, row 1: column MIN on {FIRST}: {message}" in found.message for found in problems)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("MIN", 266, "gives another number of overtimes than other rows"),
        ("PTS", "", "column PTS"),
        ("TEAM_ID", 7, "'7' is not the id of an NBA team"),
    ],
)
def test_results_not_understood_reject_their_date(tmp_path: Path, column: str, value: Any, message: str) -> None:
    log = small_archive.game_log().astype({column: object})
    log.loc[0, column] = value
    source = ArchiveSource(write_log(tmp_path / "archive", teams=log), tmp_path / "landing")
    problems = source.read("game_results", FIRST, FIRST).problems
    assert any(message in problem.message for problem in problems), problems
    assert source.read("game_results", SECOND, SECOND).problems == ()


def test_a_game_with_one_team_row_is_due_but_has_no_result(tmp_path: Path) -> None:
    source = ArchiveSource(
        write_log(tmp_path / "archive", teams=small_archive.game_log().iloc[1:]), tmp_path / "landing"
    )
    assert source.read("game_schedule", FIRST, FIRST).rows["game_id"].tolist() == [GAME]
    results = source.read("game_results", FIRST, FIRST)
    assert results.rows.empty
    assert "is a game without the rows of both teams" in results.problems[0].message


def test_ids_with_leading_zeros_survive_the_file(tmp_path: Path) -> None:
    source = ArchiveSource(write_log(tmp_path / "archive"), tmp_path / "landing")
    assert source.read("player_box_scores", FIRST, FIRST).rows["game_id"].unique().tolist() == [GAME]


def test_a_log_knows_no_starters(tmp_path: Path) -> None:
    rows = ArchiveSource(write_log(tmp_path / "a"), tmp_path / "landing").read("player_box_scores", FIRST, FIRST).rows
    assert rows["is_starter"].isna().all()
    assert set(rows["absence"]) == {'{"dnp_reason": "not_applicable", "is_starter": "source_unavailable"}'}


def test_seasons_in_several_files_are_one_table(tmp_path: Path) -> None:
    log = small_archive.game_log()
    directory = write_log(tmp_path / "archive", teams=log[log["GAME_ID"] == GAME])
    log[log["GAME_ID"] != GAME].to_csv(directory / "games_2025-26.csv", index=False)
    source = ArchiveSource(directory, tmp_path / "landing")
    assert (source.first_date, source.horizon) == (FIRST, SECOND)


def test_messages_name_the_file_of_the_row(tmp_path: Path) -> None:
    log = small_archive.game_log()
    directory = write_log(tmp_path / "archive", teams=log[log["GAME_ID"] == GAME])
    other = log[log["GAME_ID"] != GAME].copy()
    other.iloc[0, other.columns.get_loc("MATCHUP")] = "?"
    other.to_csv(directory / "games_2025-26.csv", index=False)
    problem, *_ = ArchiveSource(directory, tmp_path / "landing").read("game_schedule", SECOND, SECOND).problems
    assert problem.message.startswith("games_2025-26.csv, row 1: column MATCHUP on 2024-10-24: '?'")

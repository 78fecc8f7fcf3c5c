"""The last report before tip-off, team by team, and the stars it takes away, case by case."""

from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts import raw_pregame
from nba_assets.domain import injuries
from nba_assets.domain.expected_players import played_log
from nba_assets.domain.gaps import player_gaps
from nba_assets.domain.injuries import is_before_tipoff, last_reports, star_teammates_out
from nba_assets_tests.builders import game_id, gap, schedule, summary
from nba_assets_tests.domain.reports import reports

TODAY = "2024-01-31"
BOSTON, NEW_YORK = 1, 2
TIPOFF = pd.Timestamp("2024-02-01T00:30:00Z")
GAME = game_id(TODAY, BOSTON)


def last(rows: list[tuple[Any, ...]], tipoff: pd.Timestamp | None = TIPOFF, **facts: object) -> injuries.LastReports:
    due = schedule([(TODAY, BOSTON, NEW_YORK)], tipoff_utc=tipoff, **facts)
    return last_reports(reports(TODAY, BOSTON, rows), due)


def statuses(found: injuries.LastReports) -> dict[int, str]:
    return dict(zip(found.listed["player_id"], found.listed["status"], strict=True))


def test_the_newest_report_counts_whole() -> None:
    found = last(
        [("17:00:00", BOSTON, 7, "questionable"), ("17:00:00", BOSTON, 8, "out"), ("22:00:00", BOSTON, 7, "out")]
    )
    assert statuses(found) == {7: "out"}
    assert found.out.to_dict("records") == [{"game_id": GAME, "player_id": 7}]


@pytest.mark.parametrize(
    ("at", "status"),
    [
        pytest.param("2024-02-01T00:29:59Z", "out", id="a second before tip-off"),
        pytest.param("2024-02-01T00:30:00Z", "probable", id="at tip-off"),
        pytest.param("2024-02-01T00:30:01Z", "probable", id="a second after"),
    ],
)
def test_a_report_counts_up_to_the_second_before_tip_off(at: str, status: str) -> None:
    assert statuses(last([("22:00:00", BOSTON, 7, "probable"), (at, BOSTON, 7, "out")])) == {7: status}


@pytest.mark.parametrize(
    ("at", "status"),
    [
        pytest.param("17:00:00", "out", id="noon Eastern"),
        pytest.param("17:00:01", "probable", id="a second past noon"),
        pytest.param("22:00:00", "probable", id="evening"),
    ],
)
def test_without_a_tip_off_reports_count_up_to_noon_eastern(at: str, status: str) -> None:
    assert statuses(last([("15:00:00", BOSTON, 7, "probable"), (at, BOSTON, 7, "out")], tipoff=None)) == {7: status}


@pytest.mark.parametrize(
    ("date", "noon"),
    [("2024-03-09", "17:00"), ("2024-03-10", "16:00"), ("2024-11-02", "16:00"), ("2024-11-03", "17:00")],
)
def test_noon_follows_the_clock_changes(date: str, noon: str) -> None:
    moments = pd.to_datetime(pd.Series([f"{date}T{noon}:00Z", f"{date}T{noon}:01Z"]), utc=True)
    tipoff, day = pd.to_datetime(pd.Series([None, None]), utc=True), pd.to_datetime(pd.Series([date, date]))
    assert is_before_tipoff(moments, tipoff, day).tolist() == [True, False]


def test_a_player_who_left_the_list_is_on_it_no_more() -> None:
    found = last([("17:00:00", BOSTON, 7, "out"), ("22:00:00", BOSTON, 8, "out")])
    assert statuses(found) == {8: "out"}


def test_a_report_with_the_game_covers_both_teams() -> None:
    found = last([("17:00:00", BOSTON, 7, "out")])
    assert set(found.teams["team_id"]) == {BOSTON, NEW_YORK}


def test_a_team_that_has_not_submitted_has_no_report() -> None:
    found = last([("17:00:00", BOSTON, 7, "out"), ("17:00:00", NEW_YORK, None, "")])
    assert set(found.teams["team_id"]) == {BOSTON}


def test_for_a_team_without_a_list_the_earlier_report_with_one_is_the_last() -> None:
    found = last([("16:00:00", NEW_YORK, 9, "out"), ("17:00:00", BOSTON, 7, "out"), ("17:00:00", NEW_YORK, None, "")])
    assert statuses(found) == {7: "out", 9: "out"}


def test_no_report_before_tip_off_is_none() -> None:
    found = last([("2024-02-01T01:00:00Z", BOSTON, 7, "out")])
    assert found.teams.empty
    assert found.listed.empty


def test_a_postponed_game_has_no_report() -> None:
    assert last([("17:00:00", BOSTON, 7, "out")], is_postponed=True).teams.empty


def test_of_two_entries_of_a_player_the_graver_counts() -> None:
    assert statuses(last([("17:00:00", BOSTON, 7, "probable"), ("17:00:00", NEW_YORK, 7, "out")])) == {7: "out"}


def test_unknown_players_are_left_out_and_their_team_is_not() -> None:
    found = reports(TODAY, BOSTON, [("17:00:00", BOSTON, 7, "out")]).assign(player_id=float("nan"))
    known = last_reports(found, schedule([(TODAY, BOSTON, NEW_YORK)]))
    assert known.listed.empty
    assert len(known.teams) == 2


def history(player: int, pts: list[float], minutes: list[float]) -> pd.DataFrame:
    days = pd.date_range(end="2024-01-30", periods=len(pts), freq="2D").strftime("%Y-%m-%d")
    return summary([(player, BOSTON, day) for day in days], pts=pts, minutes_played=minutes)


@pytest.mark.parametrize(
    ("pts", "minutes", "stars"),
    [
        pytest.param([18.0] * 10, [20.0] * 10, 1, id="18 points"),
        pytest.param([17.9] * 10, [27.9] * 10, 0, id="short of both"),
        pytest.param([12.0] * 10, [28.0] * 10, 1, id="28 minutes and 12 points"),
        pytest.param([11.9] * 10, [40.0] * 10, 0, id="minutes alone"),
        pytest.param([30.0] * 9, [40.0] * 9, 0, id="nine games"),
        pytest.param([0.0] * 30 + [18.0] * 10, [5.0] * 40, 1, id="the last ten games only"),
        pytest.param([40.0] * 30 + [0.0] * 10, [40.0] * 40, 0, id="a star no more"),
    ],
)
@pytest.mark.parametrize(("status", "counts"), [("out", 1), ("doubtful", 1), ("questionable", 0), ("available", 0)])
def test_who_is_a_star(pts: list[float], minutes: list[float], stars: int, status: str, counts: int) -> None:
    log = played_log(history(7, pts, minutes), ("minutes_played", "pts"))
    found = last([("17:00:00", BOSTON, 7, status)])
    rows = pd.DataFrame({"game_id": GAME, "team_id": [BOSTON, NEW_YORK, BOSTON], "player_id": [8, 9, 7]})
    count, is_uncertain = star_teammates_out(rows, found, log, player_gaps(gap(), log))
    assert count.tolist() == [stars * counts, 0, 0]  # a team-mate, an opponent, the player himself
    assert not is_uncertain.any()


def test_a_gap_in_the_games_of_a_listed_team_mate_makes_it_uncertain() -> None:
    log = played_log(history(7, [20.0] * 12, [30.0] * 12), ("minutes_played", "pts"))
    rows = pd.DataFrame({"game_id": GAME, "team_id": [BOSTON, NEW_YORK, BOSTON], "player_id": [8, 9, 7]})
    for date, expected in (("2024-01-29", [True, False, False]), ("2024-01-09", [False, False, False])):
        gaps = player_gaps(gap((BOSTON, date)), log)
        _, is_uncertain = star_teammates_out(rows, last([("17:00:00", BOSTON, 7, "out")]), log, gaps)
        assert is_uncertain.tolist() == expected


def test_the_words_are_those_of_the_contract() -> None:
    assert injuries.GRAVEST_FIRST == raw_pregame.INJURY_STATUSES
    assert injuries.NOT_YET_SUBMITTED == raw_pregame.NOT_YET_SUBMITTED

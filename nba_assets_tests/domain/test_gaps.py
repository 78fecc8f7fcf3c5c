"""Which windows contain a gap, rule by rule, on one player's history."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.domain.player_daily_cache import player_daily_cache
from nba_assets.domain.upcoming_player_context import upcoming_player_context
from nba_assets_tests.builders import gap, schedule, summary, team_table
from nba_assets_tests.domain.test_upcoming_player_context import NO_REPORTS

TODAY = "2024-02-01"
BOSTON, NEW_YORK, DENVER = 1, 2, 4


def games(team: int, *days: str, player: int = 7) -> list[tuple[Any, ...]]:
    return [(player, team, f"2024-01-{day}") for day in days]


def cache_row(rows: list[tuple[Any, ...]], missing: pd.DataFrame, team: int = BOSTON, today: str = TODAY) -> pd.Series:
    table = player_daily_cache(
        dates=pd.DatetimeIndex([today]),
        game_schedule=schedule([(today, team, DENVER if team != DENVER else BOSTON)]),
        player_game_summary=summary(rows),
        team_offense=team_table([]),
        gaps={"player_game_summary": missing},
    )
    return table[table["player_id"] == 7].iloc[0]


def reason(row: pd.Series, column: str) -> str | None:
    return json.loads(row["absence"]).get(column)


IN_BOSTON = games(BOSTON, "10", "12", "14", "16", "18")


@pytest.mark.parametrize(
    ("rows", "missing", "column", "is_gap"),
    [
        pytest.param(IN_BOSTON, (BOSTON, "2024-01-17"), "pts_last_3", True, id="between the counted games"),
        pytest.param(IN_BOSTON, (BOSTON, "2024-01-20"), "pts_previous_game", True, id="after the last game"),
        pytest.param(IN_BOSTON, (BOSTON, "2024-01-17"), "pts_previous_game", False, id="before the last game"),
        pytest.param(IN_BOSTON, (BOSTON, "2024-01-15"), "pts_last_3", True, id="right after the third last"),
        pytest.param(IN_BOSTON, (BOSTON, "2024-01-13"), "pts_last_3", False, id="right before the third last"),
        pytest.param(IN_BOSTON, (BOSTON, "2024-01-09"), "pts_last_5", False, id="before the fifth last of five"),
        pytest.param(IN_BOSTON, (BOSTON, "2024-01-09"), "pts_last_7", True, id="fewer games: back to the season start"),
        pytest.param(IN_BOSTON, (BOSTON, "2023-10-01"), "pts_last_7", True, id="first day of the season"),
        pytest.param(IN_BOSTON, (BOSTON, "2023-09-30"), "pts_last_7", False, id="season before his first game"),
        pytest.param(IN_BOSTON, (BOSTON, TODAY), "pts_last_7", False, id="the date itself"),
        pytest.param(IN_BOSTON, (BOSTON, "2024-02-03"), "pts_last_7", False, id="later"),
        pytest.param(IN_BOSTON, (NEW_YORK, "2024-01-17"), "pts_last_3", False, id="a team he never played for"),
        pytest.param(IN_BOSTON, (BOSTON, "2024-01-16"), "pts_last_3", False, id="a day he is known to have played on"),
    ],
)
def test_span_of_a_last_n_column(
    rows: list[tuple[Any, ...]], missing: tuple[int, str], column: str, is_gap: bool
) -> None:
    row = cache_row(rows, gap(missing))
    assert pd.isna(row[column]) == is_gap
    assert reason(row, column) == ("upstream_missing" if is_gap else None)


TRADED = games(NEW_YORK, "10", "12") + games(BOSTON, "20", "22")


@pytest.mark.parametrize(
    ("missing", "today", "is_gap"),
    [
        pytest.param((NEW_YORK, "2024-01-15"), TODAY, True, id="old team, between the stints"),
        pytest.param((BOSTON, "2024-01-15"), TODAY, True, id="new team, between the stints"),
        pytest.param((DENVER, "2024-01-15"), TODAY, False, id="third team"),
        pytest.param((NEW_YORK, "2024-01-21"), TODAY, False, id="old team, after the trade"),
        pytest.param((BOSTON, "2024-01-11"), TODAY, False, id="new team, before the trade"),
    ],
)
def test_either_team_around_the_gap_may_have_been_his(missing: tuple[int, str], today: str, is_gap: bool) -> None:
    assert pd.isna(cache_row(TRADED, gap(missing), today=today)["pts_last_20"]) == is_gap


def test_the_team_after_the_gap_counts_only_once_it_is_known() -> None:
    rows = games(NEW_YORK, "10", "12") + games(BOSTON, "20")
    before = cache_row(rows, gap((BOSTON, "2024-01-15")), team=NEW_YORK, today="2024-01-20")
    after = cache_row(rows, gap((BOSTON, "2024-01-15")), today="2024-01-21")
    assert before["pts_last_20"] == 10.0
    assert reason(after, "pts_last_20") == "upstream_missing"


@pytest.mark.parametrize(
    ("half_life", "days", "is_gap"),
    [
        # twelve games on the odd days 3 … 25; known weights at h = 2 sum to 3.361, so one gap may weigh 0.1769:
        # 0.5^(5/2) = 0.1768 with five games after it, 0.25 with four
        pytest.param(2, ["16"], False, id="five games ago"),
        pytest.param(2, ["18"], True, id="four games ago"),
        # 0.5^(8/2) = 0.0625 each with eight games after them: two are 0.125, three are 0.1875
        pytest.param(2, ["10", "08"], False, id="two old ones"),
        pytest.param(2, ["10", "08", "12"], True, id="three old ones"),
        # at h = 20 twelve games weigh 9.989, one gap may weigh 0.526: 0.5^(12/20) = 0.660 even before all of them
        pytest.param(20, ["02"], True, id="short history, slow decay"),
    ],
)
def test_a_half_life_average_rests_on_95_percent_of_the_weight(half_life: int, days: list[str], is_gap: bool) -> None:
    rows = games(BOSTON, *(f"{at:02d}" for at in range(3, 26, 2)))
    row = cache_row(rows, gap(*((BOSTON, f"2024-01-{day}") for day in days)))
    assert pd.isna(row[f"pts_ewma_half_life_{half_life}"]) == is_gap


@pytest.mark.parametrize(
    ("known", "missing", "is_gap"),
    [pytest.param(19, 1, False, id="19 of 20"), pytest.param(18, 1, True, id="18 of 19"),
     pytest.param(38, 2, False, id="38 of 40"), pytest.param(37, 2, True, id="37 of 39")],
)  # fmt: skip
def test_a_season_mean_needs_95_percent_of_the_teams_games(known: int, missing: int, is_gap: bool) -> None:
    days = pd.date_range("2023-11-01", periods=known, freq="2D")
    rows = [(7, BOSTON, day) for day in days]
    gone = gap(*((BOSTON, day) for day in pd.date_range("2023-11-02", periods=missing, freq="2D")))
    row = cache_row(rows, gone, today=str(days[-1] + pd.Timedelta(days=5))[:10])
    assert pd.isna(row["pts_season"]) == is_gap
    assert pd.isna(row["pts_career"]) == is_gap
    assert reason(row, "pts_season") == ("upstream_missing" if is_gap else None)
    assert row["season_games"] == known


def test_a_gap_of_the_season_before_is_no_part_of_the_season_mean() -> None:
    days = [*pd.date_range("2023-03-01", periods=3, freq="2D"), *pd.date_range("2023-11-01", periods=3, freq="2D")]
    row = cache_row([(7, BOSTON, day) for day in days], gap((BOSTON, "2023-03-02")), today="2023-11-20")
    assert row["pts_season"] == 10.0
    assert reason(row, "pts_career") == "upstream_missing"


def context_row(missing: dict[str, pd.DataFrame]) -> pd.Series:
    teams = team_table([(team, f"2024-01-{day}") for team in (BOSTON, DENVER) for day in range(10, 30, 2)])
    return upcoming_player_context(
        dates=pd.DatetimeIndex([TODAY]),
        game_schedule=schedule([(TODAY, BOSTON, DENVER)]),
        player_game_summary=summary(games(BOSTON, "10", "20", "26")),
        team_offense=teams,
        team_defense=teams,
        gaps=missing,
        **NO_REPORTS,
    ).iloc[0]


def test_games_of_earlier_seasons_do_not_fill_a_season() -> None:
    # 10 of 11 games of this season, 50 of 51 of the career
    days = [*pd.date_range("2022-11-01", periods=40, freq="2D"), *pd.date_range("2023-11-01", periods=10, freq="2D")]
    row = cache_row([(7, BOSTON, day) for day in days], gap((BOSTON, "2023-11-02")), today="2023-12-01")
    assert reason(row, "pts_season") == "upstream_missing"
    assert row["pts_career"] == 10.0


LOAD = {"games_last_7_days", "minutes_last_7_days"}
FORTNIGHT = {"games_last_14_days", "back_to_backs_last_14_days"}
REST = {"rest_days", "is_back_to_back", "team_games_missed"}
ACTIVE = {"active_teammates_minutes", "active_minutes_share", "active_pts_share", "active_pts_rank"}
STRENGTH = {"team_margin_last_20", "team_win_pct_season"}
OWN_OFFENSE = {"team_pace_last_10", "team_offensive_rating_last_10", "pace_differential"} | STRENGTH
SINCE = {"team_games_missed", "team_rest_days", "team_margin_previous_game"} | ACTIVE
THEIR_OFFENSE = {
    "opponent_pace_last_10", "pace_differential", "opponent_margin_last_20", "opponent_win_pct_season",
}  # fmt: skip
THEIR_DEFENSE = {
    "opponent_defensive_rating_last_15", "opponent_pts_allowed_last_15", "opponent_effective_fg_pct_allowed_last_15",
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "missing", "nulls"),
    [
        pytest.param("player_game_summary", (BOSTON, "2024-01-31"), LOAD | FORTNIGHT | REST | ACTIVE, id="yesterday"),
        pytest.param("player_game_summary", (BOSTON, "2024-01-25"), LOAD | FORTNIGHT | ACTIVE, id="a week ago"),
        pytest.param("player_game_summary", (BOSTON, "2024-01-24"), FORTNIGHT | ACTIVE, id="more than a week ago"),
        pytest.param("player_game_summary", (BOSTON, "2024-01-18"), FORTNIGHT | ACTIVE, id="a fortnight ago"),
        pytest.param("player_game_summary", (BOSTON, "2024-01-17"), ACTIVE, id="before both"),
        pytest.param("player_game_summary", (DENVER, "2024-01-31"), set(), id="the opponent's players"),
        pytest.param("team_offense", (BOSTON, "2024-01-25"), OWN_OFFENSE, id="own offence"),
        pytest.param("team_offense", (BOSTON, "2024-01-31"), OWN_OFFENSE | SINCE, id="since his game"),
        pytest.param("team_offense", (BOSTON, "2024-01-09"), STRENGTH, id="before the tenth last game"),
        pytest.param("team_offense", (DENVER, "2024-01-25"), THEIR_OFFENSE, id="opponent's pace"),
        pytest.param("team_offense", (DENVER, "2024-01-31"),
                     THEIR_OFFENSE | {"opponent_rest_days"}, id="opponent's rest"),
        pytest.param("team_defense", (DENVER, "2024-01-25"), THEIR_DEFENSE, id="opponent's defence"),
        pytest.param("team_defense", (BOSTON, "2024-01-25"), {"team_defensive_rating_last_15"}, id="own defence"),
        pytest.param("team_defense", (NEW_YORK, "2024-01-25"), set(), id="a third team"),
    ],
)  # fmt: skip
def test_context_columns_that_hold_a_gap(table: str, missing: tuple[int, str], nulls: set[str]) -> None:
    row = context_row({table: gap(missing)})
    stated = json.loads(row["absence"])
    assert {name for name, why in stated.items() if why == "upstream_missing"} == nulls
    assert all(pd.isna(row[name]) for name in nulls)


def test_a_gap_that_shows_late_does_not_hide_a_newer_one() -> None:
    # Boston's gap of the 13th shows with his first game there on the 20th, New York's of the 15th at once; on the
    # 22nd only the 15th lies in the last seven days
    table = upcoming_player_context(
        dates=pd.DatetimeIndex(["2024-01-22"]),
        game_schedule=schedule([("2024-01-22", BOSTON, DENVER)]),
        player_game_summary=summary(games(NEW_YORK, "10", "12") + games(BOSTON, "20")),
        team_offense=team_table([]),
        team_defense=team_table([]),
        gaps={"player_game_summary": gap((BOSTON, "2024-01-13"), (NEW_YORK, "2024-01-15"))},
        **NO_REPORTS,
    )
    assert reason(table.iloc[0], "games_last_7_days") == "upstream_missing"


def test_without_gaps_nothing_is_missing() -> None:
    empty = pd.DataFrame({"game_date": np.array([], dtype="datetime64[ns]"), "game_id": [], "team_id": []})
    row = context_row(dict.fromkeys(("player_game_summary", "team_offense", "team_defense"), empty))
    reasons = json.loads(row["absence"])
    assert set(reasons.values()) == {"source_unavailable", "short_history"}
    assert {name for name, why in reasons.items() if why == "short_history"} == ACTIVE, "nobody played two days ago"

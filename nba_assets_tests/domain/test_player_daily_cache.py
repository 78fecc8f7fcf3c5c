"""A player's form, worked by hand on the columns that differ in kind."""

import json
from typing import Any

import pandas as pd
import pytest

from nba_assets.domain.player_daily_cache import player_daily_cache
from nba_assets_tests.builders import schedule, summary, team_table

TODAY = "2024-01-31"
BOSTON, NEW_YORK = 1, 2


def row_of(rows: pd.DataFrame, teams: pd.DataFrame | None = None, today: str = TODAY) -> pd.Series:
    table = player_daily_cache(
        dates=pd.DatetimeIndex([today]),
        game_schedule=schedule([(today, BOSTON, NEW_YORK)]),
        player_game_summary=rows,
        team_offense=team_table([]) if teams is None else teams,
        gaps={},
    )
    return table.iloc[0]


def history(*points: float, start: str = "2024-01-01", **statistics: Any) -> pd.DataFrame:
    days = pd.date_range(start, periods=len(points), freq="2D")
    return summary([(7, BOSTON, day) for day in days], pts=list(points), **statistics)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("pts_previous_game", 2.0),
        ("pts_last_3", 4.0),  # (2 + 4 + 6) / 3
        ("pts_last_5", 6.5),  # four games there: (2 + 4 + 6 + 14) / 4
        ("line_games_last_3", 3),
        ("line_games_last_5", 4),
        ("pts_season", 6.5),
        ("pts_career", 6.5),
        ("season_games", 4),
        ("career_games", 4),
        ("pts_std_last_10", 5.259911),  # squares 56.25 + 0.25 + 6.25 + 20.25 = 83 over 3
        ("pts_ewma_half_life_2", 4.990188),  # (2 + 4·0.707107 + 6·0.5 + 14·0.353553) / 2.56066
        ("points_per_minute_last_10", 0.216667),  # 26 points in 120 minutes
        ("true_shooting_pct_last_10", 0.332992),  # 26 / (2 · (32 + 0.44·16)) = 26 / 78.08
        ("avg_usage_rate_last_7_games", 20.0),
        ("starter_share_last_10", 1.0),
        ("minutes_trend_half_lives_3_10", 0.0),  # 30 minutes in every game
        ("team_stint_games", 4),
        ("pts_team_stint", 6.5),
    ],
)
def test_statistics_of_four_games(column: str, expected: float) -> None:
    assert row_of(history(14, 6, 4, 2))[column] == pytest.approx(expected, abs=5e-7)


def test_seven_games_means_seven_games_played_not_seven_days() -> None:
    usage = [50.0, 10.0, 20.0, 30.0, 10.0, 20.0, 30.0, 20.0]
    days = pd.date_range("2023-11-01", periods=8, freq="11D")
    row = row_of(summary([(7, BOSTON, day) for day in days], usage_rate=usage))
    assert row["avg_usage_rate_last_7_games"] == 20.0
    assert row["usage_games_last_7"] == 7


def test_who_did_not_play_neither_counts_nor_contributes() -> None:
    rows = history(10, 99, 99, 20, minutes_played=[30.0, None, 0.0, 30.0])
    row = row_of(rows)
    assert row["pts_last_3"] == 15.0
    assert row["line_games_last_3"] == 2
    assert row["pts_previous_game"] == 20.0


def test_windows_reach_over_seasons_and_season_means_do_not() -> None:
    days = ["2023-04-01", "2023-04-03", "2023-10-25"]
    row = row_of(summary([(7, BOSTON, day) for day in days], pts=[30.0, 20.0, 10.0]), today="2023-10-27")
    assert row["pts_last_3"] == 20.0
    assert row["pts_season"] == 10.0
    assert (row["season_games"], row["career_games"]) == (1, 3)


def test_before_the_first_game_of_a_season_its_mean_has_no_history() -> None:
    rows = summary([(7, BOSTON, "2023-09-20"), (7, BOSTON, "2023-09-22")])  # ends just before a new season
    row = row_of(rows, today="2023-10-01")
    assert row["pts_last_3"] == 10.0
    assert json.loads(row["absence"])["pts_season"] == "short_history"
    assert (row["season_games"], row["line_games_season"]) == (0, 0)


def test_a_trade_keeps_the_players_form_and_takes_the_new_teams() -> None:
    rows = summary([(7, NEW_YORK, "2024-01-01"), (7, BOSTON, "2024-01-03")], pts=[20.0, 10.0])
    teams = team_table([(NEW_YORK, "2024-01-01"), (BOSTON, "2024-01-03")], pace=[90.0, 105.0])
    row = row_of(rows, teams)
    assert row["team_id"] == BOSTON
    assert row["pts_last_3"] == 15.0
    assert (row["team_pace_last_10"], row["team_games_last_10"]) == (105.0, 1)


def test_the_games_of_the_date_itself_are_left_out() -> None:
    assert row_of(history(10, 50, start="2024-01-29"))["pts_last_3"] == 10.0  # 29 and 31 January


@pytest.mark.parametrize(
    ("rows", "column", "why"),
    [
        pytest.param(history(10), "pts_std_last_10", "short_history", id="one game has no deviation"),
        pytest.param(history(10, 20), "pts_std_last_10", None, id="two games have one"),
        pytest.param(history(10, fta=[None]), "usage_rate_last_5", "source_unavailable", id="no free throws stated"),
        pytest.param(history(10, fta=[None]), "fga_last_5", None, id="another group is there"),
        pytest.param(history(0, fga=[0.0], fta=[0.0]), "true_shooting_pct_last_10", "not_applicable", id="no shot"),
        pytest.param(history(0), "true_shooting_pct_last_10", None, id="shots and no point are zero, no null"),
        pytest.param(history(10, is_starter=[None]), "starter_share_last_10", "source_unavailable", id="no starters"),
        pytest.param(history(10), "team_pace_last_10", "short_history", id="a team without games"),
    ],
)
def test_reasons_of_nulls(rows: pd.DataFrame, column: str, why: str | None) -> None:
    row = row_of(rows)
    assert json.loads(row["absence"]).get(column) == why
    assert pd.isna(row[column]) == (why is not None)


def test_a_count_says_how_many_values_were_there() -> None:
    row = row_of(history(10, 10, 10, fta=[4.0, None, 4.0], usage_rate=[10.0, None, 20.0]))
    assert row["usage_rate_last_5"] == 15.0
    assert row["usage_games_last_5"] == 2
    assert row["usage_games_season"] == 2
    assert row["line_games_last_5"] == 3


def test_projected_usage_weighs_by_minutes_and_age() -> None:
    row = row_of(history(10, 10, usage_rate=[10.0, 30.0], minutes_played=[40.0, 20.0]))
    left = 0.5 ** (1 / 10)
    expected = (20 * 30 + left * 40 * 10) / (20 + left * 40)
    assert row["usage_rate_by_minutes_half_life_10"] == pytest.approx(expected, abs=5e-7)


def test_nothing_given_is_changed() -> None:
    rows, games = history(10, 20), schedule([(TODAY, BOSTON, NEW_YORK)])
    teams = team_table([(BOSTON, "2024-01-01")])
    before = [frame.copy(deep=True) for frame in (rows, games, teams)]
    player_daily_cache(
        dates=pd.DatetimeIndex([TODAY]), game_schedule=games, player_game_summary=rows, team_offense=teams, gaps={}
    )
    for frame, kept in zip((rows, games, teams), before, strict=True):
        pd.testing.assert_frame_equal(frame, kept)


def test_points_are_projected_from_the_newest_minutes_and_the_longer_record_of_points_per_minute() -> None:
    row = row_of(history(20, 10, minutes_played=[40.0, 10.0]))
    newest, older = 1 / (1 + 0.5**0.5), 0.5**0.5 / (1 + 0.5**0.5)  # half-life 2
    minutes = 10 * newest + 40 * older
    weight = 0.5 ** (1 / 15)
    per_minute = (10 + 20 * weight) / (10 + 40 * weight)
    assert row["minutes_ewma_half_life_2"] == pytest.approx(minutes, abs=5e-7)
    assert row["projected_pts_half_lives_2_15"] == pytest.approx(minutes * per_minute, abs=5e-7)
    assert row["minutes_trend_half_lives_3_10"] < 0


def test_a_stint_starts_again_with_the_team_even_one_that_he_comes_back_to() -> None:
    days = pd.date_range("2024-01-01", periods=5, freq="2D")
    teams = [BOSTON, NEW_YORK, NEW_YORK, BOSTON, BOSTON]
    rows = summary(list(zip([7] * 5, teams, days, strict=True)), pts=[50.0, 40.0, 30.0, 8.0, 4.0])
    row = row_of(rows)
    assert (row["team_stint_games"], row["line_games_team_stint"], row["pts_team_stint"]) == (2, 2, 6.0)
    assert row["minutes_team_stint"] == 30.0

"""Rest, load and both teams' form, case by case."""

import json
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.form_columns import ACTIVE_TEAMMATES
from nba_assets.contracts.pregame_columns import INJURY_COLUMNS, LINE_COLUMNS
from nba_assets.contracts.raw_pregame import INJURY_REPORTS, POINT_LINES
from nba_assets.domain.upcoming_player_context import upcoming_player_context
from nba_assets_tests.builders import no_rows, schedule, summary, team_table

TODAY = "2024-01-31"
BOSTON, NEW_YORK = 1, 2
NO_REPORTS = {"point_lines": no_rows(POINT_LINES), "injury_reports": no_rows(INJURY_REPORTS)}


def row_of(
    days: list[str], teams: pd.DataFrame | None = None, minutes: list[Any] | None = None, **facts: object
) -> pd.Series:
    statistics = {} if minutes is None else {"minutes_played": minutes}
    teams = team_table([]) if teams is None else teams
    return upcoming_player_context(
        dates=pd.DatetimeIndex([TODAY]),
        game_schedule=schedule([(TODAY, BOSTON, NEW_YORK)], **facts),
        player_game_summary=summary([(7, BOSTON, f"2024-01-{day}") for day in days], **statistics),
        team_offense=teams,
        team_defense=teams,
        gaps={},
        **NO_REPORTS,
    ).iloc[0]


@pytest.mark.parametrize(
    ("days", "rest", "week", "fortnight", "pairs"),
    [
        pytest.param(["30"], 0, 1, 1, 0, id="second night of a back-to-back"),
        pytest.param(["29"], 1, 1, 1, 0, id="one day between"),
        pytest.param(["24", "23"], 6, 1, 2, 1, id="the seventh day before counts, the eighth does not"),
        pytest.param(["17", "16"], 13, 0, 1, 0, id="half a pair lies in the fortnight"),
        pytest.param(["18", "17"], 12, 0, 2, 1, id="a pair on its first two days"),
        pytest.param(["28", "29", "30"], 0, 3, 3, 2, id="three nights in a row are two pairs"),
        pytest.param(["20", "22", "24", "25", "27", "29", "30"], 0, 5, 7, 2, id="busy fortnight"),
    ],
)
def test_rest_and_load(days: list[str], rest: int, week: int, fortnight: int, pairs: int) -> None:
    row = row_of(sorted(days))
    assert row["rest_days"] == rest
    assert row["is_back_to_back"] == (rest == 0)
    assert row["games_last_7_days"] == week
    assert row["games_last_14_days"] == fortnight
    assert row["back_to_backs_last_14_days"] == pairs


def test_the_night_after_another_players_game_is_no_back_to_back() -> None:
    table = upcoming_player_context(
        dates=pd.DatetimeIndex([TODAY]),
        game_schedule=schedule([(TODAY, BOSTON, NEW_YORK)]),
        player_game_summary=summary([(6, BOSTON, "2024-01-29"), (7, BOSTON, "2024-01-30")]),
        team_offense=team_table([]),
        team_defense=team_table([]),
        gaps={},
        **NO_REPORTS,
    )
    assert list(table["back_to_backs_last_14_days"]) == [0, 0]


def test_minutes_of_the_week_are_summed_and_none_are_zero() -> None:
    assert row_of(["20", "24", "30"], minutes=[40.0, 10.5, 20.25])["minutes_last_7_days"] == 30.75
    assert row_of(["20"])["minutes_last_7_days"] == 0.0


def test_a_listed_game_without_minutes_is_no_load() -> None:
    row = row_of(["28", "30"], minutes=[20.0, 0.0])
    assert (row["rest_days"], row["games_last_7_days"]) == (2, 1)


def test_games_of_the_team_that_he_missed() -> None:
    teams = team_table([(BOSTON, f"2024-01-{day}") for day in ("18", "20", "22", "24", "31")])
    assert row_of(["20"], teams)["team_games_missed"] == 2
    assert row_of(["24"], teams)["team_games_missed"] == 0


def test_both_teams_form() -> None:
    days = [f"2024-01-{day:02d}" for day in range(1, 17)]
    teams = pd.concat(
        [
            team_table([(BOSTON, day) for day in days], pace=[80.0] * 6 + [100.0] * 10,
                       defensive_rating=[200.0] + [110.0] * 15),
            team_table([(NEW_YORK, day) for day in days[:4]], pace=[94.0, 96.0, 98.0, 96.0],
                       defensive_rating=[100.0, 110.0, 120.0, 130.0], opponent_pts=[100.0, 110.0, 120.0, 118.0]),
        ],
        ignore_index=True,
    )  # fmt: skip
    row = row_of(["30"], teams)
    assert (row["team_pace_last_10"], row["team_games_last_10"]) == (100.0, 10)
    assert (row["opponent_pace_last_10"], row["opponent_games_last_10"]) == (96.0, 4)
    assert row["pace_differential"] == 4.0
    assert (row["team_defensive_rating_last_15"], row["team_games_last_15"]) == (110.0, 15)
    assert (row["opponent_defensive_rating_last_15"], row["opponent_games_last_15"]) == (115.0, 4)
    assert row["opponent_pts_allowed_last_15"] == 112.0
    assert row["opponent_rest_days"] == 26  # 4 to 31 January
    stated = json.loads(row["absence"])
    assert {stated.pop(column.name) for column in ACTIVE_TEAMMATES} == {"short_history"}  # he is alone
    assert set(stated) == {column.name for column in (*LINE_COLUMNS, *INJURY_COLUMNS)}
    assert set(stated.values()) == {"source_unavailable"}


@pytest.mark.parametrize(
    ("season_type", "is_postseason"),
    [("regular_season", False), ("cup_final", False), ("play_in", True), ("playoffs", True)],
)
def test_phase_of_the_season(season_type: str, is_postseason: bool) -> None:
    assert row_of(["30"], season_type=season_type)["is_postseason"] == is_postseason


def test_days_into_the_season_count_from_its_calendar_start() -> None:
    assert row_of(["30"])["days_since_season_start"] == 122  # 1 October to 31 January

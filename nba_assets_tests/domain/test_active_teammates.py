"""A player's part beside the team-mates who played the team's last game, worked by hand."""

import pandas as pd
import pytest

from nba_assets.contracts.raw_pregame import INJURY_REPORTS, POINT_LINES
from nba_assets.domain.upcoming_player_context import upcoming_player_context
from nba_assets_tests.builders import gap, no_rows, schedule, summary, team_table

TODAY = "2024-01-31"
BOSTON, NEW_YORK = 1, 2
OWN, MATE, STAR_OUT = 7, 8, 9
DAYS = ["2024-01-26", "2024-01-28", "2024-01-30"]
PLAYED = [
    *((OWN, BOSTON, day) for day in DAYS),
    *((MATE, BOSTON, day) for day in DAYS),
    (STAR_OUT, BOSTON, DAYS[0]),
]
MINUTES = [20.0, 20.0, 20.0, 10.0, 20.0, 30.0, 40.0]
POINTS = [6.0, 8.0, 10.0, 10.0, 12.0, 14.0, 30.0]


def rows_of(last: str = DAYS[-1], **gaps: pd.DataFrame) -> pd.DataFrame:
    days = [*DAYS[:-1], last]
    teams = team_table([(BOSTON, day) for day in days], pts=[100.0, 90.0, 130.0], opponent_pts=[90.0, 100.0, 105.0])
    table = upcoming_player_context(
        dates=pd.DatetimeIndex([TODAY]),
        game_schedule=schedule([(TODAY, BOSTON, NEW_YORK)]),
        player_game_summary=summary(
            [(who, team, last if day == DAYS[-1] else day) for who, team, day in PLAYED],
            minutes_played=MINUTES,
            pts=POINTS,
        ),
        team_offense=teams,
        team_defense=teams,
        point_lines=no_rows(POINT_LINES),
        injury_reports=no_rows(INJURY_REPORTS),
        gaps=gaps,
    )
    return table.set_index("player_id")


def test_who_missed_the_last_game_leaves_his_share_to_the_others() -> None:
    rows = rows_of()
    assert rows["active_teammates_minutes"].to_dict() == {OWN: 20.0, MATE: 20.0, STAR_OUT: 40.0}
    assert rows["active_minutes_share"].to_dict() == {OWN: 0.5, MATE: 0.5, STAR_OUT: 0.5}
    assert rows["active_pts_share"].to_dict() == {OWN: 0.4, MATE: 0.6, STAR_OUT: 0.6}  # 8 and 12, 30 beside 20
    assert rows["active_pts_rank"].to_dict() == {OWN: 2, MATE: 1, STAR_OUT: 1}


@pytest.mark.parametrize("table", ["team_offense", "player_game_summary"])
def test_a_game_that_nobody_knows_leaves_nothing_known(table: str) -> None:
    """Boston was due on the day after its last known game; of the team alone, or of its players alone."""
    rows = rows_of(last="2024-01-29", **{table: gap((BOSTON, "2024-01-30"))})
    names = ["active_teammates_minutes", "active_minutes_share", "active_pts_share", "active_pts_rank"]
    assert rows.loc[[OWN, MATE], names].isna().all(axis=None)
    for name in names:
        stated = rows.loc[[OWN, MATE], "absence"].str.contains(f'"{name}": "upstream_missing"', regex=False)
        assert stated.all(), name


def test_strength_of_the_team() -> None:
    row = rows_of().loc[OWN]
    assert (row["team_margin_previous_game"], row["team_margin_last_20"]) == (25.0, pytest.approx(25 / 3, abs=1e-6))
    assert (row["team_win_pct_season"], row["team_games_season"]) == (pytest.approx(2 / 3, abs=1e-6), 3)
    assert (row["team_rest_days"], row["team_games_last_20"]) == (0, 3)
    assert pd.isna(row["opponent_win_pct_season"])

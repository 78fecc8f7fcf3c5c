"""The table `team_defense`: the opponent's row, found by id."""

import json

import pandas as pd
import pytest

from nba_assets.domain.team_defense import team_defense
from nba_assets_tests.builders import gap
from nba_assets_tests.domain.box_scores import team_line
from nba_assets_tests.domain.test_team_offense import (
    GAME,
    NYK,
    NYK_COUNTS,
    PHI,
    SHOTS,
    offense_of,
    overtime_game,
)


@pytest.fixture(scope="module")
def by_hand() -> pd.DataFrame:
    return team_defense(team_offense=overtime_game().reset_index()).set_index("team_id")


@pytest.mark.parametrize(
    ("column", "phi", "nyk"),
    [
        ("is_home", True, False),
        ("opponent_pts", 125, 119),
        ("opponent_fgm", 45, 42),
        ("opponent_fg3a", 40, 36),
        ("opponent_oreb", 12, 10),
        pytest.param("opponent_tov", 11, 14, id="turnovers forced"),
        ("opponent_possessions", 106.0, 105.0),
        pytest.param("opponent_pace", 96.0, 95.09434, id="pace allows for overtime"),
        pytest.param("defensive_rating", 117.924528, 113.333333, id="points allowed per 100 of their possessions"),
        ("opponent_true_shooting_pct", 0.584112, 0.589109),
        ("opponent_effective_fg_pct", 0.546875, 0.533333),
    ],
)
def test_each_team_shows_what_the_other_did(
    by_hand: pd.DataFrame, column: str, phi: bool | float, nyk: bool | float
) -> None:
    assert (by_hand.loc[PHI, column], by_hand.loc[NYK, column]) == (phi, nyk)


def test_nulls_of_the_opponent_keep_their_reason() -> None:
    rows = team_defense(team_offense=overtime_game(fga=0, fta=0, fgm=None).reset_index()).set_index("team_id")
    stated = json.loads(str(rows.loc[NYK, "absence"]))
    assert stated["opponent_fgm"] == "source_unavailable"
    assert stated["opponent_effective_fg_pct"] == "source_unavailable"
    assert stated["opponent_true_shooting_pct"] == "not_applicable"
    assert "opponent_true_shooting_pct" not in json.loads(str(rows.loc[PHI, "absence"]))


def test_zones_allowed_are_the_opponents_and_keep_their_reason() -> None:
    names = ["opponent_paint_attempts", "opponent_paint_makes", "opponent_three_makes"]
    rows = team_defense(team_offense=overtime_game(SHOTS).reset_index()).set_index("team_id")
    assert rows.loc[PHI, names].tolist() == [0, 0, 1]
    assert rows.loc[NYK, names].tolist() == [2, 1, 0]
    for gaps, reason in (
        ({}, "source_unavailable"),
        ({"shot_attempts": gap((PHI, "2025-01-15"), game=GAME)}, "upstream_missing"),
    ):
        stated = json.loads(team_defense(team_offense=overtime_game(gaps=gaps).reset_index())["absence"].iloc[0])
        assert {stated[name] for name in names} == {reason}


def test_without_the_opponents_row_everything_is_missing_upstream() -> None:
    alone = offense_of(team_line(GAME, NYK, PHI, **NYK_COUNTS)).reset_index()
    row = team_defense(team_offense=alone).iloc[0]
    stated = json.loads(str(row["absence"]))
    assert set(stated.values()) == {"upstream_missing"}
    assert set(stated) == {name for name in row.index if name.startswith(("opponent_", "defensive_"))} - {
        "opponent_team_id",
        "opponent_team",
    }

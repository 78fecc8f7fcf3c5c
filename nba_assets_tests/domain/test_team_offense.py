"""The table `team_offense`: an overtime game by hand, sides from the schedule, typed nulls."""

import json
from typing import Any

import pandas as pd
import pytest

from nba_assets.domain.team_offense import team_offense
from nba_assets_tests.builders import gap
from nba_assets_tests.domain.box_scores import game, schedule_of, shot, shots_of, team_box_of, team_line

NYK, PHI = 2, 3
GAME = "0022400561"
PHI_COUNTS: dict[str, Any] = {
    "pts": 119, "fgm": 42, "fga": 90, "fg3m": 12, "fg3a": 36, "ftm": 23, "fta": 25, "oreb": 10, "dreb": 33, "reb": 43,
    "ast": 24, "stl": 6, "blk": 5, "tov": 14, "pf": 22,
}  # fmt: skip
NYK_COUNTS: dict[str, Any] = {
    "pts": 125, "fgm": 45, "fga": 96, "fg3m": 15, "fg3a": 40, "ftm": 20, "fta": 25, "oreb": 12, "dreb": 35, "reb": 47,
    "ast": 28, "stl": 8, "blk": 3, "tov": 11, "pf": 21,
}  # fmt: skip


SHOTS = (
    shot(GAME, PHI, 301, "paint", True, zone_detail="restricted_area"),
    shot(GAME, PHI, 302, "paint", False),
    shot(GAME, NYK, 201, "three", True, zone_detail="left_corner_three"),
)


def offense_of(
    *lines: dict[str, Any],
    games: tuple[dict[str, Any], ...] = (game(GAME, home=PHI, away=NYK),),
    shots: tuple[dict[str, Any], ...] = (),
    gaps: dict[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    rows = team_offense(
        game_schedule=schedule_of(*games), team_box_scores=team_box_of(*lines), shot_attempts=shots_of(*shots),
        gaps=gaps or {},
    )  # fmt: skip
    return rows.set_index("team_id")


def overtime_game(
    shots: tuple[dict[str, Any], ...] = (), gaps: dict[str, pd.DataFrame] | None = None, **changed: object
) -> pd.DataFrame:
    return offense_of(
        team_line(GAME, PHI, NYK, minutes=265, **{**PHI_COUNTS, **changed}),
        team_line(GAME, NYK, PHI, minutes=265, **NYK_COUNTS),
        shots=shots,
        gaps=gaps,
    )


def test_zones_are_those_of_the_games_shots() -> None:
    rows = overtime_game(SHOTS)
    names = ["paint_attempts", "paint_makes", "restricted_area_attempts", "three_attempts", "corner_three_makes"]
    assert rows.loc[PHI, names].tolist() == [2, 1, 1, 0, 0]
    assert rows.loc[NYK, names].tolist() == [0, 0, 0, 1, 1]
    assert set(rows["shot_zones_source"]) == {"simulated"}
    assert json.loads(str(rows.loc[PHI, "absence"])) == {}


@pytest.mark.parametrize(("team", "day", "reason"), [(PHI, "2025-01-15", "upstream_missing"),
                                                     (PHI, "2025-01-14", "source_unavailable")])  # fmt: skip
def test_zones_whose_shots_were_refused_are_missing_upstream(team: int, day: str, reason: str) -> None:
    stated = json.loads(str(overtime_game(gaps={"shot_attempts": gap((team, day), game=GAME)}).loc[NYK, "absence"]))
    assert set(stated.values()) == {reason}
    assert len(stated) == 11


@pytest.fixture(scope="module")
def by_hand() -> pd.DataFrame:
    return overtime_game()


@pytest.mark.parametrize(
    ("column", "home", "away"),
    [
        ("is_home", True, False),
        ("team", "PHI", "NYK"),
        ("opponent_team", "NYK", "PHI"),
        ("opponent_team_id", NYK, PHI),
        ("season", "2024-25", "2024-25"),
        ("game_minutes", 53.0, 53.0),
        ("overtime_periods", 1, 1),
        ("win_flag", False, True),
        ("pts", 119, 125),
        ("opponent_pts", 125, 119),
        ("tov", 14, 11),
        pytest.param("possessions", 105.0, 106.0, id="possessions 90+11+14-10 and 96+11+11-12"),
        pytest.param("pace", 95.09434, 96.0, id="pace 48*105/53 and 48*106/53"),
        pytest.param("offensive_rating", 113.333333, 117.924528, id="rating 100*119/105 and 100*125/106"),
        pytest.param("true_shooting_pct", 0.589109, 0.584112, id="true shooting 119/202 and 125/214"),
        pytest.param("effective_fg_pct", 0.533333, 0.546875, id="effective 48/90 and 52.5/96"),
    ],
)
def test_an_overtime_game_by_hand(
    by_hand: pd.DataFrame, column: str, home: bool | str | float, away: bool | str | float
) -> None:
    assert by_hand.loc[PHI, column] == home
    assert by_hand.loc[NYK, column] == away


@pytest.mark.parametrize("neutral", [False, True], ids=["at home", "at a neutral site"])
def test_home_is_the_designated_home_team_whatever_the_box_score_says(neutral: bool) -> None:
    games = (game(GAME, home=PHI, away=NYK, is_neutral_site=neutral),)
    lines = [team_line(GAME, NYK, PHI, **NYK_COUNTS, is_home=True), team_line(GAME, PHI, NYK, **PHI_COUNTS)]
    for order in (lines, lines[::-1]):
        rows = offense_of(*order, games=games)
        assert rows["is_home"].to_dict() == {PHI: True, NYK: False}


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        pytest.param({}, {}, id="nothing missing"),
        pytest.param(
            {"fta": None},
            dict.fromkeys(
                ["fta", "offensive_rating", "pace", "possessions", "true_shooting_pct"], "source_unavailable"
            ),
            id="free throws not stated",
        ),
        pytest.param(
            {"pts": None},
            dict.fromkeys(["offensive_rating", "pts", "true_shooting_pct", "win_flag"], "source_unavailable"),
            id="points not stated",
        ),
        pytest.param(
            {"fga": 0, "fta": 0, "tov": 10},
            dict.fromkeys(
                ["effective_fg_pct", "offensive_rating", "true_shooting_pct"], "not_applicable"
            ),
            id="nothing to divide by",
        ),
    ],
)  # fmt: skip
def test_every_null_has_its_reason(changed: dict[str, Any], reasons: dict[str, Any]) -> None:
    row = overtime_game(**changed).loc[PHI]
    stated = json.loads(str(row["absence"]))
    zones = {name for name in stated if name.endswith(("_attempts", "_makes")) or name == "shot_zones_source"}
    assert {stated[name] for name in zones} == {"source_unavailable"}
    assert len(zones) == 11
    assert {name: why for name, why in stated.items() if name not in zones} == reasons


def test_no_possessions_is_a_true_zero_and_has_no_rating() -> None:
    row = overtime_game(fga=0, fta=0, tov=10).loc[PHI]
    assert row["possessions"] == 0
    assert row["pace"] == 0
    assert pd.isna(row["offensive_rating"])


def test_without_the_opponents_box_the_outcome_is_missing_upstream() -> None:
    row = offense_of(team_line(GAME, PHI, NYK, **PHI_COUNTS)).loc[PHI]
    stated = json.loads(str(row["absence"]))
    assert pd.isna(row["opponent_pts"])
    assert (stated["opponent_pts"], stated["win_flag"]) == ("upstream_missing", "upstream_missing")
    assert row["possessions"] == 105.0


def test_rows_the_schedule_does_not_know_are_left_out() -> None:
    rows = offense_of(
        team_line(GAME, PHI, NYK, **PHI_COUNTS),
        team_line(GAME, 4, PHI, **NYK_COUNTS),
        team_line("22400561", NYK, PHI, **NYK_COUNTS),
        team_line(GAME, NYK, PHI, day="2025-01-16", **NYK_COUNTS),
    )
    assert rows.index.tolist() == [PHI]


def test_a_postponed_game_is_published_on_two_dates_of_the_schedule_and_is_played_on_one() -> None:
    games = (
        game(GAME, PHI, NYK, day="2025-01-15", is_postponed=True),
        game(GAME, PHI, NYK, day="2025-03-01", season_type="play_in"),
    )
    lines = [
        team_line(GAME, PHI, NYK, "2025-03-01", **PHI_COUNTS),
        team_line(GAME, NYK, PHI, "2025-03-01", **NYK_COUNTS),
    ]
    rows = offense_of(*lines, games=games)
    assert rows["season_type"].tolist() == ["play_in", "play_in"]
    assert rows["opponent_pts"].to_dict() == {PHI: 125, NYK: 119}

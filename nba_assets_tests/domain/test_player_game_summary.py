"""The table `player_game_summary`: usage in overtime, those who did not play, zeros, and join misses."""

import json
from typing import Any

import pandas as pd
import pytest

from nba_assets.domain.player_game_summary import player_game_summary
from nba_assets_tests.builders import gap
from nba_assets_tests.cells import cell_at
from nba_assets_tests.domain.box_scores import game, player_box_of, player_line, schedule_of, shot, shots_of
from nba_assets_tests.domain.test_team_offense import GAME, NYK, PHI, overtime_game

STAR, REST, SECONDS, NO_MINUTES, SPECTATOR, LISTED = range(301, 307)

# Chances of PHI: 28.4 + 82.6 + 1 = 112 over its players; the official totals of the team hold three turnovers more.
LINES = {
    STAR: (42.4, {"fga": 20, "fta": 10, "tov": 4, "fgm": 10, "fg3m": 2, "ftm": 8, "pts": 30}),
    REST: (53.0, {"fga": 69, "fta": 15, "tov": 7, "fgm": 31, "fg3m": 10, "ftm": 15, "pts": 87}),
    SECONDS: (0.1, {"fga": 1, "fgm": 1, "pts": 2}),
    NO_MINUTES: (0.0, {}),
    SPECTATOR: (3.0, {}),
    LISTED: (None, {}),
}


def summary_of(
    offense: pd.DataFrame | None = None,
    shots: tuple[dict[str, Any], ...] = (),
    gaps: dict[str, pd.DataFrame] | None = None,
    **changed: Any,
) -> pd.DataFrame:
    """The summary of PHI's players; `changed` replaces counts of the star."""
    lines = [
        player_line(GAME, PHI, player, minutes, **(counts | (changed if player == STAR else {})))
        for player, (minutes, counts) in LINES.items()
    ]
    lines.append(player_line(GAME, NYK, 201, 48.0, fga=50, fta=10, tov=5))
    rows = player_game_summary(
        player_box_scores=player_box_of(*lines),
        team_offense=(overtime_game() if offense is None else offense).reset_index(),
        game_schedule=schedule_of(game(GAME, home=PHI, away=NYK)),
        shot_attempts=shots_of(*shots),
        gaps=gaps or {},
    )
    return rows.set_index("player_id")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return summary_of()


def reasons(rows: pd.DataFrame, player: int) -> dict[str, str]:
    return json.loads(str(rows.loc[player, "absence"]))


@pytest.mark.parametrize(
    ("player", "column", "expected"),
    [
        pytest.param(STAR, "usage_rate", 31.696429, id="usage in overtime: 100*28.4*53/(42.4*112)"),
        pytest.param(STAR, "true_shooting_pct", 0.614754, id="true shooting 30/(2*24.4)"),
        pytest.param(STAR, "effective_fg_pct", 0.55, id="effective (10+1)/20"),
        pytest.param(STAR, "is_usage_rate_reliable", True, id="a reliable usage"),
        pytest.param(REST, "usage_rate", 73.75, id="usage of all 53 minutes: 100*82.6/112"),
        pytest.param(SECONDS, "usage_rate", 473.214286, id="usage above 100 is kept: 100*1*53/(0.1*112)"),
        pytest.param(SECONDS, "is_usage_rate_reliable", False, id="but it is not reliable"),
        pytest.param(SPECTATOR, "usage_rate", 0.0, id="no chance used is a true zero"),
        pytest.param(SPECTATOR, "is_usage_rate_reliable", True, id="and reliable from three minutes on"),
        pytest.param(SPECTATOR, "pts", 0, id="no points are a true zero"),
        pytest.param(NO_MINUTES, "minutes_played", 0.0, id="zero recorded minutes stay zero"),
        pytest.param(NO_MINUTES, "is_dnp", False, id="and are an appearance"),
        pytest.param(LISTED, "is_dnp", True, id="a listed player did not play"),
        pytest.param(STAR, "opponent_team_id", NYK, id="opponent by the schedule"),
        pytest.param(STAR, "is_home", True, id="home by the schedule"),
        pytest.param(201, "is_home", False, id="away by the schedule"),
        pytest.param(STAR, "game_minutes", 53.0, id="length of the game"),
    ],
)
def test_a_game_by_hand(rows: pd.DataFrame, player: int, column: str, expected: float | bool) -> None:
    assert rows.loc[player, column] == expected


ZONES = dict.fromkeys(
    ["assisted_makes", "mid_range_attempts", "mid_range_makes", "paint_attempts", "paint_makes", "three_attempts",
     "three_makes", "unassisted_makes", "shot_zones_source"],
    "source_unavailable",
) | {"dnp_reason": "not_applicable"}  # fmt: skip
NO_SHOT = dict.fromkeys(["effective_fg_pct", "true_shooting_pct"], "not_applicable")
NO_USAGE = ["usage_rate", "is_usage_rate_reliable"]


@pytest.mark.parametrize(
    ("player", "expected"),
    [
        pytest.param(STAR, ZONES, id="played"),
        pytest.param(SPECTATOR, {**ZONES, **NO_SHOT}, id="no attempt"),
        pytest.param(NO_MINUTES, {**ZONES, **NO_SHOT, **dict.fromkeys(NO_USAGE, "not_applicable")}, id="no minutes"),
    ],
)
def test_every_null_has_its_reason(rows: pd.DataFrame, player: int, expected: dict[str, Any]) -> None:
    assert reasons(rows, player) == expected


def test_who_did_not_play_has_nulls_for_that_reason(rows: pd.DataFrame) -> None:
    stated = reasons(rows, LISTED)
    unplayed = ["minutes_played", "pts", "fga", "tov", "plus_minus", "usage_rate", "true_shooting_pct", "paint_makes"]
    assert rows.loc[LISTED, unplayed].isna().all()
    assert {stated[name] for name in unplayed} == {"did_not_play"}
    assert stated["dnp_reason"] == "source_unavailable"
    assert rows.loc[LISTED, "game_minutes"] == 53.0


SHOTS = (
    shot(GAME, PHI, STAR, "paint", True),
    shot(GAME, PHI, STAR, "three", True, is_assisted=False),
    shot(GAME, PHI, STAR, "three", False),
    shot(GAME, PHI, LISTED, "mid_range", True),
)


def test_zones_are_those_of_the_players_shots_and_zero_is_no_null() -> None:
    rows = summary_of(shots=SHOTS)
    names = ["paint_attempts", "paint_makes", "mid_range_attempts", "three_attempts", "three_makes", "assisted_makes",
             "unassisted_makes"]  # fmt: skip
    assert rows.loc[STAR, names].tolist() == [1, 1, 0, 2, 1, 1, 1]
    for idle in (REST, SPECTATOR, NO_MINUTES):
        assert rows.loc[idle, names].tolist() == [0] * 7
    assert set(rows["shot_zones_source"]) == {"simulated"}
    assert rows.loc[LISTED, names].isna().all(), "who did not play has nulls whatever the shots say"
    assert {reasons(rows, LISTED)[name] for name in names} == {"did_not_play"}
    assert set(reasons(rows, REST)) == {"dnp_reason"}


def test_zones_whose_shots_were_refused_are_missing_upstream() -> None:
    rows = summary_of(gaps={"shot_attempts": gap((NYK, "2025-01-15"), game=GAME)})
    assert {reasons(rows, STAR)[name] for name in ZONES if name != "dnp_reason"} == {"upstream_missing"}
    assert reasons(rows, LISTED)["paint_makes"] == "did_not_play"
    assert reasons(rows, LISTED)["shot_zones_source"] == "upstream_missing"


@pytest.mark.parametrize("unstated", ["fga", "fta", "tov"])
def test_a_statistic_the_source_lacks_takes_the_usage_of_the_whole_team_and_of_nobody_else(unstated: str) -> None:
    rows = summary_of(**dict[str, Any]({unstated: None}))
    assert rows["usage_rate"].dropna().index.tolist() == [201]
    for player in (STAR, REST, SECONDS, SPECTATOR):
        assert [reasons(rows, player)[name] for name in NO_USAGE] == ["source_unavailable"] * 2
    assert reasons(rows, NO_MINUTES)["usage_rate"] == "not_applicable"
    assert reasons(rows, LISTED)["usage_rate"] == "did_not_play"


@pytest.mark.parametrize("lost", ["team row", "other game id", "other date"])
def test_a_team_row_that_does_not_join_is_missing_upstream(lost: str) -> None:
    offense = overtime_game().reset_index()
    ours = offense["team_id"] == PHI
    if lost == "team row":
        offense = offense[~ours]
    elif lost == "other game id":
        offense["game_id"] = offense["game_id"].where(~ours, "20250115_PHI_NYK")
    else:
        offense["game_date"] = offense["game_date"].where(~ours, pd.Timestamp("2025-01-16"))
    rows = summary_of(offense.set_index("team_id"))
    assert rows.loc[201, "usage_rate"] == pytest.approx(100 * 53 / 48)
    for player in (STAR, REST, SPECTATOR):
        stated = reasons(rows, player)
        assert pd.isna(cell_at(rows, player, "usage_rate"))
        assert [stated[name] for name in (*NO_USAGE, "game_minutes")] == ["upstream_missing"] * 3
    assert rows.loc[STAR, "true_shooting_pct"] == 0.614754


def test_a_team_row_that_appears_twice_is_refused() -> None:
    offense = overtime_game()
    with pytest.raises(pd.errors.MergeError):
        summary_of(pd.concat([offense, offense]))


def test_usage_does_not_rest_on_official_totals() -> None:
    few_turnovers = summary_of(overtime_game(tov=11))
    assert few_turnovers["usage_rate"].equals(summary_of()["usage_rate"])

"""What box lines say twice: by hand which lines contradict it, and every declared fact in either of its places."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.raw import BOX_COUNTS
from nba_assets.contracts.stated_twice import IDENTITIES, TEAM_SUMS, Identity, TeamSum
from nba_assets.readiness import thresholds
from nba_assets.readiness.contradictions import Broken, broken_between, broken_identities
from nba_assets_tests.raw_games import BOS, NYK, game_id, player_id, raw_frames

DAY = dt.date(2024, 12, 3)
GAME = game_id(0, 0)


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    tables = raw_frames([DAY])
    return tables["team_box_scores"], tables["player_box_scores"]


def changed(rows: pd.DataFrame, column: str, by: float, **where: object) -> pd.DataFrame:
    """One value of the game's first matching row moved by so much."""
    rows = rows.copy()
    hit = rows["game_id"] == GAME
    for name, wanted in where.items():
        hit &= rows[name] == wanted
    first = hit.idxmax()
    rows.loc[first, column] = rows.loc[first, column] + by
    return rows


def between(teams: pd.DataFrame, players: pd.DataFrame, season_type: str = "regular_season") -> list[Broken]:
    schedule = raw_frames([DAY])["game_schedule"].assign(season_type=season_type)
    return list(broken_between(players, teams, schedule))


def named(found: list[Broken]) -> dict[str, list[int]]:
    """The team ids that each fact is broken for."""
    return {broken.columns[0]: broken.rows["team_id"].tolist() for broken in found}


def test_every_count_of_a_box_line_is_a_sum_over_players() -> None:
    assert [total.column for total in TEAM_SUMS] == list(BOX_COUNTS)


def test_sound_games_contradict_nothing() -> None:
    teams, players = frames()
    assert [list(broken_identities(rows)) for rows in (teams, players)] == [[], []]
    assert between(teams, players) == []


LINES = {
    "pts is not 2 fgm + fg3m + ftm": {"pts": 21},
    "reb is not oreb + dreb": {"dreb": 5},
    "fgm is more than fga": {"fga": 7},
    "fg3m is more than fg3a": {"fg3a": 1},
    "fg3m is more than fgm": {"fgm": 1, "pts": 8},
    "threes missed are more than all shots missed": {"fg3a": 13},
    "ftm is more than fta": {"fta": 1},
}
"""What a NYK line of 20 points (fgm 8 of 18, fg3m 2 of 6, ftm 2 of 5, reb 2 + 6) says, to break each identity."""


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.broken)
def test_a_line_that_breaks_an_identity_is_named(identity: Identity) -> None:
    _, players = frames()
    line = players["player_id"] == player_id(NYK, 0)
    for column, value in LINES[identity.broken].items():
        players.loc[line, column] = float(value)
    found = {broken.what: broken.rows["player_id"].tolist() for broken in broken_identities(players)}
    assert found[f"{identity.broken}; correct the line"] == [player_id(NYK, 0)]


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.broken)
def test_a_line_that_does_not_say_a_count_is_not_judged_by_it(identity: Identity) -> None:
    _, players = frames()
    for column in identity.columns:
        silent = players.assign(**{column: float("nan")})
        assert identity.columns not in [broken.columns for broken in broken_identities(silent)]


@pytest.mark.parametrize("total", TEAM_SUMS, ids=lambda total: total.column)
@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("side", ["team", "player"])
def test_one_more_or_less_in_either_place_is_named_with_both_values(total: TeamSum, by: int, side: str) -> None:
    teams, players = frames()
    before = float(teams.loc[teams["team_id"] == BOS, total.column].iloc[0])
    if side == "team":
        teams = changed(teams, total.column, by, team_id=BOS)
    else:
        players = changed(players, total.column, by, team_id=BOS)
    found = between(teams, players)
    if total.team_alone and (by > 0) is (side == "team"):
        assert found == [], "the team alone may have more"
        return
    (broken,) = found
    assert (broken.rule, broken.columns) == ("player_totals_match_team", (total.column,))
    stated = before + by if side == "team" else before
    summed = before + by if side == "player" else before
    assert broken.rows[list(broken.show)].to_numpy().tolist() == [[GAME, "BOS", stated, summed]]


@pytest.mark.parametrize(("lacking", "is_broken"), [(thresholds.TEAM_TURNOVERS, False), (9, True)])
def test_a_team_has_so_many_turnovers_of_its_own_and_no_more(lacking: int, is_broken: bool) -> None:
    teams, players = frames()
    found = between(changed(teams, "tov", lacking, team_id=NYK), players)
    assert named(found) == ({"tov": [NYK]} if is_broken else {})


@pytest.mark.parametrize(
    ("column", "by", "in_playoffs"),
    [
        ("fg3a", 2, {}),
        ("fg3a", 3, {"fg3a": [NYK]}),
        ("pf", 1, {}),
        ("pf", 2, {"pf": [NYK]}),
        ("ast", 1, {"ast": [NYK]}),
    ],
)
def test_outside_the_regular_season_some_counts_may_have_been_corrected(
    column: str, by: int, in_playoffs: dict[str, Any]
) -> None:
    teams, players = frames()
    teams = changed(teams, column, by, team_id=NYK)
    assert named(between(teams, players, "playoffs")) == in_playoffs
    assert named(between(teams, players)) == {column: [NYK]}


def test_who_did_not_say_a_count_leaves_room_for_it_but_not_for_less() -> None:
    teams, players = frames()
    players = changed(players, "ast", float("nan"), team_id=NYK)
    assert between(teams, players) == []
    assert named(between(changed(teams, "ast", -6, team_id=NYK), players)) == {"ast": [NYK]}


def test_who_played_some_seconds_counts_and_who_did_not_play_does_not() -> None:
    teams, players = frames()
    bench = (players["player_id"] == player_id(NYK, 9)) & (players["game_id"] == GAME)
    players.loc[bench, "ast"] = 1.0
    assert between(teams, players) == []
    players.loc[bench, "minutes"] = 0.0
    assert named(between(teams, players)) == {"ast": [NYK]}


@pytest.mark.parametrize(
    ("off", "is_whole", "is_broken"),
    [(0.7, False, False), (0.8, False, True), (-0.8, False, True), (5, True, False), (6, True, True)],
)
def test_minutes_sum_to_the_teams_as_exactly_as_they_are_given(off: float, is_whole: bool, is_broken: bool) -> None:
    teams, players = frames()
    if not is_whole:
        players = changed(changed(players, "minutes", 0.5, team_id=NYK), "minutes", -0.5, team_id=BOS)
        teams = changed(teams, "minutes", 0.5, team_id=NYK)
        teams = changed(teams, "minutes", -0.5, team_id=BOS)
    found = between(changed(teams, "minutes", off, team_id=NYK), players)
    assert named(found) == ({"minutes": [NYK]} if is_broken else {})


@pytest.mark.parametrize(("off", "is_broken"), [(70, False), (-71, True), (71, True)])
def test_plus_minus_may_be_off_as_far_as_the_leagues_own_is(off: int, is_broken: bool) -> None:
    teams, players = frames()
    found = between(teams, changed(players, "plus_minus", off, team_id=NYK))
    shown = [broken.rows[list(broken.show)].to_numpy().tolist() for broken in found]
    assert shown == [[[GAME, "NYK", -50.0 + off, -50.0]]] * is_broken


def test_plus_minus_of_most_team_games_of_a_date_has_lost_its_meaning() -> None:
    teams, players = frames()
    of_three_teams = players["team_id"].ne(NYK)
    players.loc[of_three_teams, "plus_minus"] = players.loc[of_three_teams, "plus_minus"] + 1
    assert between(teams, players) == [], "three of four is too few to tell"
    players["plus_minus"] = players["plus_minus"] + players["team_id"].eq(NYK)
    (broken,) = between(teams, players)
    assert (broken.rule, len(broken.rows)) == ("plus_minus_matches_margin", 4)


def test_zeros_on_a_whole_date_are_no_plus_minus() -> None:
    teams, players = frames()
    zeros = players.assign(plus_minus=players["plus_minus"].mask(players["minutes"].notna(), 0.0))
    assert between(teams, zeros) == []
    one_stated = changed(zeros, "plus_minus", 1, team_id=NYK)
    assert named(between(teams, one_stated)) == {"plus_minus": teams["team_id"].tolist()}

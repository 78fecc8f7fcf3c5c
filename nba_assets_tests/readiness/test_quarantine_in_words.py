"""The sentence about quarantined games, worked by hand: how many games, which, and why."""

import datetime as dt

import pytest

from nba_assets.readiness.quarantine import Quarantined, in_words

DAY = dt.date(2025, 1, 15)
ATL, MIA, BOS, NYK = 1610612737, 1610612748, 1610612738, 1610612752
MINUTES = (
    "player_minutes_match_team: 1 row: player minutes do not sum to the team's; a line is missing or wrong "
    "(game_id=0022400561, team=MIA, team_box_scores.minutes=226.0, sum of player_box_scores.minutes=240.0)"
)
MINUTES_IN_WORDS = (
    "player minutes do not sum to the team's; a line is missing or wrong "
    "(team=MIA, team_box_scores.minutes=226.0, sum of player_box_scores.minutes=240.0)"
)


def game(reasons: str, *teams: int) -> Quarantined:
    return Quarantined("0022400561", teams or (MIA, ATL), reasons)


@pytest.mark.parametrize(
    ("reasons", "root", "said"),
    [
        (MINUTES, "", f"MIA–ATL quarantined: {MINUTES_IN_WORDS}"),
        (f"in team_box_scores: {MINUTES}", "team_box_scores",
         f"MIA–ATL quarantined in team_box_scores: {MINUTES_IN_WORDS}"),
        (f"{MINUTES}; enough_players: 2 rows: fewer than five players with minutes (game_id=0022400561, team=MIA)", "",
         f"MIA–ATL quarantined: {MINUTES_IN_WORDS} (and 1 more reason)"),
        ("every_game_has_result: 1 row: not on the schedule of the date (game_id=0022400561)", "",
         "MIA–ATL quarantined: not on the schedule of the date"),
        ("source_understood: games.csv: 'x' is no score", "", "MIA–ATL quarantined: games.csv: 'x' is no score"),
        (f"source_understood: {MINUTES}", "", f"MIA–ATL quarantined: {MINUTES_IN_WORDS}"),
        ("said by ana: the clock stopped; in OT", "", "MIA–ATL quarantined: said by ana: the clock stopped; in OT"),
        ("in player_box_scores: said by ana: typo", "player_box_scores",
         "MIA–ATL quarantined in player_box_scores: said by ana: typo"),
        ("", "", "MIA–ATL quarantined: "),
    ],
)  # fmt: skip
def test_a_game_is_named_by_its_teams_with_the_first_reason(reasons: str, root: str, said: str) -> None:
    assert (game(reasons).root, str(game(reasons))) == (root, said)


def test_a_team_that_is_none_of_the_thirty_goes_by_its_number() -> None:
    assert game("", 7, ATL).name == "7–ATL"


def test_what_is_read_from_a_table_names_the_table_where_it_began() -> None:
    once = game(MINUTES).as_read_from("team_box_scores")
    assert once.reasons == f"in team_box_scores: {MINUTES}"
    assert once.as_read_from("team_offense") == once


@pytest.mark.parametrize(
    ("due", "games", "said"),
    [
        (10, [game(MINUTES)], f"2025-01-15: 9 of 10 games; MIA–ATL quarantined: {MINUTES_IN_WORDS}"),
        (10, [game("said by ana: typo"), game("said by ben: no", NYK, BOS)],
         "2025-01-15: 8 of 10 games; MIA–ATL quarantined: said by ana: typo; NYK–BOS quarantined: said by ben: no"),
        (1, [game("said by ana: typo")], "2025-01-15: 0 of 1 game; MIA–ATL quarantined: said by ana: typo"),
        (0, [game("said by ana: typo")], "2025-01-15: MIA–ATL quarantined: said by ana: typo"),
        (10, [], ""),
    ],
)  # fmt: skip
def test_a_date_is_described_by_its_games(due: int, games: list[Quarantined], said: str) -> None:
    assert in_words(DAY, due, games) == said


def test_one_of_several_games_is_named_alone() -> None:
    ours, other = game("said by ana: typo"), game("said by ben: no", NYK, BOS)
    said = "2025-01-15: 8 of 10 games; NYK–BOS quarantined: said by ben: no"
    assert in_words(DAY, 10, [ours, other], [other]) == said

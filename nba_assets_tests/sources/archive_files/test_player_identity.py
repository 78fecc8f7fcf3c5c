"""Who an id is, over a whole delivery: what is exchanged, doubled or misnamed is named; spellings are not."""

from collections.abc import Callable

import pandas as pd
import pytest

from nba_assets.sources.archive_files.player_identity import identity_problems

GAMES = [f"00224000{number:02d}" for number in range(1, 13)]
SEASONS = pd.Series("2024-25", index=GAMES)
DAYS = dict(zip(GAMES, pd.date_range("2024-10-22", periods=len(GAMES)), strict=True))
TATUM, BROWN, TEAM = 1628369, 1627759, 1610612738
NAMES = {TATUM: "Jayson Tatum", BROWN: "Jaylen Brown"}
WRONG = (GAMES[5], "2024-10-27")
"""The game in which each delivery is wrong, and its date."""


def lines() -> pd.DataFrame:
    rows = [
        {
            "game_date": DAYS[game], "game_id": game, "team_id": TEAM, "team": "BOS", "player_id": player,
            "player_name": name,
        }
        for game in GAMES
        for player, name in NAMES.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def of(rows: pd.DataFrame, player: int, games: list[str]) -> pd.Series:
    return (rows["player_id"] == player) & rows["game_id"].isin(games)


def exchanged(rows: pd.DataFrame) -> None:
    one, two = (of(rows, player, [GAMES[5]]) for player in (TATUM, BROWN))
    rows.loc[one, "player_id"], rows.loc[two, "player_id"] = BROWN, TATUM


def second_id(rows: pd.DataFrame) -> None:
    rows.loc[of(rows, TATUM, [GAMES[5]]), "player_id"] = 99


def name_of_another(rows: pd.DataFrame) -> None:
    rows.loc[of(rows, TATUM, [GAMES[5]]), "player_name"] = "Jaylen Brown"


def name_of_nobody(rows: pd.DataFrame) -> None:
    rows.loc[of(rows, TATUM, [GAMES[5]]), "player_name"] = "John Doe"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (exchanged, f"player_id {TATUM} is Jaylen Brown here, but Jayson Tatum elsewhere"),
        (exchanged, f"player_id {BROWN} is Jayson Tatum here, but Jaylen Brown elsewhere"),
        (second_id, f"Jayson Tatum has player_id 99 here, but {TATUM} elsewhere"),
        (name_of_another, f"player_id {TATUM} is Jaylen Brown here, but Jayson Tatum elsewhere"),
        (name_of_nobody, f"player_id {TATUM} is John Doe here, but Jayson Tatum elsewhere"),
    ],
)
def test_a_contradicted_identity_is_named_on_its_date_only(spoil: Callable[[pd.DataFrame], None], says: str) -> None:
    rows = lines()
    spoil(rows)
    found = identity_problems(rows, SEASONS)
    assert {str(problem.game_date) for problem in found} == {WRONG[1]}
    assert any(says in problem.message and f"(game {WRONG[0]}, BOS)" in problem.message for problem in found)


def test_sound_lines_have_no_problem() -> None:
    assert identity_problems(lines(), SEASONS) == ()


@pytest.mark.parametrize("name", ["Jayson Tatum Jr.", "JAYSON TATUM", "Jáyson Tatum", "Tatum, Jayson"])
def test_a_spelling_is_no_other_name(name: str) -> None:
    rows = lines()
    rows.loc[of(rows, TATUM, [GAMES[5]]), "player_name"] = name
    assert identity_problems(rows, SEASONS) == ()


@pytest.mark.parametrize(("since", "refused"), [(6, 0), (8, 4)])
def test_a_player_may_take_a_new_name_for_good(since: int, refused: int) -> None:
    rows = lines()
    rows.loc[of(rows, TATUM, GAMES[since:]), "player_name"] = "Ron Artest"
    assert len(identity_problems(rows, SEASONS)) == refused


def test_namesakes_of_two_teams_are_two_players() -> None:
    rows = lines()
    other = rows[rows["player_id"] == TATUM].assign(player_id=7, team_id=1610612752, team="NYK")
    assert identity_problems(pd.concat([rows, other], ignore_index=True), SEASONS) == ()


def test_where_neither_reading_is_rarer_both_are_refused() -> None:
    rows = lines()
    rows.loc[of(rows, TATUM, GAMES[::2]), "player_name"] = "John Doe"
    assert len(identity_problems(rows, SEASONS)) == len(GAMES)

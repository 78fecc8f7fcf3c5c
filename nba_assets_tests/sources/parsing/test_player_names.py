"""Names of providers, resolved among the players of a game: never a guess, never the wrong one of two."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.sources.parsing.player_names import resolve, resolve_all

PLAYERS = pd.DataFrame(
    {
        1: "Nikola Jokić", 2: "Tim Hardaway Jr.", 3: "CJ McCollum", 4: "Nic Claxton", 5: "Jaylin Williams",
        6: "Jalen Williams", 7: "De'Aaron Fox", 8: "Karl-Anthony Towns", 9: "Luc Mbah a Moute", 10: "Enes Freedom",
        11: "Gary Payton II", 12: "Dennis Schröder", 13: "Nene", 14: "Marcus Morris Sr.", 15: "Markieff Morris",
        1630552: "Jalen Johnson",
    }.items(),
    columns=["player_id", "player_name"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "player_id"),
    [
        ("Nikola Jokić", 1),
        ("NIKOLA JOKIC", 1),
        ("nikolajokic", 1),
        ("Jokic, Nikola", 1),
        ("Tim Hardaway", 2),
        ("Hardaway Jr., Tim", 2),
        ("Tim Hardaway Jr", 2),
        ("C.J. McCollum", 3),
        ("Nicolas Claxton", 4),
        ("Jalen Williams", 6),
        ("Jaylin Williams", 5),
        ("DeAaron Fox", 7),
        ("D. Fox", 7),
        ("Karl Anthony Towns", 8),
        ("Luc Mbah a Moute", 9),
        ("Enes Kanter", 10),
        ("Gary Payton", 11),
        ("Dennis Schroeder", 12),
        ("Nenê", 13),
        ("Marcus Morris", 14),
        ("1630552jalenjohnson", 1630552),
        ("1630552", 1630552),
        ("1630552 Jalen Johnson", 1630552),
    ],
)
def test_a_name_means_one_player(name: str, player_id: int) -> None:
    assert resolve(name, PLAYERS) == player_id


@pytest.mark.parametrize(
    "name",
    ["J. Williams", "M. Morris", "Ja Williams", "Stephen Curry", "999jalenjohnson", "Towns", "", "Jr.", "-", "77"],
)
def test_a_name_that_could_be_two_or_nobody_is_nobodys(name: str) -> None:
    assert resolve(name, PLAYERS) is None


@pytest.mark.parametrize("name", [None, np.nan, 12.5])
def test_what_is_no_text_is_nobodys(name: Any) -> None:
    assert resolve(name, PLAYERS) is None


def test_a_closer_form_wins_over_a_looser_one() -> None:
    brothers = pd.DataFrame({"player_id": [1, 2], "player_name": ["Tim Hardaway", "Tim Hardaway Jr."]})
    assert [resolve(name, brothers) for name in ("Tim Hardaway", "Tim Hardaway Jr", "T. Hardaway")] == [1, 2, None]


def test_names_are_looked_for_in_their_own_game_only() -> None:
    candidates = PLAYERS.assign(game_id=["A"] * 5 + ["B"] * 11)
    named = pd.DataFrame(
        {
            "game_id": ["A", "B", "B", "A", "C", None],
            "player_name": ["J. Williams", "J. Williams", "Nikola Jokic", "Nikola Jokic", "Nikola Jokic", "Nene"],
        },
        index=[7, 7, 3, 2, 1, 0],
    )
    found = resolve_all(named, candidates)
    assert found.index.tolist() == named.index.tolist()
    assert found.fillna(-1).tolist() == [5, 6, -1, 1, -1, -1]


def test_nothing_to_resolve() -> None:
    nothing = pd.DataFrame({"game_id": pd.Series(dtype=object), "player_name": pd.Series(dtype=object)})
    assert resolve_all(nothing, PLAYERS.assign(game_id="A")).empty
    named = pd.DataFrame({"game_id": ["A"], "player_name": ["Nene"]})
    assert resolve_all(named, PLAYERS.head(0).assign(game_id="A")).isna().all()

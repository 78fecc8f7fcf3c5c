"""Who is expected, case by case."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from nba_assets.domain.expected_players import expected_players, played_log
from nba_assets_tests.builders import game_id, schedule, summary

TODAY = "2024-01-31"


def expected(
    rows: list[tuple[Any, ...]],
    games: Sequence[tuple[Any, ...]] = ((TODAY, 1, 2),),
    minutes: list[Any] | None = None,
    **facts: object,
) -> list[tuple[int, int, int, bool]]:
    statistics = {} if minutes is None else {"minutes_played": minutes}
    found, _ = expected_players(
        dates=pd.DatetimeIndex([TODAY]),
        game_schedule=schedule(list(games), **facts),
        log=played_log(summary(rows, **statistics)),
    )
    return list(zip(found["player_id"], found["team_id"], found["opponent_team_id"], found["is_home"], strict=True))


@pytest.mark.parametrize(
    ("rows", "who"),
    [
        pytest.param([(7, 1, "2024-01-30")], [(7, 1, 2, True)], id="home side"),
        pytest.param([(7, 2, "2024-01-30")], [(7, 2, 1, False)], id="away side"),
        pytest.param([(7, 3, "2024-01-30")], [], id="his team is not due"),
        pytest.param([(7, 1, "2023-12-02")], [(7, 1, 2, True)], id="played 60 days before"),
        pytest.param([(7, 1, "2023-12-01")], [], id="played 61 days before"),
        pytest.param([(7, 1, TODAY)], [], id="a rookie's first game is not known before it"),
        pytest.param([(7, 1, "2024-02-02")], [], id="later games are not known"),
        pytest.param([(7, 2, "2024-01-20"), (7, 1, "2024-01-30")], [(7, 1, 2, True)], id="traded: latest team"),
        pytest.param([(7, 1, "2024-01-20"), (7, 3, "2024-01-30")], [], id="traded away"),
        pytest.param([(7, 1, "2024-01-20"), (7, 3, TODAY)], [(7, 1, 2, True)], id="trade shows only afterwards"),
        pytest.param([(8, 1, "2024-01-30"), (7, 2, "2024-01-30")], [(7, 2, 1, False), (8, 1, 2, True)], id="order"),
    ],
)
def test_expected_is_who_played_lately_for_a_team_that_is_due(
    rows: list[tuple[int, int, str]], who: list[tuple[int, int, int, bool]]
) -> None:
    assert expected(rows) == who


@pytest.mark.parametrize(
    ("minutes", "is_expected"),
    [pytest.param(None, False, id="listed only"), pytest.param(0.0, False, id="no minute"), (0.1, True)],
)
def test_only_played_games_count(minutes: float | None, is_expected: bool) -> None:
    assert bool(expected([(7, 1, "2024-01-30")], minutes=[minutes])) == is_expected


def test_a_postponed_game_has_no_players() -> None:
    assert expected([(7, 1, "2024-01-30")], is_postponed=True) == []


def test_who_is_listed_out_of_this_game_is_not_expected() -> None:
    rows = summary([(7, 1, "2024-01-30"), (8, 1, "2024-01-30")])
    listed = {"of this game": (game_id(TODAY, 1), [8]), "of another": (game_id(TODAY, 3), [7, 8])}
    for of, left in listed.values():
        found, earlier = expected_players(
            dates=pd.DatetimeIndex([TODAY]),
            game_schedule=schedule([(TODAY, 1, 2)]),
            log=played_log(rows),
            out=pd.DataFrame({"game_id": [of], "player_id": [7]}),
        )
        assert list(found["player_id"]) == left
        assert list(earlier.entity) == left


def test_only_asked_dates_have_rows() -> None:
    assert expected([(7, 1, "2024-01-30")], games=[("2024-02-01", 1, 2)]) == []


def test_the_name_is_the_latest_known_one() -> None:
    rows = summary([(7, 1, "2024-01-20"), (7, 1, "2024-01-30"), (7, 1, TODAY)])
    rows["player_name"] = ["Old", "New", "Newer"]
    found, _ = expected_players(
        dates=pd.DatetimeIndex([TODAY]), game_schedule=schedule([(TODAY, 1, 2)]), log=played_log(rows)
    )
    assert list(found["player_name"]) == ["New"]

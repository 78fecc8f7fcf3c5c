"""Windows over a log of two entities, worked by hand, and what of them a date may see."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.domain.as_of import GameLog, day_numbers
from nba_assets.domain.windows import (
    Rounds,
    half_life_decay,
    last_std,
    last_sums,
    quotient,
    running_sums,
    sums_since,
)

NAN = np.nan
DATES = pd.to_datetime(["2024-01-05", "2024-01-01", "2024-01-02", "2024-01-01", "2024-01-09"])
GAMES = pd.DataFrame({"player_id": [1, 1, 2, 2, 1], "game_date": DATES, "x": [4.0, 2.0, NAN, 7.0, 9.0]})


@pytest.fixture
def log() -> GameLog:
    """Player 1: 2, 4, 9 on 1, 5 and 9 January. Player 2: 7 and a null on 1 and 2 January."""
    return GameLog(GAMES, "player_id", ["x"])


def earlier(log: GameLog, player: int, date: str) -> Any:
    return log.earlier(np.array([player]), day_numbers(pd.DatetimeIndex([date])))


def test_a_log_is_in_order_of_entity_and_date(log: GameLog) -> None:
    np.testing.assert_array_equal(log.numbers("x"), [2, 4, 9, 7, NAN])
    assert list(log.ordinal) == [0, 1, 2, 0, 1]


@pytest.mark.parametrize(
    ("player", "date", "last", "games"),
    [
        pytest.param(1, "2024-01-01", NAN, 0, id="first game: nothing before it"),
        pytest.param(1, "2024-01-05", 2.0, 1, id="the date itself is not the past"),
        pytest.param(1, "2024-01-06", 4.0, 2, id="the day after"),
        pytest.param(1, "2025-01-01", 9.0, 3, id="long after"),
        pytest.param(2, "2024-01-02", 7.0, 1, id="another player's games do not count"),
        pytest.param(2, "2024-01-03", NAN, 2, id="the last game has no value"),
        pytest.param(3, "2024-01-03", NAN, 0, id="unknown player"),
    ],
)
def test_a_date_sees_what_was_before_it(log: GameLog, player: int, date: str, last: float, games: int) -> None:
    before = earlier(log, player, date)
    assert list(before.games) == [games]
    np.testing.assert_array_equal(before.of(log.numbers("x")), [last])


def test_last_n_counts_games_and_takes_fewer_where_fewer_exist(log: GameLog) -> None:
    x = log.numbers("x")
    sums = last_sums(log, x, [1, 2, 3])
    np.testing.assert_array_equal(sums[1], [2, 4, 9, 7, 0])
    np.testing.assert_array_equal(sums[2], [2, 6, 13, 7, 7])
    np.testing.assert_array_equal(sums[3], [2, 6, 15, 7, 7])


def test_sample_deviation_needs_two_values(log: GameLog) -> None:
    # (2, 4): mean 3, squares 2 over 1; (4, 9): mean 6.5, squares 12.5 over 1
    np.testing.assert_allclose(last_std(log, log.numbers("x"), 2), [NAN, 2**0.5, 12.5**0.5, NAN, NAN])


def test_half_life_weights(log: GameLog) -> None:
    # half-life 1: weights 1, 1/2, 1/4; player 1 after three games: (9 + 4/2 + 2/4) / 1.75
    x = log.numbers("x")[:, None]
    decay = half_life_decay([1])
    sums = running_sums(Rounds.of(log), x, decay)[:, 0]
    weights = running_sums(Rounds.of(log), (~np.isnan(x)).astype(float), decay)[:, 0]
    np.testing.assert_allclose(quotient(sums, weights), [2, 5 / 1.5, 11.5 / 1.75, 7, 7])


def test_a_running_sum_may_start_again(log: GameLog) -> None:
    starts_again = np.array([0.0, 1.0, 0.0, 0.0, 1.0])[:, None]
    sums = running_sums(Rounds.of(log), np.ones((5, 1)), starts_again)
    np.testing.assert_array_equal(sums[:, 0], [1, 2, 1, 1, 2])


@pytest.mark.parametrize(
    ("since", "expected"),
    [("2024-01-01", 6.0), ("2024-01-02", 4.0), ("2024-01-05", 4.0), ("2024-01-06", 0.0)],
)
def test_sum_since_a_day_includes_it_and_leaves_out_the_date(log: GameLog, since: str, expected: float) -> None:
    before = earlier(log, 1, "2024-01-09")
    total = sums_since(before, log.numbers("x"), day_numbers(pd.DatetimeIndex([since])))
    assert list(total) == [expected]


def test_a_quotient_over_nothing_is_null_and_over_something_may_be_zero() -> None:
    np.testing.assert_array_equal(quotient(np.array([0.0, 0.0]), np.array([0.0, 2.0])), [NAN, 0.0])

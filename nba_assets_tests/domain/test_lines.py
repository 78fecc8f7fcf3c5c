"""Consensus, best lines and vig-free probability, worked by hand."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nba_assets.domain.lines import implied_probability, lines_of_players, vig_free_over_probability
from nba_assets_tests.domain.reports import lines

DAY, HOME = "2024-01-31", 1
LINES = "points_line_consensus"


def summed_up(rows: list[tuple[Any, ...]], **facts: object) -> pd.Series:
    (row,) = lines_of_players(lines(DAY, HOME, rows, **facts)).to_dict("records")
    return pd.Series(row)


def test_three_books() -> None:
    row = summed_up([(7, "a", 20.5, -110, -110), (7, "b", 21.5, 100, -120), (7, "c", 23.5, -105, -115)])
    assert (row["points_line_consensus"], row["points_line_books"]) == (21.5, 3)
    assert (row["points_line_best_over"], row["points_line_best_over_price"]) == (20.5, -110)
    assert (row["points_line_best_under"], row["points_line_best_under_price"]) == (23.5, -115)
    # 0.5, 0.5/(0.5 + 120/220) = 0.478261 and (105/205)/(105/205 + 115/215) = 0.489166: the middle one
    assert row["points_line_over_probability"] == pytest.approx(0.489166, abs=1e-6)
    assert row["is_points_line_verified"]


def test_an_even_number_of_books_meets_in_the_middle() -> None:
    assert summed_up([(7, "a", 20.5, -110, -110), (7, "b", 21.5, -110, -110)])[LINES] == 21.0


def test_of_equal_lines_the_best_paid_counts() -> None:
    row = summed_up([(7, "a", 20.5, -120, -105), (7, "b", 20.5, -105, -120), (7, "c", 20.5, 110, 105)])
    assert (row["points_line_best_over_price"], row["points_line_best_under_price"]) == (110, 105)


def test_a_side_that_cannot_be_bet_is_no_best_line() -> None:
    row = summed_up([(7, "a", 18.5, None, -110), (7, "b", 20.5, -110, None)])
    assert (row["points_line_best_over"], row["points_line_best_over_price"]) == (20.5, -110)
    assert (row["points_line_best_under"], row["points_line_best_under_price"]) == (18.5, -110)
    assert (row[LINES], row["points_line_books"]) == (19.5, 2)
    assert pd.isna(row["points_line_over_probability"])


def test_without_any_price_there_is_a_consensus_and_nothing_else() -> None:
    row = summed_up([(7, "a", 18.5, None, None)])
    assert row[LINES] == 18.5
    assert row[["points_line_best_over", "points_line_best_under", "points_line_over_probability"]].isna().all()


def test_lines_that_are_proven_leave_out_the_others() -> None:
    proven = lines(DAY, HOME, [(7, "a", 20.5, -110, -110)])
    others = lines(DAY, HOME, [(7, "b", 30.5, -110, -110), (8, "b", 11.5, -110, -110)], snapshot_at=None,
                   is_verified_before_tipoff=False)  # fmt: skip
    table = lines_of_players(pd.concat([proven, others])).set_index("player_id")
    assert table[LINES].to_dict() == {7: 20.5, 8: 11.5}
    assert table["is_points_line_verified"].to_dict() == {7: True, 8: False}
    assert table["points_line_books"].to_dict() == {7: 1, 8: 1}


def test_a_book_counts_once_where_it_spells_the_player_twice() -> None:
    early = lines(DAY, HOME, [(7, "a", 20.5, -110, -110)], snapshot_at=f"{DAY}T20:00:00Z")
    late = lines(DAY, HOME, [(7, "a", 22.5, -110, -110)], player_name="Player Seven", snapshot_at=f"{DAY}T23:00:00Z")
    for order in ([early, late], [late, early]):
        (row,) = lines_of_players(pd.concat(order)).to_dict("records")
        assert (row[LINES], row["points_line_books"]) == (22.5, 1)


def test_names_that_are_nobodys_have_no_line() -> None:
    assert lines_of_players(lines(DAY, HOME, [(None, "a", 20.5, -110, -110)])).empty


def test_lines_of_one_game_on_two_dates_stay_apart() -> None:
    moved = lines("2024-02-10", HOME, [(7, "a", 30.5, -110, -110)], game_id="x")
    table = lines_of_players(pd.concat([lines(DAY, HOME, [(7, "a", 20.5, -110, -110)], game_id="x"), moved]))
    assert table[LINES].tolist() == [20.5, 30.5]


@pytest.mark.parametrize(("odds", "chance"), [(100, 0.5), (-100, 0.5), (-200, 2 / 3), (300, 0.25), (-10_000, 0.990099)])
def test_implied_probability(odds: int, chance: float) -> None:
    assert implied_probability(pd.Series([float(odds)]))[0] == pytest.approx(chance, abs=1e-6)


ODDS = st.integers(100, 10_000).flatmap(lambda size: st.sampled_from([float(size), float(-size)]))


@given(over=ODDS, under=ODDS)
def test_the_chances_of_both_sides_are_one_and_keep_their_order(over: float, under: float) -> None:
    one, two = pd.Series([over]), pd.Series([under])
    chance = vig_free_over_probability(one, two)[0]
    assert chance + vig_free_over_probability(two, one)[0] == pytest.approx(1)
    assert (chance >= 0.5) == (implied_probability(one)[0] >= implied_probability(two)[0])

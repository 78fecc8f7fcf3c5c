"""Conformal widening, by hand and by its promise."""

import numpy as np
import pandas as pd
import pytest

from nba_assets.modelling.calibration import conformal_widening, widening_by_group


def test_widening_by_hand() -> None:
    # nine rows: scores -2 ... 6, the eighth smallest (0.8 * 10) is 5
    label = np.array([12.0, 11, 10, 11, 12, 13, 14, 15, 16])
    low, high = np.zeros(9), np.array([14.0, 12, 10, 10, 10, 10, 10, 10, 10])
    assert conformal_widening(label, low, high) == 5.0


def test_an_interval_that_is_too_wide_is_narrowed() -> None:
    label = np.arange(1, 100) / 10
    assert conformal_widening(label, label - 3, label + 5) == -3.0


def test_few_rows_take_the_worst_of_them() -> None:
    assert conformal_widening(np.array([5.0, 9.0]), np.zeros(2), np.full(2, 4.0)) == 5.0


def test_a_lower_end_at_zero_is_no_tie_for_those_who_score_nothing() -> None:
    # half of the outcomes are zero, on the lower end: nobody is below it, so that the upper end takes the other fifth
    label = np.r_[np.zeros(500), np.linspace(0, 10, 500)]
    widening = conformal_widening(label, np.zeros(1000), np.full(1000, 8.0))
    assert (label <= 8 + widening).mean() == pytest.approx(0.8, abs=0.002)
    assert conformal_widening(label, np.full(1000, -0.5), np.full(1000, 8.0)) == widening


def test_no_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="no rows"):
        conformal_widening(np.empty(0), np.empty(0), np.empty(0))


def test_each_tier_covers_eight_of_ten_of_rows_it_has_not_seen() -> None:
    rng = np.random.default_rng(3)
    minutes = rng.uniform(0, 40, 40_000)
    noise = rng.normal(size=40_000) * minutes
    low, high = np.full((2, 40_000), 20.0) + np.array([[-1.0], [1.0]])
    seen = np.arange(40_000) < 20_000
    frame = pd.DataFrame({"minutes_last_10": minutes})
    widening = widening_by_group(frame[seen], 20 + noise[seen], np.c_[low, high][seen])
    assert widening["bench"] < widening["rotation"] < widening["starters"]
    for tier, first, last in (("bench", 0, 15), ("rotation", 15, 28), ("starters", 28, 40)):
        rows = ~seen & (minutes >= first) & (minutes < last)
        inside = np.abs(noise[rows]) <= 1 + widening[tier]
        assert inside.mean() == pytest.approx(0.8, abs=0.015)


def test_a_tier_of_few_rows_has_no_widening_of_its_own() -> None:
    frame = pd.DataFrame({"minutes_last_10": [30.0] * 600 + [20.0] * 499})
    widening = widening_by_group(frame, np.zeros(1099), np.zeros((1099, 2)))
    assert set(widening) == {"", "starters"}


def test_rookies_are_a_group_of_their_own() -> None:
    rng = np.random.default_rng(5)
    is_rookie = np.arange(6_000) % 3 == 0
    frame = pd.DataFrame(
        {"minutes_last_10": 30.0, "season_games": 20.0, "career_games": np.where(is_rookie, 20.0, 200.0)}
    )
    noise = rng.normal(size=6_000) * np.where(is_rookie, 1.0, 4.0)
    widening = widening_by_group(frame, 20 + noise, np.full((6_000, 2), 20.0))
    assert set(widening) == {"", "starters", "rookies"}
    for rows, group in ((is_rookie, "rookies"), (~is_rookie, "starters")):
        assert (np.abs(noise[rows]) <= widening[group]).mean() == pytest.approx(0.8, abs=0.01)
    assert widening["rookies"] < widening[""] < widening["starters"]

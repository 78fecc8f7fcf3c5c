"""The chronological split."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from nba_assets.errors import RequestError
from nba_assets.modelling.splits import Fold, Split, split_by_fraction, walk_forward_folds


def test_parts_follow_each_other_and_the_first_unseen_day_is_the_one_after_validation() -> None:
    split = Split(dt.date(2024, 1, 2), dt.date(2024, 1, 4))
    rows = split.rows(pd.Series(pd.date_range("2024-01-01", periods=6)))
    assert {part: mask.nonzero()[0].tolist() for part, mask in rows.items()} == {
        "train": [0, 1],
        "validation": [2, 3],
        "test": [4, 5],
    }
    assert split.train_before == dt.date(2024, 1, 5)


def test_a_version_may_serve_later_than_it_need_and_never_earlier() -> None:
    """So that the dates on which it is accepted lie before those it predicts."""
    days = (dt.date(2024, 1, 2), dt.date(2024, 1, 4))
    later = Split(*days, serves_from=dt.date(2024, 2, 1))
    dates = pd.Series(pd.date_range("2024-01-01", "2024-01-31"))
    assert later.train_before == dt.date(2024, 2, 1)
    assert later.rows(dates)["test"].sum() == Split(*days).rows(dates)["test"].sum() == 27
    assert Split(*days, serves_from=dt.date(2024, 1, 5)).train_before == Split(*days).train_before
    with pytest.raises(RequestError, match="serves_from 2024-01-04 is not after validation_end"):
        Split(*days, serves_from=dt.date(2024, 1, 4))


@pytest.mark.parametrize("heavy_day", [1, 7, 9, 10])
def test_a_date_is_never_straddled_however_many_rows_it_has(heavy_day: int) -> None:
    days = pd.Series(pd.to_datetime([f"2024-01-{day:02d}" for day in range(1, 11)]))
    dates = pd.concat([days, pd.Series([pd.Timestamp(2024, 1, heavy_day)] * 500)], ignore_index=True)
    parts = split_by_fraction(dates).rows(dates)
    of_date = pd.DataFrame(parts).groupby(dates).any()
    assert (of_date.sum(axis=1) == 1).all()
    assert of_date.sum().to_dict() == {"train": 7, "validation": 1, "test": 2}


@pytest.mark.parametrize(("days", "counts"), [(3, [1, 1, 1]), (20, [14, 3, 3]), (100, [70, 15, 15])])
def test_shares_are_of_dates(days: int, counts: list[int]) -> None:
    dates = pd.Series(pd.date_range("2024-01-01", periods=days))
    assert [int(mask.sum()) for mask in split_by_fraction(dates).rows(dates).values()] == counts


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        pytest.param(lambda: Split(dt.date(2024, 1, 2), dt.date(2024, 1, 2)), "not before", id="no-validation"),
        pytest.param(
            lambda: Split(dt.date(2024, 1, 2), dt.date(2024, 2, 1)).rows(
                pd.Series(pd.date_range("2024-01-01", "2024-01-09"))
            ),
            r"no rows in \['test'\]: data 2024-01-01 to 2024-01-09",
            id="no-test",
        ),
        pytest.param(
            lambda: split_by_fraction(pd.Series(pd.date_range("2024-01-01", periods=2))), "2 game dates", id="two"
        ),
        pytest.param(
            lambda: split_by_fraction(pd.Series(pd.date_range("2024-01-01", periods=9)), 0.8, 0.2),
            "shares",
            id="shares",
        ),
    ],
)
def test_impossible_split_is_refused(attempt: Callable[..., Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        attempt()


def test_folds_walk_forward_and_leave_out_the_embargo() -> None:
    dates = pd.Series(pd.date_range("2024-01-01", periods=12)).repeat(2).reset_index(drop=True)
    folds = walk_forward_folds(dates, dt.date(2024, 1, 6), 3, embargo_days=2)
    assert [(fold.first.day, fold.last.day) for fold in folds] == [(7, 8), (9, 10), (11, 12)]
    for fold in folds:
        train, judged = fold.rows(dates)
        assert set(dates[judged].dt.day) == {fold.first.day, fold.last.day}
        assert dates[train].max() == pd.Timestamp(fold.first) - pd.Timedelta(days=3)
        assert judged.sum() == 4


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        pytest.param(lambda dates: walk_forward_folds(dates, dt.date(2024, 1, 8), 3), "2 game dates", id="too few"),
        pytest.param(lambda dates: Fold(dt.date(2024, 1, 2), dt.date(2024, 1, 1)), "no fold", id="backwards"),
        pytest.param(
            lambda dates: Fold(dt.date(2024, 1, 2), dt.date(2024, 1, 3)).rows(dates), "0 rows to train", id="no past"
        ),
    ],
)
def test_an_impossible_fold_is_refused(attempt: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        attempt(pd.Series(pd.date_range("2024-01-01", periods=10)))

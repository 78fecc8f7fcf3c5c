"""Predictions of one model: ordered, never negative, explained, the same alone as among others and after storing."""

import numpy as np
import pandas as pd
import pytest
import xgboost

from nba_assets.modelling.points_model import PREDICTED, PointsModel
from nba_assets_tests.modelling.some_models import points_model

RNG = np.random.default_rng(5)
FRAME = pd.DataFrame({"minutes_last_10": RNG.uniform(0, 40, 600), "level": RNG.normal(size=600)})
LABEL = np.maximum(0, FRAME["minutes_last_10"] / 2 + 5 * FRAME["level"] + RNG.normal(size=600))
MODEL = points_model(FRAME, LABEL)


def test_columns_are_ordered_and_never_negative() -> None:
    far = pd.concat([FRAME, FRAME * -20, FRAME * 20], ignore_index=True)
    predicted = points_model(FRAME, LABEL, every=-30.0).predict(far)
    assert tuple(predicted) == PREDICTED
    assert (predicted >= 0).all(axis=None)
    assert (predicted["points_p10"] <= predicted["points_median"]).all()
    assert (predicted["points_median"] <= predicted["points_p90"]).all()
    assert (predicted["points_p10"] == predicted["points_median"]).any(), "nothing was out of order to begin with"


def test_each_tier_is_widened_by_its_own_points_and_a_row_without_tier_by_those_of_all() -> None:
    rows = pd.DataFrame({"minutes_last_10": [5.0, 14.999, 15.0, 28.0, np.nan], "level": 4.0})
    plain = points_model(FRAME, LABEL, every=10.0).predict(rows)
    wide = points_model(FRAME, LABEL, every=14.0, bench=11.0, rotation=12.0, starters=13.0).predict(rows)
    np.testing.assert_allclose(wide["points_p90"] - plain["points_p90"], [1, 1, 2, 3, 4], atol=1e-5)
    pd.testing.assert_series_equal(wide["points_median"], plain["points_median"])


def test_a_narrowed_interval_still_holds_zero_where_its_lower_end_was_zero() -> None:
    frame = pd.DataFrame({"x": np.repeat([0.0, 1.0], 300)})
    label = np.r_[np.where(np.arange(300) < 90, 0.0, 10.0), np.linspace(10, 30, 300)]
    low = [points_model(frame, label, rounds=80, every=points).predict(frame)["points_p10"] for points in (0.0, -2.0)]
    assert (low[1][:300] == 0).all()
    np.testing.assert_allclose(low[1][300:] - low[0][300:], 2.0, atol=1e-4)


def test_rookies_are_widened_by_their_own_points() -> None:
    rows = FRAME.assign(season_games=20.0, career_games=np.where(FRAME["level"] > 0, 20.0, 90.0))
    plain = points_model(rows, LABEL, every=10.0).predict(rows)
    wide = points_model(rows, LABEL, every=10.0, rookies=12.0).predict(rows)
    np.testing.assert_allclose(wide["points_p90"] - plain["points_p90"], 2.0 * (FRAME["level"] > 0), atol=1e-5)


def test_a_row_is_the_same_alone_as_among_others_and_keeps_its_index() -> None:
    shuffled = FRAME.sample(frac=1, random_state=1)
    together = MODEL.predict(shuffled)
    assert together.index.equals(shuffled.index)
    alone = pd.concat([MODEL.predict(FRAME[row : row + 1]) for row in range(20)])
    pd.testing.assert_frame_equal(together.loc[alone.index], alone)


def test_contributions_are_the_largest_first_and_add_up_to_the_median() -> None:
    rows = FRAME[:50]
    added = MODEL.contributions(rows, top=2)
    assert all(abs(first[1]) >= abs(second[1]) for first, second in added)
    # what no feature explains is the same for every row
    rest = MODEL.score(rows) - [sum(points for _, points in row) for row in added]
    floored = MODEL.score(rows) == 0
    assert np.ptp(rest[~floored]) < 1e-4
    assert [row[0] for row in MODEL.contributions(rows, top=1)] == [row[0] for row in added]


def test_no_rows_give_no_rows() -> None:
    assert list(MODEL.predict(FRAME[:0])) == list(PREDICTED)
    assert MODEL.contributions(FRAME[:0]) == []


def test_stored_bytes_come_back_as_the_same_model_and_xgboost_itself_reads_the_median() -> None:
    content = MODEL.to_bytes()
    again = PointsModel.from_bytes(content)
    pd.testing.assert_frame_equal(again.predict(FRAME), MODEL.predict(FRAME))
    assert again.to_bytes() == content
    assert MODEL.to_bytes() == content, "storing changes the model"
    plain = xgboost.Booster()
    plain.load_model(bytearray(content))
    median = np.maximum(plain.predict(xgboost.DMatrix(FRAME)), 0)
    np.testing.assert_allclose(median, MODEL.score(FRAME), atol=1e-5)


def test_a_median_that_was_stored_alone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"lacks .*quantiles"):
        PointsModel.from_bytes(bytes(MODEL.median.save_raw(raw_format="json")))


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        pytest.param(FRAME[["level"]], r"absent from the frame: \['minutes_last_10'\]", id="absent"),
        pytest.param(FRAME.assign(level="high"), "'level' is not numeric", id="text"),
        pytest.param(FRAME.assign(level=np.inf), r"infinite values: \['level'\]", id="infinite"),
    ],
)
def test_columns_that_cannot_be_used_are_named(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MODEL.predict(frame)

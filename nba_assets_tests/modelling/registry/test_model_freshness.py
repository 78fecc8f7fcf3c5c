"""Whether a model version matches the data as they are: stale inside its window, behind after it."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from nba_assets.modelling.registry.freshness import Change, freshness_of
from nba_assets.readiness.windows import NEVER

DAYS = pd.date_range("2024-01-01", periods=6, unit="ns")
METADATA = {
    "model_id": "xgboost_points_v3",
    "training_window": {"first_date": "2024-01-02", "last_date": "2024-01-04", "inputs_build": 10},
    "ledger_fingerprint": "as trained",
    "waivers": [{"waiver_id": "w1"}],
}


def partitions(**builds: list[int]) -> pd.DataFrame:
    """content_build per day of each table (0 = nothing is published)."""
    frames = [
        pd.DataFrame(
            {"table_name": table, "game_date": DAYS, "content_build": found, "current_build": found, "is_gap": False}
        )
        for table, found in builds.items()
    ]
    return pd.concat(frames, ignore_index=True)


def with_value(frame: pd.DataFrame, column: str, number: int, value: Any) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[number - 1, column] = value
    return frame


AS_TRAINED = partitions(features=[1, 1, 1, 1, 0, 0])


def test_a_version_on_the_data_it_was_trained_on_is_current() -> None:
    found = freshness_of(METADATA, AS_TRAINED, "as trained")
    assert (found.is_stale, found.is_behind) == (False, False)
    assert (found.model_id, found.first, found.last) == ("xgboost_points_v3", dt.date(2024, 1, 2), dt.date(2024, 1, 4))
    assert found.waivers == ({"waiver_id": "w1"},)


def test_content_that_changed_inside_the_window_makes_it_stale_by_table_and_dates() -> None:
    changed = partitions(features=[1, 11, 1, 12, 0, 0], summary=[1, 1, 1, 13, 0, 0])
    found = freshness_of(METADATA, changed, "other")
    assert found.changes == (
        Change("features", dt.date(2024, 1, 2), dt.date(2024, 1, 4), 2, 12),
        Change("summary", dt.date(2024, 1, 4), dt.date(2024, 1, 4), 1, 13),
    )


def test_a_date_that_was_missing_and_came_inside_the_window_is_a_change() -> None:
    assert freshness_of(METADATA, partitions(features=[1, 1, 11, 1, 0, 0]), "other").is_stale


@pytest.mark.parametrize("outside", [[11, 1, 1, 1, 0, 0], [1, 1, 1, 1, 11, 11]])
def test_changes_outside_the_window_make_nothing_stale(outside: list[int]) -> None:
    assert not freshness_of(METADATA, partitions(features=outside), "as trained").is_stale


def test_new_dates_leave_it_behind() -> None:
    found = freshness_of(METADATA, partitions(features=[1, 1, 1, 1, 11, 12], summary=[1, 1, 1, 1, 11, 0]), "as trained")
    assert (found.is_stale, found.is_behind, found.newer_dates) == (False, True, 2)


def test_content_that_was_changed_and_restored_is_what_it_was_trained_on() -> None:
    assert not freshness_of(METADATA, partitions(features=[1, 1, 12, 1, 0, 0]), "as trained").is_stale


def test_an_invalidated_date_makes_it_stale_although_its_rows_stand() -> None:
    invalidated = with_value(partitions(features=[1, 1, 12, 1, 0, 0]), "is_gap", 3, True)
    assert freshness_of(METADATA, invalidated, "as trained").is_stale


def test_a_date_that_is_stale_itself_makes_it_stale_before_the_rebuild_changes_anything() -> None:
    found = freshness_of(METADATA, with_value(AS_TRAINED, "current_build", 3, NEVER), "as trained")
    assert found.changes == (Change("features", dt.date(2024, 1, 3), dt.date(2024, 1, 3), 1, None),)


@pytest.mark.parametrize(("failed_at", "is_stale"), [(12, True), (9, False)])
def test_stale_content_behind_a_failed_attempt_makes_it_stale_if_it_was_trained_on_that_content(
    failed_at: int, is_stale: bool
) -> None:
    refused = with_value(with_value(AS_TRAINED, "is_gap", 3, True), "current_build", 3, failed_at)
    assert freshness_of(METADATA, refused, "as trained").is_stale is is_stale


def test_a_rejected_date_it_was_trained_on_under_a_waiver_makes_nothing_stale() -> None:
    assert not freshness_of(METADATA, with_value(AS_TRAINED, "is_gap", 3, True), "as trained").is_stale


def test_a_version_without_its_window_says_so() -> None:
    with pytest.raises(KeyError, match="training_window"):
        freshness_of(
            {key: value for key, value in METADATA.items() if key != "training_window"}, AS_TRAINED, "as trained"
        )

"""Zones by event, distance and place; derived types put right by the box score."""

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.contract import ABSENCE
from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS
from nba_assets.sources.shots.shot_rows import shot_rows
from nba_assets.sources.shots.shots_archive import settled_types

NAN = float("nan")


def facts(*shots: tuple[float, float, float, float]) -> pd.DataFrame:
    """Made shots of (is_three, distance, x, y)."""
    frame = pd.DataFrame(shots, columns=["is_three", "distance_feet", "loc_x", "loc_y"], dtype="float64")
    return frame.assign(
        game_id="0022400061", game_date=pd.Timestamp("2024-10-22"), shot_id=range(len(shots)), team_id=1610612738,
        player_id=7, player_name="Somebody", period=1, seconds_remaining=60, is_made=1.0, is_assisted=0.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("is_three", "distance", "x", "y", "zone", "detail"),
    [
        pytest.param(0, 0, 0.0, 0.0, "paint", "restricted_area", id="at-the-rim"),
        pytest.param(0, 3, 2.0, 3.4, "paint", "restricted_area", id="3.9-feet"),
        pytest.param(0, 4, 2.0, 3.5, "paint", "paint", id="4.03-feet"),
        pytest.param(0, 8, 0.0, 8.9, "paint", "paint", id="stated-8-feet"),
        pytest.param(0, 9, 0.0, 9.0, "mid_range", "mid_range", id="9-feet-in-the-lane"),
        pytest.param(0, 23, 0.0, 23.7, "mid_range", "mid_range", id="foot-on-the-line"),
        pytest.param(1, 22, -22.0, 0.0, "three", "left_corner_three", id="left"),
        pytest.param(1, 23, 22.0, 8.7, "three", "right_corner_three", id="right"),
        pytest.param(1, 23, 22.0, 8.8, "three", "above_the_break_three", id="break"),
        pytest.param(1, 41, 0.0, 41.9, "three", "above_the_break_three", id="far"),
        pytest.param(1, 42, 0.0, 42.0, "three", "backcourt_three", id="backcourt"),
        pytest.param(1, 3, -3.0, 0.0, "three", "left_corner_three", id="three-stated-at-3-feet"),
        pytest.param(1, 24, NAN, NAN, "three", None, id="three-without-place"),
        pytest.param(0, 3, NAN, NAN, "paint", "restricted_area", id="near-without-place"),
        pytest.param(0, 17, NAN, NAN, "mid_range", "mid_range", id="far-without-place"),
    ],
)
def test_zones(is_three: int, distance: float, x: float, y: float, zone: str, detail: str | None) -> None:
    row = shot_rows(facts((is_three, distance, x, y)), "bigdataball").iloc[0]
    assert (row["zone"], row["zone_detail"]) == (zone, detail)


def test_rows_are_those_of_the_contract_with_a_reason_for_every_null() -> None:
    shots = facts((1, 24, NAN, NAN), (0, 5, 3.0, 4.0), (0, 5, 3.0, 4.0))
    rows = shot_rows(shots.assign(is_made=[1.0, 0.0, 1.0], is_assisted=[1.0, 0.0, NAN]), "nba_shot_detail")
    assert tuple(rows.columns) == SHOT_ATTEMPTS.column_names
    assert rows[ABSENCE].tolist() == [
        '{"loc_x": "source_unavailable", "loc_y": "source_unavailable", "zone_detail": "source_unavailable"}',
        '{"is_assisted": "not_applicable"}',
        '{"is_assisted": "source_unavailable"}',
    ]
    assert rows["is_assisted"].tolist() == [True, pd.NA, pd.NA]


class TestDerivedTypes:
    """A player whom the box score gives so many threes, and shots whose type was guessed from the place."""

    BOX = pd.DataFrame({"game_id": ["A"], "player_id": [7.0], "fg3m": [2.0], "fg3a": [3.0]})
    ON_LINE, INSIDE, BEYOND = (21.9, 1.0), (17.0, 8.0), (0.0, 25.0)

    def shots(self, *made_and_three: tuple[int, int], places: list[tuple[float, float]]) -> pd.DataFrame:
        made, three = np.array(made_and_three, dtype="float64").T
        x, y = np.array(places).T
        return pd.DataFrame(
            {"game_id": "A", "player_id": 7.0, "is_made": made, "is_three": three, "loc_x": x, "loc_y": y}
        )

    def test_the_attempt_on_the_line_becomes_the_three_that_the_box_counts(self) -> None:
        shots = self.shots((1, 1), (1, 0), (1, 0), (0, 1), places=[self.BEYOND, self.INSIDE, self.ON_LINE, self.BEYOND])
        assert settled_types(shots, pd.Series(True, shots.index), self.BOX).tolist() == [1, 0, 1, 1]

    def test_misses_are_put_right_apart_from_makes(self) -> None:
        shots = self.shots((1, 1), (1, 1), (0, 0), (0, 0), places=[self.BEYOND, self.BEYOND, self.ON_LINE, self.INSIDE])
        assert settled_types(shots, pd.Series(True, shots.index), self.BOX).tolist() == [1, 1, 1, 0]

    def test_a_three_too_many_gives_way(self) -> None:
        shots = self.shots((1, 1), (1, 1), (1, 1), (0, 1), places=[self.BEYOND, (22.1, 1.0), self.BEYOND, self.BEYOND])
        assert settled_types(shots, pd.Series(True, shots.index), self.BOX).tolist() == [1, 0, 1, 1]

    def test_a_delivered_type_is_never_changed(self) -> None:
        shots = self.shots((1, 1), (1, 0), (0, 1), places=[self.BEYOND, self.ON_LINE, self.BEYOND])
        assert settled_types(shots, pd.Series(False, shots.index), self.BOX).tolist() == [1, 0, 1]

    def test_nothing_changes_where_the_line_is_far_or_the_attempts_too_few(self) -> None:
        far = self.shots((1, 1), (1, 0), (0, 1), places=[self.BEYOND, self.INSIDE, self.BEYOND])
        assert settled_types(far, pd.Series(True, far.index), self.BOX).tolist() == [1, 0, 1]
        few = self.shots((1, 0), (1, 0), (0, 1), places=[self.ON_LINE, self.INSIDE, self.BEYOND])
        assert settled_types(few, pd.Series(True, few.index), self.BOX).tolist() == [0, 0, 1]

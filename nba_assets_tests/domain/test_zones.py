"""Shot rows counted by zone: hand-worked games, zeros against nulls, refused dates, details that are not reported."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS
from nba_assets.contracts.raw_shots import ZONES as DECLARED_ZONES
from nba_assets.domain.zones import (
    ABSENCE_OF_ZONES,
    ASSIST_COUNTS,
    DETAIL_COUNTS,
    SOURCE,
    ZONE_COUNTS,
    ZONES,
    with_zone_counts,
    zones_lost,
)
from nba_assets_tests.builders import gap
from nba_assets_tests.domain.box_scores import frame

PHI, NYK = 3, 2
STAR, MATE, GUEST = 301, 302, 201
GAME, OTHER = "0022400561", "0022400562"
DAY = "2025-01-15"


def shot(player: int, zone: str, made: bool, assisted: bool | None = None, **facts: object) -> dict[str, Any]:
    """An attempt: of PHI by players from 300 on, else of NYK."""
    return {
        "game_id": GAME, "game_date": DAY, "team_id": PHI if player >= 300 else NYK, "player_id": player,
        "player_name": "x", "period": 1, "seconds_remaining": 700, "is_made": made, "is_three": zone == "three",
        "distance_feet": 5.0, "zone": zone, "zone_detail": zone if zone != "three" else "above_the_break_three",
        "is_assisted": assisted if made else None, "provider": "simulated", **facts,
    }  # fmt: skip


SHOTS = [
    shot(STAR, "paint", True, True, zone_detail="restricted_area"),
    shot(STAR, "paint", False, zone_detail="restricted_area"),
    shot(STAR, "paint", True, False),
    shot(STAR, "mid_range", True, False),
    shot(STAR, "three", False, zone_detail="left_corner_three"),
    shot(STAR, "three", True, True, zone_detail="right_corner_three"),
    shot(MATE, "three", True, True),
    shot(GUEST, "mid_range", False),
]


def counted(
    shots: list[dict[str, Any]],
    rows: list[tuple[Any, ...]],
    entity: str = "player_id",
    lost: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The rows (game, date, entity) with their counts."""
    table = frame(SHOT_ATTEMPTS, [{**row, "shot_id": number} for number, row in enumerate(shots)])
    base = pd.DataFrame(rows, columns=["game_id", "game_date", entity])
    base["game_date"] = pd.to_datetime(base["game_date"]).astype("datetime64[ns]")
    return with_zone_counts(base, table, gap() if lost is None else lost, entity)


def of(row: pd.Series, names: tuple[str, ...]) -> list[float]:
    return row[list(names)].tolist()


def test_a_players_game_by_hand() -> None:
    row = counted(SHOTS, [(GAME, DAY, STAR)]).iloc[0]
    assert dict(zip(ZONE_COUNTS, of(row, ZONE_COUNTS), strict=True)) == {
        "paint_attempts": 3, "paint_makes": 2, "mid_range_attempts": 1, "mid_range_makes": 1, "three_attempts": 2,
        "three_makes": 1,
    }  # fmt: skip
    assert dict(zip(DETAIL_COUNTS, of(row, DETAIL_COUNTS), strict=True)) == {
        "restricted_area_attempts": 2, "restricted_area_makes": 1, "corner_three_attempts": 2, "corner_three_makes": 1,
    }  # fmt: skip
    assert of(row, ASSIST_COUNTS) == [2, 2]
    assert row[SOURCE] == "simulated"


def test_a_teams_game_is_the_sum_of_its_players() -> None:
    rows = counted(SHOTS, [(GAME, DAY, PHI), (GAME, DAY, NYK)], "team_id")
    assert of(rows.iloc[0], ZONE_COUNTS) == [3, 2, 1, 1, 3, 2]
    assert of(rows.iloc[1], ZONE_COUNTS) == [0, 0, 1, 0, 0, 0]


def test_who_took_no_shot_in_a_game_with_shots_has_zeros() -> None:
    row = counted(SHOTS, [(GAME, DAY, 399)]).iloc[0]
    assert of(row, (*ZONE_COUNTS, *DETAIL_COUNTS, *ASSIST_COUNTS)) == [0] * 12
    assert row[SOURCE] == "simulated"


@pytest.mark.parametrize(
    ("game", "day", "lost", "reason"),
    [
        pytest.param(OTHER, DAY, gap(), "source_unavailable", id="a game without shots"),
        pytest.param(GAME, "2025-01-16", gap(), "source_unavailable", id="the game on another date"),
        pytest.param(OTHER, DAY, gap((PHI, "2025-01-14")), "source_unavailable", id="refused on another date"),
        pytest.param(OTHER, DAY, gap((PHI, DAY), game=GAME), "source_unavailable", id="another game was refused"),
        pytest.param(OTHER, DAY, gap((PHI, DAY), game=OTHER), "upstream_missing", id="refused"),
    ],
)
def test_a_game_without_shots_is_null_and_says_why(game: str, day: str, lost: pd.DataFrame, reason: str) -> None:
    row = counted(SHOTS, [(game, day, STAR)], lost=lost).iloc[0]
    assert row[[*ZONE_COUNTS, *DETAIL_COUNTS, *ASSIST_COUNTS, SOURCE]].isna().all()
    assert row[ABSENCE_OF_ZONES] == reason


@pytest.mark.parametrize(
    ("changed", "null"),
    [
        pytest.param({"zone_detail": None}, DETAIL_COUNTS, id="no detail of one attempt"),
        pytest.param({"is_assisted": None}, ASSIST_COUNTS, id="no assist reported of one make"),
    ],
)
def test_what_one_attempt_does_not_tell_is_null_in_its_whole_game_and_nowhere_else(
    changed: dict[str, Any], null: tuple[str, ...]
) -> None:
    later = [{**row, "game_id": OTHER} for row in SHOTS]
    rows = counted([{**SHOTS[0], **changed}, *SHOTS[1:], *later], [(GAME, DAY, GUEST), (OTHER, DAY, STAR)])
    assert rows.iloc[0][list(null)].isna().all()
    others = [name for name in (*ZONE_COUNTS, *DETAIL_COUNTS, *ASSIST_COUNTS) if name not in null]
    assert rows.iloc[0][others].notna().all()
    assert rows.iloc[1][[*others, *null]].notna().all()
    assert rows.iloc[0][ABSENCE_OF_ZONES] == "source_unavailable"


def test_a_miss_has_no_assist_to_tell() -> None:
    rows = counted([shot(STAR, "paint", False)], [(GAME, DAY, STAR)])
    assert of(rows.iloc[0], ASSIST_COUNTS) == [0, 0]


def test_lost_are_rows_without_zones_whose_shots_were_refused() -> None:
    rows = pd.DataFrame(
        {
            "paint_attempts": [1.0, np.nan, np.nan, np.nan],
            "absence": ["{}", '{"paint_attempts": "upstream_missing"}', '{"paint_attempts": "source_unavailable"}',
                        '{"paint_attempts": "did_not_play"}'],
        }
    )  # fmt: skip
    assert zones_lost(rows, "paint_attempts").tolist() == [0.0, 1.0, 0.0, 0.0]


def test_zones_are_those_of_the_contract() -> None:
    assert ZONES == DECLARED_ZONES

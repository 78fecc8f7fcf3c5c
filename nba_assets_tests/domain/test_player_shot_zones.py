"""The table `player_shot_zones`: a hand-worked window, whole games or none, gaps and refused shots, and its words."""

import json

import numpy as np
import pandas as pd
import pytest

from nba_assets.domain.player_shot_zones import player_shot_zones, primary_zone, sample_quality
from nba_assets.domain.zones import ASSIST_COUNTS, ZONE_COUNTS
from nba_assets_tests.builders import SHOTS, gap, schedule, summary, without

BOS, NYK = 1, 2
PLAYER = 100
DAYS = [f"2022-11-{day:02d}" for day in range(1, 13)]
DUE = "2022-11-14"
ALL = [*ZONE_COUNTS, *ASSIST_COUNTS]


def history(**shots: list[float]) -> pd.DataFrame:
    """Twelve games of a player with `SHOTS` (4-2 paint, 1-0 mid-range, 3-1 three, 2 assisted, 1 not) or the given."""
    return summary([(PLAYER, BOS, day) for day in DAYS], **shots)


def row_of(games: pd.DataFrame, gaps: dict[str, pd.DataFrame] | None = None) -> pd.Series:
    due = schedule([(DUE, BOS, NYK)])
    rows = player_shot_zones(
        dates=pd.DatetimeIndex([DUE]), game_schedule=due, player_game_summary=games, gaps=gaps or {}
    )
    return rows.iloc[0]


def on(games: pd.DataFrame, *days: int) -> np.ndarray:
    return games["game_date"].isin([pd.Timestamp(DAYS[day]) for day in days]).to_numpy()


def test_a_window_by_hand() -> None:
    three = [3.0] * 11 + [13.0]
    row = row_of(history(three_attempts=three))
    assert (row["zone_games_last_10"], row["zone_games_last_20"]) == (10, 12)
    assert (row["paint_attempts_last_10"], row["mid_range_attempts_last_10"], row["three_attempts_last_10"]) == (
        40, 10, 40
    )  # fmt: skip
    assert (row["paint_share_last_10"], row["mid_range_share_last_10"]) == (0.444444, 0.111111)
    assert row["three_attempts_per_game_last_10"] == 4.0
    assert row["three_fg_pct_last_10"] == 0.25
    assert row["mid_range_fg_pct_last_10"] == 0.0, "no make is a true zero"
    assert row["assisted_share_last_10"] == 0.666667
    assert row["three_attempts_last_20"] == 46
    assert row["primary_zone"] == "paint", "0.44 of each: the paint comes first"
    assert row["sample_quality"] == "excellent"
    assert row["absence"] == "{}"


def test_a_game_without_zones_is_left_out_as_a_whole_and_counted() -> None:
    games = history(three_attempts=[3.0] * 11 + [13.0])
    row = row_of(without(games, on(games, 11, 10), ALL, "source_unavailable"))
    assert (row["zone_games_last_10"], row["assist_games_last_10"], row["zone_games_last_20"]) == (8, 8, 10)
    assert row["three_attempts_last_10"] == 24
    assert row["three_attempts_per_game_last_10"] == 3.0
    assert row["sample_quality"] == "good"


def test_a_game_without_assists_counts_for_zones() -> None:
    games = history(assisted_makes=[2.0] * 11 + [0.0], unassisted_makes=[1.0] * 11 + [9.0])
    row = row_of(without(games, on(games, 11), ASSIST_COUNTS, "source_unavailable"))
    assert (row["zone_games_last_10"], row["assist_games_last_10"]) == (10, 9)
    assert row["assisted_share_last_10"] == 0.666667


def nulls(row: pd.Series) -> dict[str, str]:
    return json.loads(row["absence"])


OF_SHARES = {"paint_share_last_10", "assisted_share_last_10", "three_fg_pct_last_10", "primary_zone"}


def test_without_any_zones_the_source_has_none() -> None:
    games = history()
    row = row_of(without(games, np.ones(len(games), dtype=bool), ALL, "source_unavailable"))
    assert {nulls(row)[name] for name in OF_SHARES} == {"source_unavailable"}
    assert (row["zone_games_last_10"], row["paint_attempts_last_10"]) == (0, 0)
    assert row["sample_quality"] == "insufficient"


def test_without_an_attempt_there_is_no_share_and_without_one_from_a_zone_no_percentage() -> None:
    nothing = {name: [0.0] * 12 for name in SHOTS}
    assert {nulls(row_of(history(**nothing)))[name] for name in OF_SHARES} == {"not_applicable"}
    assert row_of(history(**nothing))["paint_attempts_per_game_last_10"] == 0.0
    row = row_of(history(three_attempts=[0.0] * 12, three_makes=[0.0] * 12))
    assert nulls(row) == dict.fromkeys(["three_fg_pct_last_10", "three_fg_pct_last_20"], "not_applicable")
    assert row["three_share_last_10"] == 0.0


@pytest.mark.parametrize(
    ("lost", "null", "whole"),
    [
        pytest.param(11, {10, 20}, set(), id="the last game"),
        pytest.param(2, {10, 20}, set(), id="the tenth last game"),
        pytest.param(1, {20}, {10}, id="the game before"),
    ],
)
@pytest.mark.parametrize("how", ["shots refused", "summary refused"])
def test_a_lost_game_makes_the_windows_null_that_hold_it(lost: int, null: set[int], whole: set[int], how: str) -> None:
    games = history()
    if how == "shots refused":
        row = row_of(without(games, on(games, lost), ALL, "upstream_missing"))
    else:
        row = row_of(games[~on(games, lost)], {"player_game_summary": gap((BOS, DAYS[lost]))})
    for n in null:
        assert nulls(row)[f"paint_share_last_{n}"] == "upstream_missing"
        assert pd.isna(row[f"assisted_share_last_{n}"])
    for n in whole:
        assert row[f"paint_share_last_{n}"] == 0.5
    assert ("primary_zone" in nulls(row)) == (10 in null)


def test_shots_refused_on_a_day_that_he_sat_out_concern_him_not() -> None:
    games = history()
    games.loc[on(games, 11), "minutes_played"] = np.nan
    row = row_of(without(games, on(games, 11), ALL, "upstream_missing"))
    assert row["paint_share_last_10"] == 0.5


@pytest.mark.parametrize(
    ("paint", "mid_range", "three", "zone"),
    [
        (0.40, 0.20, 0.40, "paint"),
        (0.39, 0.21, 0.40, "three"),
        (0.39, 0.36, 0.25, "mid_range"),
        (0.20, 0.39, 0.41, "three"),
        (0.39, 0.34, 0.27, "balanced"),
        (0.33, 0.35, 0.32, "mid_range"),
    ],
)
def test_primary_zone(paint: float, mid_range: float, three: float, zone: str) -> None:
    shares = {"paint": np.array([paint]), "mid_range": np.array([mid_range]), "three": np.array([three])}
    assert primary_zone(shares).tolist() == [zone]


def test_sample_quality() -> None:
    words = sample_quality(np.array([10, 9, 7, 6, 5, 4, 0])).tolist()
    assert words == ["excellent", "good", "good", "limited", "limited", "insufficient", "insufficient"]

"""The naive baselines, worked by hand."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from nba_assets.domain.as_of import GameLog
from nba_assets.domain.windows import Rounds, half_life_decay, last_sums, running_sums
from nba_assets.modelling.baselines import naive_baselines
from nba_assets_tests.modelling.league import player_games


def games(
    points: Sequence[float | None],
    dates: Sequence[str] | None = None,
    seasons: Sequence[str] | None = None,
    minutes: Sequence[float] | None = None,
) -> pd.DataFrame:
    count = len(points)
    return pd.DataFrame(
        {
            "game_id": [f"g{number:02d}" for number in range(count)],
            "player_id": 7,
            "game_date": pd.to_datetime(list(dates)) if dates else pd.date_range("2024-01-01", periods=count),
            "season": seasons or "2023-24",
            "minutes_played": minutes if minutes is not None else 20.0,
            "pts": points,
        }
    )


def last_row(frame: pd.DataFrame) -> pd.Series:
    return naive_baselines(frame).iloc[-1]


def test_first_game_has_no_baseline() -> None:
    row = last_row(games([12]))
    assert row["prior_games"] == 0
    assert row[["season_average", "last_5", "last_10", "weighted_blend", "ewma_half_life_6"]].isna().all()


TWELVE = [0, 30, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 99]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        pytest.param("prior_games", 12, id="twelve-before"),
        pytest.param("season_average", 140 / 12, id="season"),
        pytest.param("last_5", (12 + 14 + 16 + 18 + 20) / 5, id="last-5"),
        pytest.param("last_10", (2 + 4 + 6 + 8 + 10 + 12 + 14 + 16 + 18 + 20) / 10, id="last-10"),
        pytest.param("weighted_blend", 0.35 * 16 + 0.40 * 11 + 0.25 * 140 / 12, id="blend"),
    ],
)
def test_values_use_only_earlier_games(column: str, expected: float) -> None:
    assert last_row(games(TWELVE))[column] == pytest.approx(expected, abs=1e-6)


def test_minutes_of_the_last_ten_are_of_earlier_games() -> None:
    minutes = [48.0, *range(1, 12), 40]
    assert last_row(games([0] * 13, minutes=minutes))["minutes_last_10"] == pytest.approx(6.5)


def test_ewma_halves_the_weight_after_six_games() -> None:
    # six games back weighs one half of the latest: (10 * 1 + 40 * 0.5) over all seven weights
    weights = [0.5 ** (k / 6) for k in range(7)]
    row = last_row(games([40, 0, 0, 0, 0, 0, 10, 99]))
    assert row["ewma_half_life_6"] == pytest.approx((10 + 40 * 0.5) / sum(weights), abs=1e-6)


def test_season_average_falls_back_to_the_career_at_a_seasons_start() -> None:
    table = naive_baselines(games([10, 20, 6, 50], seasons=["2022-23", "2022-23", "2023-24", "2023-24"]))
    assert table["season_average"].tolist()[2:] == [15.0, 6.0]


def test_games_not_played_neither_count_nor_contribute() -> None:
    table = naive_baselines(games([10, 0, 20, 5], minutes=[20.0, 0.0, float("nan"), 20.0]))
    assert table["game_id"].tolist() == ["g00", "g03"]
    assert table.iloc[1][["prior_games", "last_5"]].tolist() == [1, 10]


def test_a_game_of_the_same_date_is_not_the_past() -> None:
    table = naive_baselines(games([10, 30, 50], dates=["2024-01-01", "2024-01-02", "2024-01-02"]))
    assert table["prior_games"].tolist() == [0, 1, 1]
    assert table["last_5"].tolist()[1:] == [10, 10]
    assert table["ewma_half_life_6"].tolist()[1:] == [10, 10]


def test_players_do_not_mix_and_row_order_does_not_matter() -> None:
    both = pd.concat([games([10, 20]), games([100, 200]).assign(player_id=8)], ignore_index=True)
    table = naive_baselines(both)
    assert table["last_5"].tolist()[1::2] == [10, 100]
    pd.testing.assert_frame_equal(table, naive_baselines(both.iloc[::-1]))


def test_changing_a_days_points_changes_nothing_up_to_that_day() -> None:
    before = naive_baselines(games(TWELVE))
    changed = naive_baselines(games([*TWELVE[:7], 60, *TWELVE[8:]]))
    pd.testing.assert_frame_equal(before.iloc[:8], changed.iloc[:8])
    assert (before["last_5"] != changed["last_5"]).tolist()[8:] == [True] * 5


def test_the_feature_windows_look_back_in_the_same_way() -> None:
    played = player_games(players=5, days=30).assign(season=lambda frame: 2023 + (frame.index >= 70))
    log = GameLog(played, "player_id", ["pts"])
    totals = np.column_stack([log.numbers("pts"), np.ones(len(log))])
    decayed = running_sums(Rounds.of(log), totals, half_life_decay([6]))
    last_10 = last_sums(log, log.numbers("pts"), [10])[10] / np.minimum(log.ordinal + 1, 10)
    earlier = log.earlier(log.entity, log.day)
    table = naive_baselines(played)
    np.testing.assert_array_equal(table["prior_games"], earlier.games)
    np.testing.assert_allclose(table["last_10"], earlier.of(last_10), atol=1e-6)
    np.testing.assert_allclose(table["ewma_half_life_6"], earlier.of(decayed[:, 0] / decayed[:, 1]), atol=1e-6)


def test_played_row_without_points_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1 played rows without points, first .*g01"):
        naive_baselines(games([10.0, float("nan")]))

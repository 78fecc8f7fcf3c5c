"""Expected build times out of past builds, worked by hand."""

import pandas as pd
import pytest

from nba_assets.readiness.durations import Duration, durations, slow_builds


def builds(*rows: tuple[int, float | None], table: str = "team_offense") -> pd.DataFrame:
    """Builds 1, 2 and so on, each of (dates, seconds)."""
    frame = pd.DataFrame(rows, columns=["dates", "seconds"]).astype({"seconds": "float64"})
    return frame.assign(table_name=table, attempt_build=range(1, len(rows) + 1))


def test_fixed_and_per_date_seconds_are_distinguished_by_builds_of_different_size() -> None:
    assert durations(builds((1, 2.5), (11, 7.5), (101, 52.5)))["team_offense"] == Duration(2.0, 0.5)


def test_one_build_that_waited_for_a_lock_moves_nothing() -> None:
    found = durations(builds((1, 2.5), (10, 7.0), (20, 12.0), (40, 22.0), (50, 900.0), (100, 52.0)))["team_offense"]
    assert found.per_date == pytest.approx(0.5, abs=0.05)
    assert found.fixed == pytest.approx(2.0, abs=0.5)


def test_builds_of_one_size_give_seconds_per_date() -> None:
    assert durations(builds((4, 2.0), (4, 2.0), (4, 8.0)))["team_offense"] == Duration(0.0, 0.5)


def test_larger_builds_that_took_less_do_not_make_time_negative() -> None:
    assert durations(builds((1, 10.0), (100, 5.0)))["team_offense"] == Duration(7.5, 0.0)


def test_only_the_newest_twenty_builds_count() -> None:
    old = [(1, 1000.0), (2, 2000.0)] * 5
    assert durations(builds(*old, *([(1, 3.0), (3, 5.0)] * 10)))["team_offense"] == Duration(2.0, 1.0)


def test_builds_without_time_or_dates_say_nothing() -> None:
    assert durations(builds((10, None), (0, 4.0))) == {}


def test_each_table_has_its_own() -> None:
    both = pd.concat([builds((1, 1.0), (2, 2.0)), builds((1, 5.0), (2, 6.0), table="team_defense")])
    assert durations(both) == {"team_offense": Duration(0.0, 1.0), "team_defense": Duration(4.0, 1.0)}


def test_expected_seconds_count_every_build_of_a_range() -> None:
    assert Duration(2.0, 0.5).seconds(100) == 52.0
    assert Duration(2.0, 0.5).seconds(100, builds=4) == 58.0
    assert Duration(2.0, 0.5).seconds(0) == 0.0


@pytest.mark.parametrize(
    ("elapsed", "dates", "slow"),
    [
        pytest.param(105.0, 100, True, id="over twice 52 s"),
        pytest.param(103.0, 100, False, id="under twice 52 s"),
        pytest.param(29.0, 1, False, id="ten times as long, but short"),
        pytest.param(31.0, 1, True, id="ten times as long"),
    ],
)
def test_slow_is_over_twice_the_expectation_and_over_half_a_minute(elapsed: float, dates: int, slow: bool) -> None:
    assert Duration(2.0, 0.5).is_slow(elapsed, dates) is slow


def test_a_table_is_slow_when_it_takes_twice_what_its_other_builds_let_expect() -> None:
    builds = pd.DataFrame(
        [
            ("team_offense", 1, 100, 20.0, "past"),
            ("team_offense", 2, 200, 40.0, "past"),
            ("team_offense", 3, 400, 161.0, "this"),
            ("team_defense", 4, 100, 20.0, "past"),
            ("team_defense", 5, 400, 159.0, "this"),
            ("game_schedule", 6, 400, 500.0, "this"),
        ],
        columns=["table_name", "attempt_build", "dates", "seconds", "run_id"],
    )
    assert slow_builds(builds, "this") == {"team_offense": "161 s for 400 dates (usually 80 s)"}
    assert slow_builds(builds, "past") == {}

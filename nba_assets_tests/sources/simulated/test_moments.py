"""The simulated league is statistically like the NBA; the targets are those of the real archive."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.sources.simulated.moments import TARGETS, league_moments

BIAS, STAR_BIAS = 0.25, 0.05


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague()


@pytest.fixture(scope="module")
def moments(league: SimulatedLeague) -> dict[str, float]:
    return league_moments(league, league.first_date, league.horizon)


@pytest.mark.parametrize("name", TARGETS)
def test_the_league_is_like_the_nba(moments: dict[str, float], name: str) -> None:
    assert moments[name] == pytest.approx(TARGETS[name].value, abs=TARGETS[name].tolerance)


@pytest.mark.archive
def test_targets_are_those_of_the_archive(archive_dir: Path, tmp_path: Path) -> None:
    real = league_moments(ArchiveSource(archive_dir, tmp_path), dt.date(2021, 10, 19), dt.date(2025, 6, 22))
    assert set(real) == set(TARGETS)
    for name, target in TARGETS.items():
        assert real[name] == pytest.approx(target.value, rel=0.004), name


def test_the_oracle_knows_more_than_any_average_and_is_not_biased(
    league: SimulatedLeague, moments: dict[str, float]
) -> None:
    start, end = league.first_date, league.horizon
    lines = league.read("player_box_scores", start, end).rows
    played = lines[lines["minutes"] > 0].merge(
        league.expected_points(start, end)[["game_id", "player_id", "expected_pts"]],
        on=["game_id", "player_id"],
        validate="1:1",
    )
    assert len(played) == (lines["minutes"] > 0).sum()
    error = played["pts"] - played["expected_pts"]
    assert error.abs().mean() < 0.93 * moments["points, ewma half-life 6 error"]
    assert abs(error.mean()) < BIAS
    stars = played["expected_pts"] > 18
    assert played["expected_pts"][stars].mean() == pytest.approx(played["pts"][stars].mean(), rel=STAR_BIAS)
    assert np.corrcoef(played["pts"], played["expected_pts"])[0, 1] > 0.75

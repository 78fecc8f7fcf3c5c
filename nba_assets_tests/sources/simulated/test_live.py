"""The league day by day: what is known of a date before, at and after it, and on a morning without an answer."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from nba_assets.partitions import EASTERN
from nba_assets.sources.port import SourceError
from nba_assets.sources.simulated.faults import parse_faults
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets.sources.simulated.live import LiveLeague

DAY = dt.date(2025, 1, 14)
LEAGUE = SimulatedLeague(seasons=1)


def at(moment: str, faults: str = "") -> LiveLeague:
    """The league at a moment, Eastern time."""
    then = dt.datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(EASTERN))
    return LiveLeague(SimulatedLeague(seasons=1, faults=parse_faults(faults)), lambda: then)


@pytest.mark.parametrize("moment", ["2025-01-14 00:00", "2025-01-14 12:00", "2025-01-14 23:59"])
def test_it_reaches_to_tomorrow(moment: str) -> None:
    assert at(moment).horizon == dt.date(2025, 1, 15)
    with pytest.raises(SourceError, match="2025-01-16 is not covered yet; it reaches to 2025-01-15"):
        at(moment).read("game_schedule", DAY, dt.date(2025, 1, 16))


def test_it_ends_with_the_league() -> None:
    assert at("2025-09-01 12:00").horizon == LEAGUE.horizon


@pytest.mark.parametrize("table", ["team_box_scores", "player_box_scores", "shot_attempts"])
def test_the_night_after_a_game_is_played(table: str) -> None:
    everything = LEAGUE.read(table, DAY, DAY).rows
    assert len(everything)
    assert at("2025-01-14 23:59").read(table, DAY, DAY).rows.empty
    assert at("2025-01-15 02:59").read(table, DAY, DAY).rows.empty
    assert at("2025-01-15 03:00").read(table, DAY, DAY).rows.equals(everything)


def test_before_that_its_results_have_no_score() -> None:
    results = at("2025-01-14 23:59").read("game_results", DAY, DAY).rows
    assert len(results) == len(LEAGUE.read("game_results", DAY, DAY).rows)
    assert set(results["status"]) == {"scheduled"}
    assert results[["home_pts", "away_pts", "overtime_periods"]].isna().all(axis=None)
    assert set(at("2025-01-15 03:30").read("game_results", DAY, DAY).rows["status"]) == {"final"}


@pytest.mark.parametrize("table", ["game_schedule", "point_lines", "injury_reports"])
def test_what_is_known_before_the_game_is_known(table: str) -> None:
    assert at("2025-01-14 12:00").read(table, DAY, DAY).rows.equals(LEAGUE.read(table, DAY, DAY).rows)


def test_a_correction_comes_with_the_files_of_the_second_night() -> None:
    faults = f"late_correction:{DAY}"
    plain = LEAGUE.read("player_box_scores", DAY, DAY).rows
    assert at("2025-01-15 12:00", faults).read("player_box_scores", DAY, DAY).rows.equals(plain)
    corrected = at("2025-01-16 03:30", faults).read("player_box_scores", DAY, DAY).rows
    assert corrected["pts"].sum() == plain["pts"].sum() + 2


def test_an_outage_lasts_until_nine() -> None:
    faults = "outage:2025-01-15"
    with pytest.raises(SourceError, match="no answer on 2025-01-15 03:30"):
        at("2025-01-15 03:30", faults).read("game_schedule", DAY, DAY)
    assert len(at("2025-01-15 09:00", faults).read("game_schedule", DAY, DAY).rows)
    assert len(at("2025-01-14 03:30", faults).read("game_schedule", DAY, DAY).rows)


def test_the_state_of_the_source_is_the_same_whatever_comes() -> None:
    assert at("2025-01-14 12:00").fingerprint == at("2025-01-20 12:00", f"late_correction:{DAY}").fingerprint

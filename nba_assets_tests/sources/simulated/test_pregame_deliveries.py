"""What the simulated providers of lines and injuries note must not be taken for waivers."""

import datetime as dt
from pathlib import Path

import pytest

from nba_assets.sources.port import Problem
from nba_assets.sources.simulated.league import SimulatedLeague


@pytest.mark.parametrize("table", ["point_lines", "injury_reports"])
def test_notes_are_notes_and_no_waivers(table: str, tmp_path: Path) -> None:
    league = SimulatedLeague(seasons=1, cache_dir=tmp_path)
    first = league.first_date + dt.timedelta(days=40)
    delivery = league.read(table, first, first + dt.timedelta(days=3))
    assert len(delivery.rows) > 0
    assert dict(delivery.waivers) == {}
    assert all(isinstance(note, Problem) for note in delivery.notes)

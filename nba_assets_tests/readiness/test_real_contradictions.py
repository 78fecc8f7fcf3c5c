"""Ten real seasons and both real layouts state nothing twice with two values, but for known wrong lines."""

from pathlib import Path

import pytest

from nba_assets.readiness.contradictions import broken_between, broken_identities
from nba_assets.sources.archive_files.archive import ArchiveSource

pytestmark = [pytest.mark.archive, pytest.mark.long]

LINES_WITHOUT_FIELD_GOALS = ("0041800", {"fgm", "fga", "fg3m", "fg3a", "ftm"}, 34)
"""Playoffs of 2018-19: in 34 team-games the players' lines have no field goals, and free throws for all points."""


@pytest.mark.parametrize(
    ("directory", "team_games", "wrong"),
    [
        pytest.param("archive", 25_348, LINES_WITHOUT_FIELD_GOALS, id="clean"),
        pytest.param("raw/nba_stats_leaguegamelog", 9_840, ("", set(), 0), id="game log"),
    ],
)
def test_real_deliveries_agree_with_themselves(
    shared_data: Path, tmp_path: Path, directory: str, team_games: int, wrong: tuple[str, set[str], int]
) -> None:
    source = ArchiveSource(shared_data / directory, tmp_path)
    tables = ("game_schedule", "team_box_scores", "player_box_scores")
    schedule, teams, players = (source.read(table, source.first_date, source.horizon).rows for table in tables)
    for lines in (teams, players):
        assert list(broken_identities(lines)) == []
    assert players.groupby(["game_id", "team_id"]).ngroups == team_games
    broken = {found.columns[0]: found.rows["game_id"] for found in broken_between(players, teams, schedule)}
    games, columns, count = wrong
    assert set(broken) == columns
    for found in broken.values():
        assert found.str.startswith(games).all()
        assert len(found) == count

"""Phases that an archive declares as not covered are in no table, and said so; what is merely absent stays missing."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.port import SourceError
from nba_assets_tests.sources import small_archive

REGULAR, PLAYOFF = dt.date(2024, 10, 22), dt.date(2024, 10, 24)
TABLES = ("game_schedule", "game_results", "team_box_scores", "player_box_scores")


def source_of(tmp_path: Path, declared: str | None) -> ArchiveSource:
    """The small archive whose second game is one of the playoffs and has no player lines."""

    def as_playoffs(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(game_id=table["game_id"].replace({"0022400071": "0042400071"}))

    players = small_archive.player_box()
    directory = small_archive.write_clean(
        tmp_path / "archive",
        games=as_playoffs(small_archive.games()),
        team_box=as_playoffs(small_archive.team_box()),
        player_box=players[players["game_id"] == "0022400061"],
    )
    if declared is not None:
        (directory / "not_covered.csv").write_text(declared)
    return ArchiveSource(directory, tmp_path / "landing")


def test_a_declared_phase_is_in_no_table_and_the_dates_say_so(tmp_path: Path) -> None:
    source = source_of(tmp_path, "season,season_type,reason\n2024-25,playoffs,no player lines\n")
    assert source.horizon == REGULAR
    for table in TABLES:
        delivery = source.read(table, REGULAR, REGULAR)
        assert set(delivery.rows["game_id"]) == {"0022400061"}
        assert delivery.problems == ()
    notes = source._tables.schedule.notes
    assert [(note.game_date, note.message) for note in notes] == [
        (PLAYOFF, "1 games of 2024-25 playoffs left out, declared as not covered: no player lines")
    ]


@pytest.mark.parametrize("declared", [None, "season,season_type,reason\n2023-24,playoffs,another season\n"])
def test_rows_that_are_only_absent_leave_no_game_out(tmp_path: Path, declared: str | None) -> None:
    source = source_of(tmp_path, declared)
    assert set(source.read("game_schedule", REGULAR, PLAYOFF).rows["game_id"]) == {"0022400061", "0042400071"}
    assert len(source.read("team_box_scores", PLAYOFF, PLAYOFF).rows) == 2


def test_a_new_declaration_changes_the_fingerprint(tmp_path: Path) -> None:
    without = source_of(tmp_path, None).fingerprint
    assert source_of(tmp_path, "season,season_type,reason\n2024-25,playoffs,why\n").fingerprint != without


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("season,season_type\n2024-25,playoffs\n", "column reason is missing"),
        ("season,season_type,reason\n2024-25,finals,why\n", "row 1: .*'finals'"),
        ("season,season_type,reason\n2024-25,playoffs,\n", "row 1: .*why it is not covered"),
    ],
)
def test_a_declaration_that_says_nothing_is_refused(tmp_path: Path, declared: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        source_of(tmp_path, declared).read("game_schedule", REGULAR, REGULAR)

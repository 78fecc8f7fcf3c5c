"""The archive source: layouts, ranges, identity of the delivery, bad directories."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.port import SourceError
from nba_assets_tests.sources import small_archive
from nba_assets_tests.sources.small_archive import write_clean, write_log

FIRST, SECOND = dt.date(2024, 10, 22), dt.date(2024, 10, 24)


def source_of(directory: Path) -> ArchiveSource:
    return ArchiveSource(directory, directory.parent / "landing")


@pytest.fixture(params=["parquet", "csv", "game log"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> ArchiveSource:
    directory = tmp_path / "archive"
    if request.param == "game log":
        return source_of(write_log(directory))
    return source_of(write_clean(directory, f".{request.param}"))


def test_every_layout_gives_the_contracts_columns_and_the_same_games(source: ArchiveSource) -> None:
    assert (source.first_date, source.horizon) == (FIRST, SECOND)
    delivered = {contract.name: source.read(contract.name, FIRST, SECOND) for contract in RAW_TABLES}
    for contract in RAW_TABLES:
        assert tuple(delivered[contract.name].rows.columns) == contract.column_names
        assert delivered[contract.name].problems == ()
    assert delivered["game_schedule"].rows["game_key"].tolist() == ["20241022_NYK_BOS", "20241024_DEN_LAL"]
    results = delivered["game_results"].rows
    assert results[["home_pts", "away_pts", "overtime_periods"]].to_numpy().tolist() == [[110, 100, 0], [120, 117, 1]]
    teams = delivered["team_box_scores"].rows
    assert dict(zip(teams["team"], teams["is_home"], strict=True)) == {
        "BOS": True, "NYK": False, "LAL": True, "DEN": False,
    }  # fmt: skip
    assert teams["opponent_team"].tolist() == ["NYK", "BOS", "LAL", "DEN"]
    players = delivered["player_box_scores"].rows
    points = players.groupby("team")["pts"].sum()
    assert points.to_dict() == {"BOS": 110.0, "NYK": 100.0, "LAL": 120.0, "DEN": 117.0}


def test_a_day_without_games_is_covered_and_empty(source: ArchiveSource) -> None:
    empty = source.read("player_box_scores", dt.date(2024, 10, 23), dt.date(2024, 10, 23))
    assert len(empty.rows) == 0
    assert empty.rows.dtypes.to_dict() == source.read("player_box_scores", FIRST, SECOND).rows.dtypes.to_dict()


def test_ranges_add_up_to_the_whole(source: ArchiveSource) -> None:
    whole = source.read("team_box_scores", FIRST, SECOND).rows
    parts = [source.read("team_box_scores", day, day).rows for day in (FIRST, SECOND)]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


@pytest.mark.parametrize(
    ("table", "start", "end", "message"),
    [
        ("game_schedule", dt.date(2024, 10, 21), SECOND, "2024-10-21 to 2024-10-24 is not covered"),
        ("game_schedule", FIRST, dt.date(2024, 10, 25), "it has 2024-10-22 to 2024-10-24"),
        ("game_schedule", SECOND, FIRST, "ends before it starts"),
        ("play_by_play", FIRST, SECOND, "no table 'play_by_play'"),
    ],
)
def test_what_is_not_covered_is_refused(
    source: ArchiveSource, table: str, start: dt.date, end: dt.date, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        source.read(table, start, end)


def test_fingerprint_follows_the_content_and_nothing_else(tmp_path: Path) -> None:
    one = source_of(write_clean(tmp_path / "one", ".csv")).fingerprint
    assert source_of(write_clean(tmp_path / "two", ".csv")).fingerprint == one
    corrected = small_archive.team_box().assign(ast=26)
    assert source_of(write_clean(tmp_path / "three", ".csv", team_box=corrected)).fingerprint != one


def test_rows_come_from_the_landed_copy(tmp_path: Path) -> None:
    source = source_of(write_clean(tmp_path / "archive", ".csv"))
    assert source.horizon == SECOND
    for file in (tmp_path / "archive").iterdir():
        file.unlink()
    assert len(source.read("player_box_scores", FIRST, SECOND).rows) == 24


def test_a_correction_is_seen_by_a_new_source(tmp_path: Path) -> None:
    directory = write_clean(tmp_path / "archive", ".csv")
    assert source_of(directory).read("team_box_scores", FIRST, FIRST).rows["ast"].tolist() == [25.0, 25.0]
    write_clean(directory, ".csv", team_box=small_archive.team_box().assign(ast=126))
    assert source_of(directory).read("team_box_scores", FIRST, FIRST).rows["ast"].tolist() == [126.0, 126.0]


def _absent(directory: Path) -> None:
    pass


def _a_file(directory: Path) -> None:
    directory.write_text("")


def _empty(directory: Path) -> None:
    directory.mkdir()


def _other_files(directory: Path) -> None:
    directory.mkdir()
    (directory / "shots.csv").write_text("a\n1\n")


def _one_of_three(directory: Path) -> None:
    directory.mkdir()
    small_archive.games().to_csv(directory / "games.csv")


def _twice(directory: Path) -> None:
    write_clean(directory, ".csv")
    write_clean(directory, ".parquet")


def _logs_without_players(directory: Path) -> None:
    write_log(directory)
    (directory / "player_gamelogs_2024-25.csv").unlink()


def _no_games(directory: Path) -> None:
    write_clean(directory, ".csv", games=small_archive.games().head(0))


def _damaged(directory: Path) -> None:
    write_clean(directory)
    (directory / "games.parquet").write_bytes(b"PAR1 this is not Parquet PAR1")


def _empty_file(directory: Path) -> None:
    write_clean(directory, ".csv")
    (directory / "games.csv").write_text("")


def _column_missing(directory: Path) -> None:
    write_clean(directory, games=small_archive.games().drop(columns="home_team_id"))


def _wrong_type(directory: Path) -> None:
    write_clean(directory, games=small_archive.games().assign(home_team_id=["Boston", "Los Angeles"]))


def _no_date(directory: Path) -> None:
    write_clean(directory, games=small_archive.games().assign(game_date=["2024-10-22", "soon"]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(_absent, "archive does not exist; give a directory with", id="absent"),
        pytest.param(_a_file, "is not a directory", id="file"),
        pytest.param(_empty, "has no .parquet or .csv file; it must hold", id="empty"),
        pytest.param(_other_files, "has shots.csv; it must hold", id="other-files"),
        pytest.param(_one_of_three, "lacks player_box, team_box", id="one-of-three"),
        pytest.param(_twice, "has games as .parquet and as .csv; keep one", id="both-suffixes"),
        pytest.param(_logs_without_players, "has games_2024-25.csv; it must hold", id="logs-without-players"),
        pytest.param(_no_games, "games.csv: not one usable game", id="no-games"),
        pytest.param(_damaged, "games.parquet: cannot be read", id="damaged"),
        pytest.param(_empty_file, "games.csv: cannot be read", id="empty-file"),
        pytest.param(_column_missing, "games.parquet: column home_team_id is missing", id="column-missing"),
        pytest.param(_wrong_type, "column home_team_id: no value can be understood; the first, 'Boston'", id="type"),
        pytest.param(_no_date, "games.parquet, row 2: column game_date: 'soon' is not a date", id="no-date"),
    ],
)
def test_a_directory_that_cannot_be_used_is_named_with_the_remedy(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    make(tmp_path / "archive")
    with pytest.raises(SourceError) as refused:
        _ = source_of(tmp_path / "archive").horizon
    assert message in str(refused.value)


def test_no_permission_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", forbidden)
    with pytest.raises(SourceError, match="cannot be listed: Permission denied; check its permissions"):
        _ = source_of(tmp_path).horizon

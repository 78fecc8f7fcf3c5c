"""Shot files of several providers: one account of a game, broken files, and the archive that they lie in."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.shots.shot_files import shots
from nba_assets_tests.sources import small_shots
from nba_assets_tests.sources.small_archive import FIRST, SECOND, write_clean
from nba_assets_tests.sources.small_shots import BOS, DEN, LAL, NYK, Table, landed, text_of

SCHEDULE, BOX = small_shots.schedule(), small_shots.box()
ONE, TWO = small_shots.GAMES
DAY = dt.date.fromisoformat(small_shots.DAY)


def only(table: Table, column: str, game_id: str) -> Table:
    names, rows = table
    return names, [row for row in rows if row[names.index(column)].endswith(game_id[2:])]


def providers(rows: pd.DataFrame) -> dict[str, set[str]]:
    return {str(game_id): set(part["provider"]) for game_id, part in rows.groupby("game_id")}


def test_a_game_is_taken_from_the_best_provider_that_has_it(tmp_path: Path) -> None:
    files = {
        "shotchartdetail": [landed(tmp_path / "d.csv", text_of(only(small_shots.detail(), "GAME_ID", ONE)))],
        "bigdataball": [landed(tmp_path / "b.csv", text_of(small_shots.play_by_play()))],
    }
    found = shots(files, SCHEDULE, BOX)
    assert found.problems == ()
    assert providers(found.rows) == {ONE: {"nba_shot_detail"}, TWO: {"bigdataball"}}
    assert len(found.rows) == len(small_shots.shots())


def test_a_file_of_which_nothing_is_needed_adds_nothing(tmp_path: Path) -> None:
    tables = {"shots": small_shots.clean(), "shotchartdetail": small_shots.detail(),
              "bigdataball": small_shots.play_by_play()}  # fmt: skip
    files = {kind: [landed(tmp_path / f"{kind}.csv", text_of(table))] for kind, table in tables.items()}
    found = shots(files, SCHEDULE, BOX)
    assert found.problems == ()
    pd.testing.assert_frame_equal(found.rows, shots({"shots": files["shots"]}, SCHEDULE, BOX).rows)


def test_two_files_of_one_team_each_make_a_game(tmp_path: Path) -> None:
    parts = [
        landed(tmp_path / f"{at}.csv", text_of(small_shots.detail(teams)))
        for at, teams in enumerate(((BOS, LAL), (NYK, DEN)))
    ]
    both = shots({"shotchartdetail": parts}, SCHEDULE, BOX)
    whole = shots({"shots": [landed(tmp_path / "w.csv", text_of(small_shots.clean()))]}, SCHEDULE, BOX)
    pd.testing.assert_frame_equal(both.rows, whole.rows)


def test_half_a_game_gives_way_to_a_whole_one_and_is_left_out_where_there_is_no_other(tmp_path: Path) -> None:
    files = {
        "shotchartdetail": [landed(tmp_path / "d.csv", text_of(small_shots.detail((BOS, LAL))))],
        "bigdataball": [landed(tmp_path / "b.csv", text_of(only(small_shots.play_by_play(), "game_id", ONE)))],
    }
    found = shots(files, SCHEDULE, BOX)
    assert providers(found.rows) == {ONE: {"bigdataball"}}
    assert found.problems == ()
    assert [(note.game_date, note.message) for note in found.notes] == [
        (DAY, f"shots of {TWO} left out: the chart has the attempts of one of the teams; deliver the other team's "
              "chart too")
    ]  # fmt: skip


def test_a_part_of_a_teams_attempts_is_no_half_of_the_game(tmp_path: Path) -> None:
    names, rows = only(small_shots.detail((LAL,)), "GAME_ID", "22400062")
    file = landed(tmp_path / "d.csv", text_of((names, rows[:-3])))
    found = shots({"shotchartdetail": [file]}, SCHEDULE, BOX)
    assert len(found.rows) == len(rows) - 3, "for the audit to refuse"
    assert found.notes == ()


def test_an_event_of_two_files_is_one_and_an_event_twice_in_a_file_is_two(tmp_path: Path) -> None:
    names, rows = small_shots.detail()
    again = landed(tmp_path / "a.csv", text_of((names, [*rows, rows[0]])))
    other = landed(tmp_path / "b.csv", text_of((names, rows)))
    found = shots({"shotchartdetail": [again, other]}, SCHEDULE, BOX).rows
    assert len(found) == len(rows) + 1
    assert found.duplicated(["game_id", "shot_id"]).sum() == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("", "b.csv: cannot be read", id="empty"),
        pytest.param("game_id\n", "b.csv: has no rows", id="no-rows"),
        pytest.param("game_id\n22400062\n", "b.csv: column team, player", id="columns"),
        pytest.param(b"\xff\xfe\x00g\x00a", "b.csv: ", id="bytes"),
    ],
)
def test_a_broken_file_is_a_problem_of_the_games_that_nobody_else_has(
    content: str | bytes, says: str, tmp_path: Path
) -> None:
    broken = landed(tmp_path / "b.csv", content)
    alone = shots({"bigdataball": [broken]}, SCHEDULE, BOX)
    assert alone.rows.empty
    ((day, message),) = [(problem.game_date, problem.message) for problem in alone.problems]
    assert day == DAY
    assert says in message
    sound = landed(tmp_path / "s.csv", text_of(small_shots.clean()))
    assert shots({"shots": [sound], "bigdataball": [broken]}, SCHEDULE, BOX).problems == ()


def test_a_broken_file_concerns_its_own_games_only(tmp_path: Path) -> None:
    later = SCHEDULE.assign(game_date=[pd.Timestamp(DAY), pd.Timestamp(DAY) + pd.Timedelta(days=1)])
    broken = landed(tmp_path / "b.csv", "game_id,period\n22400062,1\n")
    (problem,) = shots({"bigdataball": [broken]}, later, BOX).problems
    assert problem.game_date == DAY + dt.timedelta(days=1)


def test_no_files_are_no_shots_and_no_problem() -> None:
    found = shots({}, SCHEDULE, BOX)
    assert found.rows.empty
    assert found.problems == ()


class TestInTheArchive:
    @pytest.fixture
    def directory(self, tmp_path: Path) -> Path:
        return write_clean(tmp_path / "archive", ".csv")

    def source(self, directory: Path) -> ArchiveSource:
        return ArchiveSource(directory, directory.parent / "landing")

    def test_an_archive_without_shots_delivers_none(self, directory: Path) -> None:
        delivery = self.source(directory).read("shot_attempts", *map(dt.date.fromisoformat, (FIRST, SECOND)))
        assert delivery.rows.empty
        assert delivery.problems == ()

    def test_files_are_found_landed_and_part_of_the_fingerprint(self, directory: Path) -> None:
        before = self.source(directory).fingerprint
        for folder, name in (("shotchartdetail", "x.csv"), ("bigdataball", "y.csv"), ("bigdataball", "y.txt")):
            (directory / folder).mkdir(exist_ok=True)
            (directory / folder / name).write_text("nothing\nof use\n")
        source = self.source(directory)
        assert source.fingerprint != before
        problems = source.read("shot_attempts", *map(dt.date.fromisoformat, (FIRST, SECOND))).problems
        assert {problem.message.partition(":")[0] for problem in problems} == {"x.csv", "y.csv"}
        assert {problem.game_date.isoformat() for problem in problems} == {FIRST, SECOND}
        landed_names = {path.name[17:] for path in (directory.parent / "landing").iterdir()}
        assert {"x.csv", "y.csv"} <= landed_names
        assert "y.txt" not in landed_names

    def test_broken_shots_leave_the_other_tables_alone(self, directory: Path) -> None:
        (directory / "shots.parquet").write_bytes(b"PAR1 no Parquet PAR1")
        source = self.source(directory)
        days = tuple(map(dt.date.fromisoformat, (FIRST, SECOND)))
        assert source.read("player_box_scores", *days).problems == ()
        assert "shots.parquet: cannot be read" in source.read("shot_attempts", *days).problems[0].message

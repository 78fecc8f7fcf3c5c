"""Injury reports as PDF and JSON: who is listed how, as of which moment, and what is refused."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.raw_pregame import INJURY_REPORTS
from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.port import Delivery, SourceError
from nba_assets.sources.pregame_reports.injury_pdf import read_pdf
from nba_assets.sources.pregame_reports.injury_report import time_of_name, utc_of_eastern
from nba_assets.sources.pregame_reports.pregame_files import date_of_name
from nba_assets_tests.sources.small_archive import BOS, NYK, write_clean
from nba_assets_tests.sources.small_reports import (
    GAME,
    HEADINGS,
    IDS,
    player_box,
    record,
    write_json,
    write_pdf,
)

FOLDER = "injury_reports"
AT = "2024-10-22T17:30:00-04:00"
FIRST = dt.date(2024, 10, 22)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return write_clean(tmp_path / "archive", player_box=player_box())


def delivered(directory: Path) -> Delivery:
    source = ArchiveSource(directory, directory.parent / "landing")
    return source.read(FOLDER, source.first_date, source.horizon)


def report(directory: Path, *records: dict[str, Any], name: str = "report.json", at: str | None = AT) -> None:
    write_json(directory, FOLDER, name, {"report_time": at, "records": list(records)})


def test_a_record(directory: Path) -> None:
    report(directory, record("Cordale III, Herbert", "Doubtful"))
    (row,) = delivered(directory).rows.to_dict("records")
    assert tuple(row) == INJURY_REPORTS.column_names
    assert (row["game_id"], row["game_date"]) == (GAME, pd.Timestamp(FIRST))
    assert row["reported_at"] == pd.Timestamp("2024-10-22T21:30:00Z")
    assert (row["team_id"], row["player_id"]) == (NYK, IDS["Herbert Cordale III"])
    assert (row["status"], row["reason"]) == ("doubtful", "Injury/Illness - Left Knee; Sprain")
    assert row["absence"] == "{}"


@pytest.mark.parametrize("status", ["Out", "DOUBTFUL", "questionable", " Probable ", "Available"])
def test_every_status_of_the_league(directory: Path, status: str) -> None:
    report(directory, record("Fenwick, Dario", status))
    assert delivered(directory).rows["status"].tolist() == [status.strip().lower()]


@pytest.mark.parametrize(
    ("written", "team", "meant"),
    [
        ("Hart Jr., Thomas", "Boston Celtics", "Thomas Hart Jr."),
        ("Hart, Thomas", "Boston Celtics", "Thomas Hart Jr."),
        ("Ash, J.J.", "Boston Celtics", "J.J. Ash"),
        ("Branch-Stone, Olu", "Boston Celtics", "Olu Branch-Stone"),
        ("Fenyo, Pal", "BostonCeltics", "Pál Fenyő"),
        ("Somebody, Else", "Boston Celtics", None),
    ],
)
def test_names_come_last_name_first(directory: Path, written: str, team: str, meant: str | None) -> None:
    report(directory, record(written, team=team))
    (row,) = delivered(directory).rows.to_dict("records")
    assert (row["player_name"], row["team_id"]) == (written, BOS)
    assert row["player_id"] == IDS[meant] if meant else pd.isna(row["player_id"])


def test_a_team_that_has_not_submitted(directory: Path) -> None:
    report(directory, record(None), record("Ash, J.J.", team="Boston Celtics"))
    rows = delivered(directory).rows.set_index("team_id")
    assert rows["status"].to_dict() == {NYK: "not_yet_submitted", BOS: "out"}
    assert rows["absence"][NYK] == '{"player_id": "not_applicable", "reason": "not_applicable"}'


def test_several_reports_of_a_day_stand_side_by_side(directory: Path) -> None:
    for hour, status in ((12, "Questionable"), (17, "Out")):
        report(directory, record("Fenwick, Dario", status), name=f"{hour}.json", at=f"2024-10-22T{hour}:30:00")
    rows = delivered(directory).rows
    assert dict(zip(rows["reported_at"].dt.hour, rows["status"], strict=True)) == {16: "questionable", 21: "out"}


def test_the_same_report_twice_is_one(directory: Path) -> None:
    for name in ("one.json", "two.json"):
        report(directory, record("Fenwick, Dario"), name=name)
    assert len(delivered(directory).rows) == 1


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("Injury-Report_2024-01-04_12PM.pdf", "2024-01-04T17:30"),
        ("Injury-Report_2024-01-04_12AM.pdf", "2024-01-04T05:30"),
        ("Injury-Report_2024-07-04_01PM.pdf", "2024-07-04T17:30"),
        ("Injury-Report_2025-12-22_05_45PM.json", "2025-12-22T22:45"),
        ("Injury-Report_2024-11-03_12AM.pdf", "2024-11-03T04:30"),
        ("Injury-Report_2024-11-03_05PM.pdf", "2024-11-03T22:30"),
        ("Injury-Report_2024-02-30_05PM.pdf", None),
        ("Injury-Report_2024-02-03_25PM.pdf", None),
        ("report.json", None),
    ],
)
def test_a_file_name_tells_the_time_and_half_past_where_it_has_no_minutes(name: str, utc: str | None) -> None:
    assert time_of_name(name) == (None if utc is None else pd.Timestamp(utc, tz="UTC"))


def test_of_an_hour_that_the_clock_shows_twice_the_later_counts() -> None:
    assert utc_of_eastern(dt.datetime.fromisoformat("2024-11-03T00:30")) == pd.Timestamp("2024-11-03T04:30Z")
    assert utc_of_eastern(dt.datetime.fromisoformat("2024-11-03T01:30")) == pd.Timestamp("2024-11-03T06:30Z")
    assert utc_of_eastern(dt.datetime.fromisoformat("2024-11-03T02:30")) == pd.Timestamp("2024-11-03T07:30Z")


@pytest.mark.parametrize(
    ("at", "name", "utc"),
    [
        ("2024-10-22T21:30:00Z", "a.json", "2024-10-22T21:30"),
        ("2024-10-22T17:30:00", "a.json", "2024-10-22T21:30"),
        (None, "Injury-Report_2024-10-22_05PM.json", "2024-10-22T21:30"),
    ],
)
def test_the_report_time_of_json(directory: Path, at: str | None, name: str, utc: str) -> None:
    report(directory, record("Fenwick, Dario"), at=at, name=name)
    assert delivered(directory).rows["reported_at"].tolist() == [pd.Timestamp(utc, tz="UTC")]


def test_a_plain_list_of_records_takes_its_time_from_the_name(directory: Path) -> None:
    write_json(directory, FOLDER, "Injury-Report_2024-10-22_05PM.json", [record("Fenwick, Dario")])
    assert delivered(directory).rows["reported_at"].tolist() == [pd.Timestamp("2024-10-22T21:30Z")]


@pytest.mark.parametrize(
    ("facts", "column", "text"),
    [
        ({"status": "Day-To-Day"}, "status", "'Day-To-Day' is no status of a report"),
        ({"status": None}, "status", "None is no status of a report"),
        ({"player": ""}, "player", "'' is missing"),
        ({"team": "Denver Nuggets"}, "team", "'Denver Nuggets' is no team of the matchup"),
        ({"matchup": "NYK-BOS"}, "matchup", "'NYK-BOS' is no matchup of two NBA teams"),
    ],
)
def test_a_record_that_is_not_understood_rejects_its_date(
    directory: Path, facts: dict[str, Any], column: str, text: str
) -> None:
    report(directory, record("Ash, J.J.", team="Boston Celtics"), {**record("Fenwick, Dario"), **facts})
    delivery = delivered(directory)
    (problem,) = delivery.problems
    assert problem.game_date == FIRST
    assert f"report.json, row 2: column {column} on 2024-10-22: {text}" in problem.message
    assert len(delivery.rows) == 1


def test_a_game_that_was_moved_away_costs_itself_and_a_wrong_date_all(directory: Path) -> None:
    moved = record("Fenwick, Dario", matchup="NYK@LAL")
    report(directory, record("Ash, J.J.", team="Boston Celtics"), moved)
    delivery = delivered(directory)
    assert (len(delivery.rows), delivery.problems) == (1, ())
    assert [(note.game_date, note.message) for note in delivery.notes] == [
        (FIRST, "1 records are left out: the game is not on the schedule of the date, it was moved or called off (the "
                "first: report.json, row 2)")
    ]  # fmt: skip
    report(directory, moved)
    (problem,) = delivered(directory).problems
    assert "report.json, row 1: column matchup on 2024-10-22: 'NYK@LAL' is no game on the schedule" in problem.message


def test_a_game_on_a_date_without_games_is_counted_only(directory: Path) -> None:
    report(directory, record("Fenwick, Dario", date="10/23/2024"))
    delivery = delivered(directory)
    assert (len(delivery.rows), delivery.problems) == (0, ())
    assert [note.message[:39] for note in delivery.notes] == ["1 records are of a date without games ("]


@pytest.mark.parametrize(
    ("name", "content", "days"),
    [
        ("Injury-Report_2024-10-22_05PM.pdf", b"%PDF-1.7 nothing", {22, 23}),
        ("Injury-Report_2024-10-22_05PM.json", b"[", {22, 23}),
        ("Injury-Report_2024-10-22_05PM.json", b"[1]", {22, 23}),
        ("Injury-Report_2024-10-22_05PM.json", b'[{"date": "10/22/2024"}]', {22, 23}),
        ("report.json", b"[]", {22, 23, 24}),
        ("report.json", b'{"report_time": "soon", "records": []}', {22, 23, 24}),
        ("report.pdf", b"", {22, 23, 24}),
    ],
)
def test_a_broken_file_rejects_the_dates_it_may_be_about(
    directory: Path, name: str, content: bytes, days: set[int]
) -> None:
    write_json(directory, FOLDER, name, {}).write_bytes(content)
    delivery = delivered(directory)
    assert {problem.game_date.day for problem in delivery.problems} == days
    assert all(problem.message.startswith(f"{name}: ") for problem in delivery.problems)


@pytest.mark.parametrize(
    ("name", "day"),
    [("2025-01-05.csv", dt.date(2025, 1, 5)), ("01_05_2025.csv", dt.date(2025, 1, 5)), ("raw_74058.json", None),
     ("Injury-Report_2024-01-04_12PM.pdf", dt.date(2024, 1, 4)), ("13_05_2025.csv", None)],
)  # fmt: skip
def test_the_date_of_a_name(name: str, day: dt.date | None) -> None:
    assert date_of_name(name) == day


class TestPdf:
    def rows(self) -> list[tuple[Any, ...]]:
        start = ("10/22/2024", "07:30 (ET)", "NYK@BOS")
        injury = "Injury/Illness - Left Knee; Sprain"
        return [
            (*start, "New York Knicks", "Cordale III, Herbert", "Out", injury),
            ("", "", "", "", "Dunford, Ivo", "Questionable", ("Injury/Illness - Right", "Forearm; Contusion")),
            ("", "", "", "Boston Celtics", ("Branch-", "Stone, Olu"), "Probable", "G League - Two-Way"),
            ("", "", "", "", "Vondra, Jaromir", "Available", injury),
        ]

    def test_cells_are_carried_down_and_wrapped_lines_put_together(self, tmp_path: Path) -> None:
        printed_at, records = read_pdf(write_pdf(tmp_path / "report.pdf", [self.rows()]), "report.pdf")
        assert printed_at == "10/22/24 05:30 PM"
        assert records["matchup"].tolist() == ["NYK@BOS"] * 4
        assert records["team"].tolist() == ["New York Knicks"] * 2 + ["Boston Celtics"] * 2
        assert records["player"].tolist()[2] == "Branch-Stone, Olu"
        assert records["reason"].tolist()[1:3] == ["Injury/Illness - Right Forearm; Contusion", "G League - Two-Way"]

    @pytest.mark.parametrize("cut", [1, 2, 3])
    def test_a_page_break_changes_nothing(self, tmp_path: Path, cut: int) -> None:
        rows = self.rows()
        _, whole = read_pdf(write_pdf(tmp_path / "one.pdf", [rows]), "one.pdf")
        _, parts = read_pdf(write_pdf(tmp_path / "two.pdf", [rows[:cut], rows[cut:]]), "two.pdf")
        pd.testing.assert_frame_equal(parts, whole)

    def test_a_reason_may_end_on_the_next_page(self, tmp_path: Path) -> None:
        rows = self.rows()[:2]
        broken = [(*rows[1][:6], "Injury/Illness - Right"), ("", "", "", "", "", "", "Forearm; Contusion")]
        _, records = read_pdf(write_pdf(tmp_path / "two.pdf", [[rows[0], broken[0]], [broken[1]]]), "two.pdf")
        assert records["reason"].tolist()[1] == "Injury/Illness - Right Forearm; Contusion"

    def test_rows_of_a_pdf(self, directory: Path) -> None:
        waiting = ("", "", "", "Boston Celtics", "", "", "NOT YET SUBMITTED")
        write_pdf(directory / FOLDER / "report.pdf", [[*self.rows()[:2], waiting]])
        delivery = delivered(directory)
        assert delivery.problems == ()
        rows = delivery.rows.set_index("player_name")
        assert set(rows["reported_at"]) == {pd.Timestamp("2024-10-22T21:30:00Z")}
        assert rows["status"].to_dict() == {
            "NOT YET SUBMITTED": "not_yet_submitted",
            "Cordale III, Herbert": "out",
            "Dunford, Ivo": "questionable",
        }
        assert rows["player_id"]["Dunford, Ivo"] == IDS["Ivo Dunford"]

    @pytest.mark.parametrize(
        ("layout", "message"),
        [
            ({"header": "Report of injuries"}, "no header `Injury Report"),
            ({"header": "Injury Report: 13/45/24 05:30 PM"}, "the header's time '13/45/24 05:30 PM' is none"),
            ({"headings": (*HEADINGS[:5], "Reason", "Current Status")}, "no headings `Game Date"),
        ],
    )
    def test_another_layout_is_refused(self, directory: Path, layout: dict[str, Any], message: str) -> None:
        write_pdf(directory / FOLDER / "report.pdf", [self.rows()], **layout)
        assert message in delivered(directory).problems[0].message

    def test_a_file_that_is_no_pdf_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "report.pdf"
        whole = write_pdf(tmp_path / "whole.pdf", [self.rows()]).read_bytes()
        for content in (b"", b"no pdf at all", whole[:200]):
            path.write_bytes(content)
            with pytest.raises(SourceError, match=r"report\.pdf: "):
                read_pdf(path, path.name)

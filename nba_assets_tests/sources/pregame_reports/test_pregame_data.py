"""Real odds files and the league's real injury report."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.contracts.raw_pregame import POINT_LINES
from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.pregame_reports.injury_pdf import read_pdf

ODDS, INJURIES = "odds_api_player_points", "injury_reports"
REPORT = "raw/single_responses/nbac_injury_report"


def beside(place: Path, archive_dir: Path, folder: str, files: Path) -> Path:
    """The archive's box scores with a folder of files beside them."""
    directory = place / "archive"
    directory.mkdir()
    for name in ("games", "team_box", "player_box"):
        (directory / f"{name}.parquet").symlink_to(archive_dir / f"{name}.parquet")
    (directory / folder).symlink_to(files)
    return directory


@pytest.mark.archive
@pytest.mark.long
class TestOdds:
    def test_nearly_every_name_of_the_archive_is_somebody(self, archive_dir: Path, tmp_path: Path) -> None:
        source = ArchiveSource(archive_dir, tmp_path)
        delivery = source.read("point_lines", source.first_date, source.horizon)
        rows = delivery.rows
        assert (len(rows), rows["game_date"].nunique()) == (10_577, 77)
        assert rows["player_id"].notna().all(), "Josh Green, who had just been traded, too"
        assert delivery.problems == ()
        assert not rows["is_verified_before_tipoff"].any()

    def test_the_odds_of_single_dates_agree_with_the_table(
        self, archive_dir: Path, shared_data: Path, tmp_path: Path
    ) -> None:
        directory = beside(tmp_path, archive_dir, ODDS, shared_data / "raw" / ODDS)
        table = ArchiveSource(archive_dir, tmp_path / "landing")
        single = ArchiveSource(directory, tmp_path / "landing")
        span = (table.first_date, table.horizon)
        delivery = single.read("point_lines", *span)
        both = delivery.rows.merge(table.read("point_lines", *span).rows, on=list(POINT_LINES.key))
        assert len(delivery.rows) == 10_635
        assert len(both) == 10_537
        assert (both["points_line_x"] - both["points_line_y"]).abs().max() <= 6
        assert both["points_line_x"].eq(both["points_line_y"]).mean() > 0.98
        # the game of 11 January was moved by a storm after its lines had come out
        assert delivery.problems == ()
        moved = [note for note in delivery.notes if "it was moved or called off" in note.message]
        assert [(note.game_date, note.message.partition(" are left out")[0]) for note in moved] == [
            (dt.date(2025, 1, 11), "28 outcomes of Houston Rockets at Atlanta Hawks")
        ]
        late = [note for note in delivery.notes if "at or after tip-off" in note.message]
        assert [(note.game_date, note.message.split()[0]) for note in late] == [
            (dt.date(2024, 11, 4), "64"), (dt.date(2025, 1, 5), "36"), (dt.date(2025, 1, 8), "70")
        ]  # fmt: skip

    def test_the_sample_of_a_live_game_is_left_out(self, archive_dir: Path, shared_data: Path, tmp_path: Path) -> None:
        directory = beside(tmp_path, archive_dir, ODDS, shared_data / "raw/single_responses/oddsa_player_props_his")
        source = ArchiveSource(directory, tmp_path / "landing")
        delivery = source.read("point_lines", source.first_date, source.horizon)
        assert (len(delivery.rows), delivery.problems) == (0, ())
        assert {(note.game_date.isoformat(), note.message[:38]) for note in delivery.notes} == {
            ("2024-01-24", "8 outcomes are left out: their snapshot"[:38]),
            ("2024-01-24", "8 outcomes are of other markets than p"),
        }


@pytest.mark.archive
@pytest.mark.long
class TestInjuryReport:
    def test_every_cell_of_the_pdf(self, shared_data: Path) -> None:
        (path,) = (shared_data / REPORT).glob("*.pdf")
        printed_at, records = read_pdf(path, path.name)
        assert printed_at == "01/04/24 12:30 PM"
        assert len(records) == 43
        named = records[records["player"].notna()]
        assert [tuple(row) for row in named[["team", "player", "status", "reason"]].to_numpy()] == [
            ("San Antonio Spurs", "Barlow, Dominick", "Questionable", "G League - Two-Way"),
            ("San Antonio Spurs", "Bassey, Charles", "Out", "Injury/Illness - Left Acl; Tear"),
            ("San Antonio Spurs", "Branham, Malaki", "Doubtful", "Injury/Illness - Right Ankle; Sprain"),
            ("San Antonio Spurs", "Cissoko, Sidy", "Out", "G League - On Assignment"),
            ("San Antonio Spurs", "Collins, Zach", "Out", "Injury/Illness - Right Ankle; Sprain"),
            ("San Antonio Spurs", "Diakite, Mamadi", "Questionable", "G League - Two-Way"),
            ("San Antonio Spurs", "Duke Jr., David", "Out", "G League - Two-Way"),
            ("San Antonio Spurs", "McDermott, Doug", "Out", "Injury/Illness - Right Forearm; Contusion"),
            ("Denver Nuggets", "Cancar, Vlatko", "Out", "Injury/Illness - Left Knee; Surgery"),
            ("Denver Nuggets", "Jackson, Reggie", "Probable", "Injury/Illness - Left Calf; Tightness"),
            ("Denver Nuggets", "Pickett, Jalen", "Out", "G League - On Assignment"),
            ("Denver Nuggets", "Tyson, Hunter", "Out", "G League - On Assignment"),
            ("Golden State Warriors", "Green, Draymond", "Out", "League Suspension"),
            ("Golden State Warriors", "Payton II, Gary", "Out", "Injury/Illness - Left Hamstring; Strain"),
        ]
        pending = records[records["player"].isna()]
        assert set(pending["reason"]) == {"NOT YET SUBMITTED"}
        assert pending["status"].isna().all()
        assert dict(records.groupby("date").size()) == {"01/04/2024": 15, "01/05/2024": 28}
        assert list(records["matchup"].unique()[[0, 1, 2, -1]]) == ["MIL@SAS", "DEN@GSW", "ATL@IND", "TOR@SAC"]

    def test_rows_of_the_report(self, archive_dir: Path, shared_data: Path, tmp_path: Path) -> None:
        source = ArchiveSource(beside(tmp_path, archive_dir, INJURIES, shared_data / REPORT), tmp_path / "landing")
        delivery = source.read(INJURIES, dt.date(2024, 1, 4), dt.date(2024, 1, 5))
        rows = delivery.rows
        assert (len(rows), delivery.problems, delivery.notes) == (43, (), ())
        assert set(rows["reported_at"]) == {pd.Timestamp("2024-01-04T17:30:00Z")}
        known = dict(zip(rows["player_name"], rows["player_id"], strict=True))
        assert (known["Payton II, Gary"], known["Green, Draymond"]) == (1627780, 203110)
        unknown = rows[rows["player_id"].isna() & (rows["status"] != "not_yet_submitted")]
        assert unknown.empty
        # two-way players without an appearance for the team so far: one of this name is in the league
        assert (known["Diakite, Mamadi"], known["Duke Jr., David"]) == (1629603, 1630561)
        assert len(source.read(INJURIES, source.first_date, source.horizon).rows) == 43

"""Real shots: every file parses, zones add up to the box score, and providers tell the same games alike."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS
from nba_assets.readiness.audit import Staged, Verdict, audit
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.status import Status
from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.parsing.landing import LandedFile
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.shots.shot_files import shots

pytestmark = [pytest.mark.archive, pytest.mark.long]

FIRST, LAST = dt.date(2021, 10, 19), dt.date(2025, 6, 22)
FINALS = "0042400407"
NBA_NAMES = {
    "Restricted Area": {"restricted_area"},
    "In The Paint (Non-RA)": {"paint", "mid_range"},
    "Left Corner 3": {"left_corner_three"},
    "Right Corner 3": {"right_corner_three"},
    "Backcourt": {"backcourt_three"},
}
PUBLISHED_THREE_SHARE = {"21": 0.399, "22": 0.387, "23": 0.395, "24": 0.421}
"""Share of three-point attempts in regular seasons, as on Basketball-Reference's league averages (3PAr)."""


@pytest.fixture(scope="module")
def archive(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ArchiveSource:
    return ArchiveSource(shared_data / "archive", tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def rows(archive: ArchiveSource) -> pd.DataFrame:
    delivery = archive.read("shot_attempts", FIRST, LAST)
    assert delivery.problems == ()
    return delivery.rows


@pytest.fixture(scope="module")
def parse(archive: ArchiveSource) -> Callable[[str, Path], Parsed]:
    first = archive.first_date
    schedule = archive.read("game_schedule", first, LAST).rows
    box = archive.read("player_box_scores", first, LAST).rows

    def parsed(kind: str, file: Path) -> Parsed:
        return shots({kind: [LandedFile(file.name, file.name, file)]}, schedule, box)

    return parsed


def players_beside_box(rows: pd.DataFrame, archive: ArchiveSource, first: dt.date, last: dt.date) -> pd.DataFrame:
    """What zones and box count of every player of the games that have shots."""
    keys = ["game_id", "player_id"]
    zones = pd.get_dummies(rows["zone"]).assign(fgm=rows["is_made"], fg3m=rows["is_made"] & rows["is_three"])
    counted = zones.astype("int64").groupby([rows[key] for key in keys]).sum()
    box = archive.read("player_box_scores", first, last).rows
    box = box[box["game_id"].isin(rows["game_id"].unique()) & box["minutes"].notna()].set_index(keys)
    both = box[["fga", "fgm", "fg3a", "fg3m"]].join(counted, how="outer", rsuffix="_shots").fillna(0)
    both["all_zones"] = both["paint"] + both["mid_range"] + both["three"]
    return both


def audited(rows: pd.DataFrame, archive: ArchiveSource, first: dt.date, last: dt.date) -> dict[dt.date, Verdict]:
    upstream = {name: archive.read(name, first, last).rows for name in ("game_schedule", "player_box_scores")}
    days = [day.date() for day in pd.date_range(first, last)]
    staged = Staged(conform(SHOT_ATTEMPTS, rows), days, upstream, dt.datetime.now(dt.UTC))
    return audit(staged, rules_of(SHOT_ATTEMPTS), [])


def test_zones_add_up_to_the_box_score(rows: pd.DataFrame, archive: ArchiveSource) -> None:
    assert len(rows) == 929_608
    players = players_beside_box(rows, archive, FIRST, LAST)
    assert len(players) == 111_746
    assert (players["all_zones"] != players["fga"]).sum() == 3
    assert (players["three"] != players["fg3a"]).sum() == 2
    assert (players["fgm_shots"] == players["fgm"]).all()
    assert (players["fg3m_shots"] == players["fg3m"]).all()


def test_every_date_is_ready_and_games_without_shots_are_counted(rows: pd.DataFrame, archive: ArchiveSource) -> None:
    verdicts = audited(rows, archive, FIRST, LAST).values()
    assert {verdict.status for verdict in verdicts} == {Status.READY}
    assert sum(verdict.expected or 0 for verdict in verdicts) == 5_283
    assert sum(verdict.found or 0 for verdict in verdicts) == 5_257


def test_types_derived_from_the_place_are_put_right(archive: ArchiveSource) -> None:
    notes = archive.read("shot_attempts", FIRST, LAST).notes
    assert {re.sub(r"\d+", "N", note.message) for note in notes} == {
        "shots of N: N types derived from the place put right by the box score"
    }
    counts = [re.findall(r"\d+", note.message) for note in notes]
    assert (len(counts), sum(int(count) for _, count in counts)) == (141, 164)
    assert {game_id[3:5] for game_id, _ in counts} == {"21"}


def test_places_are_called_as_the_nba_calls_them(rows: pd.DataFrame, shared_data: Path) -> None:
    names = pd.read_parquet(shared_data / "archive" / "shots.parquet", columns=["game_id", "event_id", "zone_basic"])
    named = rows.merge(names, left_on=["game_id", "shot_id"], right_on=["game_id", "event_id"], validate="1:1")
    for name, details in NBA_NAMES.items():
        found = named.loc[named["zone_basic"] == name, "zone_detail"]
        assert set(found) <= details, name
    assert (named["zone_basic"] == "Restricted Area").eq(named["zone_detail"] == "restricted_area").all()


def test_league_shares_are_the_published_ones(rows: pd.DataFrame) -> None:
    regular = rows[rows["game_id"].str[:3] == "002"]
    season = regular["game_id"].str[3:5]
    three = regular.groupby(season)["is_three"].mean()
    assert three.round(3).to_dict() == pytest.approx(PUBLISHED_THREE_SHARE, abs=0.002)
    shares = pd.crosstab(season, regular["zone"], normalize="index")
    assert shares["paint"].between(0.40, 0.46).all()
    assert shares["mid_range"].between(0.14, 0.20).all()


def test_every_bigdataball_file_parses(parse: Callable[[str, Path], Parsed], shared_data: Path) -> None:
    files = sorted((shared_data / "raw" / "bigdataball").iterdir())
    assert len(files) == 9
    attempts = {}
    for file in files:
        parsed = parse("bigdataball", file)
        assert parsed.problems == (), file.name
        attempts[file.name] = len(parsed.rows)
    assert attempts == {
        "2017-18_0021700002_plain8.csv": 177,
        "2017-18_0021700033_excel.csv": 161,
        "2017-18_0021700045_plain10.csv": 182,
        "2017-18_0021700135_plain10.csv": 178,
        "2017-18_0021700578_plain10.csv": 185,
        "2017-18_0021701033_plain10.csv": 164,
        "PbP.BDB_2017-18_GSW_82games.csv.gz": 14_355,
        "[2025-06-22]-0042400407-IND@OKC.csv": 157,
        "snippet_2021-22_0042100216_5rows.csv": 2,
    }


def test_the_82_games_reconcile_with_their_box_scores(
    parse: Callable[[str, Path], Parsed], archive: ArchiveSource, shared_data: Path
) -> None:
    rows = parse("bigdataball", shared_data / "raw" / "bigdataball" / "PbP.BDB_2017-18_GSW_82games.csv.gz").rows
    first, last = dt.date(2017, 10, 17), dt.date(2018, 4, 10)
    players = players_beside_box(rows, archive, first, last)
    assert (len(players), rows["game_id"].nunique()) == (1_842, 82)
    assert ((players["all_zones"] - players["fga"]).abs() > 0).sum() == 14
    assert ((players["three"] - players["fg3a"]).abs() > 0).sum() == 3
    assert (players["fgm_shots"] == players["fgm"]).all()
    assert {verdict.status for verdict in audited(rows, archive, first, last).values()} == {Status.READY}


def test_five_rows_of_a_game_are_not_the_game(
    parse: Callable[[str, Path], Parsed], archive: ArchiveSource, shared_data: Path
) -> None:
    rows = parse("bigdataball", shared_data / "raw" / "bigdataball" / "snippet_2021-22_0042100216_5rows.csv").rows
    day = dt.date(2022, 5, 13)
    verdict = audited(rows, archive, day, day)[day]
    assert [game.game_id for game in verdict.quarantined] == ["0042100216"]
    assert "0042100216: 2 of 1" in verdict.quarantined[0].reasons


def test_two_providers_tell_the_same_game_alike(
    parse: Callable[[str, Path], Parsed], rows: pd.DataFrame, shared_data: Path
) -> None:
    theirs = parse("bigdataball", shared_data / "raw" / "bigdataball" / "[2025-06-22]-0042400407-IND@OKC.csv").rows
    ours = rows[rows["game_id"] == FINALS].reset_index(drop=True)
    reported = ["team_id", "player_id", "period", "seconds_remaining", "is_made", "is_three", "loc_x", "loc_y"]
    pd.testing.assert_frame_equal(theirs[[*reported, "is_assisted"]], ours[[*reported, "is_assisted"]])
    assert (theirs["distance_feet"] - ours["distance_feet"]).between(0, 1).all(), "rounded, not truncated"
    assert (theirs["zone"] != ours["zone"]).sum() == 1


def test_shot_chart_detail_is_what_the_archive_was_made_of(
    parse: Callable[[str, Path], Parsed], rows: pd.DataFrame, shared_data: Path
) -> None:
    parsed = parse("shotchartdetail", shared_data / "raw" / "nba_stats_shotchartdetail" / "BOS_2024-25.csv")
    assert parsed.problems == ()
    ours = rows[rows["game_id"].isin(parsed.rows["game_id"]) & (rows["team_id"] == 1610612738)]
    pd.testing.assert_frame_equal(parsed.rows, ours.reset_index(drop=True))

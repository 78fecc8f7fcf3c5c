"""What two files of a delivery state of a game: where they differ, every date that it is said to be on is refused."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.archive_files.game_facts import extent
from nba_assets_tests.sources import small_archive
from nba_assets_tests.sources.small_archive import write_clean, write_log

FIRST, BETWEEN, SECOND = (dt.date(2024, 10, day) for day in (22, 23, 24))
GAME = "0022400061"


def refused(source: ArchiveSource) -> dict[dt.date, str]:
    """Dates on which the source refuses every raw table, with what all of them say."""
    days = [stamp.date() for stamp in pd.date_range(source.first_date, source.horizon)]
    found = {}
    for day in days:
        said = [{p.message for p in source.read(contract.name, day, day).problems} for contract in RAW_TABLES]
        if all(said):
            found[day] = "; ".join(set.intersection(*said))
    return found


def clean(tmp_path: Path, table: str, column: str, value: object, row: int = 0) -> ArchiveSource:
    rows = getattr(small_archive, table)()
    rows[column] = rows[column].astype(object) if column in rows else None
    rows.loc[row, column] = value
    return ArchiveSource(write_clean(tmp_path / "archive", ".csv", **{table: rows}), tmp_path / "landing")


@pytest.mark.parametrize("table", ["games", "team_box", "player_box"])
def test_a_date_that_one_file_has_otherwise_is_refused_with_the_one_it_left(tmp_path: Path, table: str) -> None:
    said = refused(clean(tmp_path, table, "game_date", "2024-10-23"))
    assert set(said) == {FIRST, BETWEEN}
    assert said[FIRST] == said[BETWEEN]
    assert f"game {GAME}: the date is " in said[FIRST]
    assert f"2024-10-23 in {table}.csv, row 1 (column game_date)" in said[FIRST]
    assert "but" in said[FIRST]


@pytest.mark.parametrize("day", ["2026-01-04", "2035-10-22", "2016-10-22"])
@pytest.mark.parametrize("table", ["games", "team_box", "player_box"])
def test_a_date_years_away_covers_no_years(tmp_path: Path, table: str, day: str) -> None:
    source = clean(tmp_path, table, "game_date", day)
    assert (source.first_date, source.horizon) == (FIRST, SECOND)
    said = refused(source)
    assert FIRST in said
    assert set(said) - {FIRST} <= {SECOND}, "the date that is not covered is named on the nearest one that is"
    assert f"{day} in {table}.csv, row 1" in said[FIRST]


def test_a_game_that_all_files_have_ten_years_ahead_is_not_of_its_season(tmp_path: Path) -> None:
    tables = {name: getattr(small_archive, name)() for name in ("games", "team_box", "player_box")}
    for rows in tables.values():
        rows["game_date"] = rows["game_date"].mask(rows["game_id"] == GAME, "2034-10-22")
    source = ArchiveSource(write_clean(tmp_path / "archive", **tables), tmp_path / "landing")
    assert (source.first_date, source.horizon) == (SECOND, SECOND)
    assert (
        "the season is 2034-35 in games.parquet, row 1 (column game_date) but 2024-25 in its id"
        in refused(source)[SECOND]
    )


@pytest.mark.parametrize(
    ("table", "column", "value", "says"),
    [
        ("games", "season", "2023-24", "the season is 2023-24 in games.csv, row 1 (column season) but 2024-25 in "),
        ("team_box", "season_type", "Playoffs", "the phase of the season is playoffs in team_box.csv, row 1"),
        ("player_box", "game_id", "0022400099", "it is in player_box.csv, row 1 (column game_date) but not in games"),
    ],
)  # fmt: skip
def test_every_fact_of_a_game_is_compared(tmp_path: Path, table: str, column: str, value: object, says: str) -> None:
    said = refused(clean(tmp_path, table, column, value))
    assert set(said) == {FIRST}
    assert says in said[FIRST]


@pytest.mark.parametrize(
    ("table", "column", "value", "says"),
    [
        ("team_box", "is_home", True, "the home team is 1610612738 in games.csv, row 1 (column home_team_id) but "),
        ("player_box", "is_home", False, "the away team is 1610612752 in games.csv, row 1 (column away_team_id) but"),
        ("games", "home_team_id", 1610612752, "1610612738 is taken, as most say"),
        ("games", "away_team_id", 1610612738, "1610612752 is taken, as most say"),
        ("games", "home_pts", 111, "the score of the home team is 111 in games.csv, row 1 (column home_pts) but 110"),
    ],
)  # fmt: skip
def test_most_statements_settle_who_was_at_home_and_the_score(
    tmp_path: Path, table: str, column: str, value: object, says: str
) -> None:
    source, sound = (
        clean(tmp_path, table, column, value),
        ArchiveSource(write_clean(tmp_path / "sound"), tmp_path / "l"),
    )
    assert refused(source) == {}
    for name in ("game_schedule", "game_results"):
        pd.testing.assert_frame_equal(source.read(name, FIRST, SECOND).rows, sound.read(name, FIRST, SECOND).rows)
    notes = source.read("game_schedule", FIRST, SECOND).notes
    assert {note.game_id for note in notes} == {GAME}
    assert any(says in note.message for note in notes)


def reverse(rows: pd.DataFrame) -> pd.DataFrame:
    """Home and away of the first game exchanged in every row."""
    texts = {"BOS vs. NYK": "BOS @ NYK", "NYK @ BOS": "NYK vs. BOS"}
    return rows.assign(MATCHUP=rows["MATCHUP"].replace(texts))


@pytest.mark.parametrize("kind", ["teams", "players"])
def test_a_reversed_matchup_in_one_log_is_refused(tmp_path: Path, kind: str) -> None:
    rows = {"teams": small_archive.game_log(), "players": small_archive.player_log()}[kind]
    source = ArchiveSource(write_log(tmp_path / "archive", **{kind: reverse(rows)}), tmp_path / "landing")
    said = refused(source)
    assert set(said) == {FIRST}
    assert "the home team is" in said[FIRST]
    assert "games_2024-25.csv, row 1 (column MATCHUP) but" in said[FIRST]
    assert "player_gamelogs_2024-25.csv, row 1 (column MATCHUP)" in said[FIRST]


def test_a_game_dated_a_day_early_by_the_log_of_teams_is_refused_on_both_dates(tmp_path: Path) -> None:
    log = small_archive.game_log()
    log["GAME_DATE"] = log["GAME_DATE"].replace(str(SECOND), str(BETWEEN))
    said = refused(ArchiveSource(write_log(tmp_path / "archive", teams=log), tmp_path / "landing"))
    assert set(said) == {BETWEEN, SECOND}


def test_a_neutral_site_has_a_designated_home_team_that_may_differ(tmp_path: Path) -> None:
    teams = small_archive.game_log().replace({"MATCHUP": {"BOS vs. NYK": "NYK @ BOS"}})
    players = small_archive.player_log().replace({"MATCHUP": {"BOS vs. NYK": "BOS @ NYK"}})
    source = ArchiveSource(write_log(tmp_path / "archive", teams, players), tmp_path / "landing")
    assert refused(source) == {}
    (note,) = source.read("game_schedule", FIRST, FIRST).notes
    assert f"game {GAME} at a neutral site: the designated home team is 1610612738 in games_2024-25.csv" in note.message
    only_one = ArchiveSource(write_log(tmp_path / "other", teams), tmp_path / "landing")
    assert "whether the site is neutral is True in games_2024-25.csv" in refused(only_one)[FIRST]


@pytest.mark.parametrize(("season", "is_refused"), [("22024", False), ("22023", True)])
def test_a_season_that_a_log_names_is_the_ids(tmp_path: Path, season: str, is_refused: bool) -> None:
    log = small_archive.game_log().assign(SEASON_ID=season)
    said = refused(ArchiveSource(write_log(tmp_path / "archive", teams=log), tmp_path / "landing"))
    assert set(said) == ({FIRST, SECOND} if is_refused else set())


def test_sound_deliveries_contradict_nothing(tmp_path: Path) -> None:
    assert refused(ArchiveSource(write_clean(tmp_path / "clean"), tmp_path / "landing")) == {}
    assert refused(ArchiveSource(write_log(tmp_path / "log"), tmp_path / "landing")) == {}


SOUND = pd.Series(pd.to_datetime(["2025-01-05", "2025-01-10"]))


@pytest.mark.parametrize(
    ("doubtful", "covered"),
    [
        ([], ("2025-01-05", "2025-01-10")),
        ([["2025-01-04"], ["2025-01-12"]], ("2025-01-04", "2025-01-12")),
        ([["2025-01-07", "2035-01-07"]], ("2025-01-05", "2025-01-10")),
        ([["2025-01-12", "2025-02-12"]], ("2025-01-05", "2025-01-12")),
        ([["2025-01-12", "2025-01-13"]], ("2025-01-05", "2025-01-13")),
        ([["2025-06-09"]], ("2025-01-05", "2025-06-09")),
        ([["2025-06-10"]], ("2025-01-05", "2025-01-10")),
    ],
)
def test_the_extent_grows_by_near_dates_only(doubtful: list[list[str]], covered: tuple[str, str]) -> None:
    groups = [[dt.date.fromisoformat(day) for day in days] for days in doubtful]
    assert tuple(map(str, extent(SOUND, groups))) == covered


def test_without_a_sound_date_all_doubtful_ones_are_covered() -> None:
    assert extent(SOUND.head(0), [[SECOND], [FIRST]]) == (FIRST, SECOND)

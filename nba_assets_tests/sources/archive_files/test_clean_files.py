"""The clean layout: schedule decides, values not understood reject their date and no other."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.archive_files.game_minutes import overtime_periods
from nba_assets_tests.sources import small_archive
from nba_assets_tests.sources.small_archive import DEN, write_clean

FIRST, SECOND = dt.date(2024, 10, 22), dt.date(2024, 10, 24)


def source_with(tmp_path: Path, **tables: Any) -> ArchiveSource:
    return ArchiveSource(write_clean(tmp_path / "archive", **tables), tmp_path / "landing")


def changed(table: pd.DataFrame, row: int, column: str, value: Any) -> pd.DataFrame:
    table = table.copy()
    table[column] = table[column].astype(object)
    table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    ("form", "ids"),
    [
        pytest.param("integer", [22400061, 22400071], id="integers"),
        pytest.param("short text", ["22400061", "22400071"], id="text-without-zeros"),
        pytest.param("formula", ['="0022400061"', '="0022400071"'], id="spreadsheet-formulas"),
    ],
)
def test_game_id_forms_of_two_files_meet(tmp_path: Path, form: str, ids: list[Any]) -> None:
    source = source_with(tmp_path, games=small_archive.games().assign(game_id=ids))
    delivered = source.read("team_box_scores", FIRST, SECOND)
    assert delivered.problems == ()
    assert delivered.rows["game_id"].tolist() == ["0022400061"] * 2 + ["0022400071"] * 2


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "message"),
    [
        ("games", 0, "home_team_id", 99, "games.parquet, row 1: column home_team_id on 2024-10-22: '99' is not the id"),
        ("games", 0, "game_id", "G1", "column game_id on 2024-10-22: 'G1' is not an NBA game id"),
        ("team_box", 0, "team_id", DEN, "column game_id on 2024-10-22: '0022400061' is a game in which the row's team"),
        ("team_box", 0, "game_id", "0022499999", "'0022499999' is a game that the schedule does not have"),
        ("team_box", 0, "ast", "many", "column ast on 2024-10-22: 'many' is not a whole number"),
        ("player_box", 0, "minutes", "45:75", "column minutes on 2024-10-22: '45:75' is not minutes"),
        ("player_box", 0, "player_id", "jalen", "column player_id on 2024-10-22: 'jalen' is not an NBA player id"),
        ("player_box", 0, "minutes", None, "column minutes on 2024-10-22: None is missing although the row has stat"),
        ("player_box", 0, "player_name", "", "column player_name on 2024-10-22: None is not a name"),
    ],
)
def test_what_is_not_understood_rejects_its_date_only(
    tmp_path: Path, table: str, row: int, column: str, value: Any, message: str
) -> None:
    sound = getattr(small_archive, table)()
    broken = changed(sound, row, column, value)
    broken[column] = broken[column].map(lambda cell: None if pd.isna(cell) else str(cell))
    source = source_with(tmp_path, **{table: broken})
    raw_table = {"games": "game_schedule", "team_box": "team_box_scores", "player_box": "player_box_scores"}[table]
    problems = source.read(raw_table, FIRST, FIRST).problems
    assert any(message in problem.message for problem in problems), problems
    assert all("materialize the date" in problem.message for problem in problems)
    good = source.read(raw_table, SECOND, SECOND)
    assert good.problems == ()
    assert len(good.rows) == (sound["game_date"] == small_archive.SECOND).sum()


def test_a_schedule_not_understood_rejects_the_date_in_every_table(tmp_path: Path) -> None:
    source = source_with(tmp_path, games=changed(small_archive.games(), 0, "home_team_id", 99))
    assert source.first_date == FIRST
    for table in ("game_schedule", "game_results", "team_box_scores", "player_box_scores"):
        assert source.read(table, FIRST, FIRST).problems != ()
        assert source.read(table, SECOND, SECOND).problems == ()


def test_duplicated_rows_are_delivered_as_they_are(tmp_path: Path) -> None:
    doubled = {
        name: pd.concat([table, table.head(1)], ignore_index=True)
        for name, table in (("games", small_archive.games()), ("player_box", small_archive.player_box()))
    }
    source = source_with(tmp_path, **doubled)
    for table, rows in (("game_schedule", 2), ("game_results", 2), ("team_box_scores", 2), ("player_box_scores", 13)):
        assert len(source.read(table, FIRST, FIRST).rows) == rows
    assert source.read("player_box_scores", FIRST, FIRST).problems == (), "the audit finds the key that is there twice"


def test_a_game_listed_with_two_home_teams_is_a_problem(tmp_path: Path) -> None:
    games = small_archive.games()
    swapped = games.head(1).rename(columns={"home_team_id": "away_team_id", "away_team_id": "home_team_id"})
    source = source_with(tmp_path, games=pd.concat([games, swapped], ignore_index=True))
    problem, *_ = source.read("game_schedule", FIRST, FIRST).problems
    assert "whose rows name different dates or home teams (and 1 more of the game)" in problem.message
    assert source.read("team_box_scores", FIRST, FIRST).rows.empty


def test_absence_is_typed(tmp_path: Path) -> None:
    players = small_archive.player_box()
    players.loc[0, ["fta", "oreb", "dreb", "pf"]] = None
    players["starter"] = players["starter"].astype(object)
    players.loc[0, "starter"] = None
    rows = source_with(tmp_path, player_box=players).read("player_box_scores", FIRST, FIRST).rows
    by_name = rows.set_index("player_name")["absence"]
    assert by_name["BOS 0"] == (
        '{"dnp_reason": "not_applicable", "dreb": "source_unavailable", "fta": "source_unavailable", '
        '"is_starter": "source_unavailable", "oreb": "source_unavailable", "pf": "source_unavailable"}'
    )
    assert by_name["BOS 1"] == '{"dnp_reason": "not_applicable"}'
    assert '"minutes": "did_not_play"' in by_name["BOS bench"]
    assert '"pts": "did_not_play"' in by_name["BOS bench"]
    assert "dnp_reason" not in by_name["BOS bench"]


def test_a_player_with_zero_minutes_keeps_his_zeros(tmp_path: Path) -> None:
    players = small_archive.player_box()
    players.loc[1, ["minutes", "pts", "fga"]] = 0
    rows = source_with(tmp_path, player_box=players).read("player_box_scores", FIRST, FIRST).rows
    line = rows.set_index("player_name").loc["BOS 1"]
    assert (line["minutes"], line["pts"], line["fga"]) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_minutes_as_clock_times_become_decimal(tmp_path: Path, suffix: str) -> None:
    players = small_archive.player_box()
    players["minutes"] = players["minutes"].map({48.0: "45:58", 53.0: "53:00"})
    source = ArchiveSource(write_clean(tmp_path / "archive", suffix, player_box=players), tmp_path / "landing")
    rows = source.read("player_box_scores", FIRST, SECOND).rows
    assert rows["minutes"].dropna().round(4).unique().tolist() == [45.9667, 53.0]


def test_a_game_without_score_is_scheduled_and_has_no_overtime(tmp_path: Path) -> None:
    games = small_archive.games()
    games[["home_pts", "away_pts"]] = games[["home_pts", "away_pts"]].astype(float)
    games.loc[1, ["home_pts", "away_pts"]] = float("nan")
    row = source_with(tmp_path, games=games).read("game_results", SECOND, SECOND).rows.iloc[0]
    assert row["status"] == "scheduled"
    assert row["absence"] == (
        '{"away_pts": "not_yet_played", "home_pts": "not_yet_played", "overtime_periods": "not_yet_played"}'
    )


@pytest.mark.parametrize(
    "dropped",
    [
        pytest.param(["minutes_home"], id="by-overtimes"),
        pytest.param(["ot_periods"], id="by-minutes"),
        pytest.param(["minutes_home", "ot_periods"], id="by-the-players"),
    ],
)
def test_team_minutes_and_overtimes_from_what_there_is(tmp_path: Path, dropped: list[str]) -> None:
    source = source_with(tmp_path, games=small_archive.games().drop(columns=dropped))
    assert source.read("team_box_scores", FIRST, SECOND).rows["minutes"].tolist() == [240, 240, 265, 265]
    assert source.read("game_results", FIRST, SECOND).rows["overtime_periods"].tolist() == [0, 1]


def test_exhibitions_are_left_out(tmp_path: Path) -> None:
    games = pd.concat([small_archive.games(), small_archive.games().head(1).assign(game_id="0012400001")])
    box = pd.concat([small_archive.team_box(), small_archive.team_box().head(2).assign(game_id="0012400001")])
    source = source_with(tmp_path, games=games, team_box=box)
    for table, rows in (("game_schedule", 1), ("team_box_scores", 2)):
        delivered = source.read(table, FIRST, FIRST)
        assert (len(delivered.rows), delivered.problems) == (rows, ())


@pytest.mark.parametrize(
    ("team_minutes", "overtimes"), [(236.4, 0), (240, 0), (243.9, 0), (262.0, 1), (290, 2), (340.3, 4)]
)
def test_overtime_periods(team_minutes: float, overtimes: int) -> None:
    assert overtime_periods(pd.Series([team_minutes])).tolist() == [overtimes]

"""Each provider's shots: the same facts from each, in all of its forms; what is not understood is named."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.shots.shot_files import shots
from nba_assets_tests.sources import small_shots
from nba_assets_tests.sources.small_shots import Table, landed, text_of

SCHEDULE, BOX = small_shots.schedule(), small_shots.box()
SAID_ALIKE = [name for name in SHOT_ATTEMPTS.column_names if name not in ("distance_feet", "provider")]
TABLES = {
    "shots": small_shots.clean(),
    "shotchartdetail": small_shots.detail(),
    "bigdataball": small_shots.play_by_play(),
}


def parsed(kind: str, table: Table | str, place: Path) -> Parsed:
    text = table if isinstance(table, str) else text_of(table)
    return shots({kind: [landed(place / f"{kind}.csv", text)]}, SCHEDULE, BOX)


def changed(table: Table, column: str, *values: object, row: int = 0) -> Table:
    """The table with other values in a column, from a row on."""
    names, rows = list(table[0]), [list(cells) for cells in table[1]]
    for number, value in enumerate(values):
        rows[row + number][names.index(column)] = str(value)
    return names, rows


def mapped(table: Table, column: str, change: Callable[[str], str]) -> Table:
    cells = [row[table[0].index(column)] for row in table[1]]
    return changed(table, column, *(change(cell) for cell in cells))


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    """The invented shots as rows, by hand and not by a parser."""
    rows = [
        (s.game_id, s.number, s.team_id, s.player_id, s.name, s.period, s.seconds, s.made, s.three, s.x, s.y)
        for s in small_shots.shots()
    ]
    names = "game_id shot_id team_id player_id player_name period seconds_remaining is_made is_three loc_x loc_y"
    return pd.DataFrame(rows, columns=names.split()).sort_values(["game_id", "shot_id"], ignore_index=True)


@pytest.mark.parametrize("kind", list(TABLES))
def test_facts(kind: str, expected: pd.DataFrame, tmp_path: Path) -> None:
    found = parsed(kind, TABLES[kind], tmp_path)
    assert found.problems == ()
    pd.testing.assert_frame_equal(found.rows[expected.columns], expected)
    makes = found.rows[found.rows["is_made"]]
    assert makes["is_assisted"].tolist() == [s.assisted for s in small_shots.shots() if s.made]
    assert set(found.rows["provider"]) == {"bigdataball" if kind == "bigdataball" else "nba_shot_detail"}


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """What the same shots are by the league's own detail."""
    return parsed("shots", small_shots.clean(), tmp_path_factory.mktemp("reported")).rows[SAID_ALIKE]


@pytest.mark.parametrize("is_old", [True, False])
@pytest.mark.parametrize("with_ids", [True, False])
@pytest.mark.parametrize("game_id", ["{}", "00{}", '"=""00{}"""', "{}.0"])
@pytest.mark.parametrize("date", ["2024-10-22", "10/22/2024", "20241022"])
def test_every_form_of_bigdataball(
    is_old: bool, with_ids: bool, game_id: str, date: str, reported: pd.DataFrame, tmp_path: Path
) -> None:
    table = small_shots.play_by_play(is_old=is_old, with_ids=with_ids)
    table = mapped(mapped(table, "game_id", game_id.format), "date", lambda _: date)
    found = parsed("bigdataball", table, tmp_path)
    assert found.problems == ()
    pd.testing.assert_frame_equal(found.rows[SAID_ALIKE], reported)


def test_the_event_wins_over_a_distance_of_a_few_feet(tmp_path: Path) -> None:
    row = small_shots.shots().index(next(s for s in small_shots.shots() if s.three)) * 2
    found = parsed("bigdataball", changed(small_shots.play_by_play(), "shot_distance", 3, row=row), tmp_path)
    assert found.problems == ()
    assert found.rows.loc[found.rows["distance_feet"] == 3, "zone"].tolist() == ["three"]


def test_a_place_that_is_not_known_is_null_with_a_reason(tmp_path: Path) -> None:
    table = small_shots.play_by_play()
    for column in ("original_x", "original_y"):
        table = changed(table, column, "unknown")
    first = parsed("bigdataball", table, tmp_path).rows.iloc[0]
    assert pd.isna(first["loc_x"])
    assert '"loc_x": "source_unavailable"' in first["absence"]
    assert first["zone_detail"] == "restricted_area"


@pytest.mark.parametrize(
    ("kind", "column", "value", "says"),
    [
        ("shots", "player_id", 1639999, "'1639999' is a player whom the box score of the game does not list"),
        ("shots", "team_id", small_shots.NYK, "is not the shooter's team in the box score"),
        ("shots", "distance_ft", 9, "'9' feet is not the distance of the stated place"),
        ("shots", "made", "yes", "'yes' is not true or false"),
        ("shots", "loc_x", "", "is one half of a place"),
        ("shots", "event_id", 10**12, "is beyond reason"),
        ("shots", "game_id", "0022400999", "'0022400999' is a game that the schedule does not have"),
        ("shotchartdetail", "PLAYER_ID", 1630002, "'1630002' is not the id of PLAYER_NAME"),
        ("shotchartdetail", "EVENT_TYPE", "Missed Shot", "'Missed Shot' contradicts SHOT_MADE_FLAG"),
        ("shotchartdetail", "SHOT_TYPE", "4PT Field Goal", "is not 2PT or 3PT Field Goal"),
        ("shotchartdetail", "SECONDS_REMAINING", 75, "is not seconds of a minute"),
        ("shotchartdetail", "SHOT_ATTEMPTED_FLAG", 0, "'0' is not 1"),
        ("bigdataball", "player", "Stephen Curry", "'Stephen Curry' is the name of no player of the game"),
        ("bigdataball", "player", "J.J. Ash", "'J.J. Ash' is not the shooter of the description"),
        ("bigdataball", "team", "SEA", "'SEA' is not the tricode of an NBA team"),
        ("bigdataball", "event_type", "fieldgoal", "'fieldgoal' is no shot"),
        ("bigdataball", "event_type", "rebound", "'rebound' is no shot"),
        ("bigdataball", "result", "missed", "'missed' is not what the description tells"),
        ("bigdataball", "points", 3, "'3' are not those of the attempt"),
        ("bigdataball", "type", "3pt jump shot", "'3pt jump shot' is a three, but not in the description"),
        ("bigdataball", "assist", "", "None is not what the description tells"),
        ("bigdataball", "remaining_time", "0:11:39", "'0:11:39' and elapsed are not a period"),
        ("bigdataball", "description", "Kováč 1'", "is cut off"),
    ],
)
def test_a_cell_that_cannot_be_is_a_problem_with_its_place(
    kind: str, column: str, value: object, says: str, tmp_path: Path
) -> None:
    problems = parsed(kind, changed(TABLES[kind], column, value), tmp_path).problems
    assert {problem.game_date.isoformat() for problem in problems} == {small_shots.DAY}
    reported = [problem.message for problem in problems if says in problem.message]
    assert len(reported) == 1, [problem.message for problem in problems]
    assert reported[0].startswith(f"{kind}.csv, row 1: column {column} on {small_shots.DAY}")


def test_row_numbers_are_those_of_the_file_also_where_other_events_stand_between(tmp_path: Path) -> None:
    table = changed(small_shots.play_by_play(), "player", "Stephen Curry", row=10)
    (problem, *_) = parsed("bigdataball", table, tmp_path).problems
    assert problem.message.startswith("bigdataball.csv, row 11: column player")


def test_shots_of_another_date_than_the_schedules_are_refused(tmp_path: Path) -> None:
    found = parsed("shotchartdetail", mapped(small_shots.detail(), "GAME_DATE", lambda _: "20241023"), tmp_path)
    problem, *others = found.problems
    assert {one.game_date.isoformat() for one in found.problems} == {small_shots.DAY}
    assert len({one.game_id for one in found.problems}) == len(found.problems) == 1 + len(others)
    assert "column GAME_DATE on 2024-10-22: '20241023' is not the date on which the schedule has" in problem.message

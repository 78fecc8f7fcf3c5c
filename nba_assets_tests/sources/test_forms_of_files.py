"""CSV and Parquet of the same content are the same delivery, and a number too large for a table is one value."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nba_assets.contracts.conformed import ContractError, conform
from nba_assets.contracts.contract import LARGEST
from nba_assets.contracts.tables import TABLES
from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.parsing import normalise
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.pregame_reports.odds_api import american_odds, points
from nba_assets.warehouse.frames import content_hashes, to_arrow
from nba_assets_tests.sources import small_archive, small_reports
from nba_assets_tests.sources.small_archive import write_clean, write_log

INGEST = [name for name, contract in TABLES.items() if contract.ingest]
FIRST, SECOND = dt.date(2024, 10, 22), dt.date(2024, 10, 24)
LARGEST_OF_64_BITS = 2**63 - 1

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12)


def hashes(
    source: ArchiveSource, first: dt.date | None = None, last: dt.date | None = None
) -> dict[str, dict[dt.date, str]]:
    """Content hash of every date of every table, as a publish computes it, and what was not understood."""
    found = {}
    for table in INGEST:
        delivery = source.read(table, first or source.first_date, last or source.horizon)
        found[table] = content_hashes(TABLES[table], conform(TABLES[table], delivery.rows).rows)
        found[f"problems of {table}"] = {problem.game_date: "" for problem in delivery.problems}
    return found


def both_forms(place: Path, tables: dict[str, pd.DataFrame]) -> tuple[ArchiveSource, ArchiveSource]:
    """The same tables as CSV and as Parquet, each an archive of its own."""
    sources = []
    for suffix, write in ((".csv", pd.DataFrame.to_csv), (".parquet", pd.DataFrame.to_parquet)):
        directory = place / suffix.strip(".")
        directory.mkdir(parents=True)
        for name, table in tables.items():
            write(table, directory / f"{name}{suffix}", index=False)
        sources.append(ArchiveSource(directory, place / "landing"))
    return sources[0], sources[1]


def shots_of(box: pd.DataFrame) -> pd.DataFrame:
    """An attempt of each player of the box who played; not what the box counts, which is for the audit."""
    played = box.dropna(subset="minutes").reset_index(drop=True)
    number = np.arange(len(played))
    return played[["game_id", "game_date", "team_id", "player_id"]].assign(
        event_id=number, period=1, secs_remaining=700 - number, is_three=False, distance_ft=np.float32(5.0),
        loc_x=np.int64(-30), loc_y=np.float32(40.0), made=number % 2 == 0,
        assisted=np.where(number % 2 == 0, 1.0, np.nan),
    )  # fmt: skip


@given(
    minutes=st.lists(st.integers(1, 480).map(lambda tenths: tenths / 10), min_size=20, max_size=20),
    kind=st.sampled_from(["float32", "float64"]),
    reasons=st.lists(st.sampled_from([None, "", "injury, knee", 'the "rest"', "ill"]), min_size=24, max_size=24),
    names=st.lists(_TEXT, min_size=24, max_size=24, unique=True),
    lines=st.lists(st.integers(1, 100).map(lambda halves: halves / 2), min_size=3, max_size=3),
    missing=st.sets(st.sampled_from(["starter", "oreb", "plus_minus", "minutes_home"])),
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_content_has_the_same_hash_in_every_table(
    tmp_path_factory: pytest.TempPathFactory,
    minutes: list[float],
    kind: str,
    reasons: list[str | None],
    names: list[str],
    lines: list[float],
    missing: set[str],
) -> None:
    games, teams, box = small_archive.games(), small_archive.team_box(), small_archive.player_box()
    box.loc[box["minutes"].notna(), "minutes"] = minutes
    box = box.assign(
        minutes=box["minutes"].to_numpy(kind), dnp_reason=pd.Series(reasons, index=box.index), player_name=names
    )
    for column in missing & set(box):
        box[column] = box[column].astype(object).where(box.index % 2 == 0, None)
    games = games.assign(minutes_home=None) if "minutes_home" in missing else games
    point_lines = pd.DataFrame(
        {
            "game_id": "0022400061", "game_date": "2024-10-22", "player_name": ["BOS 1", "NYK 2", "Nobody"],
            "bookmaker": "Book, One", "line": np.array(lines, dtype=kind), "over_price": [-110.0, None, 1.9],
            "under_price": [100, 120, -105], "commence_time": pd.Timestamp("2024-10-22T23:30Z"),
        }
    )  # fmt: skip
    tables = {
        "games": games, "team_box": teams, "player_box": box, "shots": shots_of(box), "point_lines": point_lines,
    }  # fmt: skip
    csv, parquet = both_forms(tmp_path_factory.mktemp("forms"), tables)
    assert hashes(csv) == hashes(parquet)


def test_minutes_of_single_precision_are_those_that_were_written(tmp_path: Path) -> None:
    box = small_archive.player_box()
    box = box.assign(minutes=np.where(box["minutes"].notna(), 34.1, np.nan).astype("float32"))
    for suffix in (".csv", ".parquet"):
        directory = write_clean(tmp_path / suffix.strip("."), suffix, player_box=box)
        rows = ArchiveSource(directory, tmp_path / "landing").read("player_box_scores", FIRST, SECOND).rows
        assert set(rows["minutes"].dropna()) == {34.1}, suffix


def test_an_empty_reason_is_none(tmp_path: Path) -> None:
    box = small_archive.player_box().assign(dnp_reason="")
    for suffix in (".csv", ".parquet"):
        directory = write_clean(tmp_path / suffix.strip("."), suffix, player_box=box)
        rows = ArchiveSource(directory, tmp_path / "landing").read("player_box_scores", FIRST, SECOND).rows
        assert rows["dnp_reason"].isna().all(), suffix
        assert rows["absence"].str.contains('"dnp_reason": "(?:not_applicable|source_unavailable)"').all(), suffix


@pytest.mark.archive
@pytest.mark.long
def test_a_month_of_real_games_has_the_same_hashes_in_both_forms(archive_dir: Path, tmp_path: Path) -> None:
    first, last = dt.date(2025, 1, 1), dt.date(2025, 1, 31)
    tables = {}
    for name in ("games", "team_box", "player_box", "shots", "point_lines"):
        table = pd.read_parquet(archive_dir / f"{name}.parquet")
        tables[name] = table[pd.to_datetime(table["game_date"]).between(pd.Timestamp(first), pd.Timestamp(last))]
    csv, parquet = (hashes(source, first, last) for source in both_forms(tmp_path, tables))
    assert csv == parquet
    assert {len(csv[table]) for table in INGEST} == {31, 0, 12}, "injuries have none, lines end on 12 January"


def clean_with(table: str, column: str) -> Callable[[Path, object], Path]:
    def write(place: Path, value: Any) -> Path:
        rows = getattr(small_archive, table)().astype({column: object})
        rows.loc[1, column] = value
        return write_clean(place, ".csv", **{table: rows})

    return write


def log_with(kind: str, column: str) -> Callable[[Path, object], Path]:
    def write(place: Path, value: Any) -> Path:
        rows = (small_archive.game_log() if kind == "teams" else small_archive.player_log()).astype({column: object})
        rows.loc[1, column] = value
        return write_log(place, **{kind: rows})

    return write


def shots_with(column: str) -> Callable[[Path, object], Path]:
    def write(place: Path, value: Any) -> Path:
        rows = shots_of(small_archive.player_box()).astype({column: object})
        rows.loc[1, column] = value
        rows.to_csv(write_clean(place) / "shots.csv", index=False)
        return place

    return write


def lines_with(column: str) -> Callable[[Path, object], Path]:
    def write(place: Path, value: Any) -> Path:
        row = {
            "game_id": "0022400061", "game_date": "2024-10-22", "player_name": "BOS 1", "bookmaker": "one",
            "line": 9.5, "over_price": -110, "under_price": -110,
        }  # fmt: skip
        rows = pd.DataFrame([row, row | {"player_name": "NYK 2", column: value}])
        rows.to_csv(write_clean(place) / "point_lines.csv", index=False)
        return place

    return write


def odds_with(column: str) -> Callable[[Path, object], Path]:
    def write(place: Path, value: Any) -> Path:
        rows = small_reports.outcomes()
        small_reports.write_odds(write_clean(place), "10_22_2024.csv", [rows[0], rows[1] | {column: value}])
        return place

    return write


def odds_json(place: Path, value: Any) -> Path:
    rows = small_reports.outcomes()
    small_reports.write_json(
        write_clean(place), "odds_api_player_points", "10_22_2024.json",
        small_reports.event([rows[0], rows[1] | {"price": int(value)}]),
    )  # fmt: skip
    return place


@pytest.mark.parametrize(
    ("write", "table", "place"),
    [
        (log_with("teams", "BLK"), "team_box_scores", "games_2024-25.csv, row 2: column BLK"),
        (log_with("teams", "PTS"), "game_results", "games_2024-25.csv, row 2: column PTS"),
        (log_with("players", "OREB"), "player_box_scores", "player_gamelogs_2024-25.csv, row 2: column OREB"),
        (clean_with("player_box", "oreb"), "player_box_scores", "player_box.csv, row 2: column oreb"),
        (clean_with("player_box", "player_id"), "player_box_scores", "player_box.csv, row 2: column player_id"),
        (clean_with("team_box", "tov"), "team_box_scores", "team_box.csv, row 2: column tov"),
        (clean_with("games", "home_pts"), "game_results", "games.csv, row 2: column home_pts"),
        (shots_with("event_id"), "shot_attempts", "shots.csv, row 2: column event_id"),
        (shots_with("loc_x"), "shot_attempts", "shots.csv, row 2: column loc_x"),
        (lines_with("over_price"), "point_lines", "point_lines.csv, row 2: column over_price"),
        (lines_with("line"), "point_lines", "point_lines.csv, row 2: column line"),
        (odds_with("price"), "point_lines", "10_22_2024.csv, row 2: column price"),
        (odds_json, "point_lines", "10_22_2024.json, row 2: column price"),
    ],
)
def test_a_number_beyond_what_a_table_holds_is_one_value_that_is_not_understood(
    tmp_path: Path, write: Callable[..., Any], table: str, place: str
) -> None:
    """Not the end of the whole range; the value is the largest of 64 bits, which no float64 holds."""
    source = ArchiveSource(write(tmp_path / "archive", LARGEST_OF_64_BITS), tmp_path / "landing")
    delivery = source.read(table, FIRST, SECOND)
    to_arrow(TABLES[table], conform(TABLES[table], delivery.rows).rows)
    assert any(place in problem.message and "9" in problem.message for problem in delivery.problems)
    assert len({problem.game_date for problem in delivery.problems}) == 1


@pytest.mark.parametrize("value", ["9223372036854775808", "1" * 400, 10**400, -(10**20), 1e30, -1e30, 2.0**53])
def test_no_column_takes_it_for_a_number(value: Any) -> None:
    values = pd.Series([value, 110, None], dtype=object)
    rows = DeliveredRows([("file.csv", pd.DataFrame({"column": values}))], ["column"])
    for normaliser in (normalise.counts, normalise.minutes, american_odds, points):
        assert rows.read("column", normaliser, "a number").dropna().tolist() == [110]
    assert rows.bad.tolist() == [True, False, False]


def test_what_no_table_holds_is_no_row_of_one() -> None:
    contract = TABLES["team_box_scores"]
    row = {column.name: 1 for column in contract.columns} | {"game_date": pd.Timestamp(FIRST), "blk": LARGEST}
    with pytest.raises(ContractError, match=r"team_box_scores\.blk"):
        conform(contract, pd.DataFrame([row]))

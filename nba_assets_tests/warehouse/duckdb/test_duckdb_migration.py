"""A warehouse of an earlier schema version becomes one of today's in place, whole or not at all, with its rows."""

import datetime as dt
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets.readiness.status import Status
from nba_assets.warehouse import system_tables
from nba_assets.warehouse.port import WarehouseError
from nba_assets_tests.warehouse.raw_publishes import (
    BOX,
    DAYS,
    SOUND,
    entry,
    minutes_by_day,
    publish,
    rows_of,
    warehouse_at,
    with_minutes,
)

LEDGER_OF_VERSION_1 = """
    table_name VARCHAR, game_date DATE, status VARCHAR, reasons VARCHAR, build_id BIGINT, content_hash VARCHAR,
    content_build BIGINT, inputs_build BIGINT, code_version BIGINT, token BIGINT, rows BIGINT, expected_rows BIGINT,
    completeness DOUBLE, is_bootstrap BOOLEAN, waivers VARCHAR, source_version VARCHAR, run_id VARCHAR,
    attempt_build BIGINT, written_at TIMESTAMPTZ"""

VERSION_1 = f"""
    CREATE TABLE nba_quality.warehouse_version (version BIGINT);
    INSERT INTO nba_quality.warehouse_version VALUES (1);
    CREATE TABLE nba_quality.ledger ({LEDGER_OF_VERSION_1});
    CREATE TABLE nba_quality.ledger_history ({LEDGER_OF_VERSION_1});
    CREATE TABLE nba_quality.build_counter (last_build BIGINT);
    INSERT INTO nba_quality.build_counter VALUES (4);
    CREATE TABLE nba_quality.waivers (waiver_id VARCHAR, table_name VARCHAR, rule VARCHAR, first_date DATE,
        last_date DATE, who VARCHAR, why VARCHAR, until TIMESTAMPTZ, created_at TIMESTAMPTZ);
    INSERT INTO nba_quality.waivers VALUES ('w1', '{BOX}', 'team_minutes', '2024-12-03', '2024-12-03', 'ann',
        'late clock', '2124-01-01', '2024-12-04');"""

TYPES = {"string": "VARCHAR", "json": "VARCHAR", "integer": "BIGINT", "float": "DOUBLE", "boolean": "BOOLEAN",
         "date": "DATE", "timestamp": "TIMESTAMPTZ"}  # fmt: skip


@pytest.fixture
def version_1(built: Path, tmp_path: Path) -> Path:
    """A file as version 1 left it: its tables, with the rows and ledger of all raw tables."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        for name in ("nba_quality", "nba_rejected", *sorted({table.dataset for table in TABLES.values()})):
            connection.execute(f"CREATE SCHEMA {name}")
        connection.execute(VERSION_1)
        for table in TABLES.values():
            columns = [f'"{column.name}" {TYPES[column.type]}' for column in table.columns]
            must = [text + ("" if c.nullable else " NOT NULL") for text, c in zip(columns, table.columns, strict=True)]
            connection.execute(f"CREATE TABLE {table.dataset}.{table.name} ({', '.join(must)})")
            connection.execute(f"CREATE TABLE nba_rejected.{table.name} ({', '.join(columns)}, attempt_build BIGINT)")
        for view, name in system_tables.OLD_NAMES.items():
            connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {TABLES[name].dataset}.{name}")
        connection.execute(f"ATTACH '{built}' AS newer (READ_ONLY)")
        for name in ("ledger", "ledger_history"):
            kept = "* EXCLUDE (override, seconds, gap_build, notes, quarantined)"
            connection.execute(f"INSERT INTO nba_quality.{name} SELECT {kept} FROM newer.nba_quality.{name}")
        for name in SOUND:
            connection.execute(f"INSERT INTO nba_raw.{name} SELECT * FROM newer.nba_raw.{name}")
    return path


def columns_of(path: Path) -> pd.DataFrame:
    with duckdb.connect(str(path)) as connection:
        query = "SELECT table_schema, table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        return connection.execute(f"{query} ORDER BY ALL").df()


def test_a_version_1_file_becomes_what_a_new_file_is_and_keeps_its_rows(version_1: Path, built: Path) -> None:
    warehouse = warehouse_at(version_1)
    new = warehouse_at(built)
    added = ["override", "seconds", "gap_build", "notes", "quarantined"]
    pd.testing.assert_frame_equal(warehouse.ledger().drop(columns=added), new.ledger().drop(columns=added))
    assert warehouse.ledger()[added].isna().all(axis=None)
    pd.testing.assert_frame_equal(columns_of(version_1), columns_of(built))
    assert rows_of(warehouse, "nba_quality.warehouse_version")["version"].tolist() == [system_tables.VERSION]
    assert rows_of(warehouse, "nba_quality.build_counter")["last_build"].tolist() == [4]
    for table, rows in SOUND.items():
        pd.testing.assert_frame_equal(warehouse.content(table, DAYS), rows)
    assert warehouse.waivers()[["waiver_id", "state"]].to_numpy().tolist() == [["w1", "in force"]]
    assert len(warehouse.history(BOX, DAYS[0])) == 1


def test_the_former_word_for_a_date_that_was_not_computed_becomes_todays(version_1: Path) -> None:
    with duckdb.connect(str(version_1)) as connection:
        connection.execute("UPDATE nba_quality.warehouse_version SET version = 2")
        for name in ("ledger", "ledger_history"):
            connection.execute(f"UPDATE nba_quality.{name} SET status = 'held' WHERE game_date = ?", [DAYS[1]])
    warehouse = warehouse_at(version_1)
    ledger = warehouse.ledger()
    changed = ledger["game_date"] == pd.Timestamp(DAYS[1])
    assert set(ledger.loc[changed, "status"]) == {"blocked"}
    assert set(ledger.loc[~changed, "status"]) == {"ready"}
    assert warehouse.history(BOX, DAYS[1])["status"].tolist() == ["blocked"]
    state = warehouse.state()
    assert state.has_status(BOX, Status.BLOCKED).sum() == 1


def test_a_migrated_file_works_with_all_that_is_new(version_1: Path) -> None:
    warehouse = warehouse_at(version_1)
    until = dt.datetime(2124, 1, 1, tzinfo=dt.UTC)
    assert warehouse.add_waiver(Span(BOX, DAYS[1], DAYS[1]), "*", who="bob", why="too", until=until).waiver_id == "w2"
    warehouse.raise_fence([Span(BOX, DAYS[0], DAYS[3])], 5)
    publish(warehouse, BOX, rows=with_minutes(241.0), token=5, seconds=2.0)
    assert minutes_by_day(warehouse) == [241.0] * 4
    assert warehouse.restore(BOX, DAYS[0], 3, who="ann", why="no", token=5).status is Status.READY
    assert minutes_by_day(warehouse) == [240.0, 241.0, 241.0, 241.0]
    assert entry(warehouse, BOX, DAYS[1])[["override", "seconds", "token"]].tolist() == ["", 2.0, 5]


def test_a_migration_that_cannot_be_finished_leaves_version_1(version_1: Path) -> None:
    with duckdb.connect(str(version_1)) as connection:
        last = list(TABLES.values())[-2]
        connection.execute(f"ALTER TABLE {last.dataset}.{last.name} ALTER COLUMN season TYPE BIGINT")
    before = columns_of(version_1)
    with pytest.raises(WarehouseError, match="season is stored as BIGINT"):
        warehouse_at(version_1).ledger()
    pd.testing.assert_frame_equal(columns_of(version_1), before)
    with duckdb.connect(str(version_1)) as connection:
        assert connection.execute("SELECT version FROM nba_quality.warehouse_version").fetchall() == [(1,)]


@pytest.mark.parametrize("version", [0, 4, 99])
def test_an_unknown_version_is_refused_and_left_alone(version_1: Path, version: int) -> None:
    with duckdb.connect(str(version_1)) as connection:
        connection.execute("UPDATE nba_quality.warehouse_version SET version = ?", [version])
    before = columns_of(version_1)
    with pytest.raises(WarehouseError, match=f"schema version {version}, this code has 3"):
        warehouse_at(version_1).ledger()
    pd.testing.assert_frame_equal(columns_of(version_1), before)


def test_kept_rows_gain_the_columns_that_a_contract_has_gained(version_1: Path) -> None:
    warehouse = warehouse_at(version_1)
    publish(warehouse, BOX, rows=with_minutes(241.0))
    with warehouse.connect() as connection:
        for table in ("nba_raw", "nba_rejected", "nba_replaced"):
            connection.execute(f"ALTER TABLE {table}.{BOX} DROP COLUMN blk")
    reopened = warehouse_at(version_1)
    publish(reopened, BOX, rows=with_minutes(242.0))
    assert reopened.content(BOX, DAYS, 3)["blk"].isna().all()
    with pytest.raises(WarehouseError, match=r"the table's columns have changed since .* rebuild the date instead"):
        reopened.restore(BOX, DAYS[0], 3, who="ann", why="no", token=0)
    assert minutes_by_day(reopened) == [242.0] * 4

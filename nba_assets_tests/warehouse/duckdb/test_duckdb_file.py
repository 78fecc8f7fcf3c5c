"""The DuckDB file itself: shared by processes that may die, unusable in ways that are named, migrated by column."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.warehouse import system_tables
from nba_assets.warehouse.duckdb import engine as duckdb_engine
from nba_assets.warehouse.duckdb import schema
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.port import WarehouseError
from nba_assets_tests.warehouse.raw_publishes import (
    BOX,
    DAYS,
    PUBLISHES,
    REPOSITORY,
    SOUND,
    assert_unchanged,
    everything,
    minutes_by_day,
    publish,
    rows_of,
    warehouse_at,
    with_minutes,
)


def other_process(role: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nba_assets_tests.warehouse.raw_publishes", role, str(path)]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.long
def test_two_processes_take_turns_and_no_reader_sees_half_a_publish(warehouse: DuckDBWarehouse) -> None:
    writer = other_process("write", warehouse.path)
    reads = 0
    while writer.poll() is None:
        frame = warehouse.read({BOX: ["minutes"]}, DAYS[0], DAYS[-1], purpose="a test").frames[BOX]
        assert (len(frame), frame["minutes"].nunique()) == (len(SOUND[BOX]), 1)
        reads += 1
        time.sleep(0.02)
    _, errors = writer.communicate()
    assert writer.returncode == 0, errors
    assert reads > 1
    history = rows_of(warehouse, "nba_quality.ledger_history", f"table_name = '{BOX}'")
    assert len(history) == len(DAYS) * (PUBLISHES + 1)


def test_a_process_killed_between_staging_and_commit_leaves_everything_as_it_was(warehouse: DuckDBWarehouse) -> None:
    before = everything(warehouse)
    victim = other_process("die", warehouse.path)
    _, errors = victim.communicate(timeout=60)
    assert victim.returncode == -signal.SIGKILL, errors
    assert_unchanged(warehouse, before)
    publish(warehouse, BOX, rows=with_minutes(241.0))
    assert minutes_by_day(warehouse) == [241.0] * 4


def test_a_disk_that_is_full_changes_nothing_and_names_file_and_table(warehouse: DuckDBWarehouse) -> None:
    before = everything(warehouse)
    victim = other_process("full", warehouse.path)
    said, errors = victim.communicate(timeout=60)
    assert f"{warehouse.path}: publishing team_box_scores failed, nothing changed" in said, errors
    assert_unchanged(warehouse, before)


def _directory_is_a_file(directory: Path) -> Path:
    (directory / "home").write_text("not a directory")
    return directory / "home" / "warehouse.duckdb"


def _file_is_a_directory(directory: Path) -> Path:
    (directory / "warehouse.duckdb").mkdir()
    return directory / "warehouse.duckdb"


def _corrupt(directory: Path) -> Path:
    # "lock" in the path must not be taken for a file that another process has open, or the error comes late.
    path = directory / "locks.duckdb"
    path.write_bytes(b"this is no database" * 1000)
    return path


@pytest.mark.parametrize(
    "spoil", [_directory_is_a_file, _file_is_a_directory, _corrupt], ids=lambda spoil: spoil.__name__
)
def test_a_file_that_cannot_be_opened_is_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[..., Any]
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("waits for a lock that nobody holds"))
    path = spoil(tmp_path)
    with pytest.raises(WarehouseError) as refused:
        warehouse_at(path).ledger()
    assert str(path) in str(refused.value)


def test_a_file_that_stays_locked_is_named_when_patience_ends(
    warehouse: DuckDBWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_engine, "LOCK_PATIENCE_SECONDS", 0.1)
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    owner = subprocess.Popen(
        [sys.executable, "-c", script, str(warehouse.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert owner.stdout.readline() == "open\n"
        with pytest.raises(WarehouseError, match="another program") as refused:
            warehouse.ledger()
        assert str(warehouse.path) in str(refused.value)
    finally:
        owner.kill()
        owner.communicate()


def test_a_warehouse_of_another_schema_version_is_refused(warehouse: DuckDBWarehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("UPDATE nba_quality.warehouse_version SET version = 99")
    with pytest.raises(WarehouseError, match="schema version 99"):
        warehouse_at(warehouse.path).ledger()


def test_the_old_names_are_views_of_the_new_tables(warehouse: DuckDBWarehouse) -> None:
    for view, table in system_tables.OLD_NAMES.items():
        assert len(rows_of(warehouse, view)) == len(rows_of(warehouse, schema.qualified(TABLES[table])))
    assert set(system_tables.OLD_NAMES) >= {
        "nba_analytics.team_offense_game_summary",
        "nba_analytics.upcoming_player_game_context",
        "nba_precompute.player_shot_zone_analysis",
        "nba_precompute.team_defense_zone_analysis",
        "nba_predictions.ml_feature_store_v2",
    }


def test_a_column_that_a_contract_has_gained_is_added(warehouse: DuckDBWarehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("ALTER TABLE nba_raw.team_box_scores DROP COLUMN blk")
        connection.execute("ALTER TABLE nba_rejected.team_box_scores DROP COLUMN blk")
    reopened = warehouse_at(warehouse.path)
    publish(reopened, BOX, DAYS[:1], rows=with_minutes(241.0))
    assert rows_of(reopened, "nba_raw.team_box_scores", f"game_date = '{DAYS[0]}'")["blk"].tolist() == [5] * 4
    assert rows_of(reopened, "nba_raw.team_box_scores", f"game_date = '{DAYS[1]}'")["blk"].isna().all()


def test_a_column_of_another_type_is_refused_by_name(warehouse: DuckDBWarehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("ALTER TABLE nba_raw.team_box_scores ALTER COLUMN blk TYPE VARCHAR")
    with pytest.raises(WarehouseError, match=r"nba_raw.team_box_scores.blk is stored as VARCHAR"):
        warehouse_at(warehouse.path).ledger()


def test_a_connection_is_closed_when_its_reader_fails(warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(duckdb.CatalogException), warehouse.connect() as connection:
        connection.execute("SELECT * FROM nowhere")
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("SELECT 1")

"""The embedded warehouse: gated windows, publishes that are whole or not at all, fences, readable failures."""

import dataclasses
import datetime as dt
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.audit import Verdict, audit
from nba_assets.readiness.gate import GateClosed
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.state import Status
from nba_assets.warehouse import duckdb_warehouse, schema
from nba_assets.warehouse.duckdb_warehouse import DuckDBWarehouse
from nba_assets.warehouse.port import FencedOut, WarehouseError
from nba_assets_tests.raw_games import BOS, NYK, game_id
from nba_assets_tests.readiness.staged_rows import staged
from nba_assets_tests.warehouse.raw_publishes import (
    CALENDAR,
    DAYS,
    REPOSITORY,
    SOUND,
    publish,
    publish_raw,
    warehouse_at,
    with_minutes,
)

BOX = "team_box_scores"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all raw tables of the four days."""
    path = tmp_path_factory.mktemp("built") / "warehouse.duckdb"
    publish_raw(warehouse_at(path))
    return path


@pytest.fixture
def warehouse(built: Path, tmp_path: Path) -> DuckDBWarehouse:
    """All raw tables of the four days, in a file of the test's own."""
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(built.read_bytes())
    return warehouse_at(path)


def rows_of(warehouse: DuckDBWarehouse, table: str, where: str = "TRUE") -> pd.DataFrame:
    with warehouse.connect() as connection:
        return connection.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY ALL").df()


def minutes_by_day(warehouse: DuckDBWarehouse) -> list[float]:
    rows = rows_of(warehouse, "nba_raw.team_box_scores").groupby("game_date")["minutes"]
    assert (rows.nunique() == 1).all(), "half a partition"
    return rows.first().tolist()


def entry(warehouse: DuckDBWarehouse, table: str, day: dt.date) -> pd.Series:
    ledger = warehouse.ledger()
    return ledger[(ledger["table_name"] == table) & (ledger["game_date"] == pd.Timestamp(day))].iloc[0]


def everything(warehouse: DuckDBWarehouse) -> list[pd.DataFrame]:
    tables = ("nba_raw.team_box_scores", "nba_rejected.team_box_scores", "nba_quality.ledger",
              "nba_quality.ledger_history", "nba_quality.build_counter")  # fmt: skip
    return [rows_of(warehouse, table) for table in tables]


def assert_unchanged(warehouse: DuckDBWarehouse, before: list[pd.DataFrame]) -> None:
    for old, new in zip(before, everything(warehouse), strict=True):
        pd.testing.assert_frame_equal(new, old)


# --- publish ---


def test_rows_come_back_as_they_were_published(warehouse):
    for table, rows in SOUND.items():
        frames = warehouse.read({table: ()}, DAYS[0], DAYS[-1], purpose="a test").frames
        pd.testing.assert_frame_equal(frames[table], rows)


def test_a_publish_describes_each_date_in_the_ledger(warehouse):
    publish(warehouse, BOX, DAYS[:1], rows=with_minutes(241.0), run_id="r9", source_version="v2", token=5)
    found = entry(warehouse, BOX, DAYS[0])
    assert found[["status", "reasons", "run_id", "source_version"]].tolist() == ["ready", "", "r9", "v2"]
    assert found[["build_id", "content_build", "attempt_build", "inputs_build"]].tolist() == [5, 5, 5, 4]
    assert found[["code_version", "token", "rows"]].tolist() == [TABLES[BOX].code_version, 5, 4]


def test_new_content_takes_the_place_of_its_dates_only(warehouse):
    published = publish(warehouse, BOX, DAYS[1:3], rows=with_minutes(241.0))
    assert [outcome.is_changed for outcome in published.values()] == [True, True]
    assert minutes_by_day(warehouse) == [240.0, 241.0, 241.0, 240.0]
    assert [entry(warehouse, BOX, day)["content_build"] for day in DAYS] == [3, 5, 5, 3]


def test_the_same_content_keeps_its_content_build(warehouse):
    before = entry(warehouse, BOX, DAYS[0])
    published = publish(warehouse, BOX)
    after = entry(warehouse, BOX, DAYS[0])
    assert not any(outcome.is_changed for outcome in published.values())
    assert after["content_hash"] == before["content_hash"]
    assert (before["content_build"], after["content_build"]) == (3, 3)
    assert (before["build_id"], after["build_id"]) == (3, 5)
    assert (before["inputs_build"], after["inputs_build"]) == (2, 4)


def test_an_empty_day_is_ready_with_the_hash_of_nothing(warehouse):
    published = publish(warehouse, BOX, DAYS[:2], rows=SOUND[BOX].iloc[:0])
    assert {outcome.status for outcome in published.values()} == {Status.READY}
    assert len({outcome.content_hash for outcome in published.values()}) == 1
    assert rows_of(warehouse, "nba_raw.team_box_scores")["game_date"].nunique() == 2


def test_a_rejected_date_keeps_what_stood_and_its_rows_for_inspection(warehouse):
    before = entry(warehouse, BOX, DAYS[1])
    publish(warehouse, BOX, DAYS[1:2], rows=with_minutes(99.0), status=Status.REJECTED)
    after = entry(warehouse, BOX, DAYS[1])
    assert minutes_by_day(warehouse) == [240.0] * 4
    assert (after["status"], after["reasons"]) == ("rejected", "points_sum: 3 points too many")
    stands = ["build_id", "content_hash", "content_build", "inputs_build", "rows"]
    assert after[stands].tolist() == before[stands].tolist()
    kept = rows_of(warehouse, "nba_rejected.team_box_scores")
    assert set(kept["minutes"]) == {99.0}
    assert set(kept["attempt_build"]) == {5} == {after["attempt_build"]}


def test_rejected_rows_of_a_newer_attempt_replace_those_of_an_older(warehouse):
    publish(warehouse, BOX, DAYS[1:2], rows=with_minutes(99.0), status=Status.REJECTED)
    publish(warehouse, BOX, DAYS[1:2], rows=with_minutes(98.0), status=Status.REJECTED)
    assert set(rows_of(warehouse, "nba_rejected.team_box_scores")["minutes"]) == {98.0}


def test_a_date_that_comes_back_from_a_gap_is_news_even_with_the_content_that_stood(warehouse):
    """Windows that were read meanwhile are without it."""
    publish(warehouse, BOX, DAYS[1:2], status=Status.REJECTED)
    outcome = publish(warehouse, BOX, DAYS[1:2])[DAYS[1]]
    assert not outcome.is_changed
    assert entry(warehouse, BOX, DAYS[1])["content_build"] == 6


def test_a_held_date_is_recorded_with_its_reason(warehouse):
    publish(warehouse, "game_results", DAYS[:1], status=Status.REJECTED)
    published = publish(warehouse, BOX, DAYS[:2])
    assert [outcome.status for outcome in published.values()] == [Status.HELD, Status.READY]
    assert "game_results 2024-12-03 is rejected: points_sum" in entry(warehouse, BOX, DAYS[0])["reasons"]
    assert minutes_by_day(warehouse) == [240.0] * 4


def test_every_attempt_stays_in_the_history_and_build_ids_rise(warehouse):
    publish(warehouse, BOX, DAYS[:1])
    publish(warehouse, BOX, DAYS[:1], status=Status.REJECTED)
    history = rows_of(warehouse, "nba_quality.ledger_history", f"table_name = '{BOX}' AND game_date = '{DAYS[0]}'")
    history = history.sort_values("attempt_build")
    assert history["status"].tolist() == ["ready", "ready", "rejected"]
    assert history["attempt_build"].tolist() == [3, 5, 6]
    assert len(warehouse.ledger()) == len(SOUND) * len(DAYS)


@pytest.mark.parametrize("status", [Status.READY, Status.REJECTED])
def test_a_publish_that_breaks_changes_nothing(warehouse, monkeypatch, status):
    def break_down(*_: object) -> None:
        raise OSError("no space left on device")

    before = everything(warehouse)
    monkeypatch.setattr(duckdb_warehouse, "_write_ledger", break_down)
    with pytest.raises(OSError, match="no space left"):
        publish(warehouse, BOX, rows=with_minutes(241.0), status=status)
    assert_unchanged(warehouse, before)


@pytest.mark.parametrize(
    ("standing", "late"),
    [
        pytest.param({"token": 7}, {"token": 6}, id="newer claim"),
        pytest.param({}, {"code_version": 0}, id="newer code version"),
    ],
)
def test_an_older_job_cannot_overwrite_newer_work(warehouse, standing, late):
    publish(warehouse, BOX, DAYS[2:3], **standing)
    before = everything(warehouse)
    contract = dataclasses.replace(TABLES[BOX], code_version=late.get("code_version", TABLES[BOX].code_version))
    window = warehouse.read_window(contract, DAYS)
    verdicts = {day: Verdict(Status.READY) for day in DAYS}
    with pytest.raises(FencedOut, match=r"team_box_scores.*Nothing was written") as refused:
        warehouse.publish(window, with_minutes(241.0), verdicts, run_id="late", token=late.get("token", 7))
    assert "2024-12-05" in str(refused.value) or "2024-12-03" in str(refused.value)
    assert_unchanged(warehouse, before)


def test_an_equal_or_newer_token_may_publish(warehouse):
    publish(warehouse, BOX, token=7)
    publish(warehouse, BOX, token=7)
    publish(warehouse, BOX, rows=with_minutes(241.0), token=8)
    assert minutes_by_day(warehouse) == [241.0] * 4


# --- read_window ---


def test_the_window_of_same_date_inputs_holds_the_open_days_only(warehouse):
    publish(warehouse, "game_schedule", DAYS[1:2], status=Status.REJECTED)
    window = warehouse.read_window(TABLES[BOX], DAYS[:3])
    assert window.days == (DAYS[0], DAYS[2])
    assert list(window.held) == [DAYS[1]]
    assert set(window["game_schedule"]["game_date"].dt.date) == {DAYS[0], DAYS[2]}
    assert window.inputs_build == 5


def test_nothing_is_open_on_an_empty_warehouse_but_ingest(tmp_path):
    warehouse = warehouse_at(tmp_path / "new" / "warehouse.duckdb")
    assert warehouse.read_window(TABLES["game_schedule"], DAYS).days == tuple(DAYS)
    window = warehouse.read_window(TABLES["game_results"], DAYS)
    assert window.days == ()
    assert window.held[DAYS[0]] == "game_schedule 2024-12-03 is missing"
    assert window["game_schedule"].empty


@pytest.fixture
def with_summaries(warehouse: DuckDBWarehouse) -> DuckDBWarehouse:
    """Analytics (without rows) on all days; of the second day the summary is rejected."""
    for table in ("team_offense", "team_defense", "player_game_summary"):
        publish(warehouse, table)
    publish(warehouse, "player_game_summary", DAYS[1:2], status=Status.REJECTED)
    return warehouse


def test_gaps_are_the_team_games_that_were_due(with_summaries):
    window = with_summaries.read_window(TABLES["player_daily_cache"], DAYS)
    assert window.days == tuple(DAYS)
    gaps = window.gaps["player_game_summary"]
    assert set(gaps["game_date"].dt.date) == {DAYS[1]}
    assert len(gaps) == 4
    assert {BOS, NYK} == set(gaps.loc[gaps["game_id"] == game_id(1, 0), "team_id"])
    assert window.gaps["team_offense"].empty


def test_a_gap_on_or_after_the_last_day_is_not_in_its_history(with_summaries):
    window = with_summaries.read_window(TABLES["player_daily_cache"], DAYS[:2])
    assert window.gaps["player_game_summary"].empty


def test_what_stands_on_a_rejected_date_is_not_read_as_history(warehouse):
    for table in ("team_offense", "team_defense"):
        publish(warehouse, table)
    contract = dataclasses.replace(
        TABLES["player_daily_cache"],
        reads=(dataclasses.replace(TABLES["player_daily_cache"].reads[0], table=BOX, window="before"),),
    )
    publish(warehouse, BOX, DAYS[1:2], status=Status.REJECTED)
    rows = warehouse.read_window(contract, DAYS)[BOX]
    assert set(rows["game_date"].dt.date) == {DAYS[0], DAYS[2]}, "the last day itself is no history either"


@pytest.mark.parametrize(
    ("disturb", "current"),
    [
        pytest.param(lambda warehouse: None, DAYS, id="all stands"),
        pytest.param(lambda warehouse: publish(warehouse, BOX, DAYS[:1], status=Status.REJECTED), DAYS[1:],
                     id="rejected"),
        pytest.param(lambda warehouse: publish(warehouse, "game_results", DAYS[:1],
                                               rows=SOUND["game_results"].assign(home_pts=111.0)), DAYS[1:],
                     id="stale"),
        pytest.param(lambda warehouse: publish(warehouse, BOX, DAYS[:1], source_version="v2"), DAYS[1:],
                     id="of another state of the source"),
    ],
)  # fmt: skip
def test_what_is_current_can_be_left_out(warehouse, disturb, current):
    disturb(warehouse)
    window = warehouse.read_window(TABLES[BOX], DAYS, skip_current=True)
    assert window.current == tuple(current)
    assert window.days == tuple(day for day in DAYS if day not in current)
    assert warehouse.read_window(TABLES[BOX], DAYS).current == ()


def test_bootstrap_is_the_first_two_weeks_of_a_season(tmp_path):
    days = [day.date() for day in pd.date_range("2024-12-03", periods=20)]
    warehouse = DuckDBWarehouse(tmp_path / "warehouse.duckdb", pd.date_range(days[0], days[-1], unit="ns"))
    publish(warehouse, "game_schedule", DAYS)
    assert warehouse.read_window(TABLES["game_schedule"], days).bootstrap == set(days[:14])


def test_a_waiver_in_the_warehouse_lets_a_failed_rule_pass_and_taints(warehouse):
    until = dt.datetime(2124, 1, 1, tzinfo=dt.UTC)
    with warehouse.connect() as connection:
        connection.execute(
            "INSERT INTO nba_quality.waivers VALUES ('w7', ?, 'team_minutes', ?, ?, 'ann', 'late clock', ?, now())",
            [BOX, DAYS[0], DAYS[0], until],
        )
    window = warehouse.read_window(TABLES[BOX], DAYS[:2])
    rows = with_minutes(290.0)
    rows = rows[rows["game_date"].isin(window.dates)]
    checked = dataclasses.replace(staged(TABLES[BOX], rows, window.frames), days=window.days)
    warehouse.publish(window, rows, audit(checked, rules_of(TABLES[BOX]), window.waivers), run_id="r")
    assert [entry(warehouse, BOX, day)["status"] for day in DAYS[:2]] == ["ready", "rejected"]
    assert entry(warehouse, BOX, DAYS[0])["waivers"] == "w7"
    assert warehouse.state().tainted["player_box_scores"].tolist() == [True, False, False, False]


# --- read ---


def test_a_read_is_refused_unless_every_date_is_ready_current_and_untainted(warehouse):
    publish(warehouse, "game_results", DAYS[2:3], status=Status.REJECTED)
    asked = {"game_results": ["game_id", "home_pts"]}
    with pytest.raises(GateClosed, match=r"a chart is refused.*game_results: 2024-12-05"):
        warehouse.read(asked, DAYS[0], DAYS[3], purpose="a chart")
    rows = warehouse.read(asked, DAYS[0], DAYS[1], purpose="a chart").frames["game_results"]
    assert list(rows.columns) == ["game_id", "home_pts"]
    assert rows["game_id"].tolist() == [game_id(0, 0), game_id(0, 1), game_id(1, 0), game_id(1, 1)]


def test_a_read_may_be_gated_by_more_than_it_reads(warehouse):
    publish(warehouse, BOX, DAYS[:1], status=Status.REJECTED)
    asked = {"game_schedule": ["game_id"]}
    warehouse.read(asked, DAYS[0], DAYS[0], purpose="a chart")
    with pytest.raises(GateClosed, match=BOX):
        warehouse.read(asked, DAYS[0], DAYS[0], purpose="a chart", gated=["game_schedule", BOX])


def test_the_fingerprint_follows_the_content_of_its_window(warehouse):
    def fingerprint(last: dt.date) -> str:
        return warehouse.read({BOX: ["minutes"]}, DAYS[0], last, purpose="a test").fingerprint

    inner, outer = fingerprint(DAYS[1]), fingerprint(DAYS[3])
    publish(warehouse, BOX)
    assert (fingerprint(DAYS[1]), fingerprint(DAYS[3])) == (inner, outer)
    publish(warehouse, BOX, DAYS[2:], rows=with_minutes(241.0))
    assert fingerprint(DAYS[1]) == inner
    assert fingerprint(DAYS[3]) != outer


def test_the_training_window_ends_at_the_newest_attempt(tmp_path):
    warehouse = DuckDBWarehouse(tmp_path / "warehouse.duckdb", CALENDAR, history_start=DAYS[1])
    with pytest.raises(GateClosed, match="game_schedule"):
        warehouse.training_window("game_schedule", None)
    publish(warehouse, "game_schedule", DAYS[:3])
    assert warehouse.training_window("game_schedule", None) == (DAYS[1], DAYS[2])
    assert warehouse.training_window("game_schedule", DAYS[1]) == (DAYS[1], DAYS[1])


# --- other processes ---


def other_process(role: str, path: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "nba_assets_tests.warehouse.raw_publishes", role, str(path)]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_take_turns_and_no_reader_sees_half_a_publish(warehouse):
    writer = other_process("write", warehouse.path)
    seen = set()
    while writer.poll() is None:
        frame = warehouse.read({BOX: ["minutes"]}, DAYS[0], DAYS[-1], purpose="a test").frames[BOX]
        assert frame["minutes"].nunique() == 1
        seen.add(frame["minutes"].iloc[0])
    publishes, errors = writer.communicate()
    assert writer.returncode == 0, errors
    assert seen == {240.0, 241.0}
    history = rows_of(warehouse, "nba_quality.ledger_history", f"table_name = '{BOX}'")
    assert len(history) == len(DAYS) * (int(publishes) + 1)


def test_a_process_killed_between_staging_and_commit_leaves_everything_as_it_was(warehouse):
    before = everything(warehouse)
    victim = other_process("die", warehouse.path)
    _, errors = victim.communicate(timeout=60)
    assert victim.returncode == -signal.SIGKILL, errors
    assert_unchanged(warehouse, before)
    publish(warehouse, BOX, rows=with_minutes(241.0))
    assert minutes_by_day(warehouse) == [241.0] * 4


# --- what cannot be used ---


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
def test_a_file_that_cannot_be_opened_is_named_at_once(tmp_path, monkeypatch, spoil):
    monkeypatch.setattr(duckdb_warehouse.time, "sleep", lambda _: pytest.fail("waits for a lock that nobody holds"))
    path = spoil(tmp_path)
    with pytest.raises(WarehouseError) as refused:
        warehouse_at(path).ledger()
    assert str(path) in str(refused.value)


def test_a_file_that_stays_locked_is_named_when_patience_ends(warehouse, monkeypatch):
    monkeypatch.setattr(duckdb_warehouse, "LOCK_PATIENCE_SECONDS", 0.1)
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(warehouse.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(WarehouseError, match="another program") as refused:
            warehouse.ledger()
        assert str(warehouse.path) in str(refused.value)
    finally:
        holder.kill()
        holder.communicate()


def test_a_warehouse_of_another_schema_version_is_refused(warehouse):
    with warehouse.connect() as connection:
        connection.execute("UPDATE nba_quality.warehouse_version SET version = 99")
    with pytest.raises(WarehouseError, match="schema version 99"):
        warehouse_at(warehouse.path).ledger()


# --- schema ---


def test_the_old_names_are_views_of_the_new_tables(warehouse):
    for view, table in schema.OLD_NAMES.items():
        assert len(rows_of(warehouse, view)) == len(rows_of(warehouse, schema.qualified(TABLES[table])))
    assert set(schema.OLD_NAMES) >= {
        "nba_analytics.team_offense_game_summary",
        "nba_precompute.upcoming_player_game_context",
        "nba_predictions.ml_feature_store_v2",
    }


def test_a_column_that_a_contract_has_gained_is_added(warehouse):
    with warehouse.connect() as connection:
        connection.execute("ALTER TABLE nba_raw.team_box_scores DROP COLUMN blk")
        connection.execute("ALTER TABLE nba_rejected.team_box_scores DROP COLUMN blk")
    reopened = warehouse_at(warehouse.path)
    publish(reopened, BOX, DAYS[:1], rows=with_minutes(241.0))
    assert rows_of(reopened, "nba_raw.team_box_scores", f"game_date = '{DAYS[0]}'")["blk"].tolist() == [5] * 4
    assert rows_of(reopened, "nba_raw.team_box_scores", f"game_date = '{DAYS[1]}'")["blk"].isna().all()


def test_a_column_of_another_type_is_refused_by_name(warehouse):
    with warehouse.connect() as connection:
        connection.execute("ALTER TABLE nba_raw.team_box_scores ALTER COLUMN blk TYPE VARCHAR")
    with pytest.raises(WarehouseError, match=r"nba_raw.team_box_scores.blk is stored as VARCHAR"):
        warehouse_at(warehouse.path).ledger()


def test_a_connection_is_closed_when_its_reader_fails(warehouse):
    with pytest.raises(duckdb.CatalogException), warehouse.connect() as connection:
        connection.execute("SELECT * FROM nowhere")
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("SELECT 1")

"""Publishing into a warehouse of four days, in process or, run as a module, in a process of its own that may die."""

import dataclasses
import datetime as dt
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.contracts import conformed
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.status import Status
from nba_assets.warehouse.duckdb import writes as duckdb_writes
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.port import Attempt, Published, Warehouse, WarehouseError
from nba_assets_tests.raw_games import raw_frames
from nba_assets_tests.warehouse.past_the_port import execute, sorted_rows

CALENDAR = pd.date_range("2024-12-03", periods=4, unit="ns")
DAYS = [day.date() for day in CALENDAR]
SOUND = raw_frames(DAYS)
BOX = "team_box_scores"
REPOSITORY = Path(__file__).resolve().parents[2]


def warehouse_at(path: Path, **more: Any) -> DuckDBWarehouse:
    return DuckDBWarehouse(path, CALENDAR, **more)


class Clock:
    """A moment that a test moves on."""

    def __init__(self) -> None:
        self.moment = dt.datetime(2025, 1, 10, 8, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.moment

    def pass_days(self, days: float) -> None:
        self.moment += dt.timedelta(days=days)


def no_rows(table: str) -> pd.DataFrame:
    return conformed.no_rows(TABLES[table]).rows


def publish(
    warehouse: Warehouse,
    table: str,
    days: Sequence[dt.date] = DAYS,
    *,
    rows: pd.DataFrame | None = None,
    status: Status = Status.READY,
    code_version: int | None = None,
    **more: Any,
) -> dict[dt.date, Published]:
    """Publish sound raw rows (none for a derived table) of the days with one verdict for all of them."""
    contract = TABLES[table]
    if code_version is not None:
        contract = dataclasses.replace(contract, code_version=code_version)
    if rows is None:
        rows = SOUND[table] if table in SOUND else no_rows(table)
    staged = conformed.conform(contract, rows).on(pd.DatetimeIndex(list(days)))
    window = warehouse.read_window(contract, days)
    failures = () if status is Status.READY else (Failure(days[0], "points_sum", "3 points too many"),)
    verdicts = {day: Verdict(status, failures, rows=len(staged.rows) // len(days)) for day in window.days}
    return warehouse.publish(window, staged, verdicts, Attempt(**{"run_id": "run", **more}))


def publish_raw(warehouse: Warehouse) -> None:
    for table in SOUND:
        publish(warehouse, table)


def with_minutes(minutes: float) -> pd.DataFrame:
    """Team box scores that all have the given minutes."""
    return SOUND["team_box_scores"].assign(minutes=minutes)


def rows_of(warehouse: Warehouse, table: str, where: str = "TRUE") -> pd.DataFrame:
    if not table.startswith("nba_quality"):
        where = f"game_date >= DATE '1946-01-01' AND {where}"
    return sorted_rows(execute(warehouse, f"SELECT * FROM {table} WHERE {where}"))


def minutes_by_day(warehouse: Warehouse) -> list[float]:
    rows = rows_of(warehouse, "nba_raw.team_box_scores").groupby("game_date")["minutes"]
    assert (rows.nunique() == 1).all(), "half a partition"
    return rows.first().tolist()


def entry(warehouse: Warehouse, table: str, day: dt.date) -> pd.Series:
    ledger = warehouse.ledger()
    return ledger[(ledger["table_name"] == table) & (ledger["game_date"] == pd.Timestamp(day))].iloc[0]


def everything(warehouse: Warehouse) -> list[pd.DataFrame]:
    tables = ("nba_raw.team_box_scores", "nba_rejected.team_box_scores", "nba_replaced.team_box_scores",
              "nba_quality.ledger", "nba_quality.ledger_history", "nba_quality.build_counter", "nba_quality.fences",
              "nba_quality.waivers", "nba_quality.journal")  # fmt: skip
    return [rows_of(warehouse, table) for table in tables]


def assert_unchanged(warehouse: Warehouse, before: list[pd.DataFrame]) -> None:
    for old, new in zip(before, everything(warehouse), strict=True):
        pd.testing.assert_frame_equal(new, old)


DERIVED = tuple(name for name in TABLES if name not in SOUND)


def stale_days(warehouse: Warehouse) -> dict[str, list[int]]:
    """Numbers of the stale days of each table that has any."""
    stale = warehouse.state().stale
    return {table: np.flatnonzero(days).tolist() for table, days in stale.items() if days.any()}


def _die_between_staging_and_commit(path: Path) -> None:
    duckdb_writes.write_ledger = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    publish(warehouse_at(path), "team_box_scores", rows=with_minutes(241.0))


def _run_out_of_disk(path: Path) -> None:
    """Publish while the file may not grow any further; prints what was raised."""
    warehouse = warehouse_at(path)
    warehouse.ledger()
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        publish(warehouse, "team_box_scores", rows=with_minutes(241.0))
    except WarehouseError as error:
        sys.stdout.write(str(error))


PUBLISHES = 5


def _write_in_turns(path: Path) -> None:
    """Publish 241 and 240 minutes in turn; a program at work computes between two publishes, this one sleeps."""
    for number in range(PUBLISHES):
        publish(warehouse_at(path), "team_box_scores", rows=with_minutes(241.0 - number % 2))
        time.sleep(0.1)


if __name__ == "__main__":
    {"die": _die_between_staging_and_commit, "full": _run_out_of_disk, "write": _write_in_turns}[sys.argv[1]](
        Path(sys.argv[2])
    )

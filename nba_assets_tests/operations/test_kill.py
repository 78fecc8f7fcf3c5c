"""A run killed at any moment and launched again ends as an undisturbed one (G12)."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.definitions import open_warehouse
from nba_assets.event_log.outcomes import DATA_VERSION_TAG
from nba_assets.settings import Settings
from nba_assets.sources.simulated.league import SimulatedLeague

pytestmark = pytest.mark.long

REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = 10


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "nba_assets.cli", "run"], cwd=REPOSITORY, env={**os.environ, **settings.environment()},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def _ledger(settings: Settings) -> pd.DataFrame:
    league = SimulatedLeague(seasons=settings.seasons, cache_dir=settings.home / "simulated")
    ledger = open_warehouse(settings, league).ledger()
    return ledger.set_index(["table_name", "game_date"]).sort_index()


def test_ten_kills_and_a_relaunch_end_like_an_undisturbed_run(tmp_path: Path) -> None:
    calm, killed = Settings(home=tmp_path / "calm"), Settings(home=tmp_path / "killed")
    began = time.monotonic()
    assert _start(calm).wait(600) == 0
    duration = time.monotonic() - began
    moments = random.Random(20250106)
    builds: list[pd.Series] = []
    for _ in range(KILLS):
        process = _start(killed)
        time.sleep(moments.uniform(0.2, 1.0) * duration)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if killed.warehouse.exists():
            builds.append(_ledger(killed)["build_id"])
    assert _start(killed).wait(600) == 0
    after, undisturbed = _ledger(killed), _ledger(calm)
    pd.testing.assert_series_equal(after["content_hash"], undisturbed["content_hash"])
    for earlier, later in zip(builds, [*builds[1:], after["build_id"]], strict=True):
        standing = earlier.dropna()
        assert (later.loc[standing.index] == standing).all(), "what was current was built again"
    assert sorted(path.name for path in killed.models.glob("*.json")) == sorted(
        path.name for path in calm.models.glob("*.json")
    )
    _assert_dagster_shows_the_ledger(killed, after)


def _assert_dagster_shows_the_ledger(settings: Settings, ledger: pd.DataFrame) -> None:
    import dagster as dg
    from dagster import DagsterEventType

    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    try:
        with dg.DagsterInstance.get() as instance:
            for table, rows in ledger.groupby(level="table_name"):
                tags = instance.event_log_storage.get_latest_tags_by_partition(
                    dg.AssetKey(str(table)), DagsterEventType.ASSET_MATERIALIZATION, [DATA_VERSION_TAG]
                )
                shown = {day: found[DATA_VERSION_TAG] for day, found in tags.items()}
                assert shown == {
                    str(day.date()): row["content_hash"]
                    for (_, day), row in rows.iterrows()
                    if row["status"] == "ready"
                }
    finally:
        del os.environ["DAGSTER_HOME"]

"""A run killed at any moment and launched again ends as an undisturbed one (G12)."""

import contextlib
import random
import subprocess
import time
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from dagster import DagsterEventType

from nba_assets.event_log.events import DATA_VERSION_TAG
from nba_assets.settings import Settings
from nba_assets_tests.cells import each_row
from nba_assets_tests.operations.processes import command, kill, started, store_of, supervisor_of, warehouse_of

pytestmark = pytest.mark.long

KILLS = 6
AT_LEAST = 3
"""Kills that must have met work: what they leave is little in the end."""


def _ledger(settings: Settings) -> pd.DataFrame:
    return warehouse_of(settings).ledger().set_index(["table_name", "game_date"]).sort_index()


def _killed_after(settings: Settings, seconds: float) -> bool:
    """Launch, and kill the process that does the work, if it is not done by then; whether it was killed.

    Its claim is ended as if its lease had run out since.
    """
    following = started(settings, "backfill")
    with contextlib.suppress(subprocess.TimeoutExpired):
        following.wait(seconds)
    claims = store_of(settings).active()
    for claim in claims:
        kill([supervisor_of(settings, claim)])
        store_of(settings).end(claim.id, "expired")
    following.communicate(timeout=120)
    return bool(claims)


def test_kills_and_a_relaunch_end_like_an_undisturbed_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calm, killed = Settings(home=tmp_path / "calm"), Settings(home=tmp_path / "killed")
    began = time.monotonic()
    assert command(calm, "backfill").returncode == 0
    duration = time.monotonic() - began
    moments = random.Random(20250106)
    builds: list[pd.Series] = []
    met = 0
    for _ in range(KILLS):
        met += _killed_after(killed, moments.uniform(0.15, 0.35) * duration)
        if killed.warehouse.exists():
            builds.append(_ledger(killed)["build_id"])
    assert met >= AT_LEAST
    assert command(killed, "backfill").returncode == 0
    after, undisturbed = _ledger(killed), _ledger(calm)
    pd.testing.assert_series_equal(after["content_hash"], undisturbed["content_hash"])
    for earlier, later in zip(builds, [*builds[1:], after["build_id"]], strict=True):
        current = earlier.dropna()
        assert (later.loc[current.index] == current).all(), "what was current was built again"
    assert sorted(path.name for path in killed.models.glob("*.json")) == sorted(
        path.name for path in calm.models.glob("*.json")
    )
    monkeypatch.setenv("DAGSTER_HOME", str(killed.dagster_home))
    _assert_dagster_shows_the_ledger(after)


def _assert_dagster_shows_the_ledger(ledger: pd.DataFrame) -> None:
    with dg.DagsterInstance.get() as instance:
        for table, rows in ledger.groupby(level="table_name"):
            tags = instance.event_log_storage.get_latest_tags_by_partition(
                dg.AssetKey(str(table)), DagsterEventType.ASSET_MATERIALIZATION, [DATA_VERSION_TAG]
            )
            shown = {day: found[DATA_VERSION_TAG] for day, found in tags.items()}
            assert shown == {
                str(row.game_date.date()): row.content_hash
                for row in each_row(rows.reset_index())
                if row.status == "ready"
            }

"""Backfills from the command line: refused, waited for, cancelled, killed and gone on with, several at a time."""

import json
import random
import signal
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from nba_assets.settings import Settings
from nba_assets_tests.operations.processes import (
    command,
    hashes,
    is_alive,
    kill,
    started,
    store_of,
    supervisor_of,
    until,
    warehouse_of,
    workers_of,
    working_claim,
)

pytestmark = pytest.mark.long

TABLES = "--tables=ml_feature_store,team_defense"
INGEST = "--tables=game_schedule,game_results,team_box_scores,player_box_scores"
TEN_CHUNKS = "--chunk-days=26"


def _all_gone(pids: Sequence[int]) -> bool:
    return not any(map(is_alive, pids))


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home on which one undisturbed backfill in one run has built a season of tables."""
    settings = Settings(home=tmp_path_factory.mktemp("calm"), seasons=1)
    done = command(settings, "backfill", TABLES, "--with-upstream", "--reason=first build")
    assert done.returncode == 0, done.stdout + done.stderr
    return settings


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, seasons=1, who="ada")


def test_chunks_not_yet_reached_are_reserved_too(home: Settings) -> None:
    detached = command(home, "backfill", INGEST, TEN_CHUNKS, "--detach", "--json", "--reason=season")
    assert detached.returncode == 0, detached.stderr
    claim_id = json.loads(detached.stdout)["claim"]
    second = command(home, "backfill", INGEST, "--from=2025-05-01", "--to=2025-05-05")
    assert second.returncode == 2
    for part in (f"claim {claim_id} of backfill:", "ada: season", "2025-05-01 … 2025-05-05", "--wait"):
        assert part in second.stdout, second.stdout
    assert len(store_of(home).recent()) == 1, "what is refused leaves nothing"
    waiting = command(home, "backfill", INGEST, "--from=2025-05-01", "--to=2025-05-05", "--no-resume", "--wait")
    assert waiting.returncode == 0, waiting.stdout
    assert "Waiting: " in waiting.stdout
    newer, older = store_of(home).recent()
    assert (older.id, older.state, newer.state) == (claim_id, "done", "done")
    assert newer.created_at >= older.ended_at
    followed = command(home, "follow", str(claim_id), "--json")
    assert followed.returncode == 0
    result = json.loads(followed.stdout)
    assert len(result["run_ids"]) == 10
    assert {row["table"]: row["built"] for row in result["tables"]} == dict.fromkeys(
        ("game_schedule", "game_results", "team_box_scores", "player_box_scores"), 256
    )


def test_two_workers_build_the_same_as_one(home: Settings, calm: Settings) -> None:
    done = command(home, "backfill", TABLES, "--with-upstream", "--chunk-days=90", "--workers=2", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(json.loads(done.stdout)["run_ids"]) == 6
    pd.testing.assert_series_equal(hashes(home), hashes(calm))


@pytest.mark.parametrize("victim", ["supervisor", "worker"])
def test_killed_and_launched_again_it_ends_like_an_undisturbed_one(victim: str, home: Settings, calm: Settings) -> None:
    words = ("backfill", TABLES, "--with-upstream", "--chunk-days=90", "--workers=2")
    moments = random.Random(20260103)
    for _ in range(2):
        following = started(home, *words)
        claim = working_claim(home)
        time.sleep(moments.uniform(0, 10))
        if store_of(home).get(claim.id).is_active:
            supervisor = supervisor_of(home, claim)
            workers = workers_of(supervisor)
            killed_at = time.monotonic()
            kill([supervisor] if victim == "supervisor" else workers[:1])
            until(lambda: not store_of(home).active(), "the claim is free", seconds=60)
            assert time.monotonic() - killed_at < 60
            until(partial(_all_gone, (supervisor, *workers)), "no process is left", seconds=30)
        assert following.wait(120) in (0, 1)
        following.stdout.close()
    done = command(home, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    pd.testing.assert_series_equal(hashes(home), hashes(calm))


def test_cancelled_it_stops_frees_its_dates_and_says_how_far_it_came(home: Settings) -> None:
    following = started(home, "backfill", TABLES, "--with-upstream", TEN_CHUNKS, "--reason=season")
    claim = working_claim(home)
    supervisor = supervisor_of(home, claim)
    done = command(home, "cancel", str(claim.id), "--reason=wrong season")
    assert done.returncode == 0, done.stdout
    said, _ = following.communicate(timeout=120)
    assert following.returncode == 3
    assert "cancelled by ada: wrong season" in said
    # It says how the claim ended before it ends itself, and who follows may be done first.
    until(lambda: not is_alive(supervisor), "the process has ended", seconds=30)
    ended = store_of(home).get(claim.id)
    assert (ended.state, ended.ended_by, ended.ended_why) == ("cancelled", "ada", "wrong season")
    warehouse = warehouse_of(home)
    journal = warehouse.journal()
    (detail,) = {text for text in journal.loc[journal["operation"] == "cancel", "detail"]}
    assert json.loads(detail)["progress"] == ended.progress != ""
    ledger = warehouse.ledger()
    assert 0 < len(ledger) < 256 * 11
    assert set(ledger["status"]) == {"ready"}, "no date is left half done"
    assert command(home, "backfill", INGEST, "--to=2024-11-30").returncode == 0, "the dates are free"


def test_a_run_of_it_terminated_in_the_ui_stops_the_whole_backfill(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = started(home, "backfill", INGEST, TEN_CHUNKS)
    claim = working_claim(home)
    monkeypatch.setenv("DAGSTER_HOME", str(home.dagster_home))
    with dg.DagsterInstance.get() as instance:

        def at_work() -> dg.DagsterRun | None:
            run = instance.get_run_by_id(store_of(home).get(claim.id).run_id)
            return run if run.status is dg.DagsterRunStatus.STARTED else None

        terminated = until(at_work, "a run of it is at work")
        assert terminated is not None
        instance.report_run_canceled(terminated)
        following.communicate(timeout=120)
        assert following.returncode == 3
        ended = store_of(home).get(claim.id)
        assert (ended.state, ended.ended_why) == ("cancelled", f"its run {terminated.run_id} was terminated")
        runs = instance.get_runs()
        assert terminated.run_id == runs[0].run_id, "nothing was started after it"
        assert {run.status for run in runs[1:]} <= {dg.DagsterRunStatus.SUCCESS}


def test_ctrl_c_stops_the_watching_only(home: Settings) -> None:
    following = started(home, "backfill", INGEST, TEN_CHUNKS)
    claim = working_claim(home)
    following.send_signal(signal.SIGINT)
    said, _ = following.communicate(timeout=60)
    assert following.returncode == 130
    assert f"nba-assets follow {claim.id}" in said
    assert f"nba-assets cancel {claim.id}" in said
    again = command(home, "follow", str(claim.id))
    assert again.returncode == 0
    assert "What changed" in again.stdout
    assert store_of(home).get(claim.id).state == "done"

"""Which runs still work: those that wait, those that have just started, those whose claim is being renewed."""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from nba_assets.automation.launching import live_runs as module
from nba_assets.automation.launching.live_runs import live_runs
from nba_assets.claims.store import ClaimStore
from nba_assets.partitions import Span
from nba_assets.settings import Settings

DAY = dt.date(2024, 1, 1)
Status = dg.DagsterRunStatus


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def run(instance: dg.DagsterInstance, status: Status) -> str:
    made = create_run_for_test(instance, status=Status.NOT_STARTED if status is Status.STARTED else status)
    if status is Status.STARTED:
        event = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, made.job_name)
        instance.report_dagster_event(event, run_id=made.run_id)
    return made.run_id


def test_runs_that_have_ended_are_not_alive(instance: dg.DagsterInstance, settings: Settings) -> None:
    for status in (Status.SUCCESS, Status.FAILURE, Status.CANCELED):
        run(instance, status)
    assert live_runs(instance, settings) == frozenset()
    assert list(settings.home.iterdir()) == [], "nothing needs to be asked"


def test_a_run_that_waits_for_its_start_is_alive(instance: dg.DagsterInstance, settings: Settings) -> None:
    waiting = {run(instance, status) for status in (Status.NOT_STARTED, Status.STARTING)}
    assert live_runs(instance, settings) == waiting


def test_a_started_run_is_alive_while_its_claim_is(
    instance: dg.DagsterInstance, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = run(instance, Status.STARTED)
    assert live_runs(instance, settings) == {started}, "it has just started"
    monkeypatch.setattr(module, "START_UP", dt.timedelta(0))
    time.sleep(0.01)
    assert live_runs(instance, settings) == frozenset(), "killed: it stays started for ever, and holds nothing"
    store = ClaimStore(settings.claims_url)
    claim = store.reserve([Span("raw", DAY, DAY)], owner=f"run:{started}", kind="run", who="ann", run_id=started)
    assert live_runs(instance, settings) == {started}
    store.end(claim.id, "done")
    assert live_runs(instance, settings) == frozenset()


def test_without_the_claims_every_run_that_has_not_ended_counts(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "START_UP", dt.timedelta(0))
    (tmp_path / "file").write_text("blocking")
    started = run(instance, Status.STARTED)
    time.sleep(0.01)
    assert live_runs(instance, Settings(home=tmp_path, claims=f"sqlite:///{tmp_path}/file/x.sqlite")) == {started}

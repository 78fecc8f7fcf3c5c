"""Claims that are stuck or slow: found on a clock of the test's own, reported once."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import dagster as dg
import pandas as pd
import pytest
from dagster._core.test_utils import create_run_for_test

from nba_assets.automation.alerting.stuck_claims import report, slow, stalled
from nba_assets.claims.claim import Claim
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse
from nba_assets_tests.automation.some_claims import DAYS, START, reserve
from nba_assets_tests.claims.actors import Clock


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


class TestStalled:
    AFTER = dt.timedelta(minutes=30)

    def test_a_claim_without_progress_is_reported_once_with_what_it_holds_and_what_to_do(
        self, instance: dg.DagsterInstance, store: ClaimStore, clock: Clock
    ) -> None:
        run = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED)
        claim = reserve(store, owner=f"run:{run.run_id}", kind="run", run_id=run.run_id)
        clock.advance(31 * 60)
        found = list(stalled([_with_progress(claim)], clock.now, self.AFTER))
        assert len(report(instance, found, reported=[])) == 1
        message = found[0].message
        assert "no progress for 31 minutes" in message
        assert "team_offense: 3 of 10 dates" in message
        assert "team_offense 2024-01-01 … 2024-01-10" in message
        assert f"nba-assets cancel {claim.id}" in message
        said = [entry.message for entry in instance.all_logs(run.run_id)]
        assert [text for text in said if "no progress" in text] == [message]
        assert report(instance, found, reported=[found.key for found in found]) == []
        assert len([entry for entry in instance.all_logs(run.run_id) if "no progress" in entry.message]) == 1

    def test_progress_makes_it_news_again(self, store: ClaimStore, clock: Clock) -> None:
        claim = reserve(store)
        clock.advance(31 * 60)
        first = [found.key for found in stalled([claim], clock.now, self.AFTER)]
        again = _with_progress(claim, at=clock.now)
        assert list(stalled([again], clock.now, self.AFTER)) == []
        clock.advance(31 * 60)
        assert [found.key for found in stalled([again], clock.now, self.AFTER)] != first

    def test_a_claim_of_another_instance_is_reported_without_its_run(
        self, instance: dg.DagsterInstance, store: ClaimStore, clock: Clock
    ) -> None:
        claim = reserve(store, run_id="a run of another instance")
        clock.advance(31 * 60)
        assert len(report(instance, list(stalled([claim], clock.now, self.AFTER)), reported=[])) == 1


def _with_progress(claim: Claim, at: dt.datetime = START) -> Claim:
    return replace(claim, progress="team_offense: 3 of 10 dates", progressed_at=at)


class Timed:
    """A warehouse in which ten dates of team_offense take 20 seconds, and none has been built since."""

    def __init__(self) -> None:
        self.reads = 0

    def ledger(self) -> pd.DataFrame:
        names = ["table_name", "game_date", "status", "reasons", "content_build", "inputs_build", "code_version",
                 "waivers", "run_id", "attempt_build", "gap_build", "written_at", "source_version"]  # fmt: skip
        return pd.DataFrame({name: pd.Series(dtype="object") for name in names})

    def state(self) -> LedgerState:
        self.reads += 1
        return LedgerState(self.ledger(), TABLES, DAYS)

    def recent_builds(self) -> pd.DataFrame:
        return pd.DataFrame(
            {"table_name": ["team_offense"], "attempt_build": [1], "dates": [10], "seconds": [20.0], "run_id": ["old"]}
        )


def test_a_claim_that_takes_over_twice_as_long_as_usual_is_slow(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, kind="run")
    warehouse = Timed()
    assert list(slow([claim], cast(Warehouse, warehouse), clock.now)) == []
    assert warehouse.reads == 0, "asked only when a claim is quiet"
    clock.advance(39)
    assert list(slow([claim], cast(Warehouse, warehouse), clock.now)) == []
    clock.advance(2)
    (found,) = slow([claim], cast(Warehouse, warehouse), clock.now)
    assert "41 s since its last progress" in found.message

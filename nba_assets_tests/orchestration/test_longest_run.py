"""A run that is stuck loses its dates at its maximum run time, however alive its process is."""

import datetime as dt
import time
from pathlib import Path

import pandas as pd
import pytest

from nba_assets.claims.claim import Claim
from nba_assets.orchestration import run_claim
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

FIRST = dt.date(2024, 11, 6)


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    league = SimulatedLeague(seasons=1)
    return Platform(tmp_path, SlicedSource(league, FIRST, FIRST))


def _claims_of_a_run(platform: Platform, tags: dict[str, str]) -> list[Claim]:
    platform.run(tables=["game_schedule"], tags=tags)
    return platform.claims.recent()


def test_the_claim_of_a_run_ends_shortly_after_its_maximum_run_time(platform: Platform) -> None:
    (claim,) = _claims_of_a_run(platform, {"dagster/max_runtime": "600"})
    assert claim.until is not None
    assert claim.until - claim.created_at - run_claim.GRACE - dt.timedelta(seconds=600) < dt.timedelta(seconds=5)
    assert claim.until > claim.created_at + dt.timedelta(seconds=600)


def test_without_a_maximum_it_lasts_as_long_as_the_run(platform: Platform) -> None:
    (claim,) = _claims_of_a_run(platform, {})
    assert claim.until is None


def test_the_maximum_of_the_instance_holds_for_runs_without_their_own(platform: Platform) -> None:
    platform.instance._settings["run_monitoring"] = {"enabled": True, "max_runtime_seconds": 7200}
    (claim,) = _claims_of_a_run(platform, {})
    assert claim.until is not None
    assert claim.until > claim.created_at + dt.timedelta(seconds=7200)


def test_what_is_stuck_past_it_publishes_nothing(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_claim, "GRACE", dt.timedelta())

    def stuck(rows: pd.DataFrame) -> pd.DataFrame:
        (claim,) = platform.claims.recent()
        time.sleep(max(0.0, (claim.until - dt.datetime.now(dt.UTC)).total_seconds()) + 0.1)
        return rows

    platform.deliver(game_schedule=stuck)
    result = platform.run(tables=["game_schedule"], tags={"dagster/max_runtime": "4"})
    assert "is lost: its lease ran out" in failure_messages(result)[0]
    assert platform.warehouse.ledger().empty
    assert platform.claims.active() == []

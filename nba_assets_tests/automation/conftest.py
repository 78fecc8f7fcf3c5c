"""Fixtures of the tests of the sensors."""

from pathlib import Path

import pytest

from nba_assets.claims.store import ClaimStore
from nba_assets_tests.automation.some_claims import START
from nba_assets_tests.claims.actors import Clock
from nba_assets_tests.event_log.instances import empty_homes, instance  # noqa: F401


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> ClaimStore:
    return ClaimStore(f"sqlite:///{tmp_path / 'claims.sqlite'}", now=clock)

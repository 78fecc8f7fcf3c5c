"""A worker that starts late finds its claim; one that dies before it starts frees it."""

import datetime as dt
import sys
import time
from pathlib import Path

import pytest

from nba_assets.claims.claim import Claim
from nba_assets.claims.store import ClaimStore
from nba_assets.operations.backfills.detached import start_detached
from nba_assets.partitions import Span
from nba_assets.settings import Settings

LEASE = dt.timedelta(seconds=1)
LATE = """import sys, time
time.sleep(2.5)
from nba_assets.claims.store import ClaimStore
ClaimStore({url!r}).renew(int(sys.argv[1]), progress="started")
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def store(settings: Settings) -> ClaimStore:
    return ClaimStore(settings.claims_url, lease=LEASE)


@pytest.fixture
def claim(store: ClaimStore) -> Claim:
    day = dt.date(2024, 1, 3)
    return store.reserve([Span("team_offense", day, day)], owner="backfill:1", kind="backfill", who="ada")


def test_a_worker_that_starts_later_than_a_lease_lasts_has_its_claim(
    settings: Settings, store: ClaimStore, claim: Claim
) -> None:
    script = LATE.format(url=settings.claims_url)
    log = start_detached(settings, store, claim, [sys.executable, "-c", script])
    assert log.read_text() == ""
    taken_over = store.get(claim.id)
    assert (taken_over.state, taken_over.progress) == ("active", "started")
    assert taken_over.renewed_at - claim.created_at > LEASE


def test_a_worker_that_dies_before_it_starts_is_not_waited_for(
    settings: Settings, store: ClaimStore, claim: Claim
) -> None:
    log = start_detached(settings, store, claim, [sys.executable, "-c", "raise SystemExit('no memory')"])
    assert "no memory" in log.read_text()
    deadline = time.monotonic() + 10
    while store.active():
        assert time.monotonic() < deadline, "nobody keeps the claim"
        time.sleep(0.1)

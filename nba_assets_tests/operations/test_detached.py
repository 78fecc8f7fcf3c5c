"""A claim is kept while its process starts, and left alone once somebody else keeps it or the process is gone."""

import datetime as dt
from pathlib import Path

import pytest

from nba_assets.claims.claim import Claim
from nba_assets.claims.store import ClaimStore
from nba_assets.operations.detached import keep_until_taken_over
from nba_assets.partitions import Span

SPAN = Span("game_schedule", dt.date(2024, 1, 1), dt.date(2024, 1, 2))


class Clock:
    """Goes on by ten seconds whenever it is asked."""

    def __init__(self) -> None:
        self.now = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=10)
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> ClaimStore:
    return ClaimStore(f"sqlite:///{tmp_path / 'claims.sqlite'}", now=Clock())


@pytest.fixture
def claim(store: ClaimStore) -> Claim:
    return store.reserve([SPAN], holder="backfill:x", kind="backfill", who="ada")


def test_a_claim_outlives_its_lease_while_its_process_starts(store: ClaimStore, claim: Claim):
    starting = iter([True] * 20 + [False])
    keep_until_taken_over(store, claim, lambda: next(starting), every=0)
    kept = store.get(claim.id)
    assert kept.is_active
    assert kept.renewed_at - claim.renewed_at > 5 * store.lease


def test_whoever_renews_the_claim_has_taken_it_over(store: ClaimStore, claim: Claim):
    asked = []

    def alive() -> bool:
        asked.append(store.renew(claim.id).renewed_at)
        return True

    keep_until_taken_over(store, claim, alive, every=0)
    assert len(asked) == 1
    assert store.get(claim.id).renewed_at == asked[0]


def test_a_claim_that_is_over_is_left_alone(store: ClaimStore, claim: Claim):
    store.end(claim.id, "cancelled", "eve", "a mistake")
    keep_until_taken_over(store, claim, lambda: True, every=0)
    assert store.get(claim.id).state == "cancelled"

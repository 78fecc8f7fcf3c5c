"""Real processes and threads: they race for spans, are killed, are stopped and go on."""

import datetime as dt
import os
import random
import signal
import threading
import time
from typing import Any

import pytest

from nba_assets.claims.claim import Claim
from nba_assets.claims.errors import ClaimConflict
from nba_assets.claims.store import ClaimStore
from nba_assets_tests.claims.actors import january, reserve
from nba_assets_tests.claims.owners import TABLES, freeze, processes, race, wanted, work

WORKERS = 12
LEASE = 1.0
SLACK = 1.0
"""Seconds that a busy machine may need to see that a lease has run out."""

PATIENCE = 30
"""Seconds after which a process that does not answer fails the test."""


def take_over(store: ClaimStore) -> tuple[Claim, float]:
    """The claim on what the other holds, as soon as it can be had, and how many seconds that took."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        try:
            return reserve(store, january("a", 1, 9), owner="run:next", who="bob"), time.monotonic() - started
        except ClaimConflict:
            time.sleep(0.02)
    raise AssertionError("the claim of an owner that is gone was never free")


def assert_one_winner_per_conflict(store: ClaimStore, outcomes: list[tuple[int, int, list[int]]]) -> None:
    """Winners share no date; anyone who was refused was refused by a winner that shares a date."""
    assert len(outcomes) == WORKERS
    winners = {claim_id: wanted(seed) for seed, claim_id, _ in outcomes if claim_id}
    assert sorted(winners) == list(range(1, len(winners) + 1))
    for claim in store.active():
        for other in store.active():
            assert claim.id == other.id or not claim.overlaps(other.spans)
    for seed, claim_id, blocking in outcomes:
        if not claim_id:
            assert blocking
            assert all(store.get(winner).overlaps(wanted(seed)) for winner in blocking)
    created = [claim.created_at for claim in store.recent()]
    assert created == sorted(created, reverse=True)


@pytest.mark.parametrize("first_seed", [0, pytest.param(100, marks=pytest.mark.long)])
def test_racing_processes_get_one_winner_per_conflict(url: str, first_seed: int) -> None:
    start, results = processes.Barrier(WORKERS), processes.Queue()
    racers = [
        processes.Process(target=race, args=(url, first_seed + number, start, results)) for number in range(WORKERS)
    ]
    for racer in racers:
        racer.start()
    outcomes = [results.get(timeout=PATIENCE) for _ in racers]
    for racer in racers:
        racer.join(PATIENCE)
        assert racer.exitcode == 0
    assert_one_winner_per_conflict(ClaimStore(url), outcomes)


def test_racing_threads_get_one_winner_per_conflict(url: str) -> None:
    store = ClaimStore(url)
    outcomes: list[Any] = []
    start = threading.Barrier(WORKERS)

    def race_here(seed: int) -> None:
        start.wait()
        try:
            outcomes.append((seed, reserve(store, *wanted(seed), owner=f"run:{seed}").id, []))
        except ClaimConflict as conflict:
            outcomes.append((seed, 0, [one.claim.id for one in conflict.conflicts]))

    threads = [threading.Thread(target=race_here, args=(seed,)) for seed in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert_one_winner_per_conflict(store, outcomes)


def test_of_many_who_want_the_same_one_gets_it(url: str) -> None:
    store = ClaimStore(url)
    won, refused = [], []
    start = threading.Barrier(WORKERS)

    def reserve_all(number: int) -> None:
        tables = random.Random(number).sample(TABLES, len(TABLES))
        start.wait()
        try:
            won.append(reserve(ClaimStore(url), *(january(table, 1, 31) for table in tables)).id)
        except ClaimConflict as conflict:
            refused.append({one.claim.id for one in conflict.conflicts})

    threads = [threading.Thread(target=reserve_all, args=(number,)) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert won == [1]
    assert refused == [{1}] * (WORKERS - 1)
    assert len(store.active()) == 1


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2, 3))])
def test_whatever_a_owner_was_doing_when_killed_its_dates_are_free_within_the_lease(url: str, seed: int) -> None:
    working = processes.Event()
    owner = processes.Process(target=work, args=(url, LEASE, working), daemon=True)
    owner.start()
    assert working.wait(PATIENCE)
    time.sleep(random.Random(seed).uniform(0, 0.1))
    assert owner.is_alive()
    os.kill(owner.pid or 0, signal.SIGKILL)
    owner.join(PATIENCE)
    store = ClaimStore(url, lease=dt.timedelta(seconds=LEASE))
    before = store.recent(1)[0].id
    taken, waited = take_over(store)
    assert taken.id == before + 1
    assert waited < LEASE + SLACK
    assert [claim.id for claim in store.active()] == [taken.id]


def test_a_stopped_owner_loses_its_claim_and_is_reported_when_it_goes_on(url: str) -> None:
    store = ClaimStore(url, lease=dt.timedelta(seconds=LEASE))
    results, go_on = processes.Queue(), processes.Event()
    owner = processes.Process(target=freeze, args=(url, LEASE, results, go_on), daemon=True)
    owner.start()
    claim_id = results.get(timeout=PATIENCE)
    renewed = store.get(claim_id).renewed_at
    while store.get(claim_id).renewed_at == renewed:
        time.sleep(0.01)
    time.sleep(LEASE / 16)  # let that heartbeat end: what SQLite has locked, a stopped process keeps locked
    os.kill(owner.pid or 0, signal.SIGSTOP)
    taken, waited = take_over(store)
    assert waited < LEASE + SLACK
    os.kill(owner.pid or 0, signal.SIGCONT)
    go_on.set()
    name, message = results.get(timeout=PATIENCE)
    assert name == "ClaimLost"
    assert f"a 2024-01-01 … 2024-01-09 taken over by claim {taken.id} of run:next (bob)" in message
    owner.join(PATIENCE)
    assert store.get(claim_id).state == "expired"
    assert store.renew(taken.id).is_active

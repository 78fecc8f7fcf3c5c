"""A lease kept by its heartbeat: renewed, reported of cancellation and loss, ended as the work ended."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from nba_assets.claims.errors import ClaimCancelled, ClaimLost, ClaimsUnavailable
from nba_assets.claims.lease import EVERY_SECONDS, Lease
from nba_assets.claims.store import LEASE, ClaimStore
from nba_assets_tests.claims.actors import Clock, january, reserve

QUICK = 0.01


class Seconds:
    """A monotonic clock that goes only when asked to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> ClaimStore:
    return ClaimStore(f"sqlite:///{tmp_path / 'claims.sqlite'}", now=clock)


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true within ten seconds."""
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def break_renewals(monkeypatch: pytest.MonkeyPatch, store: ClaimStore) -> None:
    def unreachable(*_args: object, **_named: object) -> None:
        raise ClaimsUnavailable("connection refused")

    monkeypatch.setattr(store, "renew", unreachable)


def test_four_heartbeats_may_fail_and_a_dead_owner_is_free_in_under_a_minute() -> None:
    assert EVERY_SECONDS * 4 < LEASE.total_seconds() < 60


def test_the_heartbeat_renews_while_the_owner_computes(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("a", 1, 1))
    with Lease(store, claim, every=QUICK):
        for _ in range(5):
            clock.advance(30)
            assert eventually(lambda: store.get(claim.id).renewed_at == clock.now)
    assert store.get(claim.id).state == "done"


def test_no_heartbeat_is_left_behind(store: ClaimStore) -> None:
    before = threading.active_count()
    with Lease(store, reserve(store, january("a", 1, 1)), every=3600) as lease:
        assert threading.active_count() == before + 1
        lease.check()
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("error", "state", "why"),
    [
        (ZeroDivisionError("0 games"), "failed", "ZeroDivisionError: 0 games"),
        (KeyboardInterrupt(), "cancelled", "interrupted by KeyboardInterrupt"),
    ],
    ids=["error", "interrupt"],
)
def test_a_claim_ends_as_its_work_ended(
    store: ClaimStore, error: ZeroDivisionError | KeyboardInterrupt, state: str, why: str
) -> None:
    claim = reserve(store, january("a", 1, 1))
    with pytest.raises(type(error)), Lease(store, claim):
        raise error
    ended = store.get(claim.id)
    assert (ended.state, ended.ended_why) == (state, why)


def test_a_cancelled_owner_stops_at_its_next_check_and_gives_the_reason(store: ClaimStore) -> None:
    claim = reserve(store, january("a", 1, 1))

    def work() -> None:
        with Lease(store, claim) as lease:
            lease.check()
            store.request_cancel(claim.id, "bob", "wrong season")
            lease.check()

    with pytest.raises(ClaimCancelled, match=r"by bob .*wrong season"):
        work()
    ended = store.get(claim.id)
    assert (ended.state, ended.ended_by, ended.ended_why) == ("cancelled", "bob", "wrong season")


def test_a_terminated_run_is_noticed_by_the_heartbeat(store: ClaimStore) -> None:
    claim = reserve(store, january("a", 1, 1))
    terminated = threading.Event()
    lease = Lease(store, claim, every=QUICK, is_cancelled=terminated.is_set).start()
    lease.check()
    terminated.set()
    assert eventually(lambda: store.get(claim.id).cancel_requested_at is not None)
    with pytest.raises(ClaimCancelled, match="run was terminated"):
        lease.check()
    lease.stop("cancelled")


def test_not_knowing_whether_it_was_cancelled_is_no_cancellation(
    store: ClaimStore, caplog: pytest.LogCaptureFixture
) -> None:
    def unknown() -> bool:
        raise OperationalError("SELECT status", {}, Exception("database is locked"))

    with Lease(store, reserve(store, january("a", 1, 1)), is_cancelled=unknown) as lease:
        lease.check()
    assert "whether it was cancelled is not known" in caplog.text


def test_a_lost_lease_says_so_at_every_check(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("a", 1, 1))
    with Lease(store, claim, every=3600) as lease:
        clock.advance(50)
        reserve(store, january("a", 1, 1), owner="run:bob", who="bob")
        for _ in range(2):
            with pytest.raises(ClaimLost, match="taken over by claim 2 of run:bob"):
                lease.check()
        lease.progress("nobody hears this")
    assert store.get(claim.id).state == "expired"
    assert store.get(claim.id).progress == ""


def test_the_heartbeat_of_a_lost_lease_ends(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("a", 1, 1))
    before = threading.active_count()
    lease = Lease(store, claim, every=QUICK).start()
    store.end(claim.id, "cancelled", "bob", "stuck")
    assert eventually(lambda: threading.active_count() == before)
    with pytest.raises(ClaimLost, match=r"cancelled by bob .*: stuck"):
        lease.check()


def test_an_unreachable_store_is_retried_until_the_lease_has_run_out(
    store: ClaimStore, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seconds = Seconds()
    claim = reserve(store, january("a", 1, 1))
    lease = Lease(store, claim, clock=seconds)
    seconds.now += 30
    lease.check()
    with monkeypatch.context() as patch:
        break_renewals(patch, store)
        seconds.now += 49.9
        lease.check()
        assert "its lease still runs: connection refused" in caplog.text
        seconds.now += 0.1
        with pytest.raises(ClaimLost, match="could not be renewed since 2024-01-03 21:04:10 UTC: connection refused"):
            lease.check()
    clock.advance(1)
    with pytest.raises(ClaimLost):
        lease.check()
    assert store.get(claim.id).renewed_at < clock.now


def test_a_store_that_is_reachable_again_keeps_the_lease(store: ClaimStore, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = Seconds()
    lease = Lease(store, reserve(store, january("a", 1, 1)), clock=seconds)
    with monkeypatch.context() as patch:
        break_renewals(patch, store)
        seconds.now += 49
        lease.check()
    lease.check()
    break_renewals(monkeypatch, store)
    seconds.now += 49
    lease.check()


def test_a_capped_claim_is_not_trusted_past_its_cap(
    store: ClaimStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = Seconds()
    claim = reserve(store, january("a", 1, 1), until=clock.now + dt.timedelta(seconds=5))
    lease = Lease(store, claim, clock=seconds)
    break_renewals(monkeypatch, store)
    seconds.now += 5
    with pytest.raises(ClaimLost):
        lease.check()


def test_the_end_of_a_run_does_not_fail_because_the_store_is_away(
    store: ClaimStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(*_args: object) -> None:
        raise ClaimsUnavailable("connection refused")

    claim = reserve(store, january("a", 1, 1))
    monkeypatch.setattr(store, "end", unreachable)
    with Lease(store, claim):
        pass
    assert "claim 1 of run:ana ends with its lease: connection refused" in caplog.text
    assert store.get(claim.id).is_active


def test_progress_is_seen_by_others_at_once(store: ClaimStore) -> None:
    claim = reserve(store, january("a", 1, 1))
    with Lease(store, claim) as lease:
        lease.progress("team_offense: 3 of 17 dates")
        assert store.get(claim.id).progress == "team_offense: 3 of 17 dates"
        lease.check()
    assert store.get(claim.id).progress == "team_offense: 3 of 17 dates"


def test_a_claim_that_is_left_is_published_until_its_lease_has_run_out(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("a", 1, 1))
    before = threading.active_count()
    Lease(store, claim, every=QUICK).start().leave()
    assert threading.active_count() == before
    clock.advance(49)
    assert store.get(claim.id).is_active
    clock.advance(1)
    assert store.get(claim.id).state == "expired"


def test_stopping_twice_keeps_the_first_end(store: ClaimStore) -> None:
    claim = reserve(store, january("a", 1, 1))
    lease = Lease(store, claim).start()
    lease.stop("failed", why="2 dates rejected")
    lease.stop("done")
    assert (lease.claim.state, lease.claim.ended_why) == ("failed", "2 dates rejected")

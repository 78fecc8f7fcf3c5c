"""Reservations in the store: what is refused, what ends a claim, and what each of it says."""

import datetime as dt

import pytest

from nba_assets.claims.errors import (
    ClaimCancelled,
    ClaimConflict,
    ClaimLost,
    ClaimNotFound,
    ClaimsError,
)
from nba_assets.claims.store import LEASE, ClaimStore
from nba_assets.errors import RequestError
from nba_assets.partitions import Span
from nba_assets_tests.claims.actors import START, Clock, january, reserve

HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("first", "last", "shared"),
    [(1, 4, (4, 4)), (20, 31, (20, 20)), (1, 31, (4, 20)), (7, 9, (7, 9)), (4, 20, (4, 20))],
    ids=["first day", "last day", "around", "inside", "same"],
)
def test_overlapping_dates_are_refused_and_named(
    store: ClaimStore, first: int, last: int, shared: tuple[int, int]
) -> None:
    reserve(store, january("team_offense", 4, 20))
    with pytest.raises(ClaimConflict) as refused:
        reserve(store, january("team_offense", first, last))
    assert [conflict.overlap for conflict in refused.value.conflicts] == [january("team_offense", *shared)]


def test_adjacent_dates_and_other_tables_are_free(store: ClaimStore) -> None:
    reserve(store, january("team_offense", 4, 20))
    others = [january("team_offense", 1, 3), january("team_offense", 21, 31), january("team_defense", 4, 20)]
    taken = [reserve(store, other) for other in others]
    assert [claim.spans for claim in reversed(store.active())][1:] == [(other,) for other in others]
    assert [claim.id for claim in taken] == [2, 3, 4]


def test_several_tables_are_reserved_together_or_not_at_all(store: ClaimStore) -> None:
    reserve(store, january("team_defense", 10, 10))
    with pytest.raises(ClaimConflict):
        reserve(store, january("team_offense", 4, 20), january("team_defense", 4, 20))
    assert reserve(store, january("team_offense", 4, 20)).id == 2


def test_own_spans_that_touch_become_one(store: ClaimStore) -> None:
    claim = reserve(store, january("b", 7, 9), january("a", 1, 1), january("b", 1, 5), january("b", 4, 6))
    assert claim.spans == (january("a", 1, 1), january("b", 1, 9))
    assert claim.covers([january("b", 3, 8), january("a", 1, 1)])
    assert not claim.covers([january("b", 3, 10)])


def test_everything_said_at_the_start_is_kept(store: ClaimStore, url: str) -> None:
    claim = reserve(
        store, january("team_offense", 4, 20), owner="backfill:abcdefgh", kind="backfill", who="ana",
        why="new box scores", run_id="0123456789", detail={"chunks": [1, 2], "only": "stale"},
    )  # fmt: skip
    assert ClaimStore(url, now=store.now).get(claim.id) == claim
    assert (claim.owner, claim.kind) == ("backfill:abcdefgh", "backfill")
    assert (claim.who, claim.why) == ("ana", "new box scores")
    assert claim.run_ids == ("0123456789",)
    assert claim.detail == {"chunks": [1, 2], "only": "stale"}
    assert (claim.created_at, claim.renewed_at, claim.expires_at) == (START, START, START + LEASE)
    assert claim.host
    assert claim.pid > 0


def test_a_conflict_says_who_holds_what_since_when_why_and_what_to_do(store: ClaimStore, clock: Clock) -> None:
    first = reserve(
        store, january("team_offense", 4, 20), january("team_defense", 4, 20),
        owner="backfill:abcdefgh", kind="backfill", who="ana", why="new box scores", run_id="0123456789abcdef",
    )  # fmt: skip
    clock.advance(20)
    store.renew(first.id)
    reserve(store, january("shots", 1, 2), kind="freeze", who="bob", why="provider is down", until=START + HOUR)
    with pytest.raises(ClaimConflict) as refused:
        reserve(store, *(january(table, 1, 10) for table in ("shots", "team_offense", "team_defense")), owner="run:x")
    assert str(refused.value).splitlines() == [
        "the asked dates are taken, nothing was reserved:",
        "- shots 2024-01-01 … 2024-01-02: claim 2 of run:ana, since 2024-01-03 21:04:30 UTC by bob: provider is down;"
        " frozen until 2024-01-03 22:04:10 UTC. `nba-assets unfreeze 2` frees it",
        "- team_defense, team_offense 2024-01-04 … 2024-01-10: claim 1 of backfill:abcdefgh, run 0123456789abcdef,"
        " since 2024-01-03 21:04:10 UTC by ana: new box scores; last renewed 2024-01-03 21:04:30 UTC."
        " Wait for it (tag nba/on_conflict=wait, `--wait`) or stop it: `nba-assets cancel 1`",
    ]


@pytest.mark.parametrize("kind", ["run", "backfill", "freeze"])
def test_a_hold_blocks_all_but_operations(store: ClaimStore, kind: str) -> None:
    reserve(store, january("team_offense", 4, 20), kind="freeze", until=START + HOUR)
    with pytest.raises(ClaimConflict):
        reserve(store, january("team_offense", 4, 4), kind=kind, until=START + HOUR)
    assert reserve(store, january("team_offense", 4, 4), kind="operation").is_active


@pytest.mark.parametrize("kind", ["run", "backfill", "operation"])
def test_an_operation_waits_for_who_writes(store: ClaimStore, kind: str) -> None:
    reserve(store, january("team_offense", 4, 20), kind=kind)
    with pytest.raises(ClaimConflict):
        reserve(store, january("team_offense", 4, 4), kind="operation")


def test_a_hold_lasts_until_its_moment_without_being_renewed(store: ClaimStore, clock: Clock) -> None:
    hold = reserve(store, january("team_offense", 4, 20), kind="freeze", until=START + HOUR)
    clock.advance(3599)
    with pytest.raises(ClaimConflict):
        reserve(store, january("team_offense", 4, 4))
    clock.advance(1)
    assert reserve(store, january("team_offense", 4, 4)).is_active
    assert store.get(hold.id).state == "expired"


def test_a_released_hold_is_free_at_once(store: ClaimStore) -> None:
    hold = reserve(store, january("team_offense", 4, 20), kind="freeze", until=START + HOUR)
    with pytest.raises(ClaimsError, match="`nba-assets unfreeze 1`"):
        store.request_cancel(hold.id, "bob")
    assert store.end(hold.id, "released", "bob", "they are back").ended_by == "bob"
    assert reserve(store, january("team_offense", 4, 4)).is_active


def test_no_renewal_goes_past_until(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("team_offense", 4, 20), until=START + dt.timedelta(seconds=60))
    assert claim.expires_at == START + LEASE
    clock.advance(30)
    assert store.renew(claim.id).expires_at == START + dt.timedelta(seconds=60)
    clock.advance(30)
    with pytest.raises(ClaimLost):
        store.renew(claim.id)


def test_a_renewed_claim_lasts_a_lease_from_then(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("team_offense", 4, 20))
    clock.advance(49.999)
    assert store.renew(claim.id).expires_at == clock.now + LEASE
    clock.advance(49.999)
    assert [claim.id for claim in store.active()] == [claim.id]
    clock.advance(0.001)
    assert store.active() == []
    assert (store.get(claim.id).state, store.get(claim.id).ended_at) == ("expired", clock.now)


def test_a_claim_that_ran_out_is_never_renewed_though_nobody_took_its_place(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("team_offense", 4, 20))
    clock.advance(50)
    with pytest.raises(ClaimLost, match=r"ran out at 2024-01-03 21:05:00 UTC \(last renewed 2024-01-03 21:04:10 UTC\)"):
        store.renew(claim.id)
    clock.advance(-30)  # somebody set the clock of the machine back
    with pytest.raises(ClaimLost):
        store.renew(claim.id)
    assert store.get(claim.id).state == "expired"


def test_who_lost_a_claim_is_reported_who_took_it_over(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("team_offense", 4, 20), january("shots", 4, 20))
    clock.advance(50)
    reserve(store, january("team_defense", 4, 20), owner="run:elsewhere")
    reserve(store, january("team_offense", 18, 31), owner="backfill:b", who="bob")
    with pytest.raises(ClaimLost) as lost:
        store.renew(claim.id)
    assert str(lost.value) == (
        "claim 1 of run:ana is lost: its lease ran out at 2024-01-03 21:05:00 UTC (last renewed 2024-01-03 21:04:10"
        " UTC); team_offense 2024-01-18 … 2024-01-20 taken over by claim 3 of backfill:b (bob). Nothing more is"
        " written under it; launch again what is still to be done"
    )
    assert lost.value.claim.id == claim.id


def test_a_claim_that_was_ended_says_how_and_by_whom(store: ClaimStore) -> None:
    claim = reserve(store, january("team_offense", 4, 20))
    store.end(claim.id, "cancelled", "bob", "wrong season")
    with pytest.raises(ClaimLost, match="cancelled by bob at 2024-01-03 21:04:10 UTC: wrong season"):
        store.renew(claim.id)
    with pytest.raises(ClaimLost, match="cancelled by bob"):
        store.check(claim.id)
    with pytest.raises(ClaimLost, match="cancelled by bob"):
        store.add_run(claim.id, "0123456789")


def test_an_end_is_final(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("team_offense", 4, 20))
    done = store.end(claim.id, "done")
    clock.advance(5)
    assert store.end(claim.id, "failed", "bob") == done
    late = reserve(store, january("team_offense", 4, 20))
    clock.advance(51)
    assert store.end(late.id, "done").state == "expired"


def test_a_request_to_cancel_reaches_the_owner_and_keeps_the_claim(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("team_offense", 4, 20))
    assert store.check(claim.id) == claim
    store.request_cancel(claim.id, "bob", "wrong season")
    clock.advance(1)
    store.request_cancel(claim.id, "eve")
    with pytest.raises(ClaimCancelled, match=r"claim 1 of run:ana was cancelled by bob at .*: wrong season"):
        store.check(claim.id)
    assert store.renew(claim.id).cancel_who == "bob"
    with pytest.raises(ClaimConflict):
        reserve(store, january("team_offense", 4, 4))


def test_a_claim_that_is_over_cannot_be_cancelled_any_more(store: ClaimStore) -> None:
    claim = reserve(store, january("team_offense", 4, 20))
    done = store.end(claim.id, "done")
    assert store.request_cancel(claim.id, "bob") == done


def test_progress_and_runs_are_noted(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("team_offense", 4, 20), run_id="first-run")
    clock.advance(10)
    assert store.add_run(claim.id, "second-run").run_ids == ("first-run", "second-run")
    assert store.add_run(claim.id, "first-run").run_id == "second-run"
    reported = store.renew(claim.id, progress="team_offense: 7 of 17 dates")
    clock.advance(10)
    store.renew(claim.id)
    kept = store.get(claim.id)
    assert (kept.progress, kept.progressed_at) == ("team_offense: 7 of 17 dates", reported.renewed_at)


def test_a_claim_without_progress_is_stalled_though_renewed(store: ClaimStore, clock: Clock) -> None:
    claim = reserve(store, january("team_offense", 4, 20), until=START + HOUR)
    hold = reserve(store, january("shots", 4, 20), kind="freeze", until=START + HOUR)
    for _ in range(2):
        clock.advance(30)
        claim = store.renew(claim.id)
    minute = dt.timedelta(minutes=1)
    assert claim.is_stalled(clock.now, minute)
    assert not hold.is_stalled(clock.now, minute)
    assert not store.renew(claim.id, progress="on").is_stalled(clock.now + minute / 2, minute)
    assert not store.end(claim.id, "done").is_stalled(clock.now + HOUR, minute)


def test_a_claim_is_found_by_id_owner_and_run(store: ClaimStore) -> None:
    old = reserve(store, january("a", 1, 1), owner="backfill:abcdefgh", kind="backfill", run_id="11112222-3333")
    store.end(old.id, "failed")
    new = reserve(store, january("a", 1, 1), owner="backfill:abcdefgh", kind="backfill", run_id="44445555-6666")
    for text in ("2", "backfill:abcdefgh", "abcdefgh", "44445555", "44445555-6666"):
        assert store.find(text) == new
    assert store.find("11112222").id == old.id
    for text in ("3", "4444555", "backfill", ""):
        with pytest.raises(ClaimNotFound, match="nba-assets claims"):
            store.find(text)


def test_a_text_that_fits_two_active_claims_finds_none(store: ClaimStore) -> None:
    reserve(store, january("a", 1, 1))
    reserve(store, january("b", 1, 1))
    with pytest.raises(ClaimNotFound, match="claim 2 of run:ana, claim 1 of run:ana: give the id"):
        store.find("run:ana")


def test_lists_are_newest_first(store: ClaimStore) -> None:
    for day in (1, 2, 3):
        reserve(store, january("a", day, day))
    store.end(2, "done")
    assert [claim.id for claim in store.active()] == [3, 1]
    assert [claim.id for claim in store.recent(2)] == [3, 2]
    assert [claim.id for claim in store.covering([january("a", 1, 2), january("b", 3, 3)])] == [1]


@pytest.mark.parametrize(
    ("kind", "spans", "until", "error", "message"),
    [
        ("run", [], None, ValueError, "no spans"),
        ("lock", [january("a", 1, 1)], None, ValueError, "kind 'lock'.*run, backfill, operation, freeze"),
        ("freeze", [january("a", 1, 1)], None, RequestError, "freeze until None: give a moment in the future"),
        ("run", [january("a", 1, 1)], START, RequestError, "a moment in the future"),
    ],
)
def test_a_reservation_without_meaning_is_refused(
    store: ClaimStore, kind: str, spans: list[Span], until: dt.datetime | None, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        store.reserve(spans, owner="run:ana", kind=kind, who="ana", until=until)
    assert store.recent() == []


def test_unknown_ids_and_states_are_refused(store: ClaimStore) -> None:
    with pytest.raises(ClaimNotFound, match="no claim 7; `nba-assets claims`"):
        store.get(7)
    with pytest.raises(ClaimLost, match=r"claim 7 is lost: .* does not know it"):
        store.renew(7)
    with pytest.raises(ValueError, match="state 'active'"):
        store.end(7, "active")

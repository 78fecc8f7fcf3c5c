"""Random schedules of several launches against a model in plain Python."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from nba_assets.claims import schema
from nba_assets.claims.errors import ClaimCancelled, ClaimConflict, ClaimLost
from nba_assets.claims.store import LEASE, ClaimStore
from nba_assets.partitions import Span
from nba_assets_tests.claims.actors import Clock, january

tables = st.sampled_from(["team_offense", "team_defense", "shots"])
days = st.tuples(st.integers(1, 9), st.integers(1, 9)).map(sorted)
spans = st.lists(st.tuples(tables, days), min_size=1, max_size=3)
kinds = st.sampled_from(["run", "run", "backfill", "operation", "freeze"])
endings = st.sampled_from(["done", "failed", "cancelled", "released"])
seconds = st.sampled_from([1, 15, 39, 40, 41])


@dataclass
class Expected:
    """What the model knows of a claim: its dates one by one, and whether and until when it is active."""

    kind: str
    dates: set[tuple[str, int]]
    expires_at: dt.datetime
    state: str = "active"
    is_cancel_requested: bool = False

    def in_the_way_of(self, kind: str, dates: set[tuple[str, int]]) -> bool:
        return self.state == "active" and bool(self.dates & dates) and {self.kind, kind} != {"freeze", "operation"}


class Launches(RuleBasedStateMachine):
    """Several owners reserve, renew, cancel and end claims while time goes on."""

    clock: ClassVar[Clock]
    store: ClassVar[ClaimStore]
    engine: ClassVar[sa.Engine]

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[int, Expected] = {}
        self.last_id = 0

    def teardown(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(schema.claim_spans.delete())
            connection.execute(schema.claims.delete())

    @rule(asked=spans, kind=kinds, lasts=st.integers(1, 90))
    def reserve(self, asked: list[tuple[str, list[int]]], kind: str, lasts: int) -> None:
        dates = {(table, day) for table, (first, last) in asked for day in range(first, last + 1)}
        until = self.clock.now + dt.timedelta(seconds=lasts) if kind == "freeze" else None
        blocking = {id for id, claim in self.known.items() if claim.in_the_way_of(kind, dates)}
        arguments = [january(table, *range_) for table, range_ in asked]
        if blocking:
            with pytest.raises(ClaimConflict) as refused:
                self.store.reserve(arguments, owner="run:x", kind=kind, who="ana", until=until)
            conflicts = refused.value.conflicts
            assert {one.claim.id for one in conflicts} == blocking
            assert all(dates_of([one.overlap]) <= self.known[one.claim.id].dates & dates for one in conflicts)
            return
        claim = self.store.reserve(arguments, owner="run:x", kind=kind, who="ana", until=until)
        assert claim.id > self.last_id
        self.last_id = claim.id
        assert dates_of(claim.spans) == dates
        self.known[claim.id] = Expected(kind, dates, until or self.clock.now + LEASE)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), progress=st.none() | st.text(st.characters(exclude_characters="\0"), max_size=5))
    def renew(self, data: st.DataObject, progress: str | None) -> None:
        claim_id = data.draw(st.sampled_from(sorted(self.known)))
        expected = self.known[claim_id]
        if expected.state == "active":
            self.store.renew(claim_id, progress=progress)
            if expected.kind != "freeze":
                expected.expires_at = self.clock.now + LEASE
        else:
            with pytest.raises(ClaimLost):
                self.store.renew(claim_id, progress=progress)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), state=endings)
    def end(self, data: st.DataObject, state: str) -> None:
        claim_id = data.draw(st.sampled_from(sorted(self.known)))
        expected = self.known[claim_id]
        ended = self.store.end(claim_id, state)
        if expected.state == "active":
            expected.state = state
        assert ended.state == expected.state

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        claim_id = data.draw(st.sampled_from(sorted(self.known)))
        expected = self.known[claim_id]
        if expected.kind != "freeze":
            self.store.request_cancel(claim_id, "bob")
            expected.is_cancel_requested |= expected.state == "active"

    @rule(seconds=seconds)
    def time_goes_on(self, seconds: int) -> None:
        self.clock.advance(seconds)
        for expected in self.known.values():
            if expected.state == "active" and expected.expires_at <= self.clock.now:
                expected.state = "expired"

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def check(self, data: st.DataObject) -> None:
        claim_id = data.draw(st.sampled_from(sorted(self.known)))
        expected = self.known[claim_id]
        if expected.state != "active":
            with pytest.raises(ClaimLost):
                self.store.check(claim_id)
        elif expected.is_cancel_requested:
            with pytest.raises(ClaimCancelled):
                self.store.check(claim_id)
        else:
            assert self.store.check(claim_id) in self.store.active()

    @rule()
    def everybody_dies(self) -> None:
        self.time_goes_on(90)

    @invariant()
    def claims_are_as_the_model_says(self) -> None:
        found = {claim.id: claim for claim in self.store.recent(1000)}
        assert {claim_id: claim.state for claim_id, claim in found.items()} == {
            claim_id: expected.state for claim_id, expected in self.known.items()
        }
        current = [claim for claim in found.values() if claim.is_active]
        for claim in current:
            assert claim.expires_at > self.clock.now
            for other in current:
                if other.id < claim.id and {claim.kind, other.kind} != {"freeze", "operation"}:
                    assert not dates_of(claim.spans) & dates_of(other.spans)


def dates_of(spans: list[Span] | tuple[Span, ...]) -> set[tuple[str, int]]:
    return {(span.table, day) for span in spans for day in range(span.first.day, span.last.day + 1)}


@pytest.mark.parametrize("schedules", [pytest.param(200, marks=pytest.mark.long), 20])
def test_random_schedules_end_as_the_model_says(schedules: int, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # No power is cut here, and waiting for the disk thousands of times is what the test would cost.
    monkeypatch.setattr(schema, "_make_durable", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    Launches.clock, Launches.engine = Clock(), schema.engine_of(url)
    Launches.store = ClaimStore(url, now=Launches.clock)
    machine = Launches.TestCase
    machine.settings = settings(
        max_examples=schedules,
        stateful_step_count=10,
        deadline=None,
        phases=[Phase.reuse, Phase.generate],  # ten steps read well enough; shrinking them takes minutes
        suppress_health_check=list(HealthCheck),
    )
    machine().runTest()

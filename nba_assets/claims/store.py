"""The claims of all launches on one warehouse: reserve spans, renew, cancel, end, look up.

Every writing transaction is the only one of its database at that moment (an advisory lock in PostgreSQL,
BEGIN IMMEDIATE in SQLite), first ends the claims whose lease has run out, and takes milliseconds.
"""

import datetime as dt
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from nba_assets.claims import rows
from nba_assets.claims.claim import ENDINGS, KINDS, Claim, conflicts, merged
from nba_assets.claims.errors import (
    ClaimCancelled,
    ClaimConflict,
    ClaimLost,
    ClaimNotFound,
    ClaimsError,
    ClaimsUnavailable,
    lost,
    named,
)
from nba_assets.claims.schema import BEGIN_READING, BEGIN_WRITING, claims, create, engine_of, shown
from nba_assets.errors import RequestError
from nba_assets.partitions import Span

LEASE = dt.timedelta(seconds=50)
"""How long a claim outlives its last renewal: a killed or stopped owner is free in under a minute.

Not shorter than that allows, for the heartbeat shares its process with the work: on a crowded machine a training has
kept it waiting for more than half a minute.
"""

SEARCHED = 1_000
"""How many of the newest claims `find` looks through."""


class ClaimStore:
    """Claims in a SQLite file (one machine) or PostgreSQL; created on first use, safe to share among threads.

    `now` replaces the clock: the database's own on PostgreSQL, the machine's on SQLite. Every method raises
    ClaimsUnavailable when the database cannot be used.
    """

    def __init__(self, url: str, *, lease: dt.timedelta = LEASE, now: Callable[[], dt.datetime] | None = None) -> None:
        self.lease = lease
        self._engine = engine_of(url)
        self._clock = now
        self._is_created = False

    def __str__(self) -> str:
        return shown(self._engine.url)

    def reserve(
        self,
        spans: Iterable[Span],
        *,
        owner: str,
        kind: str,
        who: str,
        why: str = "",
        run_id: str = "",
        until: dt.datetime | None = None,
        detail: Mapping[str, Any] | None = None,
        above: int = 0,
    ) -> Claim:
        """Reserve all spans or none; the id of the claim is higher than every one before it.

        `kind` is "run", "backfill", "operation" or "freeze". A freeze needs `until` and lasts until then; for others
        `until` caps the renewals. A freeze and an operation never conflict. `above` is the highest token that the
        warehouse has seen: ids go on from there if the database of the claims was lost.
        Raises ClaimConflict naming every claim blocking, RequestError when `until` is past.
        """
        asked = merged(spans)
        if not asked:
            raise ValueError("no spans to reserve: give at least one table and range of dates")
        if kind not in KINDS:
            raise ValueError(f"kind {kind!r} of a claim: give one of {', '.join(KINDS)}")
        with self._writing() as (connection, now):
            if (kind == "freeze" and until is None) or (until is not None and until <= now):
                raise RequestError(f"a {kind} until {until}: give a moment in the future")
            blocking = conflicts(rows.active(connection, now), asked, kind)
            if not blocking:
                claim = Claim(
                    id=rows.next_id(connection, above),
                    owner=owner,
                    kind=kind,
                    who=who,
                    why=why,
                    run_ids=(run_id,) if run_id else (),
                    spans=asked,
                    host=socket.gethostname(),
                    pid=os.getpid(),
                    created_at=now,
                    renewed_at=now,
                    expires_at=self._expiry(kind, until, now),
                    until=until,
                    detail=detail or {},
                )
                return rows.insert(connection, claim)
        raise ClaimConflict(blocking)

    def renew(self, claim_id: int, *, run_id: str | None = None, progress: str | None = None) -> Claim:
        """Extend the lease, noting progress and the run that works under it; ClaimLost when it is not active."""
        with self._writing() as (connection, now):
            claim = self._known(connection, claim_id, now)
            if claim.is_active:
                values: dict[str, Any] = {"renewed_at": now, "expires_at": self._expiry(claim.kind, claim.until, now)}
                if progress is not None:
                    values |= {"progress": progress, "progressed_at": now}
                if run_id and run_id not in claim.run_ids:
                    values["run_ids"] = [*claim.run_ids, run_id]
                return rows.change(connection, claim, now, **values)
        raise self._lost(claim)

    def add_run(self, claim_id: int, run_id: str) -> Claim:
        """Let a run work under the claim of its launch; ClaimLost when it is not active. Extends the lease."""
        return self.renew(claim_id, run_id=run_id)

    def check(self, claim_id: int) -> Claim:
        """The active claim, without extending it. Raises ClaimLost, or ClaimCancelled when asked to stop."""
        with self._reading() as (connection, now):
            claim = self._known(connection, claim_id, now)
        if not claim.is_active:
            raise self._lost(claim)
        if claim.cancel_requested_at is not None:
            raise ClaimCancelled(claim)
        return claim

    def request_cancel(self, claim_id: int, who: str, why: str = "") -> Claim:
        """Ask the owner to stop at its next check; the first request stays. A claim that is over is left alone."""
        with self._writing() as (connection, now):
            claim = rows.one(connection, claim_id, now)
            if claim.kind == "freeze":
                raise ClaimsError(
                    f"{named(claim)} is a freeze, nothing runs under it: `nba-assets unfreeze {claim_id}`"
                )
            if not claim.is_active or claim.cancel_requested_at is not None:
                return claim
            return rows.change(connection, claim, now, cancel_who=who, cancel_why=why, cancel_requested_at=now)

    def end(self, claim_id: int, state: str, who: str = "", why: str = "") -> Claim:
        """End the claim at once as done, failed, cancelled, released or expired; one that is over stays as it was."""
        if state not in ENDINGS:
            raise ValueError(f"state {state!r} of an ended claim: give one of {', '.join(ENDINGS)}")
        with self._writing() as (connection, now):
            claim = rows.one(connection, claim_id, now)
            if not claim.is_active:
                return claim
            return rows.change(connection, claim, now, state=state, ended_at=now, ended_by=who, ended_why=why)

    def get(self, claim_id: int) -> Claim:
        """The claim of an id; ClaimNotFound where there is none."""
        with self._reading() as (connection, now):
            return rows.one(connection, claim_id, now)

    def find(self, text: str) -> Claim:
        """The claim of an id, an owner (also without its "run:"), or 8 and more first characters of a run id.

        Of several the active one, else the newest. ClaimNotFound when none fits, or several active ones do.
        """
        with self._reading() as (connection, now):
            if text.isdecimal() and len(text) < 8:
                return rows.one(connection, int(text), now)
            found = [claim for claim in rows.load(connection, now, limit=SEARCHED) if _goes_by(claim, text)]
        active = [claim for claim in found if claim.is_active]
        if len(active) > 1:
            raise ClaimNotFound(f"{text!r} fits {', '.join(named(claim) for claim in active)}: give the id")
        if not found:
            raise ClaimNotFound(
                f"no claim goes by {text!r}: give its id, its owner, or at least 8 characters of its run id;"
                " `nba-assets claims` lists them"
            )
        return (active or found)[0]

    def active(self) -> list[Claim]:
        """Every active claim, newest first."""
        with self._reading() as (connection, now):
            return rows.active(connection, now)

    def recent(self, limit: int = 20) -> list[Claim]:
        """The newest claims, active or not, newest first."""
        with self._reading() as (connection, now):
            return rows.load(connection, now, limit=limit)

    def covering(self, spans: Iterable[Span]) -> list[Claim]:
        """Active claims that have any date of the spans, newest first."""
        asked = merged(spans)
        return [claim for claim in self.active() if claim.overlaps(asked)]

    def now(self) -> dt.datetime:
        """The time by which leases are judged."""
        with self._reading() as (_, now):
            return now

    def _expiry(self, kind: str, until: dt.datetime | None, now: dt.datetime) -> dt.datetime:
        if until is not None and (kind == "freeze" or until < now + self.lease):
            return until
        return now + self.lease

    def _known(self, connection: sa.Connection, claim_id: int, now: dt.datetime) -> Claim:
        try:
            return rows.one(connection, claim_id, now)
        except ClaimNotFound as error:
            raise ClaimLost(f"claim {claim_id} is lost: {self} does not know it; launch the work again") from error

    def _lost(self, claim: Claim) -> ClaimLost:
        with self._reading() as (connection, now):
            later = rows.load(connection, now, claims.c.id > claim.id)
        return lost(claim, [other for other in reversed(later) if other.overlaps(claim.spans)])

    @contextmanager
    def _writing(self) -> Iterator[tuple[sa.Connection, dt.datetime]]:
        with self._connection(BEGIN_WRITING[self._engine.dialect.name]) as connection:
            now = self._time(connection)
            rows.expire(connection, now)
            yield connection, now

    @contextmanager
    def _reading(self) -> Iterator[tuple[sa.Connection, dt.datetime]]:
        with self._connection(BEGIN_READING[self._engine.dialect.name]) as connection:
            yield connection, self._time(connection)

    @contextmanager
    def _connection(self, begin: str) -> Iterator[sa.Connection]:
        try:
            if not self._is_created:
                create(self._engine)
                self._is_created = True
            with self._engine.begin() as connection:
                connection.exec_driver_sql(begin)
                yield connection
        except sa.exc.DBAPIError as error:
            # Anyone who removed the file or the tables finds them made again at the next use.
            self._is_created = False
            raise ClaimsUnavailable(
                f"the claims in {self} cannot be used: {' '.join(str(error.orig).split())}. Check that the database"
                " is there and can be written, and that no stopped process holds it; NBA_CLAIMS_URL says where it is"
            ) from error

    def _time(self, connection: sa.Connection) -> dt.datetime:
        if self._clock is not None:
            return self._clock()
        if self._engine.dialect.name == "sqlite":
            return dt.datetime.now(dt.UTC)
        now: dt.datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return now.astimezone(dt.UTC)


def _goes_by(claim: Claim, text: str) -> bool:
    is_run = len(text) >= 8 and any(run_id.startswith(text) for run_id in claim.run_ids)
    return is_run or text in (claim.owner, claim.owner.partition(":")[2] or claim.owner)

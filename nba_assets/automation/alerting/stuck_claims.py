"""Claims that are stuck or slow: found, and reported once in the log of their run."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import dagster as dg

from nba_assets.claims.claim import Claim, described
from nba_assets.claims.errors import moment, named
from nba_assets.operations.status import claim_status
from nba_assets.readiness.durations import SLOW_SECONDS, durations
from nba_assets.warehouse.port import Warehouse

STALLED, SLOW = "stalled", "slow"


@dataclass(frozen=True)
class StuckClaim:
    """A claim that is stalled or slow, since its last progress; reported once for each progress."""

    claim: Claim
    word: str
    message: str

    @property
    def key(self) -> str:
        return f"{self.claim.id} {self.word} {_last_sign(self.claim).isoformat()}"


def stalled(claims: Iterable[Claim], now: dt.datetime, after: dt.timedelta) -> Iterator[StuckClaim]:
    """Claims without progress for so long."""
    for claim in claims:
        if claim.is_stalled(now, after):
            minutes = int((now - _last_sign(claim)).total_seconds() // 60)
            message = f"{named(claim)} ({claim.who}) has made no progress for {minutes} minutes"
            yield StuckClaim(claim, STALLED, message + _what_to_do(claim))


def slow(claims: Sequence[Claim], warehouse: Warehouse, now: dt.datetime) -> Iterator[StuckClaim]:
    """Claims that take over twice as long as earlier builds of the tables they have still to build."""
    quiet = [
        claim
        for claim in claims
        if claim.kind in ("run", "backfill") and (now - _last_sign(claim)).total_seconds() > SLOW_SECONDS
    ]
    if not quiet:
        return
    state, ledger, timed = warehouse.state(), warehouse.ledger(), durations(warehouse.recent_builds())
    for claim in quiet:
        if claim_status(claim, state, ledger, timed, now, dt.timedelta.max).is_slow:
            seconds = int((now - _last_sign(claim)).total_seconds())
            message = f"{named(claim)} ({claim.who}) is slow: {seconds} s since its last progress, twice the usual"
            yield StuckClaim(claim, SLOW, message + _what_to_do(claim))


def report(instance: dg.DagsterInstance, stuck: Sequence[StuckClaim], reported: Iterable[str]) -> list[StuckClaim]:
    """Say what was not reported before in the log of the claim's run, when that is in this instance; what was new."""
    new = [claim for claim in stuck if claim.key not in set(reported)]
    for claim in new:
        run = instance.get_run_by_id(claim.claim.run_id) if claim.claim.run_id else None
        if run is not None:
            instance.report_engine_event(claim.message, dagster_run=run)
    return new


def _last_sign(claim: Claim) -> dt.datetime:
    return claim.progressed_at or claim.created_at


def _what_to_do(claim: Claim) -> str:
    return (
        f" ({claim.progress or 'nothing done yet'}, {moment(_last_sign(claim))}). It keeps {described(claim.spans)} "
        f"from everybody else. If it is stuck: nba-assets cancel {claim.id}"
    )

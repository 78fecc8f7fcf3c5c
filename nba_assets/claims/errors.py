"""What can go wrong with a claim, in words: who holds what, since when, why, and what to do about it."""

import datetime as dt
from collections.abc import Sequence

from nba_assets.claims.claim import Claim, Conflict, described

ENDED = {"done": "ended as done", "failed": "ended as failed", "cancelled": "cancelled", "released": "released"}
"""How the end of a claim reads, per state."""


class ClaimsError(Exception):
    """The claims cannot be used as asked; the message says what to do."""

    code = "NBA-401"


class ClaimsUnavailable(ClaimsError):
    """The database of the claims cannot be reached, opened or written."""

    code = "NBA-402"


class ClaimNotFound(ClaimsError):
    """No claim, or more than one active claim, goes by this id, owner or run."""

    code = "NBA-403"


class ClaimConflict(ClaimsError):
    """Somebody else's active claim has dates of the asked spans; nothing was reserved."""

    code = "NBA-404"

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        self.owners = {conflict.claim.id for conflict in conflicts}
        super().__init__(_conflict_message(self.conflicts))


class ClaimLost(ClaimsError):
    """The claim is not active any more; its owner must write nothing further."""

    code = "NBA-405"

    def __init__(self, message: str, claim: Claim | None = None) -> None:
        self.claim = claim
        super().__init__(message)


class ClaimCancelled(ClaimsError):
    """Somebody asked the owner of the claim to stop."""

    code = "NBA-406"

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        super().__init__(
            f"{named(claim)} was cancelled by {claim.cancel_who} at {moment(claim.cancel_requested_at)}"
            f"{_because(claim.cancel_why)}"
        )


def lost(claim: Claim, successors: Sequence[Claim] = ()) -> ClaimLost:
    """The error of an owner whose claim is over, with the reason; `successors` are who took its dates since."""
    if claim.state == "expired":
        reason = f"its lease ran out at {moment(claim.expires_at)} (last renewed {moment(claim.renewed_at)})"
    else:
        reason = f"it was {ENDED[claim.state]} by {claim.ended_by or 'its owner'} at {moment(claim.ended_at)}"
        reason += _because(claim.ended_why)
    for successor in successors:
        reason += f"; {described(successor.overlaps(claim.spans))} taken over by {named(successor)} ({successor.who})"
    return ClaimLost(
        f"{named(claim)} is lost: {reason}. Nothing more is written under it; launch again what is still to be done",
        claim,
    )


def named(claim: Claim) -> str:
    """A claim as messages name it: its number and who has it."""
    return f"claim {claim.id} of {claim.owner}"


def moment(when: dt.datetime | None) -> str:
    """A time as '2026-01-03 21:04:10 UTC'."""
    return "an unknown time" if when is None else f"{when.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _because(why: str) -> str:
    return f": {why}" if why else ""


def _conflict_message(conflicts: Sequence[Conflict]) -> str:
    claims = {conflict.claim.id: conflict.claim for conflict in conflicts}
    lines = ["the asked dates are taken, nothing was reserved:"]
    for claim in claims.values():
        dates = described([conflict.overlap for conflict in conflicts if conflict.claim.id == claim.id])
        run = f", run {claim.run_id}" if claim.run_id else ""
        facts = f"{dates}: {named(claim)}{run}, since {moment(claim.created_at)} by {claim.who}{_because(claim.why)}"
        if claim.kind == "freeze":
            lines.append(f"- {facts}; frozen until {moment(claim.until)}. `nba-assets unfreeze {claim.id}` frees it")
        else:
            lines.append(
                f"- {facts}; last renewed {moment(claim.renewed_at)}. Wait for it (tag nba/on_conflict=wait, `--wait`)"
                f" or stop it: `nba-assets cancel {claim.id}`"
            )
    return "\n".join(lines)

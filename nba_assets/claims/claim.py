"""What a claim is: the spans somebody reserved, who, why, and how long the reservation still lasts."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nba_assets.partitions import Span

KINDS = ("run", "backfill", "operation", "freeze")
ENDINGS = ("done", "failed", "cancelled", "released", "expired")


@dataclass(frozen=True)
class Claim:
    """One reservation; `id` is also its fencing token. All times are aware, in UTC.

    `owner` names the launch ("run:…", "backfill:…"), `who` the person or automation behind it. `state` is
    "active" or one of ENDINGS; a claim whose lease has run out reads "expired" although nobody has ended it yet.
    `until` is the moment past which no renewal extends it; a freeze lasts exactly until then. None = not set.
    """

    id: int
    owner: str
    kind: str
    who: str
    why: str
    run_ids: tuple[str, ...]
    spans: tuple[Span, ...]
    host: str
    pid: int
    created_at: dt.datetime
    renewed_at: dt.datetime
    expires_at: dt.datetime
    until: dt.datetime | None = None
    progress: str = ""
    progressed_at: dt.datetime | None = None
    cancel_who: str = ""
    cancel_why: str = ""
    cancel_requested_at: dt.datetime | None = None
    state: str = "active"
    ended_at: dt.datetime | None = None
    ended_by: str = ""
    ended_why: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        return self.state == "active"

    @property
    def run_id(self) -> str:
        """The run that joined last; "" before the first."""
        return self.run_ids[-1] if self.run_ids else ""

    def covers(self, spans: Iterable[Span]) -> bool:
        """Whether every date of the spans is reserved by this claim."""
        return all(any(span in own for own in self.spans) for span in spans)

    def overlaps(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """The dates that this claim shares with the spans."""
        own: dict[str, list[Span]] = {}
        for span in self.spans:
            own.setdefault(span.table, []).append(span)
        shared = [mine.overlap(span) for span in spans for mine in own.get(span.table, ())]
        return merged(span for span in shared if span)

    def is_stalled(self, now: dt.datetime, after: dt.timedelta) -> bool:
        """Whether the claim is active but has reported no progress for `after`; a freeze never is."""
        return self.is_active and self.kind != "freeze" and now - (self.progressed_at or self.created_at) >= after


@dataclass(frozen=True)
class Conflict:
    """Dates of one table that somebody else's active claim already has."""

    claim: Claim
    overlap: Span


def conflicts(active: Iterable[Claim], asked: Sequence[Span], kind: str) -> list[Conflict]:
    """What blocks a new claim; a freeze and an operation never do: a person may repair what is frozen."""
    blocking = [claim for claim in active if {claim.kind, kind} != {"freeze", "operation"}]
    return [Conflict(claim, overlap) for claim in blocking for overlap in claim.overlaps(asked)]


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same dates in as few spans as possible, by table and date: overlapping and adjacent ones become one."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.table, span.first)):
        last = result[-1] if result else None
        if last and last.table == span.table and span.first <= last.last + dt.timedelta(days=1):
            result[-1] = Span(span.table, last.first, max(last.last, span.last))
        else:
            result.append(span)
    return tuple(result)


def described(spans: Sequence[Span]) -> str:
    """The spans as text, tables of the same dates together: 'team_defense, team_offense 2024-01-04 … 2024-01-20'."""
    tables: dict[tuple[dt.date, dt.date], list[str]] = {}
    for span in spans:
        tables.setdefault((span.first, span.last), []).append(span.table)
    return "; ".join(str(Span(", ".join(names), first, last)) for (first, last), names in tables.items())

"""What a person decides: cancel, freeze, unfreeze, invalidate, restore, waive, revoke; each with who and why.

What changes dates does so under a claim of its own, so that nobody writes them meanwhile; every decision is in the
journal of the warehouse.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd

from nba_assets.claims.claim import Claim, described
from nba_assets.claims.errors import ClaimsError, moment, named
from nba_assets.claims.lease import Lease
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.errors import RequestError
from nba_assets.partitions import Span, label_date
from nba_assets.readiness.counted import counted
from nba_assets.readiness.date_ranges import DateRange, list_of, ranges_of
from nba_assets.readiness.former_rules import rule_today
from nba_assets.readiness.game_decisions import AS_DELIVERED, DECIDED_TABLES, SAYABLE
from nba_assets.readiness.gate import TRAINING_RULE
from nba_assets.readiness.rules import rule_names
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse

_BACKFILL = "nba-assets backfill"


@dataclass(frozen=True)
class Effect:
    """What was done, which dates of which tables are stale now that were not, and the one command that fixes them."""

    said: str
    stale: tuple[tuple[str, tuple[DateRange, ...]], ...] = ()
    fix_command: str = ""

    def __str__(self) -> str:
        lines = [self.said, *(f"  stale now: {table} {list_of(ranges)}" for table, ranges in self.stale)]
        return "\n".join([*lines, f"Rebuild: {self.fix_command}"] if self.fix_command else lines)


def cancel(store: ClaimStore, warehouse: Warehouse, text: str, *, who: str, why: str) -> Claim:
    """Ask the owner of a claim (its id, owner or run) to stop; it does at its next check, and writes the journal.

    A publish in work is completed or rolled back. The claim is returned as it is now: when its lease had run out it is
    over already. ClaimsError for an unknown claim and for a freeze.
    """
    claim = store.request_cancel(store.find(text).id, who, why)
    if claim.state == "expired":
        warehouse.record("cancel", who, why, claim.spans, {"claim": claim.id, "owner": claim.owner, "was": "expired"})
    return claim


def freeze(store: ClaimStore, warehouse: Warehouse, span: Span, *, who: str, why: str, until: dt.datetime) -> Claim:
    """Keep everybody from writing the dates until a moment; ClaimConflict when somebody writes them now."""
    require_known(warehouse, span)
    claim = store.reserve(
        [span], owner=f"freeze:{who}", kind="freeze", who=who, why=why, until=until, above=warehouse.last_token()
    )
    warehouse.record("freeze", who, why, [span], {"claim": claim.id, "until": until.isoformat()})
    return claim


def unfreeze(store: ClaimStore, warehouse: Warehouse, claim_id: int, *, who: str, why: str) -> Claim:
    """End a freeze; ClaimsError when the claim is none."""
    claim = store.get(claim_id)
    if claim.kind != "freeze":
        raise ClaimsError(
            f"{named(claim)} is no freeze but a {claim.kind}: stop it with `nba-assets cancel {claim_id}`"
        )
    if not claim.is_active:
        raise ClaimsError(f"{named(claim)} is over: {claim.state} at {moment(claim.ended_at)}")
    claim = store.end(claim_id, "released", who, why)
    warehouse.record("release", who, why, claim.spans, {"claim": claim.id})
    return claim


def invalidate(store: ClaimStore, warehouse: Warehouse, span: Span, *, who: str, why: str) -> Effect:
    """Close the gate on what is published in the span; what was built on it becomes stale."""
    require_known(warehouse, span)
    with claimed(store, warehouse, "invalidate", [span], who, why) as claim:
        before = warehouse.state()
        count = warehouse.invalidate(span, who=who, why=why, token=claim.id)
        stale = newly_stale(before, warehouse.state())
    said = f"{counted(count, 'date')} of {span} rejected until rebuilt or restored."
    return Effect(said, stale, f"nba-assets backfill --from {span.first}")


def say_of_game(
    store: ClaimStore,
    warehouse: Warehouse,
    game_id: str,
    status: str,
    *,
    who: str,
    why: str,
    day: dt.date | None = None,
) -> Effect:
    """Say that a game is not played on its date (`status` postponed or not_played), or withdraw it (as_delivered).

    It is applied whenever the date is ingested; schedule and results of the date are invalid until then. RequestError
    for a game that the schedule does not have, or has on several dates where `day` names none.
    """
    if status not in SAYABLE:
        raise RequestError(f"{status!r} is nothing to say of a game; there are {', '.join(SAYABLE)}")
    day = day or date_of_game(warehouse, game_id)
    spans = [Span(table, day, day) for table in DECIDED_TABLES]
    for span in spans:
        require_known(warehouse, span)
    with claimed(store, warehouse, "game", spans, who, why) as claim:
        before = warehouse.state()
        warehouse.record("game", who, why, spans, {"game_id": game_id, "status": status})
        said = f"game {game_id} {status.replace('_', ' ')}: {why}"
        for span in spans:
            warehouse.invalidate(span, who=who, why=said, token=claim.id)
        stale = newly_stale(before, warehouse.state())
    words = "as it is delivered" if status == AS_DELIVERED else status.replace("_", " ")
    return Effect(f"Game {game_id} of {day} is {words}, from the next build on.", stale, f"{_BACKFILL} --from {day}")


def date_of_game(warehouse: Warehouse, game_id: str) -> dt.date:
    """The one date on which the schedule has the game due; RequestError where it has none, or several."""
    first, last = warehouse.days[0].date(), warehouse.days[-1].date()
    found = warehouse.find("game_schedule", {"game_id": game_id}, first, last, ("game_date", "is_postponed"))
    dates = [label_date(day) for day in found["game_date"]]
    if not dates:
        raise RequestError(
            f"the schedule has no game {game_id!r}; ids have ten characters, as 0022400061. Of a game that was never "
            "published name the date with --date"
        )
    due = [label_date(day) for day in found.loc[~found["is_postponed"].astype(bool), "game_date"]]
    if len(due) != 1 and len(dates) != 1:
        raise RequestError(f"the schedule has {game_id} on {', '.join(map(str, dates))}; name one of them with --date")
    return (due or dates)[0]


def restore(
    store: ClaimStore, warehouse: Warehouse, table: str, day: dt.date, build: int, *, who: str, why: str
) -> Effect:
    """Put back what a former build had published on a date."""
    span = Span(table, day, day)
    require_known(warehouse, span)
    with claimed(store, warehouse, "restore", [span], who, why) as claim:
        before = warehouse.state()
        published = warehouse.restore(table, day, build, who=who, why=why, token=claim.id)
        after = warehouse.state()
    said = f"{span} has the content of build {build} again, as build {published.build_id}."
    if after.stale[table][after.position(pd.Timestamp(day))]:
        said += (
            f" It is stale: its inputs or its code have changed since build {build}, and a backfill would build it "
            f"again. `nba-assets freeze {table} --from {day}` keeps it."
        )
    return Effect(said, newly_stale(before, after), f"nba-assets backfill --stale --from {day}")


def waive(warehouse: Warehouse, span: Span, *, rule: str, who: str, why: str, until: dt.datetime) -> Effect:
    """Let failures of a rule pass; who builds on it is tainted. It changes no date, so it needs no claim.

    The rule may be named as it was before; RequestError for one that the table does not have.
    """
    if span.table != MODEL:
        require_known(warehouse, span)
    rule = rule_today(rule)
    known = (TRAINING_RULE,) if span.table == MODEL else rule_names(TABLES[span.table])
    if rule not in (*known, "*"):
        raise RequestError(f"{span.table} has no rule {rule!r}; it has {', '.join(known)}, and * is all of them")
    waiver = warehouse.add_waiver(span, rule, who=who, why=why, until=until)
    said = (
        f"Waiver {waiver.waiver_id}: {rule} of {span} passes until {until.isoformat()}; what is built under it says so."
    )
    tables = f" --tables {MODEL}" if span.table == MODEL else " --failed"
    return Effect(
        said, fix_command=f"nba-assets backfill{tables}" + ("" if span.table == MODEL else f" --from {span.first}")
    )


def revoke(warehouse: Warehouse, waiver_id: str, *, who: str, why: str) -> Effect:
    """End a waiver now; what was published under it stays, and stays tainted until it is rebuilt."""
    given = warehouse.waivers().set_index("waiver_id")
    warehouse.revoke_waiver(waiver_id, who, why)
    waiver = given.loc[waiver_id]
    first, last = (waiver[name].date() for name in ("first_date", "last_date"))
    span = Span(str(waiver["table_name"]), first, last)
    said = f"Waiver {waiver_id} for {span} is revoked; its taint stays until a rebuild."
    return Effect(said, fix_command=f"nba-assets backfill --no-resume --from {first} --to {last}")


@contextmanager
def claimed(
    store: ClaimStore, warehouse: Warehouse, operation: str, spans: Sequence[Span], who: str, why: str
) -> Iterator[Claim]:
    """A claim of its own for what a person does to dates, with its fence raised; ended when that is done."""
    owner = f"operation:{operation} by {who}"
    claim = store.reserve(spans, owner=owner, kind="operation", who=who, why=why, above=warehouse.last_token())
    with Lease(store, claim):
        warehouse.raise_fence(claim.spans, claim.id)
        yield claim


def require_table(table: str) -> None:
    """RequestError for a table that is not there."""
    if table not in TABLES:
        raise RequestError(f"no table {table!r}; there are {', '.join(TABLES)}")


def require_known(warehouse: Warehouse, span: Span) -> None:
    """RequestError for a table that is not there, or dates outside the calendar."""
    require_table(span.table)
    first, last = warehouse.days[0].date(), warehouse.days[-1].date()
    if span.first < first or span.last > last:
        raise RequestError(f"{span}: there is only {first} … {last}")


def newly_stale(before: LedgerState, after: LedgerState) -> tuple[tuple[str, tuple[DateRange, ...]], ...]:
    """What is stale after something was done that was not before, by table."""
    found: list[tuple[str, Sequence[DateRange]]] = [
        (table, ranges_of(after.is_stale(table) & ~before.is_stale(table), after.days)) for table in TABLES
    ]
    return tuple((table, tuple(ranges)) for table, ranges in found if ranges)


def stopped(claim: Claim) -> str:
    """The state of a cancelled claim, in words."""
    if claim.is_active:
        return f"{named(claim)} was asked to stop; it does at its next check. It holds {described(claim.spans)}."
    return (
        f"{named(claim)} is over: {claim.state} at {moment(claim.ended_at)}, last progress: {claim.progress or 'none'}."
    )

"""What a person decides, from the terminal: cancel, hold, release, invalidate, restore, waive, revoke."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from nba_assets.claims.errors import ClaimsError
from nba_assets.cli.opening import open_platform, refuse, say
from nba_assets.errors import RequestError
from nba_assets.operations import commands
from nba_assets.partitions import Span
from nba_assets.warehouse.port import WarehouseError

STOPPING_SECONDS = 15.0
"""How long `cancel` waits for the holder to stop; a long computation goes on until its next check."""

Reason = Annotated[str, typer.Option(help="Why; it is recorded.")]
Json = Annotated[bool, typer.Option("--json", help="The outcome as JSON.")]
Table = Annotated[str, typer.Argument(help="A table, as team_offense.")]
First = Annotated[dt.datetime, typer.Argument(formats=["%Y-%m-%d"], help="First date.")]
Last = Annotated[dt.datetime | None, typer.Argument(formats=["%Y-%m-%d"], help="Last date; default: the first.")]
Until = Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="Until when, in local time.")]


def cancel(
    claim: Annotated[str, typer.Argument(help="A run, a claim's id, or its holder.")],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Stop a run or a backfill: a publish in work is completed or rolled back, nothing further starts."""
    platform = open_platform()
    with _refusing():
        found = commands.cancel(platform.store, platform.warehouse, claim, who=platform.settings.who, why=reason)
        deadline = time.monotonic() + STOPPING_SECONDS
        while found.is_active and time.monotonic() < deadline:
            time.sleep(0.5)
            found = platform.store.get(found.id)
    say(as_json, commands.stopped(found), claim=found.id, state=found.state, progress=found.progress)


def hold(table: Table, first: First, until: Until, reason: Reason, last: Last = None, as_json: Json = False) -> None:
    """Keep everybody from writing dates of a table until a moment."""
    platform = open_platform()
    with _refusing():
        held = commands.hold(
            platform.store, platform.warehouse, _span(table, first, last), who=platform.settings.who, why=reason,
            until=until.astimezone(),
        )  # fmt: skip
    said = f"Hold {held.id} on {held.spans[0]} until {until}. Release it: nba-assets release {held.id}"
    say(as_json, said, claim=held.id, until=until.astimezone().isoformat())


def release(
    claim: Annotated[int, typer.Argument(help="Id of the hold.")], reason: Reason = "", as_json: Json = False
) -> None:
    """End a hold."""
    platform = open_platform()
    with _refusing():
        ended = commands.release(platform.store, platform.warehouse, claim, who=platform.settings.who, why=reason)
    say(as_json, f"Hold {ended.id} on {ended.spans[0]} is released.", claim=ended.id, state=ended.state)


def invalidate(table: Table, first: First, reason: Reason, last: Last = None, as_json: Json = False) -> None:
    """Close the gate on what stands; what was built on it becomes stale."""
    platform = open_platform()
    with _refusing():
        span = _span(table, first, last)
        effect = commands.invalidate(platform.store, platform.warehouse, span, who=platform.settings.who, why=reason)
    _say_effect(effect, as_json)


def restore(
    table: Table,
    date: First,
    build: Annotated[int, typer.Argument(help="The build to go back to; `nba-assets history` lists them.")],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Put back what a former build had published on a date."""
    platform = open_platform()
    with _refusing():
        effect = commands.restore(
            platform.store, platform.warehouse, table, date.date(), build, who=platform.settings.who, why=reason
        )
    _say_effect(effect, as_json)


def waive(
    table: Table,
    first: First,
    rule: Annotated[str, typer.Option(help="The rule whose failures pass; `*` for every rule.")],
    until: Until,
    reason: Reason,
    last: Last = None,
    as_json: Json = False,
) -> None:
    """Go ahead regardless of a rule, for some dates and some time; everything built on it says so."""
    platform = open_platform()
    with _refusing():
        effect = commands.waive(
            platform.warehouse, _span(table, first, last), rule=rule, who=platform.settings.who, why=reason,
            until=until.astimezone(),
        )  # fmt: skip
    _say_effect(effect, as_json)


def revoke(
    waiver: Annotated[str, typer.Argument(help="Id of the waiver; `nba-assets waivers` lists them.")],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """End a waiver before its time."""
    platform = open_platform()
    with _refusing():
        effect = commands.revoke(platform.warehouse, waiver, who=platform.settings.who, why=reason)
    _say_effect(effect, as_json)


def _span(table: str, first: dt.datetime, last: dt.datetime | None) -> Span:
    if last is not None and last < first:
        raise RequestError(f"{table}: {first:%Y-%m-%d} lies after {last:%Y-%m-%d}; exchange them")
    return Span(table, first.date(), (last or first).date())


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (ClaimsError, RequestError, WarehouseError) as error:
        refuse(error)


def _say_effect(effect: commands.Effect, as_json: bool) -> None:
    stale = {table: [[str(part.first), str(part.last)] for part in ranges] for table, ranges in effect.stale}
    say(as_json, str(effect), said=effect.said, stale=stale, rebuild=effect.heal)

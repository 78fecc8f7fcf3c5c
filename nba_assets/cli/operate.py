"""What a person decides, from the terminal: cancel, freeze, unfreeze, invalidate, restore, waive, revoke."""

import datetime as dt
import time
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.opening import open_platform, say
from nba_assets.cli.options import Date, FromDate, Json, Reason, Table, ToDate, Until
from nba_assets.errors import RequestError

if TYPE_CHECKING:
    from nba_assets.operations.commands import Effect
    from nba_assets.partitions import Span

STOPPING_SECONDS = 15.0
"""How long `cancel` waits for the owner to stop; a long computation goes on until its next check."""


def cancel(
    claim: Annotated[str, typer.Argument(help="A run, a claim's id, or its owner.")],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Stop a run or a backfill: a publish in work is completed or rolled back, nothing further starts."""
    from nba_assets.operations import commands

    platform = open_platform()
    found = commands.cancel(platform.claims, platform.warehouse, claim, who=platform.settings.who, why=reason)
    deadline = time.monotonic() + STOPPING_SECONDS
    while found.is_active and time.monotonic() < deadline:
        time.sleep(0.5)
        found = platform.claims.get(found.id)
    say(as_json, commands.stopped(found), claim=found.id, state=found.state, progress=found.progress)


def freeze(
    table: Table, from_: FromDate, until: Until, reason: Reason, to: ToDate = None, as_json: Json = False
) -> None:
    """Keep everybody from writing dates of a table until a moment."""
    from nba_assets.operations import commands

    platform = open_platform()
    frozen = commands.freeze(
        platform.claims, platform.warehouse, _span(table, from_, to), who=platform.settings.who, why=reason,
        until=until.astimezone(),
    )  # fmt: skip
    said = f"Freeze {frozen.id} on {frozen.spans[0]} until {until}. End it: nba-assets unfreeze {frozen.id}"
    say(as_json, said, claim=frozen.id, until=until.astimezone().isoformat())


def unfreeze(
    claim: Annotated[int, typer.Argument(help="Id of the freeze.")], reason: Reason = "", as_json: Json = False
) -> None:
    """End a freeze."""
    from nba_assets.operations import commands

    platform = open_platform()
    ended = commands.unfreeze(platform.claims, platform.warehouse, claim, who=platform.settings.who, why=reason)
    say(as_json, f"Freeze {ended.id} on {ended.spans[0]} is released.", claim=ended.id, state=ended.state)


def invalidate(table: Table, from_: FromDate, reason: Reason, to: ToDate = None, as_json: Json = False) -> None:
    """Close the gate on what is published; what was built on it becomes stale."""
    from nba_assets.operations import commands

    platform = open_platform()
    span = _span(table, from_, to)
    effect = commands.invalidate(platform.claims, platform.warehouse, span, who=platform.settings.who, why=reason)
    say_effect(effect, as_json)


def restore(
    table: Table,
    date: Date,
    build: Annotated[int, typer.Argument(help="The build to go back to; `nba-assets history` lists them.")],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Put back what a former build had published on a date."""
    from nba_assets.operations import commands

    platform = open_platform()
    effect = commands.restore(
        platform.claims, platform.warehouse, table, date.date(), build, who=platform.settings.who, why=reason
    )
    say_effect(effect, as_json)


def waive(
    table: Table,
    from_: FromDate,
    rule: Annotated[str, typer.Option(help="The rule whose failures pass; `*` for every rule.")],
    until: Until,
    reason: Reason,
    to: ToDate = None,
    as_json: Json = False,
) -> None:
    """Go ahead regardless of a rule, for some dates and some time; everything built on it says so."""
    from nba_assets.operations import commands

    platform = open_platform()
    effect = commands.waive(
        platform.warehouse, _span(table, from_, to), rule=rule, who=platform.settings.who, why=reason,
        until=until.astimezone(),
    )  # fmt: skip
    say_effect(effect, as_json)


def revoke(
    waiver: Annotated[str, typer.Argument(help="Id of the waiver; `nba-assets waivers` lists them.")],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """End a waiver before its time."""
    from nba_assets.operations import commands

    platform = open_platform()
    effect = commands.revoke(platform.warehouse, waiver, who=platform.settings.who, why=reason)
    say_effect(effect, as_json)


def _span(table: str, first: dt.datetime, last: dt.datetime | None) -> "Span":
    from nba_assets.partitions import Span

    if last is not None and last < first:
        raise RequestError(f"{table}: {first:%Y-%m-%d} is after {last:%Y-%m-%d}: swap them")
    return Span(table, first.date(), (last or first).date())


def say_effect(effect: "Effect", as_json: bool) -> None:
    """What was done, what is stale for it and the command that follows, or all that as JSON."""
    stale = {table: [[str(part.first), str(part.last)] for part in ranges] for table, ranges in effect.stale}
    say(as_json, str(effect), said=effect.said, stale=stale, rebuild=effect.fix_command)

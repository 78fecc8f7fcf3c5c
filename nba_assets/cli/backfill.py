"""`nba-assets backfill`: plan, reserve, and start a process of its own that works it off; `follow`: watch one."""

from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.opening import console, open_platform, refuse, say
from nba_assets.cli.options import (
    ChunkDays,
    Detach,
    DryRun,
    Failed,
    From,
    Json,
    Missing,
    NoResume,
    ShownReason,
    Stale,
    Tables,
    To,
    WithUpstream,
)
from nba_assets.cli.show import plan
from nba_assets.operations.backfills.defaults import CHUNK_DAYS, WAIT_MINUTES

if TYPE_CHECKING:
    from nba_assets.claims.errors import ClaimConflict
    from nba_assets.operations.backfills.backfill import Request
    from nba_assets.platform import Platform


def backfill(
    tables: Tables = None,
    from_: From = None,
    to: To = None,
    stale: Stale = False,
    missing: Missing = False,
    failed: Failed = False,
    no_resume: NoResume = False,
    with_upstream: WithUpstream = False,
    workers: Annotated[int, typer.Option(min=1, help="Runs at the same time.")] = 1,
    chunk_days: ChunkDays = CHUNK_DAYS,
    dry_run: DryRun = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for anyone who holds the dates.")] = False,
    wait_minutes: Annotated[float, typer.Option(help="With --wait: how long.")] = WAIT_MINUTES,
    detach: Detach = False,
    reason: ShownReason = "",
    override: Annotated[str, typer.Option(help="The reason why older code may build over newer.")] = "",
    as_json: Json = False,
) -> None:
    """Build tables over a range of dates, then, where it ends with the last date, the model, and predictions.

    What is up to date is left alone, so that an interrupted backfill goes on where it stopped. Everything is
    reserved before the first run starts. Exit code 0: all is up to date; 1: something was not built, the rest was;
    2: refused, nothing was started; 3: cancelled.
    """
    if dry_run:
        plan(tables, from_, to, stale, missing, failed, no_resume, with_upstream, chunk_days, as_json)
        return
    from nba_assets.operations.backfills.backfill import chosen_assets, planned_request

    platform = open_platform()
    kinds = tuple(word for word, flag in (("stale", stale), ("missing", missing), ("failed", failed)) if flag)
    if no_resume and kinds:
        refuse(f"--no-resume rebuilds everything; leave out --{' --'.join(kinds)}", as_json=as_json)
    request = planned_request(
        platform.warehouse,
        chosen_assets([name for text in tables or () for name in text.split(",")], with_upstream),
        first=from_.date() if from_ else None,
        last=to.date() if to else None,
        only=() if no_resume else kinds or ("outdated",),
        source_version=platform.source.fingerprint,
        chunk_days=chunk_days,
        workers=workers,
        override=override,
    )
    if request is None:
        say(as_json, "Everything is up to date.", exit_code=0)
        return
    if not as_json and ((from_ and from_.date() < request.first) or (to and to.date() > request.last)):
        console.print(f"Only {request.first} … {request.last} of that exists.")
    code = start(platform, request, reason, wait_minutes if wait else 0.0, detach=detach, as_json=as_json)
    raise typer.Exit(code)


def start(
    platform: "Platform",
    request: "Request",
    reason: str = "",
    wait_minutes: float = 0.0,
    *,
    detach: bool = False,
    as_json: bool = False,
) -> int:
    """Reserve, start and follow a backfill; its exit code."""
    from nba_assets.cli.following import follow_claim, stop_following
    from nba_assets.operations.backfills.backfill import reserve
    from nba_assets.operations.backfills.detached import start_detached

    waited_for: set[int] = set()

    def on_wait(conflict: "ClaimConflict") -> None:
        if not (as_json or conflict.owners <= waited_for):
            console.print(f"Waiting: {conflict}", highlight=False, markup=False)
        waited_for.update(conflict.owners)

    claim = reserve(
        platform.claims,
        platform.warehouse,
        request,
        who=platform.settings.who,
        why=reason,
        wait_minutes=wait_minutes,
        on_wait=on_wait,
    )
    try:
        log = start_detached(platform.settings, platform.claims, claim)
    except KeyboardInterrupt:
        return stop_following(claim)
    if detach:
        said = f"Claim {claim.id} works. Follow: nba-assets follow {claim.id}; stop: nba-assets cancel {claim.id}"
        say(as_json, said, exit_code=0, claim=claim.id, log=str(log))
        return 0
    return follow_claim(platform, claim, as_json)


def follow(
    claim: Annotated[str, typer.Argument(help="Id of the claim, its owner, or the first characters of a run id.")],
    as_json: Json = False,
) -> None:
    """Watch a backfill that works already, until its end; the exit code is that of the backfill."""
    from nba_assets.cli.following import follow_claim

    platform = open_platform()
    found = platform.claims.find(claim)
    if "assets" not in found.detail:
        refuse(f"claim {found.id} is of {found.owner}; only what `nba-assets backfill` has started can be followed")
    raise typer.Exit(follow_claim(platform, found, as_json))

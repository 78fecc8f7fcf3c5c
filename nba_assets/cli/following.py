"""Watching a backfill from the terminal until its end. Ctrl-C stops the watching only."""

import datetime as dt
import json
from contextlib import nullcontext
from dataclasses import asdict

from rich.live import Live

from nba_assets.claims.claim import Claim
from nba_assets.cli.opening import console
from nba_assets.cli.summary import end_time, mark, print_result, progress_table
from nba_assets.operations.backfills.defaults import INCOMPLETE
from nba_assets.operations.backfills.progress import Progress, follow
from nba_assets.operations.backfills.result import Result, read_result
from nba_assets.platform import Platform
from nba_assets.readiness.counted import counted

STOPPED_FOLLOWING = 130


def follow_claim(platform: Platform, claim: Claim, as_json: bool) -> int:
    """Show the progress of a backfill and how it ended; its exit code."""
    try:
        _watch(platform, claim, is_silent=as_json)
    except KeyboardInterrupt:
        return stop_following(claim)
    result = read_result(platform.settings, claim.id)
    if result is None:
        log = platform.settings.launches / f"{claim.id}.log"
        ended = platform.claims.get(claim.id)
        said = (
            f"The process of claim {claim.id} has died ({ended.state}); {log} says more. What it published stays: "
            "launch the same again, it goes on from there."
        )
        console.print(json.dumps({"claim": claim.id, "exit_code": INCOMPLETE, "died": said}) if as_json else said)
        return INCOMPLETE
    if as_json:
        console.print_json(json.dumps(asdict(result)))
    else:
        _print(result)
    return result.exit_code


def stop_following(claim: Claim) -> int:
    """Say that the backfill goes on; the exit code of who was interrupted."""
    console.print(
        f"\nThe backfill goes on. Follow it: nba-assets follow {claim.id}; stop it: nba-assets cancel {claim.id}"
    )
    return STOPPED_FOLLOWING


def _watch(platform: Platform, claim: Claim, is_silent: bool) -> None:
    shown: set[tuple[str, str]] = set()
    with Live(console=console, auto_refresh=False) if console.is_terminal and not is_silent else nullcontext() as live:
        for state in follow(platform.claims, platform.settings, claim.id):
            if live is not None:
                now = dt.datetime.now(dt.UTC)
                title = f"claim {claim.id}: {state.claim.progress or 'starting'}; {end_time(state, now)}"
                live.update(progress_table(state.assets, title), refresh=True)
            elif not is_silent:
                _print_steps(state, shown)


def _print_steps(state: Progress, shown: set[tuple[str, str]]) -> None:
    for step in state.steps:
        if step.is_over and (step.run_id, step.asset) not in shown:
            shown.add((step.run_id, step.asset))
            refused = f"; {step.refused} of {counted(step.dates, 'date')} refused" if step.refused else ""
            dates = f"{step.first} … {step.last}"
            console.print(f"{mark(step)} {step.asset:28} {dates} {step.seconds:6.1f} s{refused}")


def _print(result: Result) -> None:
    print_result(console, result)
    words = {"done": "Done", "failed": "Done, but not everything", "cancelled": f"Stopped, {result.why}"}
    console.print(f"{words[result.state]}; {result.seconds:.0f} s.", highlight=False, markup=False)

"""The state of the platform in the terminal, on one screen."""

import datetime as dt
from collections.abc import Sequence

from rich.console import Console

from nba_assets.cli.formatting import table_of, time_of
from nba_assets.cli.plan_view import print_lines
from nba_assets.operations.models import ModelStatus
from nba_assets.operations.status import WORDS, ClaimStatus, PlatformStatus, TableStatus
from nba_assets.readiness.contents import Contents
from nba_assets.readiness.counted import counted
from nba_assets.readiness.date_ranges import list_of

SHOWN_ROOTS = 3
HIDDEN = (Contents.NO_GAMES, Contents.NOTHING_DUE)
"""Counts that call for nothing."""


def print_status(console: Console, status: PlatformStatus) -> None:
    """The platform on one screen: tables by status, root causes, claims, models."""
    words = [word for word in WORDS if word not in HIDDEN and any(table.counts[word] for table in status.tables)]
    rows = [_table_row(table, words) for table in status.tables]
    titles = ("table", *words, "last build", "to look at")
    console.print(table_of(titles, rows, f"{status.first} … {status.last}, at {time_of(status.at)}"))
    roots = [
        f"{root.cause}: {counted(root.partitions, 'partition')} of {', '.join(root.tables)}" for root in status.roots
    ]
    print_lines(console, "Stale because", roots, SHOWN_ROOTS)
    print_lines(console, "Short", status.shortfalls)
    games = [f"{game.table} {game.sentence}" for game in status.quarantined]
    print_lines(console, "Quarantined games (correct and rebuild, or `nba-assets accept`)", games)
    print_lines(console, "At work", [claim_line(claim, status.at) for claim in status.claims])
    print_lines(console, "Frozen", [claim_line(freeze, status.at) for freeze in status.freezes])
    print_lines(console, "Models", [model_line(model) for model in status.models] or ["none stored yet"])


def _table_row(table: TableStatus, words: Sequence[str]) -> list[object]:
    build = table.last_build
    last = f"{build.build}, {time_of(build.at)}, {build.run_id[:8] or 'by hand'}" if build else "never"
    dates = [f"{word} {list_of(ranges, 1)}" for word, ranges in table.ranges.items()]
    return [table.table, *(table.counts[word] or "" for word in words), last, "\n".join(dates)]


def claim_line(claim: ClaimStatus, now: dt.datetime) -> str:
    """One claim: who has what, how far it is, when it ends, and what is odd about it."""
    why = f": {claim.why}" if claim.why else ""
    head = f"{claim.kind} {claim.claim} of {claim.owner} ({claim.who}{why}) on {claim.dates}"
    if claim.kind == "freeze":
        return f"{head}, until {time_of(claim.ends_at) if claim.ends_at else 'released'}"
    parts = [head, f"{claim.done:,} of {claim.total:,} partitions", claim.progress or "nothing reported yet"]
    if claim.rate and claim.ends_at:
        left = claim.ends_at - now
        parts.append(f"{claim.rate:,.0f} a minute, end about {claim.ends_at.astimezone():%H:%M} (in {_short(left)})")
    if claim.is_stalled:
        parts.append(f"STALLED: no progress reported; `nba-assets cancel {claim.claim}` frees the dates")
    elif claim.is_slow:
        parts.append("SLOW: over twice as long as such builds took before")
    if claim.cancel_who:
        parts.append(f"asked to stop by {claim.cancel_who}")
    return "; ".join(parts)


def _short(left: dt.timedelta) -> str:
    minutes = round(left.total_seconds() / 60)
    return "under a minute" if minutes < 1 else f"{minutes} min"


def model_line(model: ModelStatus) -> str:
    """One version: whether its data is current, what it predicts, under which waivers it was trained."""
    serves = "serves no predictions"
    if model.serves_from:
        serves = f"serves {model.serves_from} … {model.serves_to or ''}".rstrip()
    waivers = f"; trained under {counted(len(model.waivers), 'waiver')}" if model.waivers else ""
    note = f"; it {model.note}" if model.note else ""
    return f"{model.model} ({model.role}) {model.freshness}: {model.reason}; {serves}{waivers}{note}"

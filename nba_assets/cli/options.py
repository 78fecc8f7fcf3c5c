"""The arguments and options that several commands share: one name and one meaning each."""

import datetime as dt
from typing import Annotated

import typer

DAY = "%Y-%m-%d"

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Table = Annotated[str, typer.Argument(help="A table, for example team_offense.")]
Date = Annotated[dt.datetime, typer.Argument(formats=[DAY], help="A date.")]

From = Annotated[dt.datetime | None, typer.Option("--from", formats=[DAY], help="First date; default: the first.")]
To = Annotated[dt.datetime | None, typer.Option("--to", formats=[DAY], help="Last date; default: the newest.")]
FromDate = Annotated[dt.datetime, typer.Option("--from", formats=[DAY], help="First date.")]
ToDate = Annotated[dt.datetime | None, typer.Option("--to", formats=[DAY], help="Last date; default: the first.")]
Until = Annotated[dt.datetime, typer.Option(formats=[DAY, f"{DAY}T%H:%M"], help="Until when, in local time.")]

Tables = Annotated[list[str] | None, typer.Option(help="Only these, also by comma; default: all.")]
WithUpstream = Annotated[bool, typer.Option("--with-upstream", help="Also what the tables are made of.")]
Stale = Annotated[bool, typer.Option("--stale", help="Only stale dates, and what becomes stale by them.")]
Missing = Annotated[bool, typer.Option("--missing", help="Only dates never built.")]
Failed = Annotated[bool, typer.Option("--failed", help="Only rejected and blocked dates.")]
NoResume = Annotated[bool, typer.Option("--no-resume", help="Rebuild also what is up to date.")]
ChunkDays = Annotated[int, typer.Option(min=1, help="Dates of one run at most.")]

All = Annotated[bool, typer.Option("--all", help="Also what is over: ended, expired, revoked.")]
Limit = Annotated[int, typer.Option(min=1, help="How many, the newest.")]
Reason = Annotated[str, typer.Option(help="Why; it is recorded.")]
ShownReason = Annotated[str, typer.Option(help="Why; shown to anyone who finds the dates taken.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, start nothing.")]
Detach = Annotated[bool, typer.Option("--detach", help="Do not follow.")]

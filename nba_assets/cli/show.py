"""What only shows and changes nothing: plan, status, explain, claims, history, waivers, journal."""

import datetime as dt
import json
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.opening import Command, console, open_platform
from nba_assets.cli.options import (
    All,
    ChunkDays,
    Date,
    Failed,
    From,
    Json,
    Limit,
    Missing,
    NoResume,
    Stale,
    Table,
    Tables,
    To,
    WithUpstream,
)
from nba_assets.errors import RequestError
from nba_assets.operations.backfills.defaults import CHUNK_DAYS

if TYPE_CHECKING:
    import pandas as pd

show = typer.Typer()
"""Commands to be added to the application, by their own names."""


@show.command(cls=Command)
def plan(
    tables: Tables = None,
    from_: From = None,
    to: To = None,
    stale: Stale = False,
    missing: Missing = False,
    failed: Failed = False,
    no_resume: NoResume = False,
    with_upstream: WithUpstream = False,
    chunk_days: ChunkDays = CHUNK_DAYS,
    as_json: Json = False,
) -> None:
    """What a backfill would build and why, how long it takes, what it would meet; nothing is started."""
    from nba_assets.cli.plan_view import print_plan
    from nba_assets.operations.plan import plan as plan_of

    flags = {"stale": stale, "missing": missing, "failed": failed, "all": no_resume}
    platform = open_platform()
    report = plan_of(
        platform.warehouse,
        platform.claims,
        platform.models,
        tables=[name for text in tables or () for name in text.split(",")],
        with_upstream=with_upstream,
        first=from_.date() if from_ else None,
        last=to.date() if to else None,
        only=[word for word, flag in flags.items() if flag],
        source_version=platform.source.fingerprint,
        chunk_days=chunk_days,
    )
    _write(report) if as_json else print_plan(console, report)


@show.command(cls=Command)
def status(as_json: Json = False) -> None:
    """Everything on one screen: tables, who is at work and when it ends, holds, models."""
    from nba_assets.cli.status_view import print_status
    from nba_assets.operations.status import status as status_of

    platform = open_platform()
    found = status_of(platform.warehouse, platform.claims, platform.settings)
    _write(found) if as_json else print_status(console, found)


@show.command(cls=Command)
def explain(
    table: Table,
    date: Date,
    key: Annotated[list[str] | None, typer.Option(help="Which row, as player_id=2544; may be repeated.")] = None,
    column: Annotated[str, typer.Option(help="Which value of it.")] = "",
    downstream: Annotated[bool, typer.Option("--downstream", help="What was built from it.")] = False,
    as_json: Json = False,
) -> None:
    """Why a partition, or one value of it, is what it is; or what was built from it."""
    from nba_assets.cli.explain_view import print_downstream, print_explanation, print_value
    from nba_assets.operations.explanations.explain import explain as explanation_of
    from nba_assets.operations.explanations.explain_downstream import downstream as built_from
    from nba_assets.operations.explanations.explain_value import explain_value

    platform = open_platform()
    warehouse, day, keys = platform.warehouse, date.date(), _keys(key or [])
    partition = explanation_of(warehouse, table, day)
    below = built_from(warehouse, platform.models, table, day, keys) if downstream else None
    value = explain_value(warehouse, table, day, keys, column) if (keys or column) and not downstream else None
    if as_json:
        _write({"partition": partition, "value": value, "downstream": below})
    elif value is not None:
        console.print(partition.status, style="bold", highlight=False, markup=False)
        print_value(console, value)
    elif below is not None:
        console.print(partition.status, style="bold", highlight=False, markup=False)
        print_downstream(console, below)
    else:
        print_explanation(console, partition)


@show.command(cls=Command)
def claims(
    everything: All = False,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """Who has reserved which dates, and how far they are."""
    from nba_assets.cli.status_view import claim_line
    from nba_assets.operations.json_values import json_value
    from nba_assets.operations.status import claim_status
    from nba_assets.readiness.durations import durations

    platform = open_platform()
    found = platform.claims.recent(limit) if everything else platform.claims.active()
    state, ledger, now = platform.warehouse.state(), platform.warehouse.ledger(), platform.claims.now()
    timed = durations(platform.warehouse.recent_builds())
    stall = dt.timedelta(minutes=platform.settings.stall_minutes)
    shown = [(claim, claim_status(claim, state, ledger, timed, now, stall)) for claim in found]
    if as_json:
        _write([{**json_value(progress), "state": claim.state, "claim": claim.id} for claim, progress in shown])
        return
    for claim, progress in shown:
        over = f"{claim.state} {claim.ended_why}".strip()
        ended = f"[{over}] " if not claim.is_active else ""
        console.print(f"{ended}{claim_line(progress, now)}", highlight=False, markup=False)
    if not shown:
        console.print("Nobody has reserved anything.")


@show.command(cls=Command)
def history(table: Table, date: Date, as_json: Json = False) -> None:
    """Every attempt at one date of a table, newest first; `restore` goes back to a build that published."""
    from nba_assets.cli.formatting import shortened
    from nba_assets.operations.explanations.explain import located

    platform = open_platform()
    located(platform.warehouse, table, date.date())
    rows = platform.warehouse.history(table, date.date())[::-1]
    published = rows["attempt_build"] == rows["build_id"]
    rows = rows.assign(published=published, changed=published & (rows["content_build"] == rows["build_id"]))
    columns = ["attempt_build", "written_at", "status", "published", "changed", "rows", "code_version", "run_id",
               "token", "reasons"]  # fmt: skip
    if not as_json:
        rows = rows.assign(run_id=rows["run_id"].str[:8], reasons=rows["reasons"].map(shortened))
    _show(rows, columns, f"{table} {date:%Y-%m-%d}", as_json, "It was never attempted.")


@show.command(cls=Command)
def waivers(
    everything: All = False,
    as_json: Json = False,
) -> None:
    """Rules that somebody lets pass: which, where, until when, who and why."""
    rows = open_platform().warehouse.waivers()[::-1]
    columns = ["waiver_id", "state", "table_name", "rule", "game_id", "first_date", "last_date", "until", "who",
               "why"]  # fmt: skip
    rows = rows if everything else rows[rows["state"] == "in force"]
    _show(rows, columns, "Waivers", as_json, "No waiver is in force.")


@show.command(cls=Command)
def journal(limit: Limit = 30, as_json: Json = False) -> None:
    """Who did what and why, newest first."""
    rows = open_platform().warehouse.journal()[::-1].head(limit)
    columns = ["at", "operation", "who", "why", "table_name", "first_date", "last_date", "detail"]
    _show(rows, columns, "Journal", as_json, "Nobody has decided anything yet.")


def _show(rows: "pd.DataFrame", columns: list[str], title: str, as_json: bool, nothing: str) -> None:
    from nba_assets.cli.formatting import table_of

    if as_json:
        _write(rows)
    elif rows.empty:
        console.print(nothing)
    else:
        console.print(table_of(columns, rows[columns].astype("object").itertuples(index=False), title))


def _write(value: object) -> None:
    from nba_assets.operations.json_values import json_value

    typer.echo(json.dumps(json_value(value), indent=1, ensure_ascii=False))


def _keys(pairs: list[str]) -> dict[str, str]:
    broken = [pair for pair in pairs if "=" not in pair]
    if broken:
        raise RequestError(f"--key {broken[0]!r}: give column=value, as player_id=2544")
    return dict(pair.split("=", 1) for pair in pairs)

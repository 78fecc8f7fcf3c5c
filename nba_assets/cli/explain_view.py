"""The explanation of one partition, one value and everything built on it, in the terminal."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from nba_assets.cli.formatting import table_of, text_of
from nba_assets.cli.plan_view import print_lines
from nba_assets.operations.explanations.explain import Explanation, Input
from nba_assets.operations.explanations.explain_downstream import Downstream
from nba_assets.operations.explanations.explain_value import Null, ValueExplanation
from nba_assets.readiness.counted import counted
from nba_assets.readiness.date_ranges import list_of

SHOWN_ATTEMPTS = 5
SHOWN_GAMES = 20
SHOWN_COLUMNS = 400


def print_explanation(console: Console, found: Explanation) -> None:
    """A table's date: status, reasons, what is published, attempts, windows read, games."""
    console.print(found.status, style="bold", highlight=False, markup=False)
    for reason in found.reasons:
        console.print(f"  {reason}", highlight=False, markup=False)
    if found.to_build and not any(reason.startswith("blocked: ") for reason in found.reasons):
        console.print(f"  cannot be built now: {found.to_build}", highlight=False, markup=False)
    games = [
        f"{game.game} ({game.game_id}), {game.table}: {game.reasons}. To publish it, {game.fix}"
        for game in found.quarantined
    ]
    print_lines(console, "Quarantined games", games, SHOWN_GAMES)
    print_lines(console, "What is published", [_published(found)] if found.published else [])
    print_lines(console, "Newest attempt", [_attempt(found.attempt)] if found.attempt else [])
    notes = [note for note in str(found.attempt.get("notes", "")).split("; ") if note]
    print_lines(console, "Notes on what was delivered", notes, SHOWN_GAMES)
    attempts = [
        f"build {row['attempt_build']} {text_of(row['written_at'])} {row['status']}"
        + (f": {row['reasons']}" if row["reasons"] else "")
        for row in found.attempts.to_dict("records")
    ]
    if len(attempts) > 1:
        print_lines(console, "Attempts, newest first", attempts[::-1], SHOWN_ATTEMPTS)
    print_lines(console, "People", [_entry(row) for row in found.people.to_dict("records")])
    print_lines(console, "Waivers", [_entry(row) for row in found.waivers.to_dict("records")])
    games = [
        f"{row['game_key']} ({row['game_id']})" + (" postponed" if row["is_postponed"] else "")
        for row in found.games.to_dict("records")
    ]
    print_lines(console, f"Games by the schedule ({len(games)})", games, SHOWN_GAMES)
    print_lines(console, "Made of", [_input(read) for read in found.inputs])
    failed = [f"{rule.rule}: {rule.message}" for rule in found.rules if rule.passed is False]
    passed = [rule.rule for rule in found.rules if rule.passed]
    print_lines(console, "Rules that failed", failed)
    print_lines(console, "Rules that passed", [", ".join(passed)] if passed else [])
    not_applied = [rule.rule for rule in found.rules if rule.passed is None]
    print_lines(console, "Rules that were not applied", [", ".join(not_applied)] if not_applied else [])


def _published(found: Explanation) -> str:
    """'build 8, content since build 5, inputs read up to build 7; code version 1; 322 rows, complete to 100 %'."""
    facts: Mapping[str, Any] = found.published
    code = f"code version {facts['code_version']}"
    if facts["code_version"] != found.code_version:
        code += f", now {found.code_version}"
    builds = f"build {facts['build_id']}, content since build {facts['content_build']}"
    parts = [f"{builds}, inputs read up to build {facts['inputs_build']}", code, f"{text_of(facts.get('rows'))} rows"]
    if "completeness" in facts:
        due, share = int(facts["expected_rows"]), float(facts["completeness"])
        parts.append(f"{round(share * due):,} of {due:,} due games, teams or players ({share:.0%})")
    parts += ["built in the first weeks: thin windows are normal"] if facts.get("is_bootstrap") else []
    names = ("source_version", "waivers", "override", "token")
    return "; ".join(parts + [f"{name.replace('_', ' ')} {text_of(facts[name])}" for name in names if name in facts])


def _attempt(facts: Mapping[str, object]) -> str:
    run = f"run {facts['run_id']}" if "run_id" in facts else "by hand"
    seconds = f", {facts['seconds']:.1f} s for the whole build" if "seconds" in facts else ""
    return f"build {facts['attempt_build']} at {text_of(facts['written_at'])}, {run}{seconds}: {facts['status']}"


def _entry(row: Mapping[Any, Any]) -> str:
    names = ("at", "created_at", "operation", "waiver_id", "rule", "game_id", "state", "who", "why", "until", "detail")
    return ", ".join(f"{name} {text_of(row[name])}" for name in names if name in row and not pd.isna(row[name]))


def _input(read: Input) -> str:
    if not read.dates:
        return f"{read.table}: nothing before this date"
    builds = "nothing is published"
    if read.newest_build:
        versions = text_of(read.code_versions)
        builds = f"newest build {read.newest_build}, newest content {read.newest_content}, code version {versions}"
    if read.window == "same_date":
        line = f"{read.status}; {builds}"
    else:
        line = f"{read.table} {read.first} … {read.last} ({counted(read.dates, 'date')}: {read.status}); {builds}"
    newer = f"; newer than what was read: {list_of(read.newer)}" if read.newer else ""
    gaps = f"; gaps: {list_of(read.gaps)}" if read.gaps and read.window == "before" else ""
    return line + newer + gaps


def print_value(console: Console, found: ValueExplanation) -> None:
    """Rows by key: their values, and of a column what it was made of or why it is null."""
    if found.no_row:
        console.print(found.no_row, style="bold", highlight=False, markup=False)
    for row in found.rows:
        console.print(_pairs(row.key), style="bold", highlight=False, markup=False)
        values = {name: value for name, value in row.values.items() if value is not None}
        if values:
            print_lines(
                console, "Values", [f"{name} = {text_of(value)}" for name, value in values.items()], SHOWN_COLUMNS
            )
        for null in row.nulls:
            _print_null(console, null)
    print_lines(console, "Nulls of the date", [f"{count} {reason}" for reason, count in found.counts.items()])
    lines = [f"{'  ' * (source.depth - 1)}{source.column}: {source.description}" for source in found.lineage]
    print_lines(console, "Made of the columns", lines, SHOWN_COLUMNS)


def _print_null(console: Console, null: Null) -> None:
    console.print(f"{null.column} is null ({null.reason}): {null.words}", highlight=False, markup=False)
    if len(null.path) > 1:
        console.print(f"  it comes from {' <- '.join(null.path)}", highlight=False, markup=False)
    if null.known_games is not None:
        needed = f" of the {null.needed_games} that it counts" if null.needed_games else ""
        console.print(f"  {null.known_games} earlier games are known{needed}", highlight=False)
    print_lines(console, "  Games that it lacks", [f"  {game}" for game in null.missing], SHOWN_GAMES)
    if null.reason == "upstream_missing" and not null.missing:
        console.print("  nothing that it is made of lacks a game by now: rebuild the date to fix it", highlight=False)


def _pairs(key: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in key.items())


def print_downstream(console: Console, found: Downstream) -> None:
    """What was built from a date, by table: dates, ranges, and rows of a key."""
    title = f"Built from {found.table} {found.date}: {found.partitions:,} partitions"
    titles = ["table", "dates", "which", "by", "stale now"] + (["rows of " + _pairs(found.key)] if found.key else [])
    rows = []
    for below in found.tables:
        own = "" if below.rows_of_key is None else counted(len(below.rows_of_key), "date")
        if below.rows_of_key:
            own += f", {below.rows_of_key[0]} … {below.rows_of_key[-1]}"
        cells = [below.table, below.dates, list_of(below.ranges), list(below.by), below.stale]
        rows.append([*cells, own] if found.key else cells)
    console.print(table_of(titles, rows, title))
    models = [f"{m.model} {m.freshness}: {m.reason}; made {m.predictions:,} predictions" for m in found.models]
    print_lines(console, "Models whose training window contains it", models)

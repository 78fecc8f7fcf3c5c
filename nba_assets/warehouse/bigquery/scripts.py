"""Scripts that are one transaction each, as text with parameters: everything that the adapter writes.

A change is decided on what was read (which content differs, who may write), then carried out by a transaction that
fails with `MOVED` when that is no longer so; its caller reads again. Every transaction updates the one row of the
build counter first, so two of them never commit side by side: the service aborts one, and it is run again.
"""

import datetime as dt
import json
from dataclasses import replace

from nba_assets.partitions import Span
from nba_assets.readiness.failures import Waiver
from nba_assets.warehouse.bigquery.jobs import Parameter, Value
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.changes import NUMBERED, PENDING, Change, Entry
from nba_assets.warehouse.decisions import waiving
from nba_assets.warehouse.system_tables import JOURNAL_COLUMNS, LEDGER_COLUMNS

MOVED = "nba_moved"
"""What a transaction fails with when the ledger or a fence is not as it was when the change was decided."""


def script(
    names: Names, change: Change, keep: dt.timedelta, rows: str, refused: str, ledger: str
) -> tuple[str, dict[str, Parameter]]:
    """The transaction of a change, and its parameters; its only rows are the number of the new build."""
    contract, table = change.contract, names.table(change.contract)
    columns = ", ".join(f"`{name}`" for name in contract.column_names)
    parameters: dict[str, Parameter] = {
        "table": contract.name,
        "token": change.token,
        "seen_build": change.seen_build,
        "asked": list(change.asked),
        "now": change.now,
    }
    steps = [*_begin(names), _guard(names)]
    if change.changed:
        parameters |= {
            "changed": list(change.changed),
            "first": min(change.changed),
            "last": max(change.changed),
            "kept_since": change.now - keep,
        }
        of_days = "game_date BETWEEN @first AND @last AND game_date IN UNNEST(@changed)"
        steps += [
            f"DELETE FROM {names.replaced(contract)} WHERE replaced_at < @kept_since",
            f"INSERT INTO {names.replaced(contract)} ({columns}, build_id, replaced_at) "
            f"SELECT {', '.join(f'old.`{name}`' for name in contract.column_names)}, entry.build_id, @now "
            f"FROM {table} AS old JOIN {names.system('ledger')} AS entry ON entry.game_date = old.game_date "
            "WHERE entry.table_name = @table AND old.game_date BETWEEN @first AND @last "
            "AND old.game_date IN UNNEST(@changed)",
            f"DELETE FROM {table} WHERE {of_days}",
        ]
        if rows:
            steps.append(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows} WHERE {of_days}")
    if change.failed:
        parameters["failed"] = list(change.failed)
        steps.append(f"DELETE FROM {names.rejected(contract)} WHERE game_date IN UNNEST(@failed)")
        if refused:
            steps.append(
                f"INSERT INTO {names.rejected(contract)} ({columns}, attempt_build) "
                f"SELECT {columns}, new_build FROM {refused}"
            )
    steps += _ledger_steps(names, ledger)
    if change.journal is not None:
        line, values = journal_step(names, change.journal, change.now)
        steps.append(line)
        parameters |= values
    return ";\n".join([*steps, "COMMIT TRANSACTION", "SELECT new_build"]) + ";", parameters


def _begin(names: Names) -> list[str]:
    counter = names.system("build_counter")
    return [
        "DECLARE new_build INT64",
        "BEGIN TRANSACTION",
        f"UPDATE {counter} SET last_build = last_build + 1 WHERE TRUE",
        f"SET new_build = (SELECT last_build FROM {counter})",
    ]


def _guard(names: Names) -> str:
    return (
        f"SELECT IF(EXISTS (SELECT 1 FROM {names.system('fences')} AS fence JOIN UNNEST(@asked) AS day "
        "ON day BETWEEN fence.first_date AND fence.last_date WHERE fence.table_name = @table "
        f"AND fence.token > @token) OR (SELECT COALESCE(MAX(attempt_build), 0) FROM {names.system('ledger')} "
        f"WHERE table_name = @table AND game_date IN UNNEST(@asked)) <> @seen_build, ERROR('{MOVED}'), 0)"
    )


def _ledger_steps(names: Names, staged: str) -> list[str]:
    columns = ", ".join(f"`{name}`" for name in LEDGER_COLUMNS)
    numbered = ", ".join(
        f"IF(`{name}` = {PENDING}, new_build, `{name}`) AS `{name}`" if name in NUMBERED else f"`{name}`"
        for name in LEDGER_COLUMNS
    )
    return [
        f"DELETE FROM {names.system('ledger')} WHERE table_name = @table "
        f"AND game_date IN (SELECT game_date FROM {staged})",
        *(
            f"INSERT INTO {names.system(table)} ({columns}) SELECT {numbered} FROM {staged}"
            for table in ("ledger", "ledger_history")
        ),
    ]


def journal_step(names: Names, entry: Entry, now: dt.datetime) -> tuple[str, dict[str, Parameter]]:
    """One row per span, or one without a span; values that JSON does not know are written as text.

    A number that is PENDING is that of the new build; `new_build` must be declared then.
    """
    text = json.dumps(dict(entry.detail or {}), sort_keys=True, default=str)
    waits = f'"build": {PENDING}' in text
    detail = f"REPLACE(@detail, '\"build\": {PENDING}', CONCAT('\"build\": ', CAST(new_build AS STRING)))"
    columns = ", ".join(f"`{name}`" for name in JOURNAL_COLUMNS)
    parameters: dict[str, Parameter] = {
        "now": now,
        "operation": entry.operation,
        "who": entry.who,
        "why": entry.why,
        "detail": text,
        "places": [place(span) for span in entry.spans] or [place(None)],
    }
    statement = (
        f"INSERT INTO {names.system('journal')} ({columns}) SELECT @now, @operation, @who, @why, place.table_name, "
        f"place.first_date, place.last_date, {detail if waits else '@detail'} FROM UNNEST(@places) AS place"
    )
    return statement, parameters


def place(span: Span | None) -> dict[str, tuple[str, Value | None]]:
    """A span as a struct; one of nulls where there is none."""
    table, first, last = (None, None, None) if span is None else (span.table, span.first, span.last)
    return {"table_name": ("STRING", table), "first_date": ("DATE", first), "last_date": ("DATE", last)}


def touch(names: Names) -> list[str]:
    """The beginning of a transaction that makes no build, and still blocks every other."""
    return [
        "BEGIN TRANSACTION",
        f"UPDATE {names.system('build_counter')} SET last_build = last_build WHERE TRUE",
    ]


def fence_script(names: Names) -> str:
    """Raise fences over @spans for @token unless newer ones, or rows of newer claims, lie there."""
    fences, ledger = names.system("fences"), names.system("ledger")
    steps = [
        *touch(names),
        f"SELECT IF(EXISTS (SELECT 1 FROM {fences} AS fence JOIN UNNEST(@spans) AS span "
        "ON span.table_name = fence.table_name AND fence.first_date <= span.last_date "
        "AND fence.last_date >= span.first_date WHERE fence.token > @token) "
        f"OR EXISTS (SELECT 1 FROM {ledger} AS entry JOIN UNNEST(@spans) AS span "
        "ON span.table_name = entry.table_name AND entry.game_date BETWEEN span.first_date AND span.last_date "
        f"WHERE entry.token > @token), ERROR('{MOVED}'), 0)",
        f"DELETE FROM {fences} AS fence WHERE EXISTS (SELECT 1 FROM UNNEST(@spans) AS span "
        "WHERE span.table_name = fence.table_name AND fence.first_date >= span.first_date "
        "AND fence.last_date <= span.last_date)",
        f"INSERT INTO {fences} (table_name, first_date, last_date, token) "
        "SELECT DISTINCT span.table_name, span.first_date, span.last_date, @token FROM UNNEST(@spans) AS span",
        "COMMIT TRANSACTION",
    ]
    return ";\n".join(steps) + ";"


def waiver_script(names: Names, waiver: Waiver, now: dt.datetime) -> tuple[str, dict[str, Parameter]]:
    """Give a waiver the next number (waivers are never deleted) and write that; its rows are the waiver's id."""
    waivers = names.system("waivers")
    entry = waiving(replace(waiver, waiver_id="PENDING"))
    steps = [
        "DECLARE new_waiver STRING",
        *touch(names),
        f"SET new_waiver = (SELECT CONCAT('w', CAST(COUNT(*) + 1 AS STRING)) FROM {waivers})",
        f"INSERT INTO {waivers} (waiver_id, table_name, rule, first_date, last_date, until, who, why, "
        "game_id, created_at) SELECT new_waiver, @table, @rule, @first, @last, @until, @who, @why, @game_id, @now",
        f"INSERT INTO {names.system('journal')} ({', '.join(f'`{name}`' for name in JOURNAL_COLUMNS)}) "
        "SELECT @now, @operation, @who, @why, @table, @first, @last, REPLACE(@detail, 'PENDING', new_waiver)",
        "COMMIT TRANSACTION",
        "SELECT new_waiver",
    ]
    parameters: dict[str, Parameter] = {
        "table": waiver.table, "rule": waiver.rule, "first": waiver.first, "last": waiver.last, "until": waiver.until,
        "who": waiver.who, "why": waiver.why, "game_id": waiver.game_id, "now": now,
        "operation": entry.operation,
        "detail": json.dumps(entry.detail, sort_keys=True),
    }  # fmt: skip
    return ";\n".join(steps) + ";", parameters


def revoke_script(names: Names, waiver_id: str, entry: Entry, now: dt.datetime) -> tuple[str, dict[str, Parameter]]:
    """Mark a waiver that nobody has revoked as revoked, and write that."""
    line, parameters = journal_step(names, entry, now)
    steps = [
        *touch(names),
        f"SELECT IF((SELECT COUNT(*) FROM {names.system('waivers')} WHERE waiver_id = @waiver "
        f"AND revoked_at IS NULL) <> 1, ERROR('{MOVED}'), 0)",
        f"UPDATE {names.system('waivers')} SET revoked_at = @now, revoked_by = @who, revoked_why = @why "
        "WHERE waiver_id = @waiver",
        line,
        "COMMIT TRANSACTION",
    ]
    return ";\n".join(steps) + ";", {**parameters, "waiver": waiver_id}

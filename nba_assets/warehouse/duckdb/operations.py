"""What a person decides about dates that stand: invalidate, restore, waive; with who and why in the journal.

Every function runs on one connection, inside the transaction of its caller.
"""

import datetime as dt

import duckdb
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Waiver
from nba_assets.warehouse import system_tables
from nba_assets.warehouse.decisions import check_kept, check_revocation, check_waiver
from nba_assets.warehouse.duckdb import schema
from nba_assets.warehouse.duckdb.fences import refuse_older_claim
from nba_assets.warehouse.duckdb.reads import content_of_builds, publishing_rows, standing_on
from nba_assets.warehouse.duckdb.writes import keep_replaced, next_build, replace_rows, write_journal, write_ledger
from nba_assets.warehouse.fences import dates_of
from nba_assets.warehouse.gated_reads import contract_of
from nba_assets.warehouse.ledger import invalidated, restored
from nba_assets.warehouse.port import Published


def invalidate(
    connection: duckdb.DuckDBPyConnection, span: Span, *, who: str, why: str, token: int, now: dt.datetime
) -> int:
    """See the port. Without anything to invalidate nothing is written, not even in the journal."""
    table, days = contract_of(span.table).name, dates_of(span)
    refuse_older_claim(connection, table, days, token)
    standing = standing_on(connection, table, days)
    standing = standing[standing["build_id"].notna()]
    if standing.empty:
        return 0
    build = next_build(connection)
    ledger = invalidated(standing, f"invalidated by {who}: {why}", build=build, token=token, now=now)
    write_ledger(connection, table, ledger)
    write_journal(connection, now, "invalidate", who, why, [span], {"build": build, "dates": len(standing)})
    return len(standing)


def restore(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    day: dt.date,
    build: int,
    *,
    who: str,
    why: str,
    token: int,
    now: dt.datetime,
    keep: dt.timedelta,
) -> Published:
    """See the port; rows that hash otherwise than the history says are refused."""
    refuse_older_claim(connection, contract.name, [day], token)
    kept = publishing_rows(connection, contract, {day: build}).to_dict("records")[0]
    rows = content_of_builds(connection, contract, {day: build})
    check_kept(contract, day, build, kept, rows)
    standing = standing_on(connection, contract.name, [day])
    new = next_build(connection)
    reason = f"restored from build {build} by {who}: {why}"
    ledger, published = restored(standing.to_dict("records")[0], kept, reason, build=new, token=token, now=now)
    changed = [day] if published.is_changed else []
    keep_replaced(connection, contract, standing, changed, now, keep)
    replace_rows(connection, schema.qualified(contract), contract, rows, changed)
    write_ledger(connection, contract.name, ledger)
    detail = {"build": new, "restored_build": build, "content_hash": published.content_hash}
    write_journal(connection, now, "restore", who, why, [Span(contract.name, day, day)], detail)
    return published


def add_waiver(
    connection: duckdb.DuckDBPyConnection,
    span: Span,
    rule: str,
    *,
    who: str,
    why: str,
    until: dt.datetime,
    now: dt.datetime,
) -> Waiver:
    """See the port."""
    check_waiver(span, rule, who, why, until, now)
    # Waivers are never deleted, so their count is the last number given.
    number = int(connection.execute("SELECT count(*) FROM nba_quality.waivers").fetchone()[0]) + 1  # type: ignore[index]
    waiver = Waiver(f"w{number}", span.table, rule, span.first, span.last, until, who, why)
    connection.execute(
        "INSERT INTO nba_quality.waivers (waiver_id, table_name, rule, first_date, last_date, until, who, why, "
        "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [waiver.waiver_id, span.table, rule, span.first, span.last, until, who, why, now],
    )
    detail = {"waiver": waiver.waiver_id, "rule": rule, "until": until.isoformat()}
    write_journal(connection, now, "waive", who, why, [span], detail)
    return waiver


def revoke_waiver(
    connection: duckdb.DuckDBPyConnection, waiver_id: str, *, who: str, why: str, now: dt.datetime
) -> None:
    """See the port."""
    found = connection.execute(
        "SELECT table_name, first_date, last_date, revoked_at, revoked_by FROM nba_quality.waivers WHERE waiver_id = ?",
        [waiver_id],
    ).fetchone()
    span = check_revocation(waiver_id, found)
    connection.execute(
        "UPDATE nba_quality.waivers SET revoked_at = ?, revoked_by = ?, revoked_why = ? WHERE waiver_id = ?",
        [now, who, why, waiver_id],
    )
    write_journal(connection, now, "revoke", who, why, [span], {"waiver": waiver_id})


def all_waivers(connection: duckdb.DuckDBPyConnection, now: dt.datetime) -> pd.DataFrame:
    """Every waiver, with its state at a moment."""
    query = (
        f"SELECT {', '.join(system_tables.WAIVER_COLUMNS)}, CASE WHEN revoked_at IS NOT NULL THEN 'revoked' "
        "WHEN until <= ? THEN 'expired' ELSE 'in force' END AS state FROM nba_quality.waivers ORDER BY created_at"
    )
    return connection.execute(query, [now]).df()

"""What a decision writes into DuckDB: rows of dates, what they replace, ledger entries, fences, waivers, journal.

Every function runs on one connection, inside the transaction of its caller.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import astuple, replace

import duckdb
import pandas as pd
import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import Span
from nba_assets.readiness.failures import Waiver
from nba_assets.warehouse import system_tables
from nba_assets.warehouse.changes import Change, Entry
from nba_assets.warehouse.decisions import waiving
from nba_assets.warehouse.duckdb import schema
from nba_assets.warehouse.duckdb.reads import DuckDBReader
from nba_assets.warehouse.fences import dates_of, entries_for
from nba_assets.warehouse.frames import to_arrow


def carry_out(connection: duckdb.DuckDBPyConnection, change: Change, keep: dt.timedelta) -> int:
    """The number of the build that the change, decided in this transaction, has become.

    What it replaces is kept; what was replaced longer ago than `keep` goes.
    """
    build = next_build(connection)
    change, contract = change.numbered(build), change.contract
    connection.execute(f"DELETE FROM {schema.replaced(contract)} WHERE replaced_at < ?", [change.now - keep])
    if change.rows is not None:
        _keep_replaced(connection, contract, change.changed, change.now)
        replace_rows(connection, schema.qualified(contract), contract, change.rows, change.changed)
    if change.refused is not None:
        rejected = schema.rejected(contract)
        replace_rows(connection, rejected, contract, change.refused, change.failed, attempt_build=build)
    write_ledger(connection, contract.name, change.ledger)
    if change.journal is not None:
        write_entry(connection, change.journal, change.now)
    return build


def next_build(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of this build; counted up in the same transaction, so that commit order is the order of numbers."""
    query = "UPDATE nba_quality.build_counter SET last_build = last_build + 1 RETURNING last_build"
    return int(connection.execute(query).fetchone()[0])  # type: ignore[index]


def replace_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    contract: Contract,
    rows: pd.DataFrame,
    days: Sequence[dt.date],
    attempt_build: int | None = None,
) -> None:
    """Put the rows of the days in the place of what the table has for them."""
    if not days:
        return
    _register_days(connection, days)
    connection.execute(f"DELETE FROM {table} WHERE game_date IN (SELECT game_date FROM new_days)")
    wanted = rows[rows["game_date"].isin(pd.DatetimeIndex([pd.Timestamp(day) for day in days]))]
    arrow = to_arrow(contract, wanted)
    if attempt_build is not None:
        arrow = arrow.append_column("attempt_build", pa.array([attempt_build] * arrow.num_rows, type=pa.int64()))
    connection.register("new_rows", arrow)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM new_rows")


def _register_days(connection: duckdb.DuckDBPyConnection, days: Sequence[dt.date]) -> None:
    connection.register("new_days", pa.table({"game_date": pa.array(days, type=pa.date32())}))


def _keep_replaced(
    connection: duckdb.DuckDBPyConnection, contract: Contract, days: Sequence[dt.date], now: dt.datetime
) -> None:
    """Before the rows of the days are replaced: put them aside under the build that published them.

    A date without rows needs none: its history row says so.
    """
    if not days:
        return
    _register_days(connection, days)
    names = ", ".join(f'"{name}"' for name in contract.column_names)
    connection.execute(
        f"INSERT INTO {schema.replaced(contract)} BY NAME SELECT {names}, build_id, ? AS replaced_at "
        f"FROM {schema.qualified(contract)} SEMI JOIN new_days USING (game_date) JOIN "
        "(SELECT game_date, build_id FROM nba_quality.ledger WHERE table_name = ?) USING (game_date)",
        [now, contract.name],
    )


def write_ledger(connection: duckdb.DuckDBPyConnection, table: str, ledger: pd.DataFrame) -> None:
    """Put the entries in the place of those of their dates, and append them to the history."""
    connection.register("new_ledger", ledger)
    connection.execute(
        "DELETE FROM nba_quality.ledger WHERE table_name = ? AND game_date IN (SELECT game_date FROM new_ledger)",
        [table],
    )
    connection.execute("INSERT INTO nba_quality.ledger BY NAME SELECT * FROM new_ledger")
    connection.execute("INSERT INTO nba_quality.ledger_history BY NAME SELECT * FROM new_ledger")


def write_entry(connection: duckdb.DuckDBPyConnection, entry: Entry, now: dt.datetime) -> None:
    """One row per span, or one without a span. Values that JSON does not know are written as text."""
    text = json.dumps(dict(entry.detail or {}), sort_keys=True, default=str)
    names = ", ".join(f'"{name}"' for name in system_tables.JOURNAL_COLUMNS)
    places: list[tuple[object, ...]] = [(span.table, span.first, span.last) for span in entry.spans]
    for place in places or [(None, None, None)]:
        connection.execute(
            f"INSERT INTO nba_quality.journal ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [now, entry.operation, entry.who, entry.why, *place, text],
        )


def raise_fences(reader: DuckDBReader, spans: Sequence[Span], token: int) -> None:
    """Raise all fences; older ones that they cover are dropped, for the newest token of a date is what counts."""
    for span in spans:
        entries_for(reader, span.table, dates_of(span), token)
    for span in spans:
        reader.connection.execute(
            "DELETE FROM nba_quality.fences WHERE table_name = ? AND first_date >= ? AND last_date <= ?",
            [span.table, span.first, span.last],
        )
        reader.connection.execute(
            "INSERT INTO nba_quality.fences VALUES (?, ?, ?, ?)", [span.table, span.first, span.last, token]
        )


def insert_waiver(connection: duckdb.DuckDBPyConnection, waiver: Waiver, now: dt.datetime) -> str:
    """Give the waiver the next number, which is its id."""
    # Waivers are never deleted, so their count is the last number given.
    number = int(connection.execute("SELECT count(*) FROM nba_quality.waivers").fetchone()[0]) + 1  # type: ignore[index]
    waiver = replace(waiver, waiver_id=f"w{number}")
    connection.execute(
        "INSERT INTO nba_quality.waivers (waiver_id, table_name, rule, first_date, last_date, until, who, why, "
        "game_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [*astuple(waiver), now],
    )
    write_entry(connection, waiving(waiver), now)
    return waiver.waiver_id


def revoke_waiver(connection: duckdb.DuckDBPyConnection, waiver_id: str, entry: Entry, now: dt.datetime) -> None:
    """Mark the waiver as revoked by whom the entry names, and write that."""
    connection.execute(
        "UPDATE nba_quality.waivers SET revoked_at = ?, revoked_by = ?, revoked_why = ? WHERE waiver_id = ?",
        [now, entry.who, entry.why, waiver_id],
    )
    write_entry(connection, entry, now)

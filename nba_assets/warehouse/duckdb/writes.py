"""What publish, invalidate and restore write: rows of dates, what they replace, ledger entries, journal.

Every function runs on one connection, inside the transaction of its caller.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence

import duckdb
import pandas as pd
import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import Span
from nba_assets.warehouse import system_tables
from nba_assets.warehouse.duckdb import schema
from nba_assets.warehouse.frames import to_arrow


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
    connection.register("new_days", pa.table({"game_date": pa.array(days, type=pa.date32())}))
    connection.execute(f"DELETE FROM {table} WHERE game_date IN (SELECT game_date FROM new_days)")
    wanted = rows[rows["game_date"].isin(pd.DatetimeIndex([pd.Timestamp(day) for day in days]))]
    arrow = to_arrow(contract, wanted)
    if attempt_build is not None:
        arrow = arrow.append_column("attempt_build", pa.array([attempt_build] * arrow.num_rows, type=pa.int64()))
    connection.register("new_rows", arrow)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM new_rows")


def keep_replaced(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    standing: pd.DataFrame,
    days: Sequence[dt.date],
    now: dt.datetime,
    keep: dt.timedelta,
) -> None:
    """Before the rows of the days are replaced: put them aside under the build that published them.

    What was put aside longer ago than `keep` goes. A date without rows needs none: its history row says so.
    """
    connection.execute(f"DELETE FROM {schema.replaced(contract)} WHERE replaced_at < ?", [now - keep])
    wanted = set(days)
    builds = {day.date(): int(build) for day, build in standing["build_id"].dropna().items() if day.date() in wanted}
    if not builds:
        return
    columns = {"game_date": pa.array(builds, type=pa.date32()), "build_id": pa.array(builds.values(), type=pa.int64())}
    connection.register("replaced_builds", pa.table(columns))
    names = ", ".join(f'"{name}"' for name in contract.column_names)
    connection.execute(
        f"INSERT INTO {schema.replaced(contract)} BY NAME SELECT {names}, build_id, ? AS replaced_at "
        f"FROM {schema.qualified(contract)} JOIN replaced_builds USING (game_date)",
        [now],
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


def write_journal(
    connection: duckdb.DuckDBPyConnection,
    now: dt.datetime,
    operation: str,
    who: str,
    why: str,
    spans: Sequence[Span],
    detail: Mapping[str, object] | None,
) -> None:
    """One row per span, or one without a span. Values that JSON does not know are written as text."""
    text = json.dumps(dict(detail or {}), sort_keys=True, default=str)
    names = ", ".join(f'"{name}"' for name in system_tables.JOURNAL_COLUMNS)
    places: list[tuple[object, ...]] = [(span.table, span.first, span.last) for span in spans]
    for place in places or [(None, None, None)]:
        connection.execute(
            f"INSERT INTO nba_quality.journal ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [now, operation, who, why, *place, text],
        )

"""Fences in DuckDB: raised, and asked for, on one connection inside the transaction of its caller."""

import datetime as dt
from collections.abc import Collection, Sequence

import duckdb

from nba_assets.partitions import Span
from nba_assets.warehouse.fences import check_claim, dates_of


def raise_fences(connection: duckdb.DuckDBPyConnection, spans: Sequence[Span], token: int) -> None:
    """Raise all fences; older ones that they cover are dropped, for the newest token of a date is what counts."""
    for span in spans:
        refuse_older_claim(connection, span.table, dates_of(span), token)
    for span in spans:
        connection.execute(
            "DELETE FROM nba_quality.fences WHERE table_name = ? AND first_date >= ? AND last_date <= ?",
            [span.table, span.first, span.last],
        )
        connection.execute(
            "INSERT INTO nba_quality.fences VALUES (?, ?, ?, ?)", [span.table, span.first, span.last, token]
        )


def newest_token(connection: duckdb.DuckDBPyConnection) -> int:
    """The highest token of any fence or ledger row; 0 before the first."""
    tokens = [connection.execute(f"SELECT max(token) FROM nba_quality.{table}").fetchone() for table in _TOKENS]
    return max(found[0] or 0 for found in tokens if found)


_TOKENS = ("fences", "ledger")


def refuse_older_claim(
    connection: duckdb.DuckDBPyConnection, table: str, days: Collection[dt.date], token: int
) -> None:
    """Raises FencedOut when a claim newer than the token has its fence over one of the days, or has written it."""
    if not days:
        return
    bounds = [table, token, max(days), min(days)]
    fences = connection.execute(
        "SELECT first_date, last_date, token FROM nba_quality.fences "
        "WHERE table_name = ? AND token > ? AND first_date <= ? AND last_date >= ? ORDER BY token DESC",
        bounds,
    ).fetchall()
    written = connection.execute(
        "SELECT game_date, token, run_id FROM nba_quality.ledger "
        "WHERE table_name = ? AND token > ? AND game_date <= ? AND game_date >= ? ORDER BY token DESC",
        bounds,
    ).fetchall()
    check_claim(table, days, token, fences, written)

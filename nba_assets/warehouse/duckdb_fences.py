"""Fences: who may still write a date. Checked date by date, inside the transaction that writes.

A claim raises its fence before its first write; from then on nothing with a lower token is written under it, however
late it wakes and whether or not the claim's holder has published anything yet.
"""

import datetime as dt
from collections.abc import Collection, Sequence

import duckdb
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import Span
from nba_assets.warehouse.port import FencedOut


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
    for first, last, newer in fences:
        if fenced := [day for day in days if first <= day <= last]:
            raise FencedOut(
                f"{table}: claim {newer} has started to write {_listed(fenced)}, this one is {token}. It could start "
                "only because this one had ended or its lease had run out. Nothing was written: launch again for what "
                "is missing when the newer one is done."
            )
    written = connection.execute(
        "SELECT game_date, token, run_id FROM nba_quality.ledger "
        "WHERE table_name = ? AND token > ? AND game_date <= ? AND game_date >= ? ORDER BY token DESC",
        bounds,
    ).fetchall()
    asked = set(days)
    if taken := {day: (newer, run) for day, newer, run in written if day in asked}:
        newer, run = next(iter(taken.values()))
        raise FencedOut(
            f"{table}: claim {newer} ({f'run {run}' if run else 'an operation'}) has written {_listed(taken)}, this "
            f"one is {token}. Nothing was written: launch again to build on what stands."
        )


def refuse_older_code(contract: Contract, standing: pd.DataFrame, override: str) -> list[Span]:
    """Where newer code than the contract's has built what stands: FencedOut without a reason to override it."""
    newer = standing[standing["code_version"] > contract.code_version]
    days = [day.date() for day in newer.index]
    if days and not override:
        first = newer.iloc[0]
        raise FencedOut(
            f"{contract.name}: newer code (version {first['code_version']:.0f}, here {contract.code_version}; run "
            f"{first['run_id']}) has built {_listed(days)}. You run older code: update and start again, or give the "
            "reason for overwriting it (run tag nba/override). Nothing was written."
        )
    return spans_of(contract.name, days)


def dates_of(span: Span) -> list[dt.date]:
    return [span.first + dt.timedelta(days=number) for number in range((span.last - span.first).days + 1)]


def spans_of(table: str, days: Sequence[dt.date]) -> list[Span]:
    """Ascending dates as spans of successive ones."""
    spans: list[Span] = []
    for day in days:
        if spans and day - spans[-1].last == dt.timedelta(days=1):
            spans[-1] = Span(table, spans[-1].first, day)
        else:
            spans.append(Span(table, day, day))
    return spans


def _listed(days: Collection[dt.date]) -> str:
    return f"{min(days)}" if len(days) == 1 else f"{len(days)} dates ({min(days)} … {max(days)})"

"""Fences: who may still write a date. Checked date by date, inside the transaction that writes.

A claim raises its fence before its first write; from then on nothing with a lower token is written under it, however
late it wakes and whether or not the claim's owner has published anything yet.
"""

import datetime as dt
from collections.abc import Collection, Sequence

import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import Span
from nba_assets.warehouse.port import FencedOut
from nba_assets.warehouse.reader import Reader


def entries_for(reader: Reader, table: str, days: Collection[dt.date], token: int) -> pd.DataFrame:
    """Ledger rows of the days, as `entries_on`, once it is clear that a claim with this token may write them.

    Raises FencedOut when a newer claim has its fence over one of the days, or has written it.
    """
    entries, fences = reader.claimed_on(table, days, token)
    for first, last, newer in fences:
        if fenced := [day for day in days if first <= day <= last]:
            raise FencedOut(
                f"{table}: claim {newer} has started to write {_listed(fenced)}, this one is {token}. It could start "
                "only because this one had ended or its lease had run out. Nothing was written: launch again for what "
                "is missing when the newer one is done."
            )
    written = entries[entries["token"] > token].sort_values("token", ascending=False, kind="stable")
    if len(written):
        newest, taken = written.iloc[0], [day.date() for day in written.index]
        by = f"run {newest['run_id']}" if newest["run_id"] else "an operation"
        raise FencedOut(
            f"{table}: claim {newest['token']:.0f} ({by}) has written {_listed(taken)}, this "
            f"one is {token}. Nothing was written: launch again to build on what is published."
        )
    return entries


def refuse_older_code(contract: Contract, current: pd.DataFrame, override: str) -> list[Span]:
    """Where newer code than the contract's has built what is published: FencedOut without a reason to override it."""
    newer = current[current["code_version"] > contract.code_version]
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
    """Every date of a span, its last one too."""
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

"""A change of dates of a table, decided on what was read and not yet carried out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import Span

PENDING = -1
"""Stands for the number of a build until its transaction has given it one."""

MOVED = "nba_moved"
"""What a transaction fails with when the ledger or a fence is not as it was when the change was decided."""


@dataclass(frozen=True)
class Entry:
    """A line of the journal, of one or more places."""

    operation: str
    who: str
    why: str
    spans: Sequence[Span]
    detail: Mapping[str, object] | None


@dataclass(frozen=True)
class Change:
    """One transaction over dates of a table.

    `ledger` are its new entries (build numbers PENDING), `asked` the dates whose fences and entries must be as they
    were seen: no fence above `token`, `seen_build` their newest attempt. `rows` are conformed rows that hold at
    least those of the `changed` dates, which they replace, and of the `failed` ones, which are put beside.
    """

    contract: Contract
    ledger: pd.DataFrame
    asked: Sequence[dt.date]
    token: int
    seen_build: int
    now: dt.datetime
    kept_since: dt.datetime
    rows: pd.DataFrame | None = None
    changed: Sequence[dt.date] = ()
    failed: Sequence[dt.date] = ()
    journal: Entry | None = None

    @staticmethod
    def over(
        contract: Contract,
        ledger: pd.DataFrame,
        asked: Sequence[dt.date],
        token: int,
        standing: pd.DataFrame,
        now: dt.datetime,
        keep: dt.timedelta,
        *,
        rows: pd.DataFrame | None = None,
        changed: Sequence[dt.date] = (),
        failed: Sequence[dt.date] = (),
        journal: Entry | None = None,
    ) -> "Change":
        """The change of dates whose ledger rows were seen to be `standing`."""
        seen = 0 if standing.empty else int(standing["attempt_build"].max())
        return Change(contract, ledger, asked, token, seen, now, now - keep, rows, changed, failed, journal)

"""Changes of the warehouse, decided on what was read and not yet carried out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import Span

PENDING = -1
"""Takes the place of a build's number until its transaction has given it one."""

NUMBERED = ("build_id", "content_build", "attempt_build", "gap_build")
"""Columns of the ledger in which a number may be PENDING."""


@dataclass(frozen=True)
class Entry:
    """A line of the journal, of one or more places."""

    operation: str
    who: str
    why: str
    spans: Sequence[Span] = ()
    detail: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Change:
    """One transaction over dates of a table.

    `ledger` are its new entries (build numbers PENDING), `asked` the dates whose fences and entries must be as they
    were seen: no fence above `token`, `seen_build` their newest attempt (0: none). `rows` are conformed rows that hold
    at least those of the `changed` dates, which they replace; `refused` those of the `failed` dates, which are put
    beside: all of a rejected date, those of quarantined games of another.
    """

    contract: Contract
    ledger: pd.DataFrame
    asked: Sequence[dt.date]
    token: int
    seen_build: int
    now: dt.datetime
    rows: pd.DataFrame | None = None
    refused: pd.DataFrame | None = None
    changed: Sequence[dt.date] = ()
    failed: Sequence[dt.date] = ()
    journal: Entry | None = None

    def numbered(self, build: int) -> "Change":
        """The same with the number of its build, for an adapter that has it before it writes."""
        columns = {name: self.ledger[name].replace(PENDING, build) for name in NUMBERED}
        journal = self.journal
        if journal is not None and journal.detail is not None and "build" in journal.detail:
            journal = replace(journal, detail={**journal.detail, "build": build})
        return replace(self, ledger=self.ledger.assign(**columns), journal=journal)

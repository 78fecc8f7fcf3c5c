"""The port of the warehouse: a gated read of a window, an atomic publish of a range, the ledger.

A derived table reads upstream only through `read_window`, which knows the declared window and leaves out
what is not ready; it writes only through `publish`. Adapters: DuckDB (embedded), BigQuery (production).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.readiness.audit import Verdict, Waiver
from nba_assets.readiness.state import LedgerState, Status


class WarehouseError(Exception):
    """The warehouse cannot be used; the message names file or table and says what to do."""


class FencedOut(WarehouseError):
    """A newer build stands: one by newer code, or by the holder of a newer claim."""


@dataclass(frozen=True)
class Window:
    """One consistent snapshot of what a table may read for the days it is asked to build.

    `days` are to be computed; `held` says what is in the way of the others; `current` are days that were
    asked for but stand as they should. Frames of same-date inputs hold rows of `days` only; frames of
    history inputs hold every ready row before the last of `days`. `gaps` has, per history input and per
    optional one, the team-games that were due on its rejected and held dates (of which no row is read):
    game_date, game_id, team_id.
    """

    contract: Contract
    asked: tuple[dt.date, ...]
    days: tuple[dt.date, ...]
    held: Mapping[dt.date, str]
    current: tuple[dt.date, ...]
    inputs_build: int
    frames: Mapping[str, pd.DataFrame]
    gaps: Mapping[str, pd.DataFrame]
    bootstrap: frozenset[dt.date]
    waivers: Sequence[Waiver]

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]

    @property
    def dates(self) -> pd.DatetimeIndex:
        """The days to compute, as a datetime index."""
        return pd.DatetimeIndex([pd.Timestamp(day) for day in self.days], dtype="datetime64[ns]")


@dataclass(frozen=True)
class Published:
    """The outcome of one date: its status now, whether its content changed, and its ledger facts."""

    status: Status
    is_changed: bool
    content_hash: str
    build_id: int
    reasons: str
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Snapshot:
    """Frames of one gated read, and the fingerprint of all content that its gate covered."""

    frames: Mapping[str, pd.DataFrame]
    fingerprint: str


class Warehouse(Protocol):
    """What assets, operations and notebooks may ask of a warehouse."""

    def read_window(
        self, contract: Contract, days: Sequence[dt.date], *, skip_current: bool = False, source_version: str = ""
    ) -> Window:
        """The gate and the data of a table for the given days, in one snapshot."""
        ...

    def publish(
        self,
        window: Window,
        rows: pd.DataFrame,
        verdicts: Mapping[dt.date, Verdict],
        *,
        run_id: str,
        source_version: str = "",
        token: int = 0,
    ) -> dict[dt.date, Published]:
        """Swap in the ready dates and write all ledger entries, in one transaction.

        Raises FencedOut when newer code or a newer token stands; nothing is written then.
        """
        ...

    def training_window(self, table: str, last: dt.date | None) -> tuple[dt.date, dt.date]:
        """First and last date of a training on a table: from the start of history to `last`.

        Without `last`, to the newest date of the table that was ever attempted. GateClosed when there is none.
        """
        ...

    def state(self) -> LedgerState:
        """Status, staleness and taint of every partition."""
        ...

    def read(
        self,
        columns: Mapping[str, Sequence[str]],
        start: dt.date,
        end: dt.date,
        *,
        purpose: str,
        gated: Sequence[str] = (),
    ) -> Snapshot:
        """Rows of several tables in [start, end], each with the named columns (all when none are named).

        Every date in the window of every `gated` table (of the tables read, when none are named) must be
        ready, current and untainted; else GateClosed names table, dates and reasons, for the stated purpose.
        """
        ...

    def ledger(self) -> pd.DataFrame:
        """The ledger, one row per (table_name, game_date)."""
        ...

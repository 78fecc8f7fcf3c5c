"""The port of the warehouse: a gated read of a window, an atomic publish of a range, the ledger, and its operations.

A derived table reads upstream only through `read_window`, which knows the declared window and leaves out
what is not ready; it writes only through `publish`. What a person decides (invalidate, restore, waive) is written
with who and why, in the same transaction as its effect; waivers and journal are the register's.
Adapters: DuckDB (embedded), BigQuery (production).
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import pandas as pd

from nba_assets.contracts.conformed import Conformed
from nba_assets.contracts.contract import Contract
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict, nothing_published
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.game_decisions import GameDecision
from nba_assets.readiness.losses import Losses
from nba_assets.readiness.past_gaps import PastGaps
from nba_assets.readiness.quarantine import GameOfDate, Quarantined, without_games
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.warehouse.audit_log import Register


class WarehouseError(Exception):
    """The warehouse cannot be used; the message names file or table and says what to do."""

    code = "NBA-301"


class FencedOut(WarehouseError):
    """Not written: a newer claim has started on some of the dates, or newer code has built them; says which."""

    code = "NBA-302"


@dataclass(frozen=True)
class Window:
    """One consistent snapshot of what a table may read for the days it is asked to build.

    `days` are to be computed; `blocked` says what blocks the others; `current` are days that were
    asked for but are up to date, `skipped` those that do not but were left out by `only`. Frames of
    same-date inputs hold rows of `days` only; frames of history inputs hold every ready row before the last of
    `days`. `gaps` has, per history input and per optional one, the team-games of which no row is read: those that
    were due on its rejected and blocked dates, and those of its quarantined games (game_date, game_id, team_id).
    `quarantined` are the games that another same-date input lacks, or a person has quarantined in this table;
    `gap_shares` says of days with gaps before them how many (`readiness.mass_damage`). `waivers` are those of the
    table that nobody revoked. Of an ingest table `published` counts the rows of each game that it has on `days`
    (game_date, game_id, rows), and `decisions` are those in force on games, where it takes them. `taints` has, of the
    days that have any, the ids of the waivers under which something in the day's windows was published, at any depth.
    """

    contract: Contract
    asked: tuple[dt.date, ...]
    days: tuple[dt.date, ...]
    blocked: Mapping[dt.date, str]
    current: tuple[dt.date, ...]
    inputs_build: int
    frames: Mapping[str, pd.DataFrame]
    gaps: Mapping[str, pd.DataFrame]
    bootstrap: frozenset[dt.date]
    waivers: Sequence[Waiver]
    skipped: tuple[dt.date, ...] = ()
    published: pd.DataFrame = field(default_factory=nothing_published)
    decisions: Sequence[GameDecision] = ()
    taints: Mapping[dt.date, tuple[str, ...]] = field(default_factory=dict)
    quarantined: Mapping[GameOfDate, Quarantined] = field(default_factory=dict)
    gap_shares: Mapping[dt.date, float] = field(default_factory=dict)

    def usable(self) -> "Window":
        """The same without the rows of quarantined games: what rows are computed from."""
        if not self.quarantined:
            return self
        return replace(self, frames=without_games(self.frames, self.contract, self.quarantined))

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]

    @property
    def dates(self) -> pd.DatetimeIndex:
        """The days to compute, as a datetime index."""
        return pd.DatetimeIndex([pd.Timestamp(day) for day in self.days], dtype="datetime64[ns]")


@dataclass(frozen=True)
class Attempt:
    """Who publishes: a run, from a state of the source, under a claim.

    `override` is the reason for building with older code than the published. `seconds` is the wall time of the whole
    build so far, the same for all its dates.
    """

    run_id: str
    source_version: str = ""
    token: int = 0
    override: str = ""
    seconds: float | None = None


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
    """Frames of one gated read, and the fingerprint of all content that its gate covered.

    `waivers` are all that the gate needed, and all under which something it covered was published, at any depth;
    of the latter some may have expired or been revoked since. `inputs_build` is the newest build that was seen.
    For a training, `losses` are the games that it has to leave out, whatever the frames have of them, and `past_gaps`
    those that the published dates were built without; None where nothing is lost.
    """

    frames: Mapping[str, pd.DataFrame]
    fingerprint: str
    waivers: tuple[Waiver, ...] = ()
    inputs_build: int = 0
    losses: Losses = field(default_factory=Losses)
    past_gaps: PastGaps | None = None


class Warehouse(Register, Protocol):
    """What assets, operations and notebooks may ask of a warehouse.

    Every method is one transaction and raises WarehouseError, naming file or table, when the warehouse fails;
    nothing is changed then. Tokens are ids of claims: higher is newer, 0 is older than any claim. `days` is the
    calendar of its partitions, `dialect` the SQL that it speaks, by SQLGlot's name.
    """

    days: pd.DatetimeIndex
    dialect: str

    def read_window(
        self, contract: Contract, days: Sequence[dt.date], *, only: Collection[str] = (), source_version: str = ""
    ) -> Window:
        """The gate and the data of a table for the given days, in one snapshot.

        `only` leaves out days by what they are now: "missing" (never attempted), "failed" (rejected or blocked) and
        "stale" name what to build; "outdated" means all three and, for ingest, what came from another state of the
        source. Empty builds every day. RequestError for any other word.
        """
        ...

    def publish(
        self, window: Window, rows: Conformed, verdicts: Mapping[dt.date, Verdict], attempt: Attempt
    ) -> dict[dt.date, Published]:
        """Swap in the ready dates and write all ledger entries, in one transaction; keep what was replaced.

        Raises FencedOut, and writes nothing, when a newer claim has raised its fence over an asked date or has
        written it, or when newer code has built it. The attempt's `override` lifts the last of the three only; it is
        kept in the ledger and the journal of the dates that needed it.
        """
        ...

    def raise_fence(self, spans: Sequence[Span], token: int) -> None:
        """From now on nobody with a lower token publishes, invalidates or restores in the spans.

        Raised before a claim's first write; repeating it changes nothing. A fence outlives its claim, and is
        dropped when a newer one covers it. Raises FencedOut, and raises no fence at all, when the fence or the
        rows of a newer claim already lie in one of the spans.
        """
        ...

    def last_token(self) -> int:
        """The highest token that a fence or a row of the ledger carries; 0 before the first.

        New claims go on from there, also when the database of the claims was lost or replaced.
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
        waivable_as: str = "",
    ) -> Snapshot:
        """Rows of several tables in [start, end], each with the named columns (all when none are named).

        Every date in the window of every `gated` table (of the tables read, when none are named) must be
        ready, current and untainted; else GateClosed names table, dates and reasons, for the stated purpose.
        `waivable_as` is the model that is trained on them. It goes without rejected and blocked dates and without
        quarantined games, as long as few are lost (`readiness.training_window`); of tables that the others read as
        optional any may be. What else does not pass does so under a waiver in force that covers the dates, of the
        model and the rule `training_window_ready`; what is published there, if anything, is used.
        """
        ...

    def ledger(self) -> pd.DataFrame:
        """The ledger, one row per (table_name, game_date); columns in `warehouse.system_tables.LEDGER_COLUMNS`."""
        ...

    def recent_builds(self) -> pd.DataFrame:
        """The newest timed builds of every table: table_name, attempt_build, dates, seconds, written_at, run_id."""
        ...

    def history(self, table: str, day: dt.date) -> pd.DataFrame:
        """Every ledger row that the date has had, oldest first; columns as the ledger's.

        Where `attempt_build` equals `build_id` that build put its content in place; other rows are failed
        attempts and invalidations over content that stayed published.
        """
        ...

    def content(
        self, table: str, days: Sequence[dt.date], build: int | Mapping[dt.date, int] | None = None
    ) -> pd.DataFrame:
        """What is published on the days, or what a build (of all, or of each) had published; conformed, by date, key.

        WarehouseError names the date that the build did not publish or whose content is no longer kept.
        """
        ...

    def find(
        self, table: str, key: Mapping[str, object], first: dt.date, last: dt.date, columns: Sequence[str] = ()
    ) -> pd.DataFrame:
        """Published rows in [first, last] whose columns have the given values, by date and key, past the gate.

        For looking up single rows. All columns when none are named; KeyError for one the contract does not have.
        """
        ...

    def run_sql(self, statements: Sequence[str]) -> list[pd.DataFrame]:
        """The result of each statement, in the warehouse's dialect, past the gate: for queries of one's own."""
        ...

    def invalidate(self, span: Span, *, who: str, why: str, token: int) -> int:
        """Close the gate on what is published in the span and make everything built on it stale; how many dates.

        The dates become `rejected`, the reason naming who and why; their rows stay where they are. A rebuild or
        `restore` makes them ready again. Dates without content are left alone. Raises FencedOut as `publish`.
        """
        ...

    def restore(self, table: str, day: dt.date, build: int, *, who: str, why: str, token: int) -> Published:
        """Put back what a build had published on a date, as a new build; the date is ready.

        Code version, inputs, source version, waivers and counts are those of the restored build, so a date restored
        over changed inputs or by older code is stale at once. What was published is kept as in `publish`. Raises
        FencedOut as `publish`, and WarehouseError when the build did not publish the date, its content is no
        longer kept, or the kept rows are not what was published.
        """
        ...

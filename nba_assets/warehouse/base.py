"""What all adapters of the port have in common: each method decided on one snapshot; the adapter carries it out."""

import datetime as dt
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

import pandas as pd

from nba_assets import clock
from nba_assets.contracts.conformed import Conformed
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.changes import Change, Entry
from nba_assets.warehouse.decisions import (
    check_waiver,
    invalidation,
    publication,
    refused_rows,
    restoration,
    revocation,
    with_states,
)
from nba_assets.warehouse.frames import content_hashes
from nba_assets.warehouse.gated_reads import (
    contract_of,
    read_rows,
    read_window,
    rows_of_days,
    training_window,
    waivers_given,
)
from nba_assets.warehouse.past_builds import content_of_builds
from nba_assets.warehouse.port import Attempt, Published, Snapshot, Warehouse, Window
from nba_assets.warehouse.reader import Reader

AnyReader = TypeVar("AnyReader", bound=Reader)
Result = TypeVar("Result")

_KEY_TYPES: Mapping[str, Callable[[object], object]] = {"integer": int, "float": float, "string": str}  # type: ignore[dict-item]


def _as_it_is(value: object) -> object:
    return value


class SnapshotWarehouse(Warehouse, Generic[AnyReader]):
    """The `Warehouse` port over whatever reads one snapshot and carries a `Change` out in one transaction.

    Replaced content is kept for `keep_replaced_days`. `now` is the clock that is written down, for tests that let time
    pass.
    """

    def __init__(
        self,
        days: pd.DatetimeIndex,
        history_start: dt.date | None = None,
        *,
        keep_replaced_days: int = 30,
        now: Callable[[], dt.datetime] = clock.now,
    ) -> None:
        self.days = days
        self.history_start = history_start
        self.keep_replaced = dt.timedelta(days=keep_replaced_days)
        self.now = now

    @abstractmethod
    def _read(self, doing: str, action: Callable[[AnyReader], Result]) -> Result:
        """What the action makes of one snapshot; WarehouseError says what was being done when it fails."""

    @abstractmethod
    def _decide(self, doing: str, decide: Callable[[AnyReader], tuple[Change | None, Result]]) -> tuple[Result, int]:
        """Read, decide and carry out, so that what was read still holds then; the result and the build (0 for None)."""

    @abstractmethod
    def _give_waiver(self, waiver: Waiver, now: dt.datetime) -> str:
        """Write a waiver under the next number, and its line of the journal; the id that it has got."""

    @abstractmethod
    def _revoke_waiver(self, reader: AnyReader, waiver_id: str, entry: Entry, now: dt.datetime) -> None:
        """Mark the waiver as revoked by whom the entry names, and write that; called within `_read`."""

    @abstractmethod
    def _write_entry(self, entry: Entry, now: dt.datetime) -> None:
        """Append to the journal."""

    def ledger(self) -> pd.DataFrame:
        return self._read("reading the ledger", lambda reader: reader.ledger())

    def state(self) -> LedgerState:
        return self._state(self.ledger())

    def _state(self, ledger: pd.DataFrame) -> LedgerState:
        return LedgerState(ledger, TABLES, self.days, self.history_start)

    def read_window(
        self, contract: Contract, days: Sequence[dt.date], *, only: Collection[str] = (), source_version: str = ""
    ) -> Window:
        def action(reader: AnyReader) -> Window:
            return read_window(reader, self._state(reader.ledger()), contract, days, only, source_version)

        return self._read(f"reading the inputs of {contract.name}", action)

    def publish(
        self, window: Window, rows: Conformed, verdicts: Mapping[dt.date, Verdict], attempt: Attempt
    ) -> dict[dt.date, Published]:
        now = self.now()
        hashes = content_hashes(rows.contract, rows.rows[~refused_rows(rows.rows, verdicts)])

        def decide(reader: AnyReader) -> tuple[Change, dict[dt.date, Published]]:
            return publication(reader, window, rows.rows, hashes, verdicts, attempt, now)

        published, build = self._decide(f"publishing {rows.contract.name}", decide)
        return {day: replace(outcome, build_id=build) for day, outcome in published.items()}

    def last_token(self) -> int:
        return self._read("reading the newest token", lambda reader: reader.newest_token())

    def training_window(self, table: str, last: dt.date | None) -> tuple[dt.date, dt.date]:
        return training_window(self.state(), table, last)

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
        def action(reader: AnyReader) -> Snapshot:
            ledger = reader.ledger()
            return read_rows(
                reader, ledger, self._state(ledger), columns, start, end,
                purpose=purpose, gated=gated, waivable_as=waivable_as, now=self.now(),
            )  # fmt: skip

        return self._read(f"reading {', '.join(columns)}", action)

    def recent_builds(self) -> pd.DataFrame:
        return self._read("reading past builds", lambda reader: reader.recent_builds())

    def history(self, table: str, day: dt.date) -> pd.DataFrame:
        contract = contract_of(table)
        return self._read(f"reading the history of {table}", lambda reader: reader.history(contract.name, day))

    def content(
        self, table: str, days: Sequence[dt.date], build: int | Mapping[dt.date, int] | None = None
    ) -> pd.DataFrame:
        contract = contract_of(table)

        def action(reader: AnyReader) -> pd.DataFrame:
            if build is None:
                return rows_of_days(reader, contract, days)
            builds = {day: int(build[day] if isinstance(build, Mapping) else build) for day in days}
            return content_of_builds(reader, contract, builds)

        return self._read(f"reading {table}", action)

    def find(
        self, table: str, key: Mapping[str, object], first: dt.date, last: dt.date, columns: Sequence[str] = ()
    ) -> pd.DataFrame:
        contract = contract_of(table)
        # A key may come as text from a command line.
        typed = {name: _KEY_TYPES.get(contract.column(name).type, _as_it_is)(it) for name, it in key.items()}
        named = [contract.column(name).name for name in columns]
        return self._read(f"reading {table}", lambda reader: reader.find(contract, typed, first, last, named))

    def invalidate(self, span: Span, *, who: str, why: str, token: int) -> int:
        now = self.now()

        def decide(reader: AnyReader) -> tuple[Change | None, int]:
            return invalidation(reader, span, who=who, why=why, token=token, now=now)

        return self._decide(f"invalidating {span}", decide)[0]

    def restore(self, table: str, day: dt.date, build: int, *, who: str, why: str, token: int) -> Published:
        contract, now = contract_of(table), self.now()

        def decide(reader: AnyReader) -> tuple[Change, Published]:
            return restoration(reader, contract, day, int(build), who=who, why=why, token=token, now=now)

        published, new = self._decide(f"restoring {table} {day}", decide)
        return replace(published, build_id=new)

    def add_waiver(self, span: Span, rule: str, *, who: str, why: str, until: dt.datetime, game_id: str = "") -> Waiver:
        now = self.now()
        check_waiver(span, rule, who, why, until, now)
        waiver = Waiver("", span.table, rule, span.first, span.last, until, who, why, game_id)
        return replace(waiver, waiver_id=self._give_waiver(waiver, now))

    def waivers(self) -> pd.DataFrame:
        return with_states(self._read("reading the waivers", waivers_given), self.now())

    def revoke_waiver(self, waiver_id: str, who: str, why: str) -> None:
        now = self.now()

        def action(reader: AnyReader) -> None:
            entry = revocation(reader.waivers(), waiver_id, who=who, why=why)
            self._revoke_waiver(reader, waiver_id, entry, now)

        self._read(f"revoking waiver {waiver_id}", action)

    def record(
        self,
        operation: str,
        who: str,
        why: str,
        spans: Sequence[Span] = (),
        detail: Mapping[str, object] | None = None,
    ) -> None:
        self._write_entry(Entry(operation, who, why, spans, detail), self.now())

    def journal(self) -> pd.DataFrame:
        return self._read("reading the journal", lambda reader: reader.journal())

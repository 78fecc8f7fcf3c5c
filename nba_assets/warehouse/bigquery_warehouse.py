"""The warehouse on BigQuery: staged by load jobs, published by one transaction, read at one moment of its clock."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import google.api_core.exceptions as api
import pandas as pd

from nba_assets import clock
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict, Waiver
from nba_assets.readiness.state import LedgerState, Status
from nba_assets.warehouse import bigquery_operations as operations
from nba_assets.warehouse import bigquery_schema
from nba_assets.warehouse.bigquery_jobs import BigQueryJobs
from nba_assets.warehouse.bigquery_names import Names
from nba_assets.warehouse.bigquery_reads import BigQueryReader
from nba_assets.warehouse.bigquery_scripts import PENDING, Change, Entry, fence_script, journal_steps, place
from nba_assets.warehouse.bigquery_writes import Moved, carry_out, standing_for
from nba_assets.warehouse.fences import dates_of, refuse_older_code
from nba_assets.warehouse.frames import conform, content_hashes
from nba_assets.warehouse.gated_reads import contract_of, read_rows, read_window, rows_of_days, training_window
from nba_assets.warehouse.ledger import entries
from nba_assets.warehouse.port import Published, Snapshot, WarehouseError, Window
from nba_assets.warehouse.schema import WAIVER_COLUMNS

TRIES = 20
"""How often a change is decided anew when others write the same dates, before that is an error."""

Result = TypeVar("Result")


class BigQueryWarehouse:
    """The `Warehouse` port over datasets of one project and a calendar of game dates.

    `jobs` gives the jobs of a client when first needed. Replaced content is kept for `keep_replaced_days`. `now` is
    the clock that is written down, for tests that let time pass; reads go by the service's own.
    """

    def __init__(
        self,
        jobs: Callable[[], BigQueryJobs],
        names: Names,
        days: pd.DatetimeIndex,
        history_start: dt.date | None = None,
        *,
        location: str = "US",
        keep_replaced_days: int = 30,
        now: Callable[[], dt.datetime] = clock.now,
    ) -> None:
        self.names = names
        self.days = days
        self.history_start = history_start
        self.keep_replaced = dt.timedelta(days=keep_replaced_days)
        self.now = now
        self._open = jobs
        self._location = location
        self._jobs: BigQueryJobs | None = None

    @property
    def jobs(self) -> BigQueryJobs:
        """The jobs, once the schema is that of this code."""
        if self._jobs is None:
            jobs = self._open()
            bigquery_schema.create(jobs, self.names, self._location)
            self._jobs = jobs
        return self._jobs

    def _do(self, doing: str, action: Callable[[], Result]) -> Result:
        """What BigQuery refuses becomes a WarehouseError with the project and what was being done."""
        try:
            return action()
        except (api.GoogleAPICallError, api.RetryError, OSError) as error:
            raise WarehouseError(
                f"BigQuery {self.names.dataset('…')}: {doing} failed, nothing changed: {error}"
            ) from error

    def _reader(self) -> BigQueryReader:
        return BigQueryReader(self.jobs, self.names)

    def _state(self, ledger: pd.DataFrame) -> LedgerState:
        return LedgerState(ledger, TABLES, self.days, self.history_start)

    def ledger(self) -> pd.DataFrame:
        return self._do("reading the ledger", lambda: self._reader().ledger())

    def state(self) -> LedgerState:
        return self._state(self.ledger())

    def read_window(
        self, contract: Contract, days: Sequence[dt.date], *, only: Collection[str] = (), source_version: str = ""
    ) -> Window:
        def action() -> Window:
            reader = self._reader()
            return read_window(reader, self._state(reader.ledger()), contract, days, only, source_version)

        return self._do(f"reading the inputs of {contract.name}", action)

    def publish(
        self,
        window: Window,
        rows: pd.DataFrame,
        verdicts: Mapping[dt.date, Verdict],
        *,
        run_id: str,
        source_version: str = "",
        token: int = 0,
        override: str = "",
        seconds: float | None = None,
    ) -> dict[dt.date, Published]:
        contract, now = window.contract, self.now()
        rows = conform(contract, rows)
        hashes = content_hashes(contract, rows)

        def decide(reader: BigQueryReader) -> tuple[Change, dict[dt.date, Published]]:
            standing = standing_for(reader, contract.name, window.asked, token)
            forced = refuse_older_code(contract, standing, override)
            ledger, published = entries(
                window, verdicts, standing, hashes, build=PENDING, run_id=run_id, source_version=source_version,
                token=token, override=override, seconds=seconds, now=now,
            )  # fmt: skip
            detail = {"build": PENDING, "run_id": run_id, "code_version": contract.code_version}
            change = Change.over(
                contract, ledger, window.asked, token, standing, now, self.keep_replaced, rows=rows,
                changed=[day for day, outcome in published.items() if outcome.is_changed],
                failed=[day for day, outcome in published.items() if outcome.status is Status.REJECTED],
                journal=Entry("override", f"run {run_id}", override, forced, detail) if forced else None,
            )  # fmt: skip
            return change, published

        published, build = self._decided(f"publishing {contract.name}", decide)
        return {day: replace(outcome, build_id=build) for day, outcome in published.items()}

    def _decided(
        self, doing: str, decide: Callable[[BigQueryReader], tuple[Change | None, Result]]
    ) -> tuple[Result, int]:
        """Read, decide, carry out; again where another writer came in between. The build is 0 where nothing is done."""

        def action() -> tuple[Result, int]:
            for _ in range(TRIES):
                change, result = decide(self._reader())
                if change is None:
                    return result, 0
                try:
                    return result, carry_out(self.jobs, self.names, change)
                except Moved:
                    continue
            raise WarehouseError(
                f"{doing} failed, nothing changed: others kept writing the same dates; launch it again"
            )

        return self._do(doing, action)

    def raise_fence(self, spans: Sequence[Span], token: int) -> None:
        places = [place(span) for span in spans]

        def check() -> None:
            reader = self._reader()
            for span in spans:
                standing_for(reader, span.table, dates_of(span), token)

        def action() -> None:
            try:
                self.jobs.transaction(fence_script(self.names), {"spans": places, "token": token}, table="fences")
            except api.BadRequest:
                check()
                raise

        if spans:
            self._do(f"raising the fence of claim {token}", action)

    def last_token(self) -> int:
        return self._do("reading the newest token", lambda: self._reader().newest_token())

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
        def action() -> Snapshot:
            reader = self._reader()
            ledger = reader.ledger()
            return read_rows(
                reader, ledger, self._state(ledger), columns, start, end,
                purpose=purpose, gated=gated, waivable_as=waivable_as, now=self.now(),
            )  # fmt: skip

        return self._do(f"reading {', '.join(columns)}", action)

    def recent_builds(self) -> pd.DataFrame:
        return self._do("reading past builds", lambda: self._reader().recent_builds())

    def history(self, table: str, day: dt.date) -> pd.DataFrame:
        contract_of(table)
        return self._do(f"reading the history of {table}", lambda: self._reader().history(table, day))

    def content(
        self, table: str, days: Sequence[dt.date], build: int | Mapping[dt.date, int] | None = None
    ) -> pd.DataFrame:
        contract = contract_of(table)

        def action() -> pd.DataFrame:
            if build is None:
                return rows_of_days(self._reader(), contract, days)
            builds = {day: int(build[day] if isinstance(build, Mapping) else build) for day in days}
            return self._reader().content_of_builds(contract, builds)

        return self._do(f"reading {table}", action)

    def find(
        self, table: str, key: Mapping[str, object], first: dt.date, last: dt.date, columns: Sequence[str] = ()
    ) -> pd.DataFrame:
        contract = contract_of(table)
        return self._do(f"reading {table}", lambda: self._reader().find(contract, key, first, last, columns))

    def invalidate(self, span: Span, *, who: str, why: str, token: int) -> int:
        now = self.now()

        def decide(reader: BigQueryReader) -> tuple[Change | None, int]:
            return operations.invalidation(
                reader, span, who=who, why=why, token=token, now=now, keep=self.keep_replaced
            )

        return self._decided(f"invalidating {span}", decide)[0]

    def restore(self, table: str, day: dt.date, build: int, *, who: str, why: str, token: int) -> Published:
        contract, now = contract_of(table), self.now()

        def decide(reader: BigQueryReader) -> tuple[Change, Published]:
            return operations.restoration(
                reader, contract, day, int(build), who=who, why=why, token=token, now=now, keep=self.keep_replaced
            )

        published, new = self._decided(f"restoring {table} {day}", decide)
        return replace(published, build_id=new)

    def add_waiver(self, span: Span, rule: str, *, who: str, why: str, until: dt.datetime) -> Waiver:
        def action() -> Waiver:
            return operations.add_waiver(
                self.jobs, self.names, span, rule, who=who, why=why, until=until, now=self.now()
            )

        return self._do(f"waiving {rule} of {span}", action)

    def waivers(self) -> pd.DataFrame:
        return self._do(
            "reading the waivers", lambda: operations.all_waivers(self._reader(), list(WAIVER_COLUMNS), self.now())
        )

    def revoke_waiver(self, waiver_id: str, who: str, why: str) -> None:
        def action() -> None:
            operations.revoke_waiver(self.jobs, self.names, self._reader(), waiver_id, who=who, why=why, now=self.now())

        self._do(f"revoking waiver {waiver_id}", action)

    def record(
        self,
        operation: str,
        who: str,
        why: str,
        spans: Sequence[Span] = (),
        detail: Mapping[str, object] | None = None,
    ) -> None:
        steps, parameters = journal_steps(self.names, Entry(operation, who, why, spans, detail), self.now())
        self._do("writing the journal", lambda: self.jobs.transaction(steps[0], parameters, table="journal"))

    def journal(self) -> pd.DataFrame:
        return self._do("reading the journal", lambda: self._reader().journal())

"""The warehouse on BigQuery: staged by load jobs, published by one transaction, read at one moment of its clock."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import google.api_core.exceptions as api
import pandas as pd

from nba_assets import clock
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict, Waiver
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.warehouse.bigquery import operations
from nba_assets.warehouse.bigquery.builds import content_of_builds
from nba_assets.warehouse.bigquery.changes import PENDING, Change, Entry
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.project import BigQueryProject
from nba_assets.warehouse.bigquery.reads import BigQueryReader
from nba_assets.warehouse.bigquery.scripts import fence_script, journal_steps, place
from nba_assets.warehouse.bigquery.writes import decided, standing_for
from nba_assets.warehouse.fences import dates_of, refuse_older_code
from nba_assets.warehouse.frames import conform, content_hashes
from nba_assets.warehouse.gated_reads import contract_of, read_rows, read_window, rows_of_days, training_window
from nba_assets.warehouse.ledger import entries
from nba_assets.warehouse.port import Attempt, Published, Snapshot, Window
from nba_assets.warehouse.system_tables import WAIVER_COLUMNS


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
        self._project = BigQueryProject(jobs, names, location)
        self.names = names
        self.days = days
        self.history_start = history_start
        self.keep_replaced = dt.timedelta(days=keep_replaced_days)
        self.now = now

    @property
    def jobs(self) -> BigQueryJobs:
        """The jobs, once the schema is that of this code."""
        return self._project.jobs

    def _state(self, ledger: pd.DataFrame) -> LedgerState:
        return LedgerState(ledger, TABLES, self.days, self.history_start)

    def ledger(self) -> pd.DataFrame:
        return self._project.read("reading the ledger", lambda reader: reader.ledger())

    def state(self) -> LedgerState:
        return self._state(self.ledger())

    def read_window(
        self, contract: Contract, days: Sequence[dt.date], *, only: Collection[str] = (), source_version: str = ""
    ) -> Window:
        def action(reader: BigQueryReader) -> Window:
            return read_window(reader, self._state(reader.ledger()), contract, days, only, source_version)

        return self._project.read(f"reading the inputs of {contract.name}", action)

    def publish(
        self, window: Window, rows: pd.DataFrame, verdicts: Mapping[dt.date, Verdict], attempt: Attempt
    ) -> dict[dt.date, Published]:
        contract, now = window.contract, self.now()
        rows = conform(contract, rows)
        hashes = content_hashes(contract, rows)

        def decide(reader: BigQueryReader) -> tuple[Change, dict[dt.date, Published]]:
            standing = standing_for(reader, contract.name, window.asked, attempt.token)
            forced = refuse_older_code(contract, standing, attempt.override)
            ledger, published = entries(window, verdicts, standing, hashes, attempt, build=PENDING, now=now)
            detail = {"build": PENDING, "run_id": attempt.run_id, "code_version": contract.code_version}
            who = f"run {attempt.run_id}"
            change = Change.over(
                contract, ledger, window.asked, attempt.token, standing, now, self.keep_replaced, rows=rows,
                changed=[day for day, outcome in published.items() if outcome.is_changed],
                failed=[day for day, outcome in published.items() if outcome.status is Status.REJECTED],
                journal=Entry("override", who, attempt.override, forced, detail) if forced else None,
            )  # fmt: skip
            return change, published

        published, build = decided(self._project, f"publishing {contract.name}", decide)
        return {day: replace(outcome, build_id=build) for day, outcome in published.items()}

    def raise_fence(self, spans: Sequence[Span], token: int) -> None:
        places = [place(span) for span in spans]

        def check() -> None:
            reader = self._project.reader()
            for span in spans:
                standing_for(reader, span.table, dates_of(span), token)

        def action() -> None:
            try:
                self.jobs.transaction(fence_script(self.names), {"spans": places, "token": token}, table="fences")
            except api.BadRequest:
                check()
                raise

        if spans:
            self._project.do(f"raising the fence of claim {token}", action)

    def last_token(self) -> int:
        return self._project.read("reading the newest token", lambda reader: reader.newest_token())

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
        def action(reader: BigQueryReader) -> Snapshot:
            ledger = reader.ledger()
            return read_rows(
                reader, ledger, self._state(ledger), columns, start, end,
                purpose=purpose, gated=gated, waivable_as=waivable_as, now=self.now(),
            )  # fmt: skip

        return self._project.read(f"reading {', '.join(columns)}", action)

    def recent_builds(self) -> pd.DataFrame:
        return self._project.read("reading past builds", lambda reader: reader.recent_builds())

    def history(self, table: str, day: dt.date) -> pd.DataFrame:
        contract_of(table)
        return self._project.read(f"reading the history of {table}", lambda reader: reader.history(table, day))

    def content(
        self, table: str, days: Sequence[dt.date], build: int | Mapping[dt.date, int] | None = None
    ) -> pd.DataFrame:
        contract = contract_of(table)

        def action(reader: BigQueryReader) -> pd.DataFrame:
            if build is None:
                return rows_of_days(reader, contract, days)
            builds = {day: int(build[day] if isinstance(build, Mapping) else build) for day in days}
            return content_of_builds(reader, contract, builds)

        return self._project.read(f"reading {table}", action)

    def find(
        self, table: str, key: Mapping[str, object], first: dt.date, last: dt.date, columns: Sequence[str] = ()
    ) -> pd.DataFrame:
        contract = contract_of(table)
        return self._project.read(f"reading {table}", lambda reader: reader.find(contract, key, first, last, columns))

    def invalidate(self, span: Span, *, who: str, why: str, token: int) -> int:
        now = self.now()

        def decide(reader: BigQueryReader) -> tuple[Change | None, int]:
            return operations.invalidation(
                reader, span, who=who, why=why, token=token, now=now, keep=self.keep_replaced
            )

        return decided(self._project, f"invalidating {span}", decide)[0]

    def restore(self, table: str, day: dt.date, build: int, *, who: str, why: str, token: int) -> Published:
        contract, now = contract_of(table), self.now()

        def decide(reader: BigQueryReader) -> tuple[Change, Published]:
            return operations.restoration(
                reader, contract, day, int(build), who=who, why=why, token=token, now=now, keep=self.keep_replaced
            )

        published, new = decided(self._project, f"restoring {table} {day}", decide)
        return replace(published, build_id=new)

    def add_waiver(self, span: Span, rule: str, *, who: str, why: str, until: dt.datetime) -> Waiver:
        def action() -> Waiver:
            return operations.add_waiver(
                self.jobs, self.names, span, rule, who=who, why=why, until=until, now=self.now()
            )

        return self._project.do(f"waiving {rule} of {span}", action)

    def waivers(self) -> pd.DataFrame:
        def action(reader: BigQueryReader) -> pd.DataFrame:
            return operations.all_waivers(reader, list(WAIVER_COLUMNS), self.now())

        return self._project.read("reading the waivers", action)

    def revoke_waiver(self, waiver_id: str, who: str, why: str) -> None:
        def action(reader: BigQueryReader) -> None:
            operations.revoke_waiver(self.jobs, self.names, reader, waiver_id, who=who, why=why, now=self.now())

        self._project.read(f"revoking waiver {waiver_id}", action)

    def record(
        self,
        operation: str,
        who: str,
        why: str,
        spans: Sequence[Span] = (),
        detail: Mapping[str, object] | None = None,
    ) -> None:
        steps, parameters = journal_steps(self.names, Entry(operation, who, why, spans, detail), self.now())
        self._project.do("writing the journal", lambda: self.jobs.transaction(steps[0], parameters, table="journal"))

    def journal(self) -> pd.DataFrame:
        return self._project.read("reading the journal", lambda reader: reader.journal())

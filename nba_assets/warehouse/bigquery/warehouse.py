"""The warehouse on BigQuery: staged by load jobs, published by one transaction, read at one moment of its clock."""

import datetime as dt
from collections.abc import Callable, Sequence

import google.api_core.exceptions as api
import pandas as pd

from nba_assets import clock
from nba_assets.partitions import Span
from nba_assets.readiness.failures import Waiver
from nba_assets.warehouse.base import Result, SnapshotWarehouse
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.project import BigQueryProject
from nba_assets.warehouse.bigquery.reads import BigQueryReader
from nba_assets.warehouse.bigquery.scripts import (
    fence_script,
    journal_step,
    place,
    revoke_script,
    waiver_script,
)
from nba_assets.warehouse.bigquery.writes import decided
from nba_assets.warehouse.changes import Change, Entry
from nba_assets.warehouse.fences import dates_of, entries_for


class BigQueryWarehouse(SnapshotWarehouse[BigQueryReader]):
    """The `Warehouse` port over datasets of one project and a calendar of game dates; see the base.

    `jobs` gives the jobs of a client when first needed. Reads go by the service's clock.
    """

    dialect = "bigquery"

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
        super().__init__(days, history_start, keep_replaced_days=keep_replaced_days, now=now)
        self._project = BigQueryProject(jobs, names, location)
        self.names = names

    @property
    def jobs(self) -> BigQueryJobs:
        """The jobs, once the schema is that of this code."""
        return self._project.jobs

    def run_sql(self, statements: Sequence[str]) -> list[pd.DataFrame]:
        def action() -> list[pd.DataFrame]:
            return [self.jobs.query(statement).to_pandas() for statement in statements]

        return self._project.do("running SQL", action)

    def _read(self, doing: str, action: Callable[[BigQueryReader], Result]) -> Result:
        return self._project.read(doing, action)

    def _decide(
        self, doing: str, decide: Callable[[BigQueryReader], tuple[Change | None, Result]]
    ) -> tuple[Result, int]:
        return decided(self._project, doing, decide, self.keep_replaced)

    def raise_fence(self, spans: Sequence[Span], token: int) -> None:
        places = [place(span) for span in spans]

        def check() -> None:
            reader = self._project.reader()
            for span in spans:
                entries_for(reader, span.table, dates_of(span), token)

        def action() -> None:
            try:
                self.jobs.transaction(fence_script(self.names), {"spans": places, "token": token}, table="fences")
            except api.BadRequest:
                check()
                raise

        if spans:
            self._project.do(f"raising the fence of claim {token}", action)

    def _give_waiver(self, waiver: Waiver, now: dt.datetime) -> str:
        def action() -> str:
            script, parameters = waiver_script(self.names, waiver, now)
            return str(self.jobs.transaction(script, parameters, table="waivers")[0][0])

        return self._project.do(f"waiving {waiver.rule} of {Span(waiver.table, waiver.first, waiver.last)}", action)

    def _revoke_waiver(self, reader: BigQueryReader, waiver_id: str, entry: Entry, now: dt.datetime) -> None:
        script, parameters = revoke_script(reader.names, waiver_id, entry, now)
        self.jobs.transaction(script, parameters, table="waivers")

    def _write_entry(self, entry: Entry, now: dt.datetime) -> None:
        script, parameters = journal_step(self.names, entry, now)
        self._project.do("writing the journal", lambda: self.jobs.transaction(script, parameters, table="journal"))

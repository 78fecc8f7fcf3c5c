"""The datasets of one project: reached when first needed, brought to the schema of this code, errors named."""

from collections.abc import Callable
from typing import TypeVar

import google.api_core.exceptions as api

from nba_assets.warehouse.bigquery import schema as bigquery_schema
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.reads import BigQueryReader
from nba_assets.warehouse.port import WarehouseError

Result = TypeVar("Result")


class BigQueryProject:
    """`open_jobs` gives the jobs of a client; datasets that are not there are made in the location."""

    def __init__(self, open_jobs: Callable[[], BigQueryJobs], names: Names, location: str) -> None:
        self.names = names
        self._open_jobs = open_jobs
        self._location = location
        self._jobs: BigQueryJobs | None = None

    @property
    def jobs(self) -> BigQueryJobs:
        """The jobs, once the schema is that of this code."""
        if self._jobs is None:
            jobs = self._open_jobs()
            bigquery_schema.create(jobs, self.names, self._location)
            self._jobs = jobs
        return self._jobs

    def reader(self) -> BigQueryReader:
        """One more snapshot."""
        return BigQueryReader(self.jobs, self.names)

    def read(self, doing: str, action: Callable[[BigQueryReader], Result]) -> Result:
        """What is read of one snapshot."""
        return self.do(doing, lambda: action(self.reader()))

    def do(self, doing: str, action: Callable[[], Result]) -> Result:
        """What BigQuery refuses becomes a WarehouseError with the project and what was being done."""
        try:
            return action()
        except (api.GoogleAPICallError, api.RetryError, OSError) as error:
            raise WarehouseError(
                f"BigQuery {self.names.dataset('…')}: {doing} failed, nothing changed: {error}"
            ) from error

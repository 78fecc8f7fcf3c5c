"""Jobs of BigQuery: queries, transactions and loads, repeated where the service asks for it, never done twice.

Every job has an id of our own: when the answer to its creation was lost, asking again finds the job instead of making
a second one. A transaction that lost against another one changed nothing and is run again under a new id.
"""

import datetime as dt
import io
import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast

import google.api_core.exceptions as api
import pyarrow as pa
import pyarrow.parquet as pq
from google.auth.exceptions import TransportError
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_JOB_RETRY
from google.cloud.bigquery.table import RowIterator

from nba_assets.warehouse.port import WarehouseError

PATIENCE_SECONDS = 300.0
"""How long one request, and a transaction that keeps losing, is repeated before it is an error."""

_PASSING = re.compile(
    r"aborted due to concurrent|could not serialize|transaction conflict|ratelimitexceeded|rate limits|quotaexceeded"
    r"|backenderror|internalerror|internal error|service unavailable|connection (aborted|reset)|failed to commit",
    re.IGNORECASE,
)
"""What a job says that failed for no fault of its own, having changed nothing; the last are a local server's words."""

_REFUSALS = (api.Conflict, api.ServerError, api.TooManyRequests, TransportError, OSError)
"""What asking for a job may end with although the job is sound, or is even there."""

_TYPES = {bool: "BOOL", int: "INT64", float: "FLOAT64", str: "STRING", dt.date: "DATE", dt.datetime: "TIMESTAMP"}

Job = TypeVar("Job", bigquery.QueryJob, bigquery.LoadJob)

Value = str | int | float | bool | dt.date | dt.datetime
Parameter = Value | Sequence[Value] | Sequence[Mapping[str, tuple[str, Value | None]]]
"""A scalar, an array of scalars, or an array of structs {field: (type, value)}."""


@dataclass(frozen=True)
class Limits:
    """What a job may cost at most, and how its cost is distinguished: labels of every job, e.g. the run."""

    maximum_bytes_billed: int
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class JobFact:
    """One job that was done: "query", "transaction" or "load"; for which table, with how many bytes, how long."""

    kind: str
    table: str
    bytes: int
    seconds: float
    statement: str = ""
    parameters: Mapping[str, "Parameter"] = field(default_factory=dict)


class BigQueryJobs:
    """The jobs of one client; `on_done` is called with each (of its cost, and for the analyzer in the tests)."""

    def __init__(
        self,
        client: bigquery.Client,
        limits: Limits,
        patience_seconds: float = PATIENCE_SECONDS,
        on_done: Callable[[JobFact], None] = lambda _: None,
    ) -> None:
        self.client = client
        self._on_done = on_done
        self._limits = limits
        self._patience = patience_seconds
        self.retry = bigquery.DEFAULT_RETRY.with_timeout(patience_seconds).with_delay(initial=0.2, maximum=15)
        self._retry_of_reads = DEFAULT_JOB_RETRY.with_timeout(patience_seconds)

    def query(self, statement: str, parameters: Mapping[str, Parameter] | None = None, *, table: str = "") -> pa.Table:
        """The result of a read; by the Storage API where that is to be had, else by REST."""
        started = time.monotonic()
        config = self._config(parameters or {}, table)
        ask = partial(self._rows, statement, config)
        rows = ask()
        try:
            result = rows.to_arrow()
        except (api.GoogleAPICallError, api.RetryError):
            # No right to read sessions, or the service is away: the same rows come as pages of JSON.
            result = ask().to_arrow(create_bqstorage_client=False)
        self._note("query", table, rows.total_bytes_processed or 0, started, statement, parameters or {})
        return result

    def _rows(self, statement: str, config: bigquery.QueryJobConfig) -> RowIterator:
        """Not by a job of our own id: this is one request, and asking for a read a second time does no harm."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return self.client.query_and_wait(
                    statement, job_config=config, retry=self.retry, job_retry=self._retry_of_reads
                )
            except api.Conflict:
                # The answer was lost on its way, and the client has asked for the same job again.
                if time.monotonic() > deadline:
                    raise

    def transaction(
        self, statements: str, parameters: Mapping[str, Parameter], *, table: str = ""
    ) -> list[tuple[Any, ...]]:
        """Run a script that is one transaction; the rows of its last SELECT. Repeated while it loses to others."""
        started = time.monotonic()
        config = self._config(parameters, table)

        def begin(job_id: str) -> bigquery.QueryJob:
            return self.client.query(statements, job_config=config, job_id=job_id, job_retry=None, retry=None)

        job, rows = self._until_done(f"transaction-{table}", begin)
        answer = [tuple(row.values()) for row in rows]
        self._note("transaction", table, job.total_bytes_processed or 0, started, statements, parameters)
        return answer

    def load(self, destination: str, rows: pa.Table, schema: Sequence[bigquery.SchemaField], *, table: str) -> None:
        """Load rows into a table of its own: made when absent, filled again when there."""
        started = time.monotonic()
        sink = io.BytesIO()
        pq.write_table(rows, sink)
        size = sink.tell()
        config = bigquery.LoadJobConfig(
            schema=list(schema),
            source_format=bigquery.SourceFormat.PARQUET,
            write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
            labels=self._labels(table),
        )

        def begin(job_id: str) -> bigquery.LoadJob:
            return self.client.load_table_from_file(
                sink, destination, rewind=True, size=size, job_id=job_id, job_config=config
            )

        self._until_done(f"load-{table}", begin)
        self._note("load", table, size, started, "", {})

    def remove(self, table: str) -> None:
        """Delete a staged table. Where that fails it goes by itself: its dataset's tables expire."""
        with suppress(api.GoogleAPICallError, api.RetryError, OSError):
            self.client.delete_table(table, not_found_ok=True, retry=self.retry)

    def _config(self, parameters: Mapping[str, Parameter], table: str) -> bigquery.QueryJobConfig:
        return bigquery.QueryJobConfig(
            query_parameters=[parameter(name, value) for name, value in parameters.items()],
            maximum_bytes_billed=self._limits.maximum_bytes_billed,
            labels=self._labels(table),
        )

    def _until_done(self, name: str, begin: Callable[[str], Job]) -> tuple[Job, Any]:
        """Begin a job and wait for its end; begin it again while it fails in passing. The job and its result."""
        deadline = time.monotonic() + self._patience
        pause = 0.2
        while True:
            job = self._begun(_job_id(name), begin, deadline)
            try:
                return job, self._result(job)
            except api.GoogleAPICallError as error:
                if not _PASSING.search(_reasons(error)) or time.monotonic() > deadline:
                    raise
            time.sleep(pause)
            pause = min(pause * 2, 15)

    def _begun(self, job_id: str, begin: Callable[[str], Job], deadline: float) -> Job:
        pause = 0.2
        while True:
            try:
                return begin(job_id)
            except (*_REFUSALS, api.Forbidden) as error:
                if isinstance(error, api.Forbidden) and not _PASSING.search(_reasons(error)):
                    raise
                # The answer may be lost although the job is there: then it is that one, not a second.
                if (job := self._found(job_id)) is not None:
                    return job
                if time.monotonic() > deadline:
                    raise WarehouseError(
                        f"BigQuery cannot be reached: {error}. Check the network, then retry."
                    ) from error
            time.sleep(pause)
            pause = min(pause * 2, 15)

    def _found(self, job_id: str) -> Any:
        """The job of an id; None where there is none, and where that cannot be asked now."""
        with suppress(*_REFUSALS, api.NotFound):
            return self.client.get_job(job_id, retry=None)

    def _result(self, job: bigquery.QueryJob | bigquery.LoadJob) -> Any:
        if isinstance(job, bigquery.QueryJob):
            return job.result(retry=self.retry, job_retry=None)
        return job.result(retry=self.retry)

    def _labels(self, table: str) -> dict[str, str]:
        return {name: label(text) for name, text in {**self._limits.labels, "table": table}.items() if text}

    def _note(
        self, kind: str, table: str, size: int, started: float, statement: str, parameters: Mapping[str, Parameter]
    ) -> None:
        self._on_done(JobFact(kind, table, size, time.monotonic() - started, statement, parameters))


def parameter(name: str | None, value: Parameter) -> bigquery.ScalarQueryParameter | bigquery.ArrayQueryParameter:
    """A named query parameter; an empty array is one of dates."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        if value and isinstance(value[0], Mapping):
            structs = [
                bigquery.StructQueryParameter(
                    None, *(bigquery.ScalarQueryParameter(field, kind, one) for field, (kind, one) in row.items())
                )
                for row in cast("Sequence[Mapping[str, tuple[str, Value | None]]]", value)
            ]
            return bigquery.ArrayQueryParameter(name, "STRUCT", structs)
        kind = _TYPES[type(value[0])] if value else "DATE"
        return bigquery.ArrayQueryParameter(name, kind, list(value))
    return bigquery.ScalarQueryParameter(name, _TYPES[type(value)], value)


def label(text: str) -> str:
    """Text as a label value: lower case, digits, _ and -, at most 63 of them."""
    return re.sub(r"[^a-z0-9_-]", "-", text.lower())[:63]


def _job_id(name: str) -> str:
    return f"nba-{re.sub(r'[^A-Za-z0-9_-]', '-', name)}-{uuid.uuid4().hex}"


def _reasons(error: api.GoogleAPICallError) -> str:
    return f"{error} {' '.join(str(one.get('reason', '')) for one in error.errors or [] if isinstance(one, dict))}"

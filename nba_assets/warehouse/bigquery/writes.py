"""Changes carried out on BigQuery: rows staged by load jobs, then one transaction."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import google.api_core.exceptions as api
import pandas as pd
import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs
from nba_assets.warehouse.bigquery.names import LEDGER_FIELDS, Names, fields_of
from nba_assets.warehouse.bigquery.project import BigQueryProject
from nba_assets.warehouse.bigquery.reads import BigQueryReader
from nba_assets.warehouse.bigquery.scripts import MOVED, script
from nba_assets.warehouse.changes import Change
from nba_assets.warehouse.frames import to_arrow
from nba_assets.warehouse.gated_reads import timestamps
from nba_assets.warehouse.port import WarehouseError
from nba_assets.warehouse.system_tables import LEDGER_COLUMNS

TRIES = 20
"""How often a change is decided again when others write the same dates, before that is an error."""

Result = TypeVar("Result")


class Moved(Exception):
    """Another writer was there in between; nothing was written. Read again, decide again."""


def decided(
    project: BigQueryProject,
    doing: str,
    decide: Callable[[BigQueryReader], tuple[Change | None, Result]],
    keep: dt.timedelta,
) -> tuple[Result, int]:
    """Read, decide, carry out; again where another writer came in between. The build is 0 where nothing is done."""

    def action() -> tuple[Result, int]:
        for _ in range(TRIES):
            change, result = decide(project.reader())
            if change is None:
                return result, 0
            try:
                return result, carry_out(project.jobs, project.names, change, keep)
            except Moved:
                continue
        raise WarehouseError(f"{doing} failed, nothing changed: others kept writing the same dates; launch it again")

    return project.do(doing, action)


def carry_out(jobs: BigQueryJobs, names: Names, change: Change, keep: dt.timedelta) -> int:
    """The number of the build that the change has become. Raises Moved, and then nothing was written.

    What it replaces is kept; what was replaced longer ago than `keep` goes.
    """
    with _staged(jobs, names, change) as (rows, refused, ledger):
        statements, parameters = script(names, change, keep, rows, refused, ledger)
        try:
            return int(jobs.transaction(statements, parameters, table=change.contract.name)[0][0])
        except api.BadRequest as error:
            if MOVED in str(error):
                raise Moved from error
            raise


@contextmanager
def _staged(jobs: BigQueryJobs, names: Names, change: Change) -> Iterator[tuple[str, str, str]]:
    """Full names of three tables, gone afterwards: rows to publish, rows to put beside ("" for none), entries."""
    contract = change.contract
    staged: list[str] = []

    def load(rows: pd.DataFrame | None, days: Sequence[dt.date]) -> str:
        if rows is None or not (wanted := rows[rows["game_date"].isin(timestamps(days))]).size:
            return ""
        _refuse_nulls(contract, wanted)
        staged.append(names.staging(f"{contract.name}_{uuid.uuid4().hex}"))
        jobs.load(staged[-1], required_arrow(contract, wanted), fields_of(contract), table=contract.name)
        return f"`{staged[-1]}`"

    try:
        rows, refused = load(change.rows, change.changed), load(change.refused, change.failed)
        staged.append(names.staging(f"ledger_{uuid.uuid4().hex}"))
        jobs.load(staged[-1], ledger_arrow(change.ledger), LEDGER_FIELDS, table="ledger")
        yield rows, refused, f"`{staged[-1]}`"
    finally:
        for table in staged:
            jobs.remove(table)


def required_arrow(contract: Contract, rows: pd.DataFrame) -> pa.Table:
    """Conformed rows to be loaded: what is never null is marked so."""
    table = to_arrow(contract, rows)
    schema = [field.with_nullable(c.nullable) for field, c in zip(table.schema, contract.columns, strict=True)]
    return table.cast(pa.schema(schema))


def _refuse_nulls(contract: Contract, rows: pd.DataFrame) -> None:
    for column in contract.columns:
        if not column.nullable and rows[column.name].isna().any():
            first = rows[rows[column.name].isna()].iloc[0]
            raise WarehouseError(
                f"publishing {contract.name} failed, nothing changed: {column.name} is null on "
                f"{first['game_date']:%Y-%m-%d} and never may be; correct the rows"
            )


_ARROW = {
    "VARCHAR": pa.string(), "DATE": pa.date32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


def ledger_arrow(ledger: pd.DataFrame) -> pa.Table:
    """Ledger rows in the types that BigQuery stores."""
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in LEDGER_COLUMNS.items()])
    return pa.Table.from_pandas(ledger[list(LEDGER_COLUMNS)], schema=schema, preserve_index=False, safe=False)

"""Publishing to a BigQuery server in a process of its own that may die; run as a module: role, addresses."""

import os
import signal
import sys
from typing import Any

from nba_assets.warehouse.bigquery import writes as bigquery_writes
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.warehouse import BigQueryWarehouse
from nba_assets_tests.servers.running import BigQueryServer
from nba_assets_tests.warehouse.places import PROJECT, jobs_on
from nba_assets_tests.warehouse.raw_publishes import BOX, CALENDAR, DAYS, publish, with_minutes


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _begin_then_die(jobs: BigQueryJobs) -> None:
    """The transaction runs to its end on the server; nobody hears of it."""
    transaction = BigQueryJobs.transaction

    def begin(*given: Any, **named: Any) -> None:
        # The client asks for the job once it has begun, and has asked for those that staged the rows before.
        vars(jobs.client)["get_job"] = _die
        transaction(*given, **named)
        _die()

    BigQueryJobs.transaction = begin  # type: ignore[method-assign,assignment]


def main(role: str, rest: str, storage: str) -> None:
    jobs = jobs_on(BigQueryServer(rest, storage))
    warehouse = BigQueryWarehouse(lambda: jobs, Names(PROJECT), CALENDAR)
    if role == "die before the transaction":
        vars(bigquery_writes)["script"] = _die
    elif role == "die after the transaction":
        _begin_then_die(jobs)
    days = {"first half": DAYS[:2], "second half": DAYS[2:]}.get(role, DAYS)
    for number in range(3 if role.endswith("half") else 1):
        publish(warehouse, BOX, days, rows=with_minutes(241.0 + number), run_id=role)


if __name__ == "__main__":
    main(*sys.argv[1:])

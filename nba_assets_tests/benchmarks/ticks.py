"""What a tick of each sensor costs on a home's own warehouse, event log and calendar.

    NBA_HOME=COPY python -m nba_assets_tests.benchmarks.ticks [DATES]

Each sensor is evaluated as the daemon does: after a start, when nothing has changed since, and after a correction of
the newest DATES dates (944 without it) of the players' box scores. Writes to the home: give it a copy.
"""

import datetime as dt
import sys
import time
from collections.abc import Mapping

import dagster as dg
from rich.console import Console
from rich.table import Table

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.tables import TABLES
from nba_assets.definitions import build_definitions
from nba_assets.home import point_at
from nba_assets.platform import open_warehouse
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.status import Status
from nba_assets.settings import from_environment
from nba_assets.sources.registry import open_source
from nba_assets.warehouse.port import Attempt, Warehouse

CORRECTED = "player_box_scores"


class Ticks:
    """The sensors of a home; each goes on from the cursor of its tick before."""

    def __init__(
        self, repository: dg.RepositoryDefinition, instance: dg.DagsterInstance, resources: Mapping[str, object]
    ) -> None:
        self.repository = repository
        self._resources = resources
        self._instance = instance
        self._cursors: dict[str, str | None] = {}

    def tick(self, name: str) -> tuple[float, float, str]:
        """Seconds of one tick, seconds of this process's own work in it, and what it did."""
        context = dg.build_sensor_context(
            self._instance,
            repository_def=self.repository,
            cursor=self._cursors.get(name),
            resources=dict(self._resources),
        )
        started, worked = time.perf_counter(), time.process_time()
        with context:
            result = self.repository.get_sensor_def(name).evaluate_tick(context)
        seconds, work = time.perf_counter() - started, time.process_time() - worked
        self._cursors[name] = result.cursor
        did = f"{len(result.run_requests)} runs" if result.run_requests else str(result.skip_message or "")
        return seconds, work, did


def correct(warehouse: Warehouse, days: list[dt.date]) -> None:
    """Publish other content of the dates."""
    rows = warehouse.content(CORRECTED, days)
    window = warehouse.read_window(TABLES[CORRECTED], days)
    verdicts = {day: Verdict(Status.READY) for day in window.days}
    attempt = Attempt("benchmark", token=warehouse.last_token())
    corrected = conform(TABLES[CORRECTED], rows.assign(plus_minus=rows["plus_minus"] + 1))
    warehouse.publish(window, corrected, verdicts, attempt)


def main(dates: int) -> None:
    settings = from_environment()
    point_at(settings)
    source = open_source(settings)
    warehouse = open_warehouse(settings, source)
    days = warehouse.days
    shown = Table("when", "sensor", "seconds", "of work", "what it did", title=f"{len(days):,} partitions")
    with dg.DagsterInstance.get() as instance:
        repository = build_definitions(settings, source, warehouse).get_repository_def()
        ticks = Ticks(repository, instance, {"warehouse": warehouse, "settings": settings})

        def tick_all(when: str) -> None:
            for sensor in repository.sensor_defs:
                seconds, work, did = ticks.tick(sensor.name)
                shown.add_row(when, sensor.name, f"{seconds:.2f}", f"{work:.2f}", did[:90])

        for when in ("after a start", "once more", "nothing new"):
            tick_all(when)
        correct(warehouse, [day.date() for day in days[-dates:]])
        for when in (f"{dates} dates corrected", "after that"):
            tick_all(when)
    Console(width=170).print(shown)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 944)

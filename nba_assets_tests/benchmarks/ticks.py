"""What a tick of each sensor costs on a home's own warehouse, event log and calendar.

    NBA_HOME=COPY python -m nba_assets_tests.benchmarks.ticks [DATES]

Each sensor is evaluated as the daemon does: after a start, when nothing has changed since, and after a correction of
the newest DATES dates (944 without it) of the players' box scores. Writes to the home: give it a copy.
"""

import sys
import time

import dagster as dg
from rich.console import Console
from rich.table import Table

from nba_assets.definitions import build_definitions, open_warehouse
from nba_assets.partitions import Span
from nba_assets.settings import from_environment
from nba_assets.sources.registry import open_source

CORRECTED = "player_box_scores"


class Ticks:
    """The sensors of a home; each goes on from the cursor of its tick before."""

    def __init__(self, definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
        self.repository = definitions.get_repository_def()
        self._resources = definitions.resources
        self._instance = instance
        self._cursors: dict[str, str | None] = {}

    def tick(self, name: str) -> tuple[float, str]:
        """Seconds of one tick, and what it did."""
        context = dg.build_sensor_context(
            self._instance,
            repository_def=self.repository,
            cursor=self._cursors.get(name),
            resources=self._resources,
        )
        started = time.perf_counter()
        with context:
            result = self.repository.get_sensor_def(name).evaluate_tick(context)
        seconds = time.perf_counter() - started
        self._cursors[name] = result.cursor
        return seconds, f"{len(result.run_requests)} runs" if result.run_requests else str(result.skip_message or "")


def main(dates: int) -> None:
    settings = from_environment()
    source = open_source(settings)
    warehouse = open_warehouse(settings, source)
    days = warehouse.days
    shown = Table("when", "sensor", "seconds", "what it did", title=f"{len(days):,} partitions")
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        ticks = Ticks(build_definitions(settings, source, warehouse), instance)

        def tick_all(when: str) -> None:
            for sensor in ticks.repository.sensor_defs:
                seconds, did = ticks.tick(sensor.name)
                shown.add_row(when, sensor.name, f"{seconds:.2f}", did[:90])

        tick_all("after a start")
        tick_all("nothing new")
        corrected = Span(CORRECTED, days[-dates].date(), days[-1].date())
        token = warehouse.last_token()
        warehouse.invalidate(corrected, who="benchmark", why="a late correction", token=token)
        tick_all(f"{dates} dates corrected")
        tick_all("after that")
    Console(width=170).print(shown)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 944)

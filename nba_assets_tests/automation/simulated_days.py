"""Days of a season in one process: the cron ticks of all schedules and the sensor's ticks, in the order of the clock.

What they request is run at once, as Dagster's launcher would; nothing else launches anything.
"""

import datetime as dt
import logging
from pathlib import Path

import dagster as dg
import pytest

from nba_assets import clock
from nba_assets.contracts.tables import TABLES
from nba_assets.definitions import build_definitions
from nba_assets.settings import Settings
from nba_assets.sources.registry import calendar
from nba_assets.sources.simulated.faults import parse_faults
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets.sources.simulated.live import LiveLeague
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets_tests.automation.cron_ticks import cron_ticks, eastern

START = dt.date(2024, 11, 8)
"""A few dates of history: every rule of readiness holds, and all of it is quickly built."""


class SimulatedDays:
    """A deployment whose clock the test sets; `launched` lists who launched which tables over which dates, and how."""

    def __init__(self, home: Path, faults: str, at: str, patch: pytest.MonkeyPatch) -> None:
        logging.getLogger("dagster").setLevel(logging.ERROR)
        self.now = eastern(at)
        patch.setattr(clock, "machine_time", lambda: self.now)
        self.settings = Settings(
            home=home, start=START, seasons=1, live=True, faults=faults, environment_name="production"
        )
        self.settings.models.mkdir(parents=True)
        league = SimulatedLeague(seasons=1, faults=parse_faults(faults))
        self.source = LiveLeague(league)
        days = calendar(self.settings, self.source)
        history_start = league.read("game_schedule", days[0].date(), days[-1].date()).rows["game_date"].min().date()
        self._warehouse = DuckDBWarehouse(self.settings.warehouse, days, history_start)
        self.definitions = build_definitions(self.settings, self.source, self._warehouse)
        self.repository = self.definitions.get_repository_def()
        self.sensor = self.repository.get_sensor_def("automation")
        self.instance = dg.DagsterInstance.ephemeral()
        self._cursor: str | None = None
        self.launched: list[tuple[str, tuple[str, ...], str, bool]] = []

    @property
    def warehouse(self) -> DuckDBWarehouse:
        self._warehouse.days = calendar(self.settings, self.source)
        return self._warehouse

    def until(self, text: str) -> None:
        """Let the time pass: every tick of every schedule that falls into it, and after each the sensor's own."""
        end = eastern(text)
        for moment, schedule in cron_ticks(self.repository.schedule_defs, self.now, end):
            self.now = moment
            self.follow()
            self._tick(schedule, moment)
            self.follow()
        self.now = end
        self.follow()

    def follow(self) -> None:
        """Ticks of the sensor until it asks for nothing more."""
        for _ in range(12):
            context = dg.build_sensor_context(self.instance, repository_def=self.repository, cursor=self._cursor)
            with context:
                tick = self.sensor.evaluate_tick(context)
            self._cursor = tick.cursor
            if not tick.run_requests:
                return
            for request in tick.run_requests:
                self._run("automation", "main", request)
        raise AssertionError(f"the sensor never comes to rest: {self.launched[-12:]}")

    def _tick(self, schedule: dg.ScheduleDefinition, moment: dt.datetime) -> None:
        resources = {"warehouse": self.warehouse}
        context = dg.build_schedule_context(
            self.instance, resources=resources, scheduled_execution_time=moment, repository_def=self.repository
        )
        with context:
            tick = schedule.evaluate_tick(context)
        for request in tick.run_requests or ():
            self._run(schedule.name, schedule.job_name, request)

    def _run(self, who: str, job: str, request: dg.RunRequest) -> None:
        tags = dict(request.tags)
        result = self.repository.get_job(job).execute_in_process(
            instance=self.instance,
            tags=tags,
            asset_selection=list(request.asset_selection) if request.asset_selection else None,
            raise_on_error=False,
        )
        dates = " … ".join(
            dict.fromkeys(tags[name] for name in sorted(tags) if name.startswith("dagster/asset_partition_range"))
        )
        tables = tuple(key.to_user_string() for key in request.asset_selection or ())
        self.launched.append((who, tables, dates, result.success))

    def rows(self, table: str) -> dict[dt.date, int]:
        """Published rows, by date."""
        ledger = self.warehouse.ledger()
        mine = ledger[(ledger["table_name"] == table) & (ledger["status"] == "ready")]
        return dict(zip(mine["game_date"].dt.date, mine["rows"], strict=True))

    def not_ready(self) -> set[str]:
        """Tables that have a date that is missing, stale, rejected or blocked."""
        state = self.warehouse.state()
        return {name for name in TABLES if not state.is_ready(name).all()}

"""Production under `dagster dev`, on a clock that the test drives; only its own daemon launches anything."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import dagster as dg
import yaml
from dagster._core.scheduler.instigation import InstigatorTick

from nba_assets.automation.launching.conditions import AUTOMATION
from nba_assets.automation.launching.schedules import schedules
from nba_assets.settings import Settings
from nba_assets_tests.automation.cron_ticks import cron_ticks, eastern
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.dagster_server import running
from nba_assets_tests.deploy.driven_clock import DrivenClock

PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Deployment:
    """A running deployment; `until` lets time pass, `runs` and `ticks` are what came of it."""

    clock: DrivenClock
    instance: dg.DagsterInstance
    log: Path
    jumps: list[float] = field(default_factory=list)

    def until(self, text: str) -> None:
        """Put the clock on to a moment, US Eastern; wait for what is due by then, and until all is at rest."""
        before, now = self.clock.now(), eastern(text)
        self.clock.set(now)
        self.jumps.append(now.timestamp())
        for moment, schedule in cron_ticks(schedules(is_on=True), before, now):
            self._wait(partial(self._has_ticked, schedule.name, moment.timestamp()))
        self.rest()
        assert self.errors() == []

    def rest(self) -> None:
        """Wait until no run is left, and automation has looked since and launched nothing."""
        is_at_rest = False
        while not is_at_rest:
            self._wait(lambda: all(run.is_finished for run in self.runs))
            runs, since = len(self.runs), self.clock.now().timestamp()
            self._wait(partial(self._has_ticked, AUTOMATION, since))
            is_at_rest = len(self.runs) == runs

    @property
    def runs(self) -> list[dg.DagsterRun]:
        """Every run there was, in the order of their launch."""
        return list(reversed(self.instance.get_runs()))

    def ticks(self) -> dict[str, list[InstigatorTick]]:
        """Ticks of every schedule and sensor, newest first."""
        return {
            state.instigator_name: list(self.instance.get_ticks(state.instigator_origin_id, state.selector_id))
            for state in self.instance.all_instigator_state()
        }

    def errors(self) -> list[tuple[str, str]]:
        """Ticks that failed: of what, and why."""
        return [(name, tick.error.message) for name, ticks in self.ticks().items() for tick in ticks if tick.error]

    def was_put_on(self, first: float, last: float) -> bool:
        """Whether the clock was put on between two moments."""
        return any(first < jump <= last for jump in self.jumps)

    def _has_ticked(self, name: str, since: float) -> bool:
        return any(tick.timestamp >= since and tick.end_timestamp for tick in self.ticks().get(name, ()))

    def _wait(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not until():
            assert time.monotonic() < deadline, self.log.read_text()[-5000:]
            time.sleep(0.5)


@contextmanager
def deployed(settings: Settings, clock: DrivenClock) -> Iterator[Deployment]:
    """`deploy/dagster.yaml` as it is, in a home that is ready for it; its variables are set by the test."""
    instance = yaml.safe_load((REPOSITORY / "deploy" / "dagster.yaml").read_text())
    (settings.dagster_home / "dagster.yaml").write_text(yaml.safe_dump(instance))
    with running(settings) as server, dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        deployment = Deployment(clock, instance, Path(server.log.name))
        deployment.rest()
        yield deployment

"""A clock that a test drives, for every process of a deployment: Dagster's own time and the league's.

Dagster has a place for another clock, which its own tests use, and so has `nba_assets.clock`. All else goes by the
machine: claims and their leases, timeouts, the limits of runs.
"""

import datetime as dt
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nba_assets import clock

VARIABLE = "NBA_TEST_CLOCK"
HERE = Path(__file__).parent
SCHEDULER_LOOKS_EVERY = 20.0
"""Seconds of the driven clock; Dagster's scheduler would sleep up to a minute over a jump."""


@dataclass(frozen=True)
class DrivenClock:
    """Goes `speed` times as fast as the machine's from the moment that was set last; kept in a file."""

    file: Path
    speed: float = 1.0

    def set(self, moment: dt.datetime) -> None:
        reported = json.dumps({"moment": moment.timestamp(), "since": time.time(), "speed": self.speed})
        written = self.file.with_suffix(".new")
        written.write_text(reported)
        written.replace(self.file)

    def now(self) -> dt.datetime:
        return _now(self.file)

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables of a process that is to go by this clock."""
        places = (HERE / "time_of_the_test", HERE.parent.parent)
        return {VARIABLE: str(self.file), "PYTHONPATH": os.pathsep.join(map(str, places))}


def _now(file: Path) -> dt.datetime:
    reported = json.loads(file.read_text())
    moment = reported["moment"] + reported["speed"] * (time.time() - reported["since"])
    return dt.datetime.fromtimestamp(moment, dt.UTC)


def install() -> None:
    """Have this process go by the clock that its environment names."""
    import dagster._time as dagster_time
    from dagster._daemon import daemon

    file = Path(os.environ[VARIABLE])
    clock.machine_time = lambda: _now(file)
    dagster_time._mockable_get_current_datetime = lambda: _now(file)
    dagster_time._mockable_get_current_timestamp = lambda: _now(file).timestamp()
    # The scheduler can be imported by way of the daemon only.
    scheduler = sys.modules[vars(daemon)["execute_scheduler_iteration_loop"].__module__]
    vars(scheduler)["_get_next_scheduler_iteration_time"] = lambda start: start + SCHEDULER_LOOKS_EVERY

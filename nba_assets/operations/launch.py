"""Launching a ranged run from the command line, in this process, with progress as its steps finish."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg
from dagster import DagsterEventType, RunsFilter

from nba_assets.assets.table_asset import RESUME_TAG

LAUNCH_TAG = "nba/launch"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
POLL_SECONDS = 0.3

_STEP_EVENTS = {DagsterEventType.STEP_START, DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_FAILURE}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Step:
    """A finished step: its key, whether it succeeded, and its wall time in seconds."""

    key: str
    succeeded: bool
    seconds: float


@dataclass(frozen=True)
class Launch:
    """A finished run."""

    run_id: str
    succeeded: bool
    steps: tuple[Step, ...]
    failures: tuple[str, ...] = ()


def launch_range(
    job: Callable[[], dg.JobDefinition],
    first: dt.date,
    last: dt.date,
    *,
    resume: bool = True,
    on_step: Callable[[Step], None] = lambda step: None,
) -> Launch:
    """Run a job, given as the function of a module that returns it, over [first, last] and wait for it.

    With `resume`, dates that stand as they should are left out. `on_step` is called as steps finish.
    """
    launch_id = uuid.uuid4().hex
    tags = {
        RANGE_START_TAG: first.isoformat(),
        RANGE_END_TAG: last.isoformat(),
        LAUNCH_TAG: launch_id,
        RESUME_TAG: str(resume).lower(),
    }
    with dg.DagsterInstance.get() as instance:
        watch = _Watch(instance, launch_id, on_step)
        with watch:
            result = dg.execute_job(
                dg.reconstructable(job), instance=instance, tags=tags, run_config=_QUIET, raise_on_error=False
            )
        return Launch(result.run_id, result.success, tuple(watch.report_new()), _failures(result))


def _failures(result: dg.JobExecutionResult) -> tuple[str, ...]:
    """Why steps failed: what they said themselves where they raised dg.Failure, else the error."""
    messages = []
    for event in result.filter_events(lambda event: event.is_step_failure):
        data = event.step_failure_data
        said = data.user_failure_data.description if data.user_failure_data else None
        cause = data.error.cause if data.error and data.error.cause else data.error
        messages.append(f"{event.step_key}: {said or (cause.message.strip() if cause else 'failed')}")
    return tuple(messages)


class _Watch:
    """Polls the step events of the run with a given launch tag, and reports each finished step once.

    Not `get_run_step_stats`: it reads every materialization of the run, thousands of them, at every call.
    """

    def __init__(self, instance: dg.DagsterInstance, launch_id: str, on_step: Callable[[Step], None]) -> None:
        self._instance, self._launch_id, self._on_step = instance, launch_id, on_step
        self._steps: dict[str, Step] = {}
        self._started: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _poll(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            self.report_new()

    def report_new(self) -> list[Step]:
        """Report steps that finished since the last call; returns all finished so far."""
        for run in self._instance.get_runs(filters=RunsFilter(tags={LAUNCH_TAG: self._launch_id})):
            for entry in self._instance.all_logs(run.run_id, of_type=_STEP_EVENTS):
                event = entry.get_dagster_event()
                if event.step_key is None or event.step_key in self._steps:
                    continue
                if event.is_step_start:
                    self._started[event.step_key] = entry.timestamp
                    continue
                seconds = entry.timestamp - self._started.get(event.step_key, entry.timestamp)
                step = Step(event.step_key, not event.is_step_failure, seconds)
                self._steps[step.key] = step
                self._on_step(step)
        return list(self._steps.values())

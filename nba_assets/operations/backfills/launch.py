"""One ranged run in this process: launched with its tags, waited for, and how it ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import dagster as dg

from nba_assets.contracts.tables import MODEL
from nba_assets.operations.backfills.backfill import Work
from nba_assets.orchestration.run_claim import TERMINATED
from nba_assets.orchestration.run_tags import RANGE_END_TAG, RANGE_START_TAG

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

Job = Callable[[], dg.JobDefinition]


@dataclass(frozen=True)
class Finished:
    """A run that is over.

    `is_complete`: everything it was asked for is built. `is_broken`: a step of an asset failed, so that what follows in
    the graph was not tried; a run that merely left rejected or blocked dates is not, nor is one whose training was
    refused: the stored versions predict. `is_cancelled`: somebody stopped it.
    """

    run_id: str
    is_complete: bool
    is_broken: bool
    is_cancelled: bool
    failures: tuple[str, ...] = ()


def launch(job: Job, work: Work, tags: Mapping[str, str]) -> Finished:
    """Run the assets of a job, given as the function of a module that returns it, and wait for the end."""
    ranged = {RANGE_START_TAG: work.first.isoformat(), RANGE_END_TAG: work.last.isoformat()}
    with dg.DagsterInstance.get() as instance:
        result = dg.execute_job(
            dg.reconstructable(job),
            instance=instance,
            tags={"dagster/max_retries": "0", **tags, **ranged},
            asset_selection=[dg.AssetKey(name) for name in work.assets],
            run_config={**_QUIET, **({"ops": {MODEL: {"config": dict(work.config)}}} if work.config else {})},
            raise_on_error=False,
        )
        run = instance.get_run_by_id(result.run_id)
        failed = [event for event in result.all_events if event.is_step_failure]
        return Finished(
            run_id=result.run_id,
            is_complete=result.success,
            is_broken=any(event.step_key in work.assets and event.step_key != MODEL for event in failed),
            is_cancelled=run is not None and run.status in TERMINATED,
            failures=tuple(_said(event) for event in failed),
        )


def _said(event: dg.DagsterEvent) -> str:
    """Why a step failed: what it said itself where it raised dg.Failure, else the error."""
    data = event.step_failure_data
    said = data.user_failure_data.description if data.user_failure_data else None
    cause = data.error.cause if data.error and data.error.cause else data.error
    return f"{event.step_key}: {said or (cause.message.strip() if cause else 'failed')}"

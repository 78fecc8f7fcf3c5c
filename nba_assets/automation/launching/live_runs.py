"""Which runs of this instance still work: Dagster alone cannot tell, a killed run stays started for ever."""

import datetime as dt

import dagster as dg

from nba_assets import clock
from nba_assets.claims.errors import ClaimsUnavailable
from nba_assets.claims.store import ClaimStore
from nba_assets.settings import Settings

_WAITING = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING)
_WORKING = (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)

START_UP = dt.timedelta(seconds=60)
"""How long a started run may take until it holds a claim."""


def live_runs(instance: dg.DagsterInstance, settings: Settings) -> frozenset[str]:
    """Runs that wait for their start, have just started, or hold a claim that is being renewed.

    When the claims cannot be reached, every run that has not ended counts.
    """
    records = instance.get_run_records(dg.RunsFilter(statuses=[*_WAITING, *_WORKING]))
    if not records:
        return frozenset()
    try:
        claimed = {run_id for claim in ClaimStore(settings.claims_url).active() for run_id in claim.run_ids}
    except ClaimsUnavailable:
        return frozenset(record.dagster_run.run_id for record in records)
    just_now = (clock.now() - START_UP).timestamp()
    return frozenset(
        record.dagster_run.run_id
        for record in records
        if record.dagster_run.status in _WAITING
        or record.dagster_run.run_id in claimed
        or (record.start_time or just_now) > just_now
    )

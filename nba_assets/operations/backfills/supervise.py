"""The process that works a backfill off: it keeps the claim alive, starts the runs, and writes down how it ended.

It belongs to no terminal. When it dies its claim ends with the lease, its workers die with it, and what was
published stays; launching the same again goes on from there.
"""

import functools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing

import dagster as dg

from nba_assets.claims.claim import Claim
from nba_assets.claims.errors import ClaimCancelled, ClaimsError, named
from nba_assets.claims.lease import Lease
from nba_assets.claims.store import ClaimStore
from nba_assets.operations.backfills.backfill import Request, waves
from nba_assets.operations.backfills.changes import changes
from nba_assets.operations.backfills.defaults import CANCELLED, COMPLETE, INCOMPLETE
from nba_assets.operations.backfills.launch import Finished, Job, launch
from nba_assets.operations.backfills.result import Result, table_rows
from nba_assets.settings import Settings
from nba_assets.warehouse.port import Warehouse, WarehouseError

STARTED = "started"
"""The first progress of a claim: its process is there, and has published nothing yet."""

_EXIT_CODES = {"done": COMPLETE, "failed": INCOMPLETE, "cancelled": CANCELLED}


def supervise(settings: Settings, store: ClaimStore, warehouse: Warehouse, claim_id: int, job: Job) -> Result:
    """Work off the backfill that has reserved the claim, end the claim, and return what was written of it.

    Raises ClaimsError when the claim is over before the work has begun.
    """
    started = time.monotonic()
    with dg.DagsterInstance.get():
        pass  # makes its databases before anyone who follows opens them: two who make them at once fail
    claim = store.renew(claim_id, progress=STARTED)
    request = Request.of_detail(claim.detail)
    failures: list[str] = []
    state, who, why = "failed", "", ""
    with Lease(store, claim) as lease:
        end_dead_runs(store)
        before = warehouse.ledger()
        try:
            lease.check()
            warehouse.raise_fence(claim.spans, claim.id)
            state = "done" if _work(request, claim, job, lease, store, failures) else "failed"
        except ClaimCancelled as cancelled:
            state, who, why = "cancelled", cancelled.claim.cancel_who, cancelled.claim.cancel_why
        except (ClaimsError, WarehouseError, BrokenProcessPool) as error:
            failures.append(f"{type(error).__name__}: {error}")
        over = store.get(claim_id)
        _end_unfinished(over.run_ids, f"{named(claim)} is over")
        after = warehouse.ledger()
        result = Result(
            claim=claim.id,
            state=state,
            exit_code=_EXIT_CODES[state],
            seconds=round(time.monotonic() - started, 1),
            dates=(request.last - request.first).days + 1,
            run_ids=over.run_ids,
            failures=tuple(failures),
            tables=tuple(table_rows(warehouse.state(), after, request, over)),
            changes=tuple(change.as_json() for change in changes(warehouse, before, after, over.run_ids)),
            why=f"cancelled by {who}: {why}" if state == "cancelled" else "",
        )
        if state == "cancelled":
            detail = {"claim": claim.id, "owner": claim.owner, "progress": over.progress}
            warehouse.record("cancel", who, why, claim.spans, detail)
        result.write(settings)
        lease.stop(state, who, why or "; ".join(failures)[:1000])
    return result


def _work(request: Request, claim: Claim, job: Job, lease: Lease, store: ClaimStore, failures: list[str]) -> bool:
    """Start run after run, and none after one that was stopped or broke; whether all was built."""
    is_complete = True
    with closing(_runs(request, claim, job)) as runs:
        for run in runs:
            failures += run.failures
            is_complete &= run.is_complete
            if run.is_cancelled:
                store.request_cancel(claim.id, claim.who, f"its run {run.run_id} was terminated")
            lease.check()
            if run.is_broken:
                break
    return is_complete


def _runs(request: Request, claim: Claim, job: Job) -> Generator[Finished]:
    run = functools.partial(launch, job, tags=request.tags(claim))
    if request.workers == 1:
        for wave in waves(request):
            yield from map(run, wave)
        return
    # Spawned, for a forked process would share the connections and locks of this one's threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(request.workers, mp_context=context, initializer=_die_with_parent) as pool:
        for wave in waves(request):
            yield from pool.map(run, wave)


def _die_with_parent() -> None:
    """A worker whose supervisor was killed holds nothing any more: it stops at once, in the middle of its work."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def end_dead_runs(store: ClaimStore) -> None:
    """Report runs as failed whose claim ran out: of a killed process Dagster itself does not hear."""
    expired = {run_id for claim in store.recent(1000) if claim.state == "expired" for run_id in claim.run_ids}
    _end_unfinished(expired, "its process has died: the lease of its claim ran out")


def _end_unfinished(run_ids: set[str] | tuple[str, ...], message: str) -> None:
    if not run_ids:
        return
    unfinished = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]
    with dg.DagsterInstance.get() as instance:
        for run in instance.get_runs(dg.RunsFilter(run_ids=list(run_ids), statuses=unfinished)):
            if run.status is dg.DagsterRunStatus.CANCELING:
                instance.report_run_canceled(run, message=message)
            else:
                instance.report_run_failed(run, message)

"""The claim of a run: what it will write is reserved at its first step, guarded at every publish, freed at its end.

A Dagster resource: initialised once per run in the process that executes it, and torn down when the run is over,
also after a failure or an interrupt, whichever way the run was launched.
"""

import contextlib
import datetime as dt
import time
from collections.abc import Iterator

import dagster as dg

from nba_assets.claims.claim import Claim, described
from nba_assets.claims.errors import ClaimCancelled, ClaimConflict, ClaimsError
from nba_assets.claims.lease import Lease
from nba_assets.claims.store import ClaimStore
from nba_assets.errors import coded
from nba_assets.orchestration.run_refusal import refused
from nba_assets.orchestration.run_scope import run_spans, target_spans
from nba_assets.orchestration.run_tags import (
    BACKFILL_TAG,
    CLAIM_TAG,
    DAGSTER_BACKFILL,
    ON_CONFLICT_TAG,
    OVERRIDE_TAG,
    WAIT_MINUTES_TAG,
    WHO_TAG,
    WHY_TAG,
)
from nba_assets.partitions import Span
from nba_assets.settings import Settings
from nba_assets.warehouse.port import FencedOut, Warehouse

POLL_SECONDS = 2.0
WAIT_MINUTES = 30.0

MAX_RUNTIME_TAG = "dagster/max_runtime"
GRACE = dt.timedelta(minutes=2)
"""How much longer than its run a claim may last: Dagster's monitoring ends the run first, and says so."""

TERMINATED = (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED)


class RunClaim:
    """The claim under which a run writes, its own or that of its launch.

    A run with the tag `nba/claim` works under the claim of its launch, which somebody else keeps alive and ends.
    The runs of one Dagster backfill share the claim that the first of them reserves over the whole target. Any other
    run reserves for itself.
    """

    def __init__(
        self, store: ClaimStore, warehouse: Warehouse, instance: dg.DagsterInstance, run: dg.DagsterRun, who: str
    ) -> None:
        self.store = store
        self._warehouse = warehouse
        self._instance = instance
        self._run = run
        self._who = run.tags.get(WHO_TAG) or run.tags.get("user") or who
        self._claim: Claim | None = None
        self._lease: Lease | None = None
        self._spans: tuple[Span, ...] = ()
        self._refusal: dg.Failure | None = None
        self._is_reserving = False

    @property
    def token(self) -> int:
        """Fencing token of everything that the run publishes."""
        if self._claim is None:
            raise RuntimeError("no token: the run has not entered its claim yet")
        return self._claim.id

    @property
    def override(self) -> str:
        """Why older code may build over newer; "" when it may not."""
        return self._run.tags.get(OVERRIDE_TAG, "")

    def enter(self, context: dg.AssetExecutionContext) -> None:
        """At the start of a step: reserve, or make sure that the run still holds what it reserved.

        Raises dg.Failure, at every step of the run, when the dates are taken: a run is refused as a whole.
        """
        if self._refusal is not None:
            raise self._refusal
        if self._claim is not None:
            self.check()
            return
        try:
            self._claim = self._begin(context)
        except dg.Failure as refusal:
            self._refusal = refusal
            raise

    def check(self) -> None:
        """Right before a publish. Raises dg.Failure when the claim is lost, and ends the run when it is cancelled."""
        try:
            if self._lease is not None:
                self._lease.check()
            else:
                self.store.check(self.token)
                if self._is_terminated():
                    raise dg.DagsterExecutionInterruptedError(f"run {self._run.run_id} was terminated")
        except ClaimCancelled as cancelled:
            self._interrupt(str(cancelled), cancelled)
        except ClaimsError as error:
            raise dg.Failure(coded(error), allow_retries=False) from error

    def progress(self, text: str) -> None:
        """Say how far the run is."""
        if self._lease is not None:
            self._lease.progress(text)
            return
        # What was published is published: that the claim is gone meanwhile is for the next check to say.
        with contextlib.suppress(ClaimsError):
            self.store.renew(self.token, progress=text)

    def close(self) -> None:
        """The run is over: end the claim that it reserved, or leave it to the runs that follow under it."""
        if self._lease is None:
            self._end_unnoticed()
            return
        claim = self._lease.claim
        if claim.cancel_requested_at is not None or self._is_terminated():
            who, why = claim.cancel_who or claim.who, claim.cancel_why or "its run was terminated"
            self._lease.stop("cancelled", who, why)
            detail = {"claim": claim.id, "owner": claim.owner, "run": self._run.run_id, "progress": claim.progress}
            self._warehouse.record("cancel", who, why, claim.spans, detail)
        elif all(span in self._spans for span in claim.spans):
            self._lease.stop("failed" if self._has_failed() else "done")
        else:
            self._lease.leave()

    def _begin(self, context: dg.AssetExecutionContext) -> Claim:
        self._spans = run_spans(context, self._warehouse.days)
        try:
            if CLAIM_TAG in self._run.tags:
                return self._join(int(self._run.tags[CLAIM_TAG]))
            return self._reserve(context)
        except ClaimConflict as conflict:
            raise refused(conflict) from conflict
        except ClaimCancelled as cancelled:
            self._interrupt(str(cancelled), cancelled)
            raise
        except (ClaimsError, FencedOut) as error:
            raise dg.Failure(coded(error), allow_retries=False) from error

    def _join(self, claim_id: int) -> Claim:
        self.store.check(claim_id)
        claim = self.store.add_run(claim_id, self._run.run_id)
        if not claim.covers(self._spans):
            raise ClaimsError(
                f"claim {claim.id} of {claim.owner} covers {described(claim.spans)}, but run {self._run.run_id} would "
                f"write {described(self._spans)}; launch it without the tag {CLAIM_TAG}"
            )
        return claim

    def _reserve(self, context: dg.AssetExecutionContext) -> Claim:
        claim = self._reserved(context)
        self._lease = Lease(self.store, claim, is_cancelled=self._is_terminated).start()
        try:
            self._warehouse.raise_fence(claim.spans, claim.id)
        except FencedOut as error:
            self._lease.stop("failed", why=str(error))
            raise
        return claim

    def _reserved(self, context: dg.AssetExecutionContext) -> Claim:
        """A claim of this run's own, or the one that another run of its Dagster backfill has reserved."""
        tags = self._run.tags
        target = target_spans(context, self._warehouse.days)
        owner = f"run:{self._run.run_id}" if target is None else f"{DAGSTER_BACKFILL}{tags[BACKFILL_TAG]}"
        deadline = time.monotonic() + 60 * float(tags.get(WAIT_MINUTES_TAG, WAIT_MINUTES))
        waited_for: set[int] = set()
        self._is_reserving = True
        while True:
            try:
                return self.store.reserve(
                    self._spans if target is None else target,
                    owner=owner,
                    kind="run" if target is None else "backfill",
                    who=self._who,
                    why=tags.get(WHY_TAG, ""),
                    run_id=self._run.run_id,
                    until=self._until() if target is None else None,
                    above=self._warehouse.last_token(),
                )
            except ClaimConflict as conflict:
                mine = [found.claim for found in conflict.conflicts if found.claim.owner == owner]
                if mine:
                    return self._join(mine[0].id)
                if tags.get(ON_CONFLICT_TAG) != "wait" or time.monotonic() > deadline:
                    raise
                if not conflict.owners <= waited_for:
                    context.log.info(f"waiting: {conflict}")
                    waited_for |= conflict.owners
                self._wait()

    def _until(self) -> dt.datetime | None:
        """When the claim ends even though the run renews it: a live but stuck run is ended by its maximum run time."""
        seconds = float(self._run.tags.get(MAX_RUNTIME_TAG) or self._instance.run_monitoring_max_runtime_seconds or 0)
        return self.store.now() + dt.timedelta(seconds=seconds) + GRACE if seconds > 0 else None

    def _end_unnoticed(self) -> None:
        """An interrupt can come after the reservation and before the run knows of it."""
        if self._is_reserving:
            for claim in self.store.active():
                if claim.run_ids == (self._run.run_id,):
                    self.store.end(claim.id, "cancelled", claim.who, "interrupted while it was reserving")

    def _wait(self) -> None:
        time.sleep(POLL_SECONDS)
        if self._is_terminated():
            raise dg.DagsterExecutionInterruptedError(f"run {self._run.run_id} was terminated")

    def _is_terminated(self) -> bool:
        run = self._instance.get_run_by_id(self._run.run_id)
        return run is not None and run.status in TERMINATED

    def _has_failed(self) -> bool:
        return bool(self._instance.all_logs(self._run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE))

    def _interrupt(self, message: str, cause: Exception) -> None:
        """End the run as cancelled: Dagster takes an interrupt for one only when the run is being cancelled."""
        if not self._is_terminated():
            self._instance.report_run_canceling(self._run, message=message)
        raise dg.DagsterExecutionInterruptedError(message) from cause


@dg.resource(
    required_resource_keys={"settings", "warehouse"},
    description="What the run may write: reserved at its first step, freed at its end.",
)
def run_claim(context: dg.InitResourceContext) -> Iterator[RunClaim]:
    """The claim of the run, not yet reserved."""
    settings: Settings = context.resources.settings
    assert context.instance is not None
    assert context.run is not None
    store = ClaimStore(settings.claims_url)
    claim = RunClaim(store, context.resources.warehouse, context.instance, context.run, settings.who)
    try:
        yield claim
    finally:
        claim.close()

"""Jobs for whoever works in the UI: the commands of the command line as forms. Thin: all is in operations/."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import dagster as dg

from nba_assets import clock
from nba_assets.automation.forms.fields import (
    BackfillForm,
    CancelForm,
    Decision,
    HoldForm,
    PredictForm,
    SpanForm,
    TrainForm,
    WaiverForm,
)
from nba_assets.claims.claim import Claim
from nba_assets.claims.errors import ClaimConflict, ClaimsError
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import MODEL
from nba_assets.errors import RequestError, coded
from nba_assets.operations import commands
from nba_assets.operations.backfills.backfill import ASSETS, Request, chosen_assets, planned_request, reserve
from nba_assets.operations.backfills.detached import start_detached
from nba_assets.operations.backfills.progress import follow
from nba_assets.operations.backfills.result import read_result
from nba_assets.operations.backfills.walk_forward import training_request, walk_forward_request
from nba_assets.orchestration.run_refusal import refused
from nba_assets.partitions import eastern_date
from nba_assets.settings import Settings
from nba_assets.warehouse.port import Warehouse, WarehouseError

RESOURCES = {"settings", "warehouse", "source"}


class Place(NamedTuple):
    """Where a form is carried out, and who filled it in."""

    settings: Settings
    warehouse: Warehouse
    store: ClaimStore
    source_version: str
    who: str


@dg.op(required_resource_keys=RESOURCES)
def backfill(context: dg.OpExecutionContext, config: BackfillForm) -> None:
    """Rebuild what is missing, stale or failed, or a range: reserved as a whole, built in a process of its own.

    Without any field but the reason it rebuilds everything that does not stand as it should. Terminating the run
    cancels it.
    """
    with _place(context, config) as place:
        first, last = config.dates()
        request = planned_request(
            place.warehouse,
            chosen_assets(config.tables, config.with_upstream),
            source_version=place.source_version,
            first=first,
            last=last,
            only=tuple(config.only),
            chunk_days=config.chunk_days,
            workers=config.workers,
            override=config.override,
        )
    if request is None:
        context.log.info("Everything stands as it should.")
        return
    _work_off(context, config, request, config.wait_minutes)


@dg.op(required_resource_keys=RESOURCES)
def predict(context: dg.OpExecutionContext, config: PredictForm) -> None:
    """Read the newest injury reports and lines of the slates to come, and predict them anew: today and tomorrow.

    The versions of the model that stand predict; nothing is trained.
    """
    with _place(context, config) as place:
        first, last = config.dates(eastern_date(clock.now()))
        covered = place.warehouse.days[-1].date()
        if last > covered:
            raise RequestError(f"last: the source ends with {covered}, it has no slate of {last}; choose earlier dates")
        assets = tuple(name for name in ASSETS if name != MODEL)
        request = planned_request(
            place.warehouse, assets, source_version=place.source_version, first=first, last=last, only=()
        )
    assert request is not None, "an empty list of kinds asks for every date"
    _work_off(context, config, request)


@dg.op(required_resource_keys=RESOURCES)
def train(context: dg.OpExecutionContext, config: TrainForm) -> None:
    """Train the points model, or one version for every month of history, and predict those months with it."""
    with _place(context, config) as place:
        months = config.months()
        if months:
            request = walk_forward_request(place.warehouse, *months)
        else:
            request = training_request(place.warehouse, place.source_version)
    _work_off(context, config, request)


@dg.op(required_resource_keys=RESOURCES)
def hold(context: dg.OpExecutionContext, config: HoldForm) -> None:
    """Keep everybody from writing the dates."""
    with _place(context, config) as place:
        held = commands.hold(
            place.store, place.warehouse, config.span(), who=place.who, why=config.why, until=config.until()
        )
        context.log.info(f"hold {held.id} on {held.spans[0]}; release it: nba-assets release {held.id}")


@dg.op(required_resource_keys=RESOURCES)
def waive(context: dg.OpExecutionContext, config: WaiverForm) -> None:
    """Let failures of a rule pass; what is built on it is tainted."""
    with _place(context, config) as place:
        effect = commands.waive(
            place.warehouse, config.span(), rule=config.rule, who=place.who, why=config.why, until=config.until()
        )
        context.log.info(str(effect))


@dg.op(required_resource_keys=RESOURCES)
def invalidate(context: dg.OpExecutionContext, config: SpanForm) -> None:
    """Close the gate on what stands; what was built on it becomes stale."""
    with _place(context, config) as place:
        effect = commands.invalidate(place.store, place.warehouse, config.span(), who=place.who, why=config.why)
        context.log.info(str(effect))


@dg.op(required_resource_keys=RESOURCES)
def cancel(context: dg.OpExecutionContext, config: CancelForm) -> None:
    """Stop a run or a backfill at its next check."""
    with _place(context, config) as place:
        claim = commands.cancel(place.store, place.warehouse, config.claim, who=place.who, why=config.why)
        context.log.info(commands.stopped(claim))


def _work_off(context: dg.OpExecutionContext, config: Decision, request: Request, wait_minutes: float = 0.0) -> None:
    """Reserve, let a process of its own do the work, log its steps, and fail when it does not build everything."""
    with _place(context, config) as place:
        claim = reserve(place.store, place.warehouse, request, who=place.who, why=config.why, wait_minutes=wait_minutes)
    _follow(context, place, claim)


def _follow(context: dg.OpExecutionContext, place: Place, claim: Claim) -> None:
    log = start_detached(place.settings, place.store, claim)
    context.log.info(f"claim {claim.id} works; its log is {log}")
    told = 0
    try:
        for state in follow(place.store, place.settings, claim.id):
            over = [step for step in state.steps if step.is_over]
            for step in over[told:]:
                context.log.info(f"{step.asset} {step.first} … {step.last}: {step.seconds:.1f} s")
            told = len(over)
    except dg.DagsterExecutionInterruptedError:
        place.store.request_cancel(claim.id, place.who, f"run {context.run_id} was terminated")
        raise
    result = read_result(place.settings, claim.id)
    if result is None or result.exit_code:
        said = "its process has died" if result is None else "; ".join(result.failures) or result.why
        raise dg.Failure(f"claim {claim.id}: {said}", metadata={"log": dg.MetadataValue.path(log)}, allow_retries=False)


@contextmanager
def _place(context: dg.OpExecutionContext, config: Decision) -> Iterator[Place]:
    """What a form needs; inside, what is refused fails the run with the reason alone, and is not tried again."""
    resources = context.resources
    try:
        settings: Settings = resources.settings
        yield Place(
            settings, resources.warehouse, ClaimStore(settings.claims_url), resources.source.fingerprint,
            config.by(settings),
        )  # fmt: skip
    except (ClaimsError, RequestError, WarehouseError) as error:
        raise _failure(error) from error


def _failure(error: Exception) -> dg.Failure:
    """Its words; of dates that somebody has, with a link to the holder's run."""
    return refused(error) if isinstance(error, ClaimConflict) else dg.Failure(coded(error), allow_retries=False)


def _job(op: dg.OpDefinition) -> dg.JobDefinition:
    @dg.job(name=f"operate_{op.name}", description=op.description, executor_def=dg.in_process_executor)
    def job() -> None:
        op()

    return job


OPERATE_JOBS = tuple(_job(op) for op in (backfill, cancel, hold, invalidate, predict, train, waive))

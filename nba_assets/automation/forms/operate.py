"""Jobs for anyone who works in the UI: the commands of the command line as forms. Thin: all is in operations/."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import dagster as dg

from nba_assets import clock
from nba_assets.automation.forms.fields import (
    BackfillForm,
    CancelForm,
    Decision,
    FreezeForm,
    GameForm,
    PredictForm,
    SpanForm,
    TrainForm,
    WaiverForm,
)
from nba_assets.claims.claim import Claim
from nba_assets.claims.errors import ClaimConflict, ClaimsError
from nba_assets.contracts.tables import MODEL
from nba_assets.errors import RequestError, coded
from nba_assets.operations import commands
from nba_assets.operations import quarantine as deciding
from nba_assets.operations.backfills.backfill import ASSETS, Request, chosen_assets, planned_request, reserve
from nba_assets.operations.backfills.detached import start_detached
from nba_assets.operations.backfills.progress import follow
from nba_assets.operations.backfills.result import read_result
from nba_assets.operations.backfills.walk_forward import training_request, walk_forward_request
from nba_assets.orchestration.run_refusal import refused
from nba_assets.partitions import eastern_date
from nba_assets.platform import Platform
from nba_assets.settings import Settings
from nba_assets.warehouse.port import WarehouseError

RESOURCES = {"settings", "warehouse", "source"}


@dg.op(required_resource_keys=RESOURCES)
def backfill(context: dg.OpExecutionContext, config: BackfillForm) -> None:
    """Rebuild what is missing, stale or failed, or a range: reserved as a whole, built in a process of its own.

    Without any field but the reason it rebuilds everything that is not up to date. Terminating the run
    cancels it.
    """
    with _platform(context, config) as at:
        first, last = config.dates()
        request = planned_request(
            at.warehouse,
            chosen_assets(config.tables, config.with_upstream),
            source_version=at.source.fingerprint,
            first=first,
            last=last,
            only=tuple(config.only),
            chunk_days=config.chunk_days,
            workers=config.workers,
            override=config.override,
        )
    if request is None:
        context.log.info("Everything is up to date.")
        return
    _work_off(context, config, request, config.wait_minutes)


@dg.op(required_resource_keys=RESOURCES)
def predict(context: dg.OpExecutionContext, config: PredictForm) -> None:
    """Read the newest injury reports and lines of the slates to come, and predict them again: today and tomorrow.

    The stored versions of the model predict; nothing is trained.
    """
    with _platform(context, config) as at:
        first, last = config.dates(eastern_date(clock.now()))
        covered = at.warehouse.days[-1].date()
        if last > covered:
            raise RequestError(f"last: the source ends with {covered}, it has no slate of {last}; choose earlier dates")
        assets = tuple(name for name in ASSETS if name != MODEL)
        request = planned_request(
            at.warehouse, assets, source_version=at.source.fingerprint, first=first, last=last, only=()
        )
    assert request is not None, "an empty list of kinds asks for every date"
    _work_off(context, config, request)


@dg.op(required_resource_keys=RESOURCES)
def train(context: dg.OpExecutionContext, config: TrainForm) -> None:
    """Train the points model, or one version for every month of history, and predict those months with it."""
    with _platform(context, config) as at:
        months = config.months()
        if months:
            request = walk_forward_request(at.warehouse, *months)
        else:
            request = training_request(at.warehouse, at.source.fingerprint)
    _work_off(context, config, request)


@dg.op(required_resource_keys=RESOURCES)
def freeze(context: dg.OpExecutionContext, config: FreezeForm) -> None:
    """Keep everybody from writing the dates."""
    with _platform(context, config) as at:
        frozen = commands.freeze(
            at.claims, at.warehouse, config.span(), who=at.settings.who, why=config.why, until=config.until()
        )
        context.log.info(f"freeze {frozen.id} on {frozen.spans[0]}; end it: nba-assets unfreeze {frozen.id}")


@dg.op(required_resource_keys=RESOURCES)
def waive(context: dg.OpExecutionContext, config: WaiverForm) -> None:
    """Let failures of a rule pass; what is built on it is tainted."""
    with _platform(context, config) as at:
        effect = commands.waive(
            at.warehouse, config.span(), rule=config.rule, who=at.settings.who, why=config.why, until=config.until()
        )
        context.log.info(str(effect))


@dg.op(required_resource_keys=RESOURCES)
def invalidate(context: dg.OpExecutionContext, config: SpanForm) -> None:
    """Close the gate on what is published; what was built on it becomes stale."""
    with _platform(context, config) as at:
        effect = commands.invalidate(at.claims, at.warehouse, config.span(), who=at.settings.who, why=config.why)
        context.log.info(str(effect))


@dg.op(required_resource_keys=RESOURCES)
def quarantine(context: dg.OpExecutionContext, config: GameForm) -> None:
    """Publish a game of a table no more, until somebody accepts it; its date is published without it."""
    with _platform(context, config) as at:
        effect = deciding.quarantine(
            at.claims, at.warehouse, config.game, config.table, who=at.settings.who, why=config.why, day=config.day()
        )
        context.log.info(str(effect))


@dg.op(required_resource_keys=RESOURCES)
def accept(context: dg.OpExecutionContext, config: GameForm) -> None:
    """Publish a quarantined game of a table as it was delivered; what is built on it is tainted."""
    with _platform(context, config) as at:
        effect = deciding.accept(
            at.warehouse, config.game, config.table, who=at.settings.who, why=config.why, day=config.day()
        )
        context.log.info(str(effect))


@dg.op(required_resource_keys=RESOURCES)
def cancel(context: dg.OpExecutionContext, config: CancelForm) -> None:
    """Stop a run or a backfill at its next check."""
    with _platform(context, config) as at:
        claim = commands.cancel(at.claims, at.warehouse, config.claim, who=at.settings.who, why=config.why)
        context.log.info(commands.stopped(claim))


def _work_off(context: dg.OpExecutionContext, config: Decision, request: Request, wait_minutes: float = 0.0) -> None:
    """Reserve, let a process of its own do the work, log its steps, and fail when it does not build everything."""
    with _platform(context, config) as at:
        claim = reserve(
            at.claims, at.warehouse, request, who=at.settings.who, why=config.why, wait_minutes=wait_minutes
        )
    _follow(context, at, claim)


def _follow(context: dg.OpExecutionContext, at: Platform, claim: Claim) -> None:
    log = start_detached(at.settings, at.claims, claim)
    context.log.info(f"claim {claim.id} works; its log is {log}")
    reported = 0
    try:
        for state in follow(at.claims, at.settings, claim.id):
            over = [step for step in state.steps if step.is_over]
            for step in over[reported:]:
                context.log.info(f"{step.asset} {step.first} … {step.last}: {step.seconds:.1f} s")
            reported = len(over)
    except dg.DagsterExecutionInterruptedError:
        at.claims.request_cancel(claim.id, at.settings.who, f"run {context.run_id} was terminated")
        raise
    result = read_result(at.settings, claim.id)
    if result is None or result.exit_code:
        said = "its process has died" if result is None else "; ".join(result.failures) or result.why
        raise dg.Failure(f"claim {claim.id}: {said}", metadata={"log": dg.MetadataValue.path(log)}, allow_retries=False)


@contextmanager
def _platform(context: dg.OpExecutionContext, config: Decision) -> Iterator[Platform]:
    """The platform of the run, in the name of anyone who filled the form in.

    What is refused inside fails the run with the reason alone, and is not tried again.
    """
    resources = context.resources
    try:
        settings: Settings = resources.settings
        yield Platform(replace(settings, who=config.by(settings)), resources.source, resources.warehouse)
    except (ClaimsError, RequestError, WarehouseError) as error:
        raise _failure(error) from error


def _failure(error: Exception) -> dg.Failure:
    """Its words; of dates that somebody has, with a link to the owner's run."""
    return refused(error) if isinstance(error, ClaimConflict) else dg.Failure(coded(error), allow_retries=False)


def _job(op: dg.OpDefinition) -> dg.JobDefinition:
    @dg.job(name=f"operate_{op.name}", description=op.description, executor_def=dg.in_process_executor)
    def job() -> None:
        op()

    return job


OPERATE_JOBS = tuple(
    _job(op) for op in (accept, backfill, cancel, freeze, invalidate, predict, quarantine, train, waive)
)

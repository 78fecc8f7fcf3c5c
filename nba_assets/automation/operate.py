"""Jobs for whoever works in the UI: the commands of the command line as forms. Thin: all is in operations/."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from pydantic import Field

from nba_assets.claims.claim import Claim
from nba_assets.claims.errors import ClaimsError
from nba_assets.claims.store import ClaimStore
from nba_assets.errors import coded
from nba_assets.operations import commands
from nba_assets.operations.backfill import CHUNK_DAYS, chosen_assets, planned_request, reserve
from nba_assets.operations.detached import start_detached
from nba_assets.operations.progress import follow
from nba_assets.operations.result import read_result
from nba_assets.operations.walk_forward import training_request, walk_forward_request
from nba_assets.partitions import Span
from nba_assets.settings import Settings
from nba_assets.warehouse.port import WarehouseError

RESOURCES = {"settings", "warehouse"}
DATE = "as 2024-01-31"


class Decision(dg.Config):
    """Who decides, and why; both are recorded."""

    why: str = Field(description="The reason. It is recorded, and shown to whoever finds the dates taken.")
    who: str = Field(default="", description="Your name; default: the user of the server.")

    def by(self, settings: Settings) -> str:
        return self.who or settings.who


class BackfillForm(Decision):
    """What to build."""

    tables: list[str] = Field(default=[], description="Tables to build; none: all, with model and predictions.")
    first: str = Field(default="", description=f"First date, {DATE}; default: the first of the source.")
    last: str = Field(default="", description=f"Last date, {DATE}; default: the newest.")
    only: list[str] = Field(
        default=["outdated"],
        description="Which dates: outdated (default), or any of missing, stale, failed; an empty list rebuilds all.",
    )
    with_upstream: bool = Field(default=False, description="Also everything that the tables are made of.")
    workers: int = Field(default=1, ge=1, description="Runs at the same time.")
    chunk_days: int = Field(default=CHUNK_DAYS, ge=1, description="Dates of one run at most.")
    wait_minutes: float = Field(default=0, description="How long to wait when somebody holds the dates; 0: refuse.")
    override: str = Field(default="", description="The reason why older code may build over newer.")


class TrainForm(Decision):
    """What to train."""

    walk_forward_first: str = Field(
        default="", description=f"Train a version for every month from this date on, {DATE}; none: one, on all dates."
    )
    walk_forward_last: str = Field(default="", description=f"Last date of those months, {DATE}; default: the newest.")


class SpanForm(Decision):
    """Dates of one table."""

    table: str = Field(description="The table, as team_offense.")
    first: str = Field(description=f"First date, {DATE}.")
    last: str = Field(default="", description="Last date; default: the first.")

    def span(self) -> Span:
        return Span(self.table, dt.date.fromisoformat(self.first), dt.date.fromisoformat(self.last or self.first))


class HoldForm(SpanForm):
    """Dates that nobody shall write for a while."""

    hours: float = Field(default=24, gt=0, description="How long, from now.")

    def until(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(hours=self.hours)


class WaiverForm(HoldForm):
    """A rule whose failures shall pass for a while."""

    rule: str = Field(description="Name of the rule, as partition_ready shows it; * for every rule of the table.")


class CancelForm(Decision):
    """What to stop."""

    claim: str = Field(description="A run, a claim's id, or its holder.")


@dg.op(required_resource_keys={*RESOURCES, "source"})
def backfill(context: dg.OpExecutionContext, config: BackfillForm) -> None:
    """Reserve everything, then build it in a process of its own; terminating this run cancels it."""
    settings, warehouse = context.resources.settings, context.resources.warehouse
    store = ClaimStore(settings.claims_url)
    with _failing():
        request = planned_request(
            warehouse,
            chosen_assets(config.tables, config.with_upstream),
            source_version=context.resources.source.fingerprint,
            first=dt.date.fromisoformat(config.first) if config.first else None,
            last=dt.date.fromisoformat(config.last) if config.last else None,
            only=tuple(config.only),
            chunk_days=config.chunk_days,
            workers=config.workers,
            override=config.override,
        )
        if request is None:
            context.log.info("Everything stands as it should.")
            return
        claim = reserve(
            store, warehouse, request, who=config.by(settings), why=config.why, wait_minutes=config.wait_minutes
        )
    _follow(context, store, settings, claim, config)


@dg.op(required_resource_keys={*RESOURCES, "source"})
def train(context: dg.OpExecutionContext, config: TrainForm) -> None:
    """Train the points model, or one version for every month of history, and predict those months with it."""
    settings, warehouse = context.resources.settings, context.resources.warehouse
    store = ClaimStore(settings.claims_url)
    with _failing():
        if config.walk_forward_first:
            first = dt.date.fromisoformat(config.walk_forward_first)
            last = dt.date.fromisoformat(config.walk_forward_last) if config.walk_forward_last else dt.date.max
            request = walk_forward_request(warehouse, first, last)
        else:
            request = training_request(warehouse, context.resources.source.fingerprint)
        claim = reserve(store, warehouse, request, who=config.by(settings), why=config.why)
    _follow(context, store, settings, claim, config)


def _follow(
    context: dg.OpExecutionContext, store: ClaimStore, settings: Settings, claim: Claim, config: Decision
) -> None:
    """Let a process of its own work off the claim, log its steps, and fail when it does not build everything."""
    log = start_detached(settings, store, claim)
    context.log.info(f"claim {claim.id} works; its log is {log}")
    told = 0
    try:
        for state in follow(store, settings, claim.id):
            over = [step for step in state.steps if step.is_over]
            for step in over[told:]:
                context.log.info(f"{step.asset} {step.first} … {step.last}: {step.seconds:.1f} s")
            told = len(over)
    except dg.DagsterExecutionInterruptedError:
        store.request_cancel(claim.id, config.by(settings), f"run {context.run_id} was terminated")
        raise
    result = read_result(settings, claim.id)
    if result is None or result.exit_code:
        said = "its process has died" if result is None else "; ".join(result.failures) or result.why
        raise dg.Failure(f"claim {claim.id}: {said}", metadata={"log": dg.MetadataValue.path(log)}, allow_retries=False)


@dg.op(required_resource_keys=RESOURCES)
def hold(context: dg.OpExecutionContext, config: HoldForm) -> None:
    """Keep everybody from writing the dates."""
    settings, warehouse = context.resources.settings, context.resources.warehouse
    who = config.by(settings)
    with _failing():
        store = ClaimStore(settings.claims_url)
        held = commands.hold(store, warehouse, config.span(), who=who, why=config.why, until=config.until())
        context.log.info(f"hold {held.id} on {held.spans[0]}; release it: nba-assets release {held.id}")


@dg.op(required_resource_keys=RESOURCES)
def waive(context: dg.OpExecutionContext, config: WaiverForm) -> None:
    """Let failures of a rule pass; what is built on it is tainted."""
    settings, warehouse = context.resources.settings, context.resources.warehouse
    who = config.by(settings)
    with _failing():
        effect = commands.waive(
            warehouse, config.span(), rule=config.rule, who=who, why=config.why, until=config.until()
        )
        context.log.info(str(effect))


@dg.op(required_resource_keys=RESOURCES)
def invalidate(context: dg.OpExecutionContext, config: SpanForm) -> None:
    """Close the gate on what stands; what was built on it becomes stale."""
    settings, warehouse = context.resources.settings, context.resources.warehouse
    who = config.by(settings)
    with _failing():
        store = ClaimStore(settings.claims_url)
        context.log.info(str(commands.invalidate(store, warehouse, config.span(), who=who, why=config.why)))


@dg.op(required_resource_keys=RESOURCES)
def cancel(context: dg.OpExecutionContext, config: CancelForm) -> None:
    """Stop a run or a backfill at its next check."""
    settings, warehouse = context.resources.settings, context.resources.warehouse
    who = config.by(settings)
    with _failing():
        store = ClaimStore(settings.claims_url)
        claim = commands.cancel(store, warehouse, config.claim, who=who, why=config.why)
        context.log.info(commands.stopped(claim))


@contextmanager
def _failing() -> Iterator[None]:
    """What is refused fails the run with the reason alone, and is not tried again."""
    try:
        yield
    except (ClaimsError, WarehouseError, ValueError) as error:
        raise dg.Failure(coded(error), allow_retries=False) from error


def _job(op: dg.OpDefinition) -> dg.JobDefinition:
    @dg.job(name=f"operate_{op.name}", description=op.description, executor_def=dg.in_process_executor)
    def job() -> None:
        op()

    return job


OPERATE_JOBS = tuple(_job(op) for op in (backfill, cancel, hold, invalidate, train, waive))

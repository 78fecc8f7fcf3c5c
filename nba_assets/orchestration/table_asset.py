"""From a contract and one function to a partitioned Dagster asset: read, compute, audit, publish, report.

Every dated table goes through `build_table`, so every way of launching meets the same gate.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import dagster as dg
import pandas as pd

from nba_assets.contracts.conformed import Conformed, no_rows
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import made_of
from nba_assets.errors import coded
from nba_assets.event_log.outcomes import Outcome, check_spec, published_versions, report_outcomes, stores_in_bulk
from nba_assets.orchestration.groups import group_name
from nba_assets.orchestration.judging import conformed, judged
from nba_assets.orchestration.metadata import (
    catalogue_text,
    code_reference,
    definition_metadata,
    materialization_metadata,
    verdict_metadata,
)
from nba_assets.orchestration.run_claim import RunClaim
from nba_assets.orchestration.run_tags import only_of
from nba_assets.readiness.quarantine import from_text
from nba_assets.readiness.quarantined_games import said_of_date
from nba_assets.readiness.root_cause import origins, remedy
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.sources.port import Delivery, Source
from nba_assets.warehouse.port import Attempt, FencedOut, Published, Warehouse, Window

NOTHING = cast(dg.DagsterType, dg.Nothing)
"""Our assets hand Dagster no value. Its stubs call this type a class, and its decorators ask for a `DagsterType`."""

OWNERS = ["team:nba-data"]

Compute = Callable[..., pd.DataFrame | Delivery]


@dataclass(frozen=True)
class TableAsset:
    """A table of the graph before it knows its partitions: contract, group and what computes its rows."""

    contract: Contract
    group: str
    compute: Compute
    description: str
    resources: tuple[str, ...]

    def on(self, partitions_def: dg.PartitionsDefinition) -> dg.AssetsDefinition:
        """The Dagster asset over the given partitions."""
        name = self.contract.name

        @dg.asset(
            name=name,
            group_name=group_name(self.group),
            description=self.description,
            partitions_def=partitions_def,
            backfill_policy=dg.BackfillPolicy.single_run(),
            deps=list(made_of(self.contract)),
            check_specs=[check_spec(name, partitions_def)],
            dagster_type=NOTHING,
            owners=OWNERS,
            kinds={"pandas"},
            tags={"dataset": self.contract.dataset},
            code_version=str(self.contract.code_version),
            metadata={**definition_metadata(self.contract), **code_reference(self.compute)},
            required_resource_keys={"warehouse", "claims", *self.resources},
        )
        def shell(context: dg.AssetExecutionContext) -> Iterator[dg.Output[None]]:
            yield from build_table(context, self)

        return shell


def table_asset(contract: Contract, *, group: str, resources: tuple[str, ...] = ()) -> Callable[[Compute], TableAsset]:
    """Declare the function that makes a table's rows out of its window (and the named resources)."""

    def declare(compute: Compute) -> TableAsset:
        return TableAsset(contract, group, compute, catalogue_text(contract, compute), resources)

    return declare


def build_table(context: dg.AssetExecutionContext, asset: TableAsset) -> Iterator[dg.Output[None]]:
    """Build the run's dates of one table and tell Dagster the outcome of each."""
    contract = asset.contract
    warehouse: Warehouse = context.resources.warehouse
    claim: RunClaim = context.resources.claims
    claim.enter(context)
    started = time.monotonic()
    days = [dt.date.fromisoformat(key) for key in context.partition_keys]
    source: Source | None = context.resources.source if "source" in asset.resources else None
    version = source.fingerprint if source else ""
    window = warehouse.read_window(contract, days, only=only_of(context.run.tags), source_version=version)
    made, rows = _computed(context, asset, window)
    published: dict[dt.date, Published] = {}
    if window.days or window.blocked:
        verdicts, rows = judged(window, made, rows)
        made = replace(made, rows=rows.rows)
        claim.check()
        attempt = Attempt(
            context.run.run_id, version, claim.token, override=claim.override, seconds=time.monotonic() - started
        )
        try:
            published = warehouse.publish(window, rows, verdicts, attempt)
        except FencedOut as refused:
            raise dg.Failure(coded(refused), allow_retries=False) from refused
    claim.progress(f"{contract.name} {days[0]} … {days[-1]}: {len(published)} of {len(days)} dates built")
    _log(context, window, published)
    yield from report_outcomes(context, contract.name, _outcomes(context, window, made, published, warehouse))


def _computed(context: dg.AssetExecutionContext, asset: TableAsset, window: Window) -> tuple[Delivery, Conformed]:
    """What the asset's function made of the window, and its rows as they are audited and published."""
    if not window.days:
        empty = no_rows(asset.contract)
        return Delivery(empty.rows), empty
    return conformed(
        window, asset.compute(window.usable(), *(getattr(context.resources, name) for name in asset.resources))
    )


def _outcomes(
    context: dg.AssetExecutionContext,
    window: Window,
    made: Delivery,
    published: Mapping[dt.date, Published],
    warehouse: Warehouse,
) -> dict[dt.date, Outcome]:
    contract = window.contract
    is_news = any(it.status is not Status.READY or (it.verdict and it.verdict.quarantined) for it in published.values())
    state = warehouse.state() if is_news else None
    without = {day: said for day in published if state and (said := said_of_date(state, contract.name, day))}
    described = materialization_metadata(contract, made.rows, published, without)
    for note in made.notes:
        if note.game_date in described:
            described[note.game_date].setdefault("notes", []).append(note.message)
    refused = [day for day, found in published.items() if found.status is not Status.READY]
    fixes = _fixes(state, contract, refused) if state else {}
    outcomes = {
        day: Outcome(
            passed=outcome.status is Status.READY,
            materialized=outcome.status is Status.READY,
            data_version=outcome.content_hash,
            code_version=contract.code_version,
            description=f"{outcome.reasons}. Fix: {fixes[day]}" if day in fixes else without.get(day, outcome.reasons),
            metadata=described.get(day, {}),
            check_metadata=verdict_metadata(outcome),
            made_of=made_of(contract),
        )
        for day, outcome in published.items()
    }
    return {**_outcomes_of_current(context, window, warehouse), **outcomes}


def _fixes(state: LedgerState, contract: Contract, refused: Sequence[dt.date]) -> dict[dt.date, str]:
    """What mends each refused date, at its root."""
    due_to = origins(state)
    return {day: remedy(state, [due_to.of(state, contract.name, state.position(pd.Timestamp(day)))]) for day in refused}


def _outcomes_of_current(
    context: dg.AssetExecutionContext, window: Window, warehouse: Warehouse
) -> dict[dt.date, Outcome]:
    """Dates left out because they are current, where Dagster does not yet show what the ledger says.

    A run that was killed after its publish leaves such dates; the ledger is the truth that is published.
    """
    if not window.current:
        return {}
    ledger = warehouse.ledger()
    mine = ledger[ledger["table_name"] == window.contract.name].set_index("game_date")
    shown = published_versions(context.instance, window.contract.name, window.current)
    outcomes = {}
    state: LedgerState | None = None
    for day in window.current:
        row: Any = mine.loc[pd.Timestamp(day)]
        if shown.get(day) != row["content_hash"] or not stores_in_bulk(context.instance):
            facts: dict[str, Any] = {
                "rows": int(row["rows"]),
                "content_hash": row["content_hash"],
                "build": int(row["build_id"]),
            }
            without = ""
            if from_text(row["quarantined"]):
                state = state or warehouse.state()
                without = said_of_date(state, window.contract.name, day)
                facts["quarantined"] = without
            outcomes[day] = Outcome(
                passed=True,
                materialized=True,
                data_version=row["content_hash"],
                code_version=int(row["code_version"]),
                description=without,
                metadata=facts,
                made_of=made_of(window.contract),
            )
    return outcomes


def _log(context: dg.AssetExecutionContext, window: Window, published: Mapping[dt.date, Published]) -> None:
    counts = {"current": len(window.current), "left out": len(window.skipped)}
    for outcome in published.values():
        word = (
            outcome.status.value
            if outcome.status is not Status.READY
            else "built"
            if outcome.is_changed
            else "unchanged"
        )
        counts[word] = counts.get(word, 0) + 1
    text = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    context.log.info(f"{window.contract.name}: {text or 'nothing to do'}")
    for day, outcome in published.items():
        if outcome.status is not Status.READY:
            context.log.warning(f"{window.contract.name} {day} {outcome.status.value}: {outcome.reasons}")

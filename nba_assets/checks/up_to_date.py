"""Whether what stands is up to date: per table no stale date. A verdict on the ledger, whichever run asks or none.

Staleness is transitive: a corrected game makes every table below it fail here until it is rebuilt.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pandas as pd

from nba_assets.event_log.dagster_state import STORY
from nba_assets.readiness.date_ranges import in_words
from nba_assets.readiness.staleness import StaleRange, stale_ranges
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse

CHECK_NAME = "up_to_date"
SHOWN_RANGES = 200
NAMED_RANGES = 3


@dataclass(frozen=True)
class Verdict:
    """What the check says; `story` tells two verdicts apart that are not the same."""

    passed: bool
    story: str
    description: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown_metadata(self) -> dict[str, Any]:
        return {**self.metadata, STORY: self.story}


def verdicts(state: LedgerState) -> dict[str, Verdict]:
    """The verdict on every table. A rejected or held date is not stale: `partition_ready` has failed there."""
    ranges = stale_ranges(state, {name: state.is_stale(name) for name in state.contracts})
    return {name: _verdict(state, name, ranges[name]) for name in state.contracts}


def heal(state: LedgerState, ranges: Sequence[StaleRange]) -> str:
    """The command that rebuilds the ranges, with their roots: one that is rejected or held is not itself stale."""
    causes = {part.cause for part in ranges}
    gaps_of = {table: state.days[state.is_gap(table)] for table in {cause.table for cause in causes}}
    gaps = []
    for cause in causes:
        later = gaps_of[cause.table][gaps_of[cause.table].searchsorted(pd.Timestamp(cause.first)) :]
        gaps += [day.date() for day in later[:1] if day.date() <= cause.last]
    return f"nba-assets backfill --from {min(gaps)}" if gaps else "nba-assets backfill --stale"


def _verdict(state: LedgerState, table: str, ranges: Sequence[StaleRange]) -> Verdict:
    if not ranges:
        built = not state.is_missing(table).all()
        said = "No date that stands is stale." if built else "Nothing has been built yet."
        return Verdict(True, "up to date", said, {"stale_dates": 0})
    count = int(state.is_stale(table).sum())
    named = "; ".join(str(part) for part in ranges[:NAMED_RANGES])
    more = f"; and {len(ranges) - NAMED_RANGES} more ranges" if len(ranges) > NAMED_RANGES else ""
    rebuild = heal(state, ranges)
    return Verdict(
        passed=False,
        story=f"stale {digest(map(str, ranges))}",
        description=f"{count} {'date is' if count == 1 else 'dates are'} stale. {named}{more}. Rebuild: {rebuild}",
        metadata={
            "stale_dates": count,
            "rebuild": rebuild,
            "stale_ranges": dg.MetadataValue.table([_record(part) for part in ranges[:SHOWN_RANGES]]),
        },
    )


def _record(part: StaleRange) -> dg.TableRecord:
    cause = part.cause
    return dg.TableRecord(
        {
            "first": str(part.first),
            "last": str(part.last),
            "dates": part.dates,
            "because_of": cause.table,
            "of": in_words(cause.first, cause.last, cause.dates),
            "build": " … ".join(dict.fromkeys(map(str, cause.builds or ()))),
            "code_version": " -> ".join(map(str, cause.code_versions or ())),
            "through": ", ".join(part.through),
        }
    )


def digest(lines: Iterator[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def up_to_date(tables: Sequence[str]) -> dg.AssetChecksDefinition:
    """The check over the given tables; a failure closes nothing by itself, for the read is the gate."""
    specs = [
        dg.AssetCheckSpec(CHECK_NAME, asset=table, description="Whether no date that stands is stale, and why it is.")
        for table in tables
    ]

    @dg.multi_asset_check(name=CHECK_NAME, specs=specs, can_subset=True, required_resource_keys={"warehouse"})
    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        warehouse: Warehouse = context.op_execution_context.resources.warehouse
        found = verdicts(warehouse.state())
        for key in context.selected_asset_check_keys:
            yield result(key.asset_key, found[key.asset_key.to_user_string()])

    return check


def result(asset_key: dg.AssetKey, verdict: Verdict, check_name: str = CHECK_NAME) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=check_name,
        asset_key=asset_key,
        passed=verdict.passed,
        description=verdict.description,
        metadata=verdict.shown_metadata,
    )

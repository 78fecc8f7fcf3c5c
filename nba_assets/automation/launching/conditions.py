"""The automation condition of every table: what the ledger says is due, its upstream is ready, and nobody holds it.

Dagster's own conditions look at its events: one hop deep, any partition instead of every, and minutes a tick. The
ledger knows exactly, and all of it in one pass, which the conditions of all tables share.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import dagster as dg
import numpy as np
import pandas as pd

from nba_assets import clock
from nba_assets.automation.launching.eligible_partitions import Dates, due, read_too_early, to_ask_again
from nba_assets.automation.launching.idle_reason import idle_reason
from nba_assets.automation.launching.runs_to_launch import taken_dates, waiting_lines, works
from nba_assets.claims.errors import ClaimsUnavailable
from nba_assets.claims.store import ClaimStore
from nba_assets.operations.backfills.backfill import Work
from nba_assets.partitions import eastern_date
from nba_assets.sources.port import SourceError
from nba_assets.warehouse.port import Warehouse, WarehouseError

AUTOMATION = "automation"
"""Whom its runs are launched by; people see it in the claims."""


@dataclass(frozen=True)
class Decision:
    """What to request now: `asked` dates by table, cut into `works`; `waits` says for whom or what the rest waits.

    `idle` says why there is nothing to request.

    `only` is which of the dates of a run to build (run tag `nba/only`); "" when the source is to be asked again.
    """

    days: pd.DatetimeIndex
    asked: Dates
    works: tuple[Work, ...]
    waits: tuple[str, ...]
    only: str = "outdated"
    idle: str = ""

    def keys(self, table: str) -> set[str]:
        """Partition keys that are requested of a table."""
        return {day.isoformat() for day in self.days[self.asked[table]].date} if table in self.asked else set()


@dataclass
class Decider:
    """Decides once per evaluation, for all conditions together. `warehouse` gives it over the dates of now.

    Ingest dates that were read before their games were over come first: everything else rests on them. Those that were
    refused come last, for they may be refused for ever.
    """

    warehouse: Callable[[], Warehouse]
    claims: ClaimStore
    source_version: Callable[[], str]
    now: Callable[[], dt.datetime] = clock.now
    _decided: dict[object, Decision] = field(default_factory=dict)

    def at(self, evaluation: object) -> Decision:
        """The decision of an evaluation; while warehouse, claims or source cannot be used, it asks for nothing."""
        if evaluation not in self._decided:
            try:
                decision = self.decide()
            except (WarehouseError, ClaimsUnavailable, SourceError) as error:
                decision = Decision(pd.DatetimeIndex([]), {}, (), (f"nothing can be decided now: {error}",))
            self._decided = {evaluation: decision}
        return self._decided[evaluation]

    @property
    def last(self) -> Decision | None:
        return next(iter(self._decided.values()), None)

    def decide(self) -> Decision:
        """By ledger, claims and clock as they are; raises WarehouseError, ClaimsUnavailable or SourceError."""
        state = self.warehouse().state()
        claims = self.claims.active()
        others = [claim for claim in claims if claim.who != AUTOMATION]
        now = self.now()
        taken = taken_dates(claims, state.days, state.contracts)
        early = read_too_early(state, now)
        wanted: dict[str, np.ndarray]
        if any(flags.any() for flags in early.values()):
            days: np.ndarray = np.logical_or.reduce(list(early.values()))
            wanted, only = {name: days for name in early}, ""
            asked = {name: days & ~taken[name] for name in early}
        else:
            today = eastern_date(now)
            version, only = self.source_version(), "outdated"
            wanted = due(state, today=today, source_version=version)
            asked = due(state, today=today, source_version=version, taken=taken)
            if not any(flags.any() for flags in asked.values()):
                asked, only = {name: days & ~taken[name] for name, days in to_ask_again(state, now).items()}, "failed"
        return Decision(
            days=state.days,
            asked=asked,
            works=tuple(works(state, asked, taken)),
            waits=tuple(waiting_lines(others, wanted, state.days)),
            only=only,
            idle="" if any(flags.any() for flags in asked.values()) else idle_reason(state, eastern_date(now)),
        )


class LedgerSaysDue(dg.AutomationCondition[dg.AssetKey]):
    """True for the partitions of its table that automation should request now."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider

    @property
    def description(self) -> str:
        return "missing or stale by the ledger, buildable now, and claimed by nobody"

    @property
    def requires_cursor(self) -> bool:
        return False

    def evaluate(self, context: dg.AutomationContext[dg.AssetKey]) -> dg.AutomationResult[dg.AssetKey]:
        decision = self._decider.at(context.evaluation_time)
        keys = decision.keys(context.key.to_user_string())
        chosen = (
            context.candidate_subset.compute_intersection_with_partition_keys(keys)
            if keys
            else context.get_empty_subset()
        )
        return dg.AutomationResult(context, chosen)

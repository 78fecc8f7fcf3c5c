"""Open incidents: the roots of everything that is not ready and up to date, how far each reaches, what fixes it."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nba_assets.contracts.predictions import PREDICTION_TABLES
from nba_assets.readiness.date_ranges import DateRange, list_of, ranges_of
from nba_assets.readiness.impact import Flags, built_on, is_root, waiting_for
from nba_assets.readiness.ledger_columns import numbers, texts
from nba_assets.readiness.quarantined_games import QuarantinedGame, quarantined_games
from nba_assets.readiness.root_cause import Origins, failed_rule, origins, remedy
from nba_assets.readiness.staleness import Cause, stale_ranges
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status

KINDS = ("rejected", "blocked", "changed", "code", "missing", "quarantined")
"""Rejected by its own rules or by a person; blocked though nothing blocks it any more; newer content; newer code; never
built; one game of a date that is ready without it."""


KINDS_APART = 20
"""Ways in which dates of one table fail that are distinguished; rarer ones are counted with the last of these."""


@dataclass(frozen=True)
class Count:
    """Partitions of one table."""

    table: str
    dates: int


@dataclass(frozen=True)
class Incident:
    """One root cause.

    `ranges` are its own dates, `reason` what the ledger says of the first of them. `blocked` are the partitions of
    other dates or tables that wait for it, are refused by their own rules because of its gap, or are stale because of
    it; `built_on` all that have content made with it. `predictions` counts predicted rows among these, `models` the
    versions whose training window contains it. `fix` is what to do, a command at its end, `accept` the command that
    publishes a quarantined game all the same; `built_on` are built without it then.
    """

    table: str
    kind: str
    ranges: tuple[DateRange, ...]
    reason: str
    run_id: str
    blocked: tuple[Count, ...]
    built_on: tuple[Count, ...]
    models: tuple[str, ...]
    predictions: int
    fix: str
    accept: str = ""

    @property
    def dates(self) -> int:
        return sum(part.dates for part in self.ranges)

    @property
    def partitions_blocked(self) -> int:
        return sum(count.dates for count in self.blocked)

    @property
    def partitions_built_on(self) -> int:
        return sum(count.dates for count in self.built_on)

    @property
    def where(self) -> str:
        return list_of(self.ranges)


def open_incidents(
    state: LedgerState, training_windows: Mapping[str, DateRange], gated: Sequence[str]
) -> list[Incident]:
    """Every incident, the one that blocks most partitions first.

    `training_windows` has the window of each stored model version, `gated` the tables that a training reads.
    """
    due_to = origins(state)
    causes = _causes(state)
    found = []
    for kind, table, flags, reason in list(_gaps(state, due_to)):
        # Content that a gap closed off is news to anyone who has read it: one incident, not two.
        mine = [cause for cause in causes if cause.table == table and cause.builds and _covers(state, flags, cause)]
        stale = _together(state, [_due_to(due_to, table, flags), *(causes.pop(cause) for cause in mine)])
        found.append(_incident(state, kind, table, flags, reason, stale, training_windows, gated))
    for cause, stale in causes.items():
        flags = _between(state, cause.first, cause.last)
        kind = "changed" if cause.builds else "code"
        found.append(_incident(state, kind, cause.table, flags, str(cause), stale, training_windows, gated))
    found += [_without_game(state, game, training_windows, gated) for game in quarantined_games(state)]
    return sorted(found, key=lambda incident: (-incident.partitions_blocked, KINDS.index(incident.kind)))


def _gaps(state: LedgerState, due_to: Origins) -> Iterator[tuple[str, str, np.ndarray, str]]:
    """Roots that are no staleness: dates of one table that went wrong alike, distinguished by the rule that failed.

    Dates that their own rules hold because of a gap before them belong to the incident of that gap.
    """
    for name in state.contracts:
        root = is_root(state, name) & due_to.is_own(name)
        said = texts(state, name, "reasons")
        for status in (Status.REJECTED, Status.BLOCKED):
            flags = root & state.has_status(name, status)
            alike = np.array(
                [_rule(text) if flag else "" for text, flag in zip(said, flags, strict=True)], dtype=object
            )
            kinds = list(dict.fromkeys(alike[flags]))
            alike[flags & np.isin(alike, kinds[KINDS_APART:])] = kinds[KINDS_APART - 1] if kinds[KINDS_APART:] else ""
            for rule in kinds[:KINDS_APART]:
                of_rule = flags & (alike == rule)
                yield status.value, name, of_rule, str(said[int(np.flatnonzero(of_rule)[0])] or status.value)
        if (missing := root & state.is_missing(name)).any():
            yield "missing", name, missing, "never built"


def _rule(reasons: str) -> str:
    """What tells one kind of failure from another: the name of the first failed rule, or the text without numbers."""
    return failed_rule(reasons) or re.sub(r"\d+", "#", reasons)


def _due_to(due_to: Origins, table: str, flags: np.ndarray) -> dict[str, np.ndarray]:
    """Per table the refused dates that are due to the given ones of another partition."""
    number = due_to.names.index(table)
    return {
        name: (due_to.tables[name] == number) & flags[due_to.positions[name]] & ~due_to.is_own(name)
        for name in due_to.names
    }


def _causes(state: LedgerState) -> dict[Cause, dict[str, np.ndarray]]:
    """Per root of staleness the dates of every table that are stale because of it."""
    wanted = {name: state.is_stale(name) for name in state.contracts}
    roots: dict[tuple[object, ...], Cause] = {}
    stale: dict[tuple[object, ...], dict[str, np.ndarray]] = {}
    for name, ranges in stale_ranges(state, wanted).items():
        for part in ranges:
            key = (part.cause.table, part.cause.builds, part.cause.code_versions)
            roots[key] = max(roots.get(key, part.cause), part.cause, key=lambda cause: cause.dates)
            flags = stale.setdefault(key, {}).setdefault(name, np.zeros(len(state.days), dtype=bool))
            flags |= _between(state, part.first, part.last)
    return {roots[key]: flags for key, flags in stale.items()}


def _together(state: LedgerState, parts: Sequence[Flags]) -> dict[str, np.ndarray]:
    nothing = np.zeros(len(state.days), dtype=bool)
    return {
        name: np.logical_or.reduce([nothing, *(part.get(name, nothing) for part in parts)]) for name in state.contracts
    }


def _between(state: LedgerState, first: dt.date, last: dt.date) -> np.ndarray:
    return np.asarray((state.days >= np.datetime64(first)) & (state.days <= np.datetime64(last)))


def _covers(state: LedgerState, flags: np.ndarray, cause: Cause) -> bool:
    return bool((flags & _between(state, cause.first, cause.last)).sum() == cause.dates)


def _incident(
    state: LedgerState,
    kind: str,
    table: str,
    flags: np.ndarray,
    reason: str,
    stale: Flags,
    training_windows: Mapping[str, DateRange],
    gated: Sequence[str],
) -> Incident:
    origins = _together(state, [{table: flags}, stale])
    blocked = _together(state, [stale, waiting_for(state, origins)])
    if kind in ("changed", "code"):
        # A range of builds may span dates that did not change; those that are stale by themselves did.
        blocked[table] = blocked[table] & state.is_stale(table)
    reached = built_on(state, {table: flags})
    ranges = ranges_of(flags, state.days)
    predicted = sum(
        int(np.nansum(np.where(reached[contract.name], numbers(state, contract.name, "rows"), 0.0)))
        for contract in PREDICTION_TABLES
        if contract.name in reached
    )
    models = [
        model
        for model, window in training_windows.items()
        if table in gated and (flags & _between(state, window.first, window.last)).any()
    ]
    first = ranges[0].first
    fix = f"nba-assets backfill --stale --from {first}"
    if kind not in ("changed", "code"):
        fix = remedy(state, [(table, int(at)) for at in np.flatnonzero(flags)])
    return Incident(
        table=table,
        kind=kind,
        ranges=ranges,
        reason=reason,
        run_id=str(state.rows[table]["run_id"].iloc[int(np.flatnonzero(flags)[0])] or ""),
        blocked=_counts(blocked),
        built_on=_counts(reached),
        models=tuple(models),
        predictions=predicted,
        fix=fix,
    )


def _without_game(
    state: LedgerState, game: QuarantinedGame, training_windows: Mapping[str, DateRange], gated: Sequence[str]
) -> Incident:
    """The incident of one game, wherever it is missing."""
    flags = _between(state, game.date, game.date)
    whole = _incident(state, "quarantined", game.table, flags, game.sentence, {}, training_windows, gated)
    fix = f"correct the source or the code; then {game.rebuild}"
    return replace(whole, blocked=(), fix=fix, accept=game.accept)


def _counts(flags: Mapping[str, np.ndarray]) -> tuple[Count, ...]:
    return tuple(Count(name, int(dates.sum())) for name, dates in flags.items() if dates.any())

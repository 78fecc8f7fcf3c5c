"""What is at the root of partitions that are refused: the first ones up their inputs that wait for nothing else."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from nba_assets.readiness.ledger_columns import integers, texts
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.readiness.windows import NEVER, seen_from, window_of

_RULE = re.compile(r"([a-z_]+): ")


def root_cause(state: LedgerState, table: str, at: int) -> tuple[str, int]:
    """Table and calendar position of the partition that no other one blocks.

    That is the given one when it is not blocked, or is blocked by its own rules, or what blocked it is ready now.
    """
    if not state.has_status(table, Status.BLOCKED)[at]:
        return table, at
    for read in state.contracts[table].reads:
        window = window_of(read, at)
        blockers = np.flatnonzero(state.blocks(read)[window])
        if len(blockers):
            return root_cause(state, read.table, window.start + int(blockers[0]))
    return table, at


def refused_roots(state: LedgerState, stale: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rejected and blocked partitions that the stale ones rest on, and those that block them, at any depth.

    A rebuild of the stale partitions alone would be made without them: they come first.
    """
    roots = {name: np.zeros(len(state.days), dtype=bool) for name in state.contracts}
    for name in reversed(tuple(state.contracts)):
        outdated, inputs = roots[name] | stale[name], integers(state, name, "inputs_build")
        for read in state.contracts[name].reads:
            oldest = seen_from(read, np.where(outdated, inputs, NEVER), np.minimum, NEVER)
            is_cause = state.current_build(read) > oldest
            is_blocker = state.blocks(read) & seen_from(read, roots[name], np.logical_or, nobody=False)
            roots[read.table] |= state.is_gap(read.table) & (is_cause | is_blocker)
    return roots


def failed_rule(reasons: str) -> str:
    """The name of the first rule that failed, out of the ledger's reasons; '' where the gate or a person spoke."""
    named = _RULE.match(reasons)
    return named[1] if named else ""


@dataclass(frozen=True)
class Origins:
    """Per table and date the refused partition that a refused one is due to: itself, or one with a gap before it.

    `tables` are numbers of `names`, `positions` those of the calendar.
    """

    names: tuple[str, ...]
    tables: Mapping[str, np.ndarray]
    positions: Mapping[str, np.ndarray]

    def of(self, state: LedgerState, table: str, at: int) -> tuple[str, int]:
        """The root of a partition, through what blocks it and the gaps that its rules blame."""
        table, at = root_cause(state, table, at)
        return self.names[self.tables[table][at]], int(self.positions[table][at])

    def is_own(self, table: str) -> np.ndarray:
        """Per date: due to nothing but itself."""
        number = self.names.index(table)
        own_date = self.positions[table] == np.arange(len(self.positions[table]))
        return np.asarray((self.tables[table] == number) & own_date)


def origins(state: LedgerState) -> Origins:
    """The origin of every partition.

    Where the gate holds it, a refused input of its date is at fault; where its own rule does, the newest gap before it.
    """
    names, days = tuple(state.contracts), np.arange(len(state.days))
    tables = {name: np.full(len(days), number) for number, name in enumerate(names)}
    positions = {name: days.copy() for name in names}
    for name, contract in state.contracts.items():
        was_blocked = state.has_status(name, Status.BLOCKED)
        if not was_blocked.any():
            continue
        blocked, said = was_blocked & state.is_blocked(contract), texts(state, name, "reasons")
        by_own_rule = [flag and bool(failed_rule(text)) for flag, text in zip(was_blocked, said, strict=True)]
        by_rule = np.array(by_own_rule) & ~blocked
        newest = np.full(len(days), -1)
        for read in contract.reads:
            gap = state.is_gap(read.table)
            gaps, wanted = np.where(gap, days, -1), by_rule
            if read.window == "before":
                gaps = np.append(-1, np.maximum.accumulate(gaps)[:-1])
            else:
                wanted = by_rule | (blocked & gap & state.blocks(read))
            later = wanted & (gaps > newest)
            newest[later] = gaps[later]
            tables[name][later] = tables[read.table][gaps[later]]
            positions[name][later] = positions[read.table][gaps[later]]
    return Origins(names, tables, positions)


def remedy(state: LedgerState, roots: Iterable[tuple[str, int]]) -> str:
    """What mends refused partitions with these roots, as one command, and what comes before it where a rule failed."""
    found = list(roots)
    first = state.days[min(at for _, at in found)].date()
    by_rule = any(state.is_gap(name)[at] and not state.is_invalidated(name)[at] for name, at in found)
    before = "correct the source or the code, or waive the rule; then " if by_rule else ""
    return f"{before}nba-assets backfill --from {first}"

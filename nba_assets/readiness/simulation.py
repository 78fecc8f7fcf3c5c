"""What a run over planned partitions would leave: the gate, table by table in graph order, without any rows.

Rules that look at rows (the audit, the share of rows that a gap may touch) cannot be foreseen; every partition that
the gate lets through counts as built.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nba_assets.contracts.contract import Contract, Read
from nba_assets.readiness.ledger_columns import has_status, integers, seen_through
from nba_assets.readiness.state import SCHEDULE, LedgerState, Status

GAPS = (Status.REJECTED, Status.HELD)


@dataclass(frozen=True)
class Outcome:
    """Flags per table and date: `built` by the run, `stopped` by the gate, and what holds after the run.

    `follows` are asked partitions beyond the planned ones that the run makes stale and therefore takes in. `becomes`
    has for each status the dates that have it then; `stale` are ready dates that are stale then.
    """

    built: dict[str, np.ndarray]
    stopped: dict[str, np.ndarray]
    follows: dict[str, np.ndarray]
    becomes: dict[str, dict[Status, np.ndarray]]
    stale: dict[str, np.ndarray]

    @property
    def is_schedule_unknown(self) -> np.ndarray:
        """Per date: the schedule will not be ready; nowhere in a graph without one."""
        if SCHEDULE not in self.becomes:
            return np.zeros_like(next(iter(self.stale.values())))
        return ~self.becomes[SCHEDULE][Status.READY] | self.stale[SCHEDULE]

    def stale_to(self, read: Read) -> np.ndarray:
        """Upstream dates that are stale then, so that a reader of them is stale as well."""
        return self.stale[read.table] & (not read.as_it_stands)

    def in_the_way(self, read: Read, history_start: int) -> dict[str, np.ndarray]:
        """Upstream dates that would refuse a reader then, by what they are: a status, or 'stale'."""
        flags: dict[str, np.ndarray] = {status.value: dates for status, dates in self.becomes[read.table].items()}
        flags["stale"] = self.stale_to(read)
        del flags[Status.READY]
        if read.window == "before":
            # Whom a gap concerns only the schedule can tell; without a ready one it may concern everybody.
            for gap in GAPS:
                flags[gap] = flags[gap] & self.is_schedule_unknown
            is_covered = np.arange(len(self.is_schedule_unknown)) >= history_start
            flags = {word: dates & is_covered for word, dates in flags.items()}
        return flags


def simulate(
    state: LedgerState, planned: Mapping[str, np.ndarray], asked: Mapping[str, np.ndarray], *, contents_change: bool
) -> Outcome:
    """The outcome of building `planned` and, within `asked`, what becomes stale by it.

    What stood as a gap or not at all is news to its readers in any case; whether a rebuild of a ready partition
    changes its content nobody knows before, so `contents_change` says which of both to assume.
    """
    outcome = Outcome({}, {}, {}, {}, {})
    changed: dict[str, np.ndarray] = {}
    for name, contract in state.contracts.items():
        stands = state.content_build[name] > 0
        was_ready = np.asarray(state.is_ready(name))
        stale = _stale_unless_built(state, contract, outcome, changed) & stands
        follows = asked[name] & was_ready & ~planned[name] & stale
        attempted = planned[name] | follows
        shut = np.zeros(len(state.days), dtype=bool)
        for read in contract.reads:
            for dates in outcome.in_the_way(read, state.history_start).values():
                shut |= seen_through(read, dates)
        built, stopped = attempted & ~shut, attempted & shut
        becomes = {status: has_status(state, name, status) & ~attempted for status in Status}
        becomes[Status.READY] |= built
        becomes[Status.HELD] |= stopped
        outcome.built[name], outcome.stopped[name], outcome.follows[name] = built, stopped, follows
        outcome.becomes[name] = becomes
        outcome.stale[name] = becomes[Status.READY] & stale & ~built
        changed[name] = built & (contents_change | ~has_status(state, name, Status.READY))
    return outcome


def _stale_unless_built(
    state: LedgerState, contract: Contract, outcome: Outcome, changed: Mapping[str, np.ndarray]
) -> np.ndarray:
    stale = integers(state, contract.name, "code_version") != contract.code_version
    inputs = integers(state, contract.name, "inputs_build")
    for read in contract.reads:
        content = state.content_build[read.table]
        if read.window == "before" and len(content):
            content = np.append(0, np.maximum.accumulate(content)[:-1])
        stale = stale | (content > inputs) | seen_through(read, changed[read.table] | outcome.stale_to(read))
    return stale

"""What a run over planned partitions would leave: the gate, table by table in graph order, without any rows.

Rules that look at rows (the audit, the share of rows that a gap may touch) cannot be foreseen; every partition that
the gate lets through counts as built.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nba_assets.contracts.contract import Read
from nba_assets.readiness.ledger_columns import integers
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import CODES, STATUSES, Status
from nba_assets.readiness.windows import NEVER, Partitions


@dataclass
class Outcome(Partitions):
    """The partitions as they are after the run, and per table what it `built` and what the gate `stopped`.

    `follows` are asked partitions beyond the planned ones that the run makes stale and therefore takes in.
    """

    built: dict[str, np.ndarray] = field(default_factory=dict)
    stopped: dict[str, np.ndarray] = field(default_factory=dict)
    follows: dict[str, np.ndarray] = field(default_factory=dict)

    def blockers(self, read: Read) -> dict[str, np.ndarray]:
        """Upstream dates that block a reader then, by what they are: a status, or 'stale'."""
        blocks, status = self.blocks(read), self.status[read.table]
        words = {STATUSES[code].value if code != CODES[Status.READY] else "stale": status == code for code in STATUSES}
        return {word: blocks & dates for word, dates in words.items()}


def simulate(
    state: LedgerState, planned: Mapping[str, np.ndarray], asked: Mapping[str, np.ndarray], *, contents_change: bool
) -> Outcome:
    """The outcome of building `planned` and, within `asked`, what becomes stale by it.

    What was a gap or nothing at all is news to its readers in any case; whether a rebuild of a ready partition
    changes its content nobody knows before, so `contents_change` says which of both to assume.
    """
    outcome = Outcome(state.contracts, state.days, state.history_start)
    for name, contract in state.contracts.items():
        published, gap = state.content_build[name] > 0, state.is_gap(name)
        stale = integers(state, name, "code_version") != contract.code_version
        stale |= outcome.is_outdated(contract, integers(state, name, "inputs_build"))
        stale &= published
        follows = asked[name] & np.asarray(state.is_ready(name)) & ~planned[name] & stale
        attempted = planned[name] | follows
        blocked = outcome.is_blocked(contract)
        built, stopped = attempted & ~blocked, attempted & blocked
        outcome.built[name], outcome.stopped[name], outcome.follows[name] = built, stopped, follows
        is_news = built & (contents_change | ~state.has_status(name, Status.READY))
        outcome.content_build[name] = np.where(is_news, NEVER, state.content_build[name])
        outcome.status[name] = np.select(
            [built, stopped], [CODES[Status.READY], CODES[Status.BLOCKED]], state.status[name]
        )
        outcome.gap_build[name] = np.where(stopped & ~gap, NEVER, np.where(built, 0, state.gap_build[name]))
        outcome.stale[name] = stale & ~built
    return outcome

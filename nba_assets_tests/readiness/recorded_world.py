"""A ledger as the platform writes it, beside an independent record of what was read from what."""

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from nba_assets.contracts.contract import SCHEDULE, Contract, Read
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.gate import evaluate
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.warehouse.ledger import entries, invalidated, restored
from nba_assets.warehouse.port import Attempt, Window
from nba_assets_tests.readiness.ledgers import FIRST, table

NOW = dt.datetime(2024, 1, 31, tzinfo=dt.UTC)
Place = tuple[str, int]

Entry = dict[Hashable, Any]
Kept = dict[tuple[str, int, int], Entry]
"""Rows of the ledger by table, position and build."""


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Contract]:
    """Two to five tables, each reading some of those before it in some way."""
    names = [draw(st.sampled_from([SCHEDULE, "a"])), "b", "c", "d", "e"][: draw(st.integers(2, 5))]
    ways = st.sampled_from(["", "", "same_date", "before", "both", "optional", "as_published"])
    contracts = {}
    for position, name in enumerate(names):
        reads = {upstream: draw(ways) for upstream in names[:position]}
        contracts[name] = table(
            name,
            same_date=[upstream for upstream, way in reads.items() if way in ("same_date", "both")],
            before=[upstream for upstream, way in reads.items() if way in ("before", "both")],
            optional=[upstream for upstream, way in reads.items() if way == "optional"],
            as_published=[upstream for upstream, way in reads.items() if way == "as_published"],
        )
    return contracts


@dataclass(frozen=True)
class Observation:
    """One upstream partition as a build found it: how often it had been published, and whether its rows were read."""

    place: Place
    publishes: int
    was_read: bool
    as_published: bool


@dataclass
class Partition:
    """What the record knows of a (table, date), without any build number."""

    status: str = "missing"
    text: str | None = None
    publishes: int = 0
    code_version: int = 0
    observed: tuple[Observation, ...] = ()
    versions: list[tuple[int, str, int, tuple[Observation, ...]]] = field(default_factory=list)


class World:
    """The ledger as the platform writes it, beside a plain record of every build."""

    def __init__(self, contracts: dict[str, Contract], dates: int) -> None:
        self.contracts = contracts
        self.days = pd.date_range(FIRST, periods=dates, unit="ns")
        self.build = 0
        self.rows: dict[Place, Entry] = {}
        self.record = {(name, at): Partition() for name in contracts for at in range(dates)}
        self._state: LedgerState | None = None

    # --- the platform ---

    def frame(self) -> pd.DataFrame:
        columns = ["table_name", "game_date", "status", "reasons", "content_build", "inputs_build", "code_version"]
        columns += ["waivers", "attempt_build", "gap_build", "content_hash", "build_id"]
        return pd.DataFrame(list(self.rows.values()), columns=columns)

    def state(self) -> LedgerState:
        """The state of the ledger as it is; made once per change."""
        if self._state is None:
            self._state = LedgerState(self.frame(), self.contracts, self.days)
        return self._state

    def _published(self, name: str, positions: list[int]) -> pd.DataFrame:
        rows = [self.rows[name, at] for at in positions if (name, at) in self.rows]
        return pd.DataFrame(rows).set_index("game_date") if rows else pd.DataFrame()

    def _write(self, ledger: pd.DataFrame) -> None:
        self._state = None
        for row in ledger.to_dict("records"):
            at = int(self.days.get_indexer(pd.DatetimeIndex([row["game_date"]]))[0])
            clean = {key: None if value is pd.NA else value for key, value in row.items()}
            self.rows[str(row["table_name"]), at] = clean

    # --- operations: each on both sides ---

    def attempt(self, name: str, texts: dict[int, str]) -> bool:
        """Build dates of a table; a date whose text is '' is rejected by its rules. Whether anything was published."""
        contract, state = self.contracts[name], self.state()
        gate = evaluate(state, contract, [self.days[at].date() for at in texts])
        opened = {at: text for at, text in texts.items() if self.days[at].date() in gate.open_days}
        assert set(opened) == {at for at in texts if self.is_open(contract, at)}, "the gate is not the definition"
        window = Window(
            contract=contract, asked=(), days=gate.open_days, blocked=gate.blocked, current=(), skipped=(),
            inputs_build=self.build, frames={}, gaps={}, bootstrap=frozenset(), waivers=[], taints={},
        )  # fmt: skip
        verdicts = {
            self.days[at].date(): Verdict(Status.READY if text else Status.REJECTED) for at, text in opened.items()
        }
        hashes = {self.days[at].date(): text for at, text in opened.items()}
        self.build += 1
        attempt = Attempt(run_id="r", token=1)
        published = self._published(name, list(texts))
        self._write(entries(window, verdicts, published, hashes, attempt, build=self.build, now=NOW)[0])
        for at in texts:
            self._record(name, at, opened.get(at, ""), "rejected" if at in opened else "blocked")
        return any(opened.values())

    def _record(self, name: str, at: int, text: str, failure: str) -> None:
        partition = self.record[name, at]
        if not text:
            partition.status = failure
            return
        observed = tuple(
            Observation(
                (read.table, earlier),
                self.record[read.table, earlier].publishes,
                self.record[read.table, earlier].status == "ready",
                read.as_published,
            )
            for read in self.contracts[name].reads
            for earlier in ([at] if read.window == "same_date" else range(at))
        )
        partition.publishes += partition.status != "ready" or partition.text != text
        partition.status, partition.text, partition.observed = "ready", text, observed
        partition.code_version = self.contracts[name].code_version
        partition.versions.append((self.build, text, partition.code_version, observed))

    def invalidate(self, name: str, at: int) -> None:
        if self.record[name, at].text is None:
            return
        self.build += 1
        published = self._published(name, [at])
        self._write(invalidated(published, "wrong", build=self.build, token=1, now=NOW))
        self.record[name, at].status = "rejected"
        self.record[name, at].publishes += 1

    def restore(self, name: str, at: int, choice: int, kept: Kept) -> None:
        """Put an earlier content back, with what it had read then."""
        partition = self.record[name, at]
        if not partition.versions:
            return
        build, text, version, observed = partition.versions[choice % len(partition.versions)]
        self.build += 1
        row = kept[name, at, build]
        ledger, _ = restored(self.rows[name, at], row, "back", build=self.build, token=1, now=NOW)
        self._write(ledger)
        partition.publishes += partition.status != "ready" or partition.text != text
        partition.status, partition.text = "ready", text
        partition.observed, partition.code_version = observed, version

    # --- the definitions ---

    def is_stale(self, place: Place) -> bool:
        """Published, and not what a build would make of what is published now."""
        partition = self.record[place]
        if partition.text is None:
            return False
        return partition.code_version != self.contracts[place[0]].code_version or any(
            self.record[seen.place].publishes != seen.publishes
            or (seen.was_read and not seen.as_published and self.is_stale(seen.place))
            for seen in partition.observed
        )

    def is_refused(self, place: Place) -> bool:
        return self.record[place].status != "ready" or self.is_stale(place)

    def is_open(self, contract: Contract, at: int) -> bool:
        for read in contract.reads:
            for earlier in [at] if read.window == "same_date" else range(at):
                if self._blocks(read, earlier):
                    return False
        return True

    def _blocks(self, read: Read, at: int) -> bool:
        status, is_stale = self.record[read.table, at].status, self.is_stale((read.table, at))
        if status == "ready":
            return is_stale and not read.as_published
        if status == "missing":
            return True
        may_be_a_gap = read.optional or read.window == "before"
        is_schedule_known = SCHEDULE not in self.contracts or not self.is_refused((SCHEDULE, at))
        return not (may_be_a_gap and is_schedule_known)

"""Why partitions are stale: the newer content, or the change of code, at the root of each stale range.

A root is a partition whose content is newer than what a reader has read and which is not itself stale (a gap is not,
whatever content it keeps), or a partition built by another version of its code. Everything between it and a stale
partition is stale because of it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nba_assets.contracts.contract import Contract, Read
from nba_assets.readiness.date_ranges import bounds, in_words
from nba_assets.readiness.ledger_columns import integers
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.windows import NEVER, seen, seen_from

SEPARATE_BUILDS = 50
"""Builds of one table that are named one by one; of more, those between which nobody read are named together."""


@dataclass(frozen=True)
class Cause:
    """Partitions of a root table that were changed, or that another version of the code had built.

    `builds` (first, last; mostly one) and `code_versions` (written by, current) exclude each other. `dates` of
    [first, last] are meant. `decision` is what a person said who invalidated them: nothing was changed then.
    """

    table: str
    first: dt.date
    last: dt.date
    dates: int
    builds: tuple[int, int] | None = None
    code_versions: tuple[int, int] | None = None
    decision: str = ""

    def __str__(self) -> str:
        if self.code_versions:
            return f"{self.table} was built by code version {self.code_versions[0]}, now {self.code_versions[1]}"
        if self.decision:
            return f"{self.table} {in_words(self.first, self.last, self.dates)} {self.decision}"
        first, last = self.builds or (0, 0)
        builds = f"build {first}" if first == last else f"builds {first} … {last}"
        return f"{self.table} {in_words(self.first, self.last, self.dates)} changed in {builds}"


@dataclass(frozen=True)
class StaleRange:
    """Consecutive stale dates of a table that share a cause.

    `through` are the tables that it reads by which the cause comes: the root itself, or stale ones between them;
    empty where the cause is the table's own code. Ranges of different causes may overlap.
    """

    table: str
    first: dt.date
    last: dt.date
    cause: Cause
    through: tuple[str, ...] = ()

    @property
    def dates(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def reason(self) -> str:
        """The cause as the reader of this table needs it."""
        if self.cause.table == self.table and self.cause.code_versions:
            return f"code version {self.cause.code_versions[0]}, now {self.cause.code_versions[1]}"
        direct = self.cause.table in self.through
        return str(self.cause) if direct else f"{self.cause}, through {', '.join(self.through)}"

    def __str__(self) -> str:
        return f"{in_words(self.first, self.last, self.dates)} stale: {self.reason}"


def stale_ranges(state: LedgerState, only: Mapping[str, np.ndarray] | None = None) -> dict[str, tuple[StaleRange, ...]]:
    """Per table its stale ranges in order of cause and date; together they are exactly the stale dates.

    `only` restricts what is listed to the given dates (flags over the calendar) of the given tables.
    """
    roots = _Roots(state)
    found: dict[str, np.ndarray] = {}
    for name, contract in state.contracts.items():
        reached = [roots.reached_by(found, name, read) for read in contract.reads]
        found[name] = np.bitwise_or.reduce([roots.own_code(name), *reached]) if reached else roots.own_code(name)
        found[name][~state.stale[name]] = 0
    return {
        name: roots.ranges(found, contract, state.stale[name] if only is None else only[name] & state.stale[name])
        for name, contract in state.contracts.items()
        if only is None or name in only
    }


class _Roots:
    """The roots of all staleness, numbered; sets of them are bits, packed, one row per date."""

    def __init__(self, state: LedgerState) -> None:
        self.state = state
        self.inputs = {name: integers(state, name, "inputs_build") for name in state.contracts}
        self.code = {name: integers(state, name, "code_version") for name in state.contracts}
        self.keys: list[tuple[str, int | None]] = []
        members: list[np.ndarray] = []
        oldest: list[int] = []
        for name, contract in state.contracts.items():
            outdated = state.stale[name] & (self.code[name] != contract.code_version)
            for version in np.unique(self.code[name][outdated]):
                self.keys.append((name, int(version)))
                members.append(outdated & (self.code[name] == version))
                oldest.append(NEVER)
            changed = self._is_root(name)
            labels = self._episodes(state.content_build[name], changed)
            for label in np.unique(labels[changed]):
                self.keys.append((name, None))
                members.append(changed & (labels == label))
                oldest.append(state.content_build[name][members[-1]].min())
        self.dates = state.days.date
        self.members = np.array(members, dtype=bool).reshape(len(members), len(state.days))
        self.positions = [np.flatnonzero(dates) for dates in members]
        self.builds = np.array(oldest, dtype="int64")

    def _episodes(self, builds: np.ndarray, changed: np.ndarray) -> np.ndarray:
        """Which builds are one root: each its own, or, of too many, those that no reader tells apart."""
        if len(np.unique(builds[changed])) <= SEPARATE_BUILDS:
            return builds
        read_at = [inputs[self.state.stale[name]] for name, inputs in self.inputs.items()]
        return np.searchsorted(np.unique(np.concatenate(read_at)), builds)

    def _is_root(self, name: str) -> np.ndarray:
        """Per date: some stale partition whose window contains it had read something older; not stale to it itself."""
        content, root = self.state.content_build[name], np.zeros(len(self.state.days), dtype=bool)
        for reader, contract in self.state.contracts.items():
            read_at = np.where(self.state.stale[reader], self.inputs[reader], NEVER)
            for read in (read for read in contract.reads if read.table == name):
                newer = content > seen_from(read, read_at, np.minimum, NEVER)
                root |= newer & ~self._passes_on(read)
        return root

    def own_code(self, name: str) -> np.ndarray:
        return self._bits([at for at, key in enumerate(self.keys) if key[0] == name and key[1] is not None])

    def _own_content(self, name: str) -> np.ndarray:
        return self._bits([at for at, key in enumerate(self.keys) if key == (name, None)])

    def _bits(self, numbers: list[int]) -> np.ndarray:
        flags = np.zeros((len(self.state.days), len(self.keys)), dtype=bool)
        flags[:, numbers] = self.members[numbers].T
        return np.packbits(flags, axis=1)

    def reached_by(self, found: Mapping[str, np.ndarray], name: str, read: Read) -> np.ndarray:
        """Per date the roots that come by one read: newer content there, and what makes stale what it reads."""
        passes_on = self._passes_on(read)[:, None]
        carried = np.where(passes_on, found[read.table], 0).astype("uint8")
        changed = np.where(passes_on, 0, self._own_content(read.table)).astype("uint8")
        read_at, row = np.unique(self.inputs[name], return_inverse=True)
        is_newer = np.packbits(self.builds[None, :] > read_at[:, None], axis=1)[row]
        reached = seen(read, carried, axis=0) | (seen(read, changed, axis=0) & is_newer)
        # What was built before the first failed attempt has read the stale content that the gap keeps.
        behind_gap = self.state.is_gap(read.table) & self.state.stale[read.table] & (not read.as_published)
        episodes = np.searchsorted(read_at, self.state.gap_build[read.table])
        for episode in np.unique(episodes[behind_gap]):
            kept = np.where((behind_gap & (episodes == episode))[:, None], found[read.table], 0).astype("uint8")
            reached |= np.where((row < episode)[:, None], seen(read, kept, axis=0), 0).astype("uint8")
        return reached

    def _passes_on(self, read: Read) -> np.ndarray:
        """Upstream dates that are stale themselves: the root of what they make stale lies further up."""
        return self.state.is_stale(read.table) & (not read.as_published)

    def ranges(self, found: Mapping[str, np.ndarray], contract: Contract, wanted: np.ndarray) -> tuple[StaleRange, ...]:
        """The wanted dates of a table by root, as ranges with the reads by which each root comes."""
        bits = np.where(wanted[:, None], found[contract.name], 0).astype("uint8")
        numbers = np.flatnonzero(np.unpackbits(np.bitwise_or.reduce(bits, axis=0), count=len(self.keys)))
        of_root, first, last = bounds(self._flags(bits, numbers))
        ways = {read.table: np.zeros(len(first), dtype=bool) for read in contract.reads}
        ends = np.column_stack([first, last + 1]) + (of_root * len(self.dates))[:, None]
        for read in contract.reads if len(first) else ():
            flags = np.append(self._flags(self.reached_by(found, contract.name, read), numbers), False)
            ways[read.table] |= np.logical_or.reduceat(flags, ends.ravel())[::2]
        looks_back = _read_as_history(self.state, contract.name)
        ranges = []
        for at, (root, start, end) in enumerate(zip(numbers[of_root], first, last, strict=True)):
            table = self.keys[root][0]
            cause = self._cause(root, 0 if table in looks_back else start, end)
            through = tuple(way for way, is_used in ways.items() if is_used[at]) if table != contract.name else ()
            ranges.append(StaleRange(contract.name, self.dates[start], self.dates[end], cause, through))
        return tuple(ranges)

    def _flags(self, bits: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Roots by dates, of the numbered roots."""
        return np.unpackbits(bits, axis=1, count=len(self.keys))[:, numbers].T

    def _cause(self, root: int, start: int, end: int) -> Cause:
        """A root as far as a range can have seen it."""
        table, version = self.keys[root]
        at = self.positions[root]
        at = at[np.searchsorted(at, start) : np.searchsorted(at, end, side="right")]
        builds = self.state.content_build[table][at]
        return Cause(
            table=table,
            first=self.dates[at[0]],
            last=self.dates[at[-1]],
            dates=len(at),
            builds=(int(builds.min()), int(builds.max())) if version is None else None,
            code_versions=None if version is None else (version, self.state.contracts[table].code_version),
            decision=self._decision(table, at) if version is None else "",
        )

    def _decision(self, table: str, at: np.ndarray) -> str:
        """'invalidated by ana: typo' where a person closed all of the dates."""
        if not self.state.is_invalidated(table)[at].all():
            return ""
        reasons = str(self.state.rows[table]["reasons"].iloc[int(at[0])])
        return reasons if reasons.startswith("invalidated") else "invalidated, and not rebuilt since"


def _read_as_history(state: LedgerState, name: str) -> set[str]:
    """The ancestors of a table whose earlier dates some window on the way to it holds."""
    history: dict[str, set[str]] = {}
    ancestors: dict[str, set[str]] = {}
    for table, contract in state.contracts.items():
        ancestors[table], history[table] = set(), set()
        for read in contract.reads:
            above = {read.table} | ancestors[read.table]
            ancestors[table] |= above
            history[table] |= above if read.window == "before" else history[read.table]
        if table == name:
            break
    return history[name]

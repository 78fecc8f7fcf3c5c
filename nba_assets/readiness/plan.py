"""A plan as data: partitions and why, what the gate would stop, what is affected outside; each in words."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from nba_assets.readiness.date_ranges import DateRange, list_of


class Kind(StrEnum):
    """Why a partition is planned; the first that holds."""

    MISSING = "missing"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    STALE = "stale"
    SOURCE = "source changed"
    ASKED = "asked for"
    FOLLOWS = "follows"


@dataclass(frozen=True)
class Planned:
    """Consecutive dates of a table that are planned for a reason; stale dates are listed under each of their causes."""

    dates: DateRange
    kind: Kind
    reason: str

    def __str__(self) -> str:
        return f"{self.dates} {self.reason}"


@dataclass(frozen=True)
class TablePlan:
    """What would be built of one table.

    `certain` of the dates are built whatever the contents turn out to be, the others once what they read has
    changed. `rows` is about how many rows they will have, `seconds` about how long one build of them takes; None
    where nothing is known of either.
    """

    table: str
    wave: int
    days: tuple[dt.date, ...]
    ranges: tuple[DateRange, ...]
    reasons: tuple[Planned, ...]
    certain: int
    rows: int | None
    seconds: float | None


@dataclass(frozen=True)
class Stop:
    """Planned dates of a table that the gate would refuse all the same, for partitions of one upstream table.

    `is_certain` is false where it depends on contents that the plan may change. `is_asked` is whether the upstream
    table is among the asked ones.
    """

    table: str
    dates: DateRange
    upstream: str
    reason: str
    is_certain: bool
    is_asked: bool

    def __str__(self) -> str:
        return f"{self.table} {self.dates}: {self.reason}"


@dataclass(frozen=True)
class Affected:
    """Dates of a table outside the plan: that become stale if contents change, or that stay gaps in its history."""

    table: str
    ranges: tuple[DateRange, ...]

    @property
    def dates(self) -> int:
        return sum(part.dates for part in self.ranges)

    def __str__(self) -> str:
        return f"{self.table} {list_of(self.ranges)}"


@dataclass(frozen=True)
class Plan:
    """The asked tables and dates, and what a run over them would do.

    `only` are the filters that it was made with. `roots_outside` are refused partitions that asked stale ones rest on
    and that are not planned: they have to be built first. `left_out` are asked dates that are not ready and current,
    and not planned either.
    """

    asked: tuple[str, ...]
    first: dt.date
    last: dt.date
    tables: tuple[TablePlan, ...]
    stops: tuple[Stop, ...]
    outside: tuple[Affected, ...]
    gaps: tuple[Affected, ...]
    only: tuple[str, ...] = ()
    roots_outside: tuple[Affected, ...] = ()
    left_out: tuple[Affected, ...] = ()

    @property
    def partitions(self) -> int:
        return sum(len(table.days) for table in self.tables)

    @property
    def waves(self) -> tuple[int, ...]:
        return tuple(sorted({table.wave for table in self.tables}))

    @property
    def upstream_blockers(self) -> tuple[str, ...]:
        """Tables that were not asked for and stop planned partitions: asking for them too may help."""
        return tuple(dict.fromkeys(stop.upstream for stop in self.stops if stop.is_certain and not stop.is_asked))

"""The vocabulary of table contracts: columns, reads, keys, ranges, typed absence.

A contract says *what* must hold. Whether it holds is `readiness`; showing it is `checks`.
Nothing here knows Dagster or a database.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

SCHEDULE = "game_schedule"
"""The table that says what should exist."""

ColumnType = Literal["string", "integer", "float", "boolean", "date", "timestamp", "json"]


class Absence(StrEnum):
    """The closed list of reasons for a null or a missing row (guarantee G2)."""

    NO_GAMES = "no_games"
    NOT_YET_PLAYED = "not_yet_played"
    DID_NOT_PLAY = "did_not_play"
    SHORT_HISTORY = "short_history"
    NOT_APPLICABLE = "not_applicable"
    SOURCE_UNAVAILABLE = "source_unavailable"
    NO_MODEL = "no_model"
    UPSTREAM_MISSING = "upstream_missing"


ABSENCE = "absence"
"""Column of every table with nullable columns: a JSON object {column: reason} of the row's nulls."""


DECIMALS = 6
"""Floats are rounded to this many decimals before they are stored, hashed or compared, so that equal means equal."""

LARGEST = 2.0**53
"""Every number of a table is smaller: from here on float64, in which nullable ones are computed, is not exact."""


@dataclass(frozen=True)
class Column:
    """One column: its type, meaning, bounds and the upstream columns it is made of.

    `nulls` lists the reasons a null may carry; empty means the column is never null.
    `low` and `high` are inclusive bounds outside which a row breaks the contract.
    `sources` are "table.column" strings (column lineage). `window_games` is the number of
    played games a rolling column counts, `count_column` the column that says how many it used.
    Nothing needs an `optional` column: a value that cannot be believed becomes null (`source_unavailable`), where one
    of another column quarantines its game.
    """

    name: str
    type: ColumnType
    description: str
    unit: str = ""
    nulls: tuple[Absence, ...] = ()
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    window_games: int | None = None
    count_column: str | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        if self.optional and Absence.SOURCE_UNAVAILABLE not in self.nulls:
            raise ValueError(f"column {self.name}: what is optional may be null as source_unavailable")

    @property
    def nullable(self) -> bool:
        return bool(self.nulls)


@dataclass(frozen=True)
class Read:
    """An upstream table and the window of it that a table reads.

    `same_date` is the partition of the row's own date; `before` is every date before it. An `optional` upstream
    that is rejected or blocked does not hold its reader: its rows are not read, and what is made of them is null
    (`upstream_missing`). Missing or stale it holds as any other. One that is read `as_published` may be stale: it is
    the record of what was known then, as a prediction is, and makes its reader stale by being published again only.
    `columns`, where given, narrow the read of a wide table to them and to those that the lineage of the reader's
    columns names.
    """

    table: str
    window: Literal["same_date", "before"] = "same_date"
    optional: bool = False
    columns: tuple[str, ...] = ()
    as_published: bool = False

    def __post_init__(self) -> None:
        if self.as_published and self.window != "same_date":
            raise ValueError(f"read of {self.table}: only the partition of the same date can be read as published")


@dataclass(frozen=True)
class Contract:
    """The promise of one table.

    `key` identifies a row within the table; every table is partitioned by `game_date`.
    `missing` says what a missing row means. `code_version` is raised by anyone who changes the
    table's domain code or contract; it makes the table's own partitions stale. An `ingest` table
    takes its rows from the source; what it reads are the tables its rows are judged by.
    """

    name: str
    dataset: str
    grain: str
    description: str
    missing: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    code_version: int
    reads: tuple[Read, ...] = ()
    ingest: bool = False

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        doubled = {name for name in names if names.count(name) > 1}
        if doubled:
            raise ValueError(f"contract {self.name}: columns declared twice: {sorted(doubled)}")
        unknown = set(self.key) - set(names)
        if unknown:
            raise ValueError(f"contract {self.name}: key columns not declared: {sorted(unknown)}")
        if any(column.nullable for column in self.columns) and ABSENCE not in names:
            raise ValueError(f"contract {self.name}: nullable columns but no `{ABSENCE}` column")

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def nullable_columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.nullable)

    @property
    def same_date(self) -> frozenset[str]:
        """The tables of which it reads the partition of the row's own date."""
        return frozenset(read.table for read in self.reads if read.window == "same_date")

    def columns_read(self, read: Read) -> tuple[str, ...]:
        """What is read of an upstream table: the columns named by the read and by the lineage; empty means all."""
        if not read.columns:
            return ()
        sources = (source.partition(".") for column in self.columns for source in column.sources)
        return tuple(dict.fromkeys((*read.columns, *(name for table, _, name in sources if table == read.table))))

    def are_optional(self, columns: Collection[str]) -> bool:
        """Whether there are any, and nothing needs one of them."""
        return bool(columns) and all(self.column(name).optional for name in columns)

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")


ABSENCE_COLUMN = Column(
    ABSENCE,
    "json",
    "Reason of each null of the row, as a JSON object {column: reason} with sorted keys; {} when there is none.",
)

"""The port every provider implements: what it covers, and the rows of a table over a date range.

A source parses and normalises; it does not judge completeness (that is `readiness`). What it
cannot parse it reports per date, so that one bad date never stops the good ones.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import pandas as pd


class SourceError(Exception):
    """The source as a whole cannot be used; the message names file, column, value and the remedy."""

    code = "NBA-201"


@dataclass(frozen=True)
class Problem:
    """Something delivered for one date that could not be understood.

    With a `game_id` it concerns that game of the date alone, without one the date. `teams` are the game's by NBA id,
    where the schedule does not tell them.
    """

    game_date: dt.date
    message: str
    game_id: str = ""
    teams: tuple[int, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """Rows of one table, with the columns of its contract, what could not be parsed, and what is worth knowing.

    `notes` say what was left out by rule, with a count; they reject nothing. `waivers` are ids, by date, of waivers
    behind the rows that their inputs' partitions do not tell of.
    """

    rows: pd.DataFrame
    problems: tuple[Problem, ...] = field(default=())
    notes: tuple[Problem, ...] = field(default=(), kw_only=True)
    waivers: Mapping[dt.date, frozenset[str]] = field(default_factory=dict, kw_only=True)


@runtime_checkable
class LeavesOut(Protocol):
    """A source that declares what it does not cover."""

    @property
    def left_out(self) -> frozenset[tuple[str, str]]:
        """Seasons and season types, as ("2015-16", "playoffs"), of which it has no games, and says so."""
        ...


def left_out(source: object) -> frozenset[tuple[str, str]]:
    """What the source declares as not covered; nothing where it declares nothing."""
    return source.left_out if isinstance(source, LeavesOut) else frozenset()


class Source(Protocol):
    """A provider. `read` may be called for any sub-range of the covered dates, in any order."""

    @property
    def name(self) -> str:
        """Short name of the provider, recorded in the ledger."""
        ...

    @property
    def first_date(self) -> dt.date:
        """First date the source covers."""
        ...

    @property
    def horizon(self) -> dt.date:
        """Last date the source covers; nothing after it exists or is missing."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever any delivered fact may have changed; equal fingerprints mean equal rows."""
        ...

    def read(self, table: str, start: dt.date, end: dt.date) -> Delivery:
        """Rows of `game_schedule`, `game_results`, `team_box_scores` or `player_box_scores`.

        Dates are inclusive. Raises SourceError for a table or date the source does not cover.
        """
        ...

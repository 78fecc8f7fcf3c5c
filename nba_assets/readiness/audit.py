"""The audit of staged rows: every rule of a table, per date, to one verdict per date.

Rules are functions from `Staged` to failures; a date that fails none is ready. A failed rule rejects its
date, or holds it when the rule blames an upstream gap, unless a waiver in force covers it.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import pandas as pd

from nba_assets.contracts.conformed import Conformed
from nba_assets.contracts.contract import Contract
from nba_assets.partitions import label_date
from nba_assets.readiness.game_decisions import GameDecision
from nba_assets.readiness.status import Status

SOURCE_UNDERSTOOD = "source_understood"
"""The rule that a delivery fails whose file or answer cannot be read for a date; the source names the problem."""


def nothing_published() -> pd.DataFrame:
    """game_date, game_id and rows of a table that has nothing on the days."""
    return pd.DataFrame(
        {
            "game_date": pd.Series(dtype="datetime64[ns]"),
            "game_id": pd.Series(dtype=object),
            "rows": pd.Series(dtype=int),
        }
    )


@dataclass(frozen=True)
class Failure:
    """One rule that does not hold on one date; the message shows where and what to do.

    One that `asks` is a question, no defect: the waiver that answers it taints nothing.
    """

    game_date: dt.date
    rule: str
    message: str
    blocks: bool = False
    asks: bool = False


@dataclass(frozen=True)
class Staged:
    """What a rule may look at: the rows to be published and the same-date facts they are judged by.

    `conformed` are rows of the `days`. `upstream` are the same-date inputs. `bootstrap` are
    the days whose thin windows are normal. `now` is the moment of judging (timezone-aware). `published` counts the rows
    of each game that an ingest table has on the days now: game_date, game_id, rows. `decisions` are those on games.
    """

    conformed: Conformed
    days: Sequence[dt.date]
    upstream: Mapping[str, pd.DataFrame]
    now: dt.datetime
    bootstrap: frozenset[dt.date] = frozenset()
    problems: Sequence[tuple[dt.date, str]] = ()
    published: pd.DataFrame = field(default_factory=nothing_published)
    decisions: Sequence[GameDecision] = ()

    @property
    def contract(self) -> Contract:
        return self.conformed.contract

    @property
    def rows(self) -> pd.DataFrame:
        return self.conformed.rows


Rule = Callable[[Staged], Iterable[Failure]]


@dataclass(frozen=True)
class Waiver:
    """Going ahead regardless: a named rule of a table, over dates, until a moment, by somebody for a reason."""

    waiver_id: str
    table: str
    rule: str
    first: dt.date
    last: dt.date
    until: dt.datetime
    who: str = ""
    why: str = ""

    def waives(self, table: str, rule: str, now: dt.datetime) -> bool:
        """Whether it is in force and names the rule of the table; "*" names every rule."""
        return self.table == table and self.rule in (rule, "*") and now < self.until

    def covers(self, table: str, failure: Failure, now: dt.datetime) -> bool:
        return self.waives(table, failure.rule, now) and self.first <= failure.game_date <= self.last

    def facts(self) -> dict[str, str]:
        """Everything there is to say of it, as text, for metadata; `until` in UTC."""
        return {name: str(value) for name, value in asdict(self).items()} | {
            "until": str(self.until.astimezone(dt.UTC))
        }


@dataclass(frozen=True)
class Verdict:
    """What the audit found for one date. `waivers` are the ids that let failures pass; they taint.

    `notes` say what the source left out of the date by rule; they fail nothing.
    """

    status: Status
    failures: tuple[Failure, ...] = ()
    waivers: tuple[str, ...] = ()
    rows: int = 0
    expected: int | None = None
    found: int | None = None
    is_bootstrap: bool = False
    notes: tuple[str, ...] = ()

    @property
    def completeness(self) -> float | None:
        """Share of what the schedule says should exist; None where nothing is expected."""
        return None if not self.expected else (self.found or 0) / self.expected

    @property
    def reasons(self) -> str:
        return "; ".join(f"{failure.rule}: {failure.message}" for failure in self.failures)


@dataclass(frozen=True)
class TableRules:
    """The rules of one table, and how its completeness is counted: per date (expected, found).

    A rule is named as its failures are; one that finds failures of several names has a place under each.
    """

    rules: Mapping[str, Rule]
    counted: Callable[[Staged], Mapping[dt.date, tuple[int, int]]] = field(default=lambda _: {})

    def failures(self, staged: Staged) -> Iterator[Failure]:
        """What the rules find, each asked once."""
        for rule in dict.fromkeys(self.rules.values()):
            yield from rule(staged)


def audit(staged: Staged, table_rules: TableRules, waivers: Sequence[Waiver]) -> dict[dt.date, Verdict]:
    """One verdict per day of the staged rows."""
    failures: dict[dt.date, list[Failure]] = {day: [] for day in staged.days}
    for day, message in staged.problems:
        if day in failures:
            failures[day].append(Failure(day, SOURCE_UNDERSTOOD, message))
    for failure in table_rules.failures(staged):
        failures[failure.game_date].append(failure)
    counts = staged.rows.groupby("game_date").size() if len(staged.rows) else pd.Series(dtype="int64")
    rows = {label_date(day): int(count) for day, count in counts.items()}
    counted = table_rules.counted(staged)
    verdicts = {}
    for day in staged.days:
        waived = {failure: _waiver(staged, failure, waivers) for failure in failures[day]}
        not_waived = [failure for failure, waiver in waived.items() if waiver is None]
        status = Status.READY
        if not_waived:
            status = Status.BLOCKED if all(failure.blocks for failure in not_waived) else Status.REJECTED
        expected, found = counted.get(day, (None, None))
        verdicts[day] = Verdict(
            status=status,
            failures=tuple(failures[day]),
            waivers=tuple(sorted({waiver for failure, waiver in waived.items() if waiver and not failure.asks})),
            rows=rows.get(day, 0),
            expected=expected,
            found=found,
            is_bootstrap=day in staged.bootstrap,
        )
    return verdicts


def _waiver(staged: Staged, failure: Failure, waivers: Sequence[Waiver]) -> str | None:
    for waiver in waivers:
        if waiver.covers(staged.contract.name, failure, staged.now):
            return waiver.waiver_id
    return None

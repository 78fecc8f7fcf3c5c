"""The audit of staged rows: every rule of a table, per date, to one verdict per date.

Rules are functions from `Staged` to failures; a date that fails none is ready. What fails in a game quarantines that
game, and the date is published without it, unless so many games fail that it is no fault of single games. Any other
failure rejects its date, or blocks it when the rule blames an upstream gap. A waiver in force that covers it lets it
pass.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from nba_assets.contracts.conformed import Conformed
from nba_assets.contracts.contract import Contract
from nba_assets.partitions import label_date
from nba_assets.readiness.failures import Failure, SourceProblem, Waiver
from nba_assets.readiness.game_decisions import GameDecision
from nba_assets.readiness.mass_damage import is_mass
from nba_assets.readiness.nulled_cells import with_nulls
from nba_assets.readiness.quarantine import GameOfDate, Quarantined, of_games, on_days, without_games
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
class Staged:
    """What a rule may look at: the rows to be published and the same-date facts they are judged by.

    `conformed` are rows of the `days`. `upstream` are the same-date inputs. `bootstrap` are
    the days whose thin windows are normal. `now` is the moment of judging (timezone-aware). `published` counts the rows
    of each game that an ingest table has on the days now: game_date, game_id, rows. `decisions` are those on games.
    `problems` are what the source could not make out. `quarantined` are games that an input lacks, or that a person
    has quarantined; `gap_shares` says of days with gaps before them how many (`readiness.mass_damage`).
    """

    conformed: Conformed
    days: Sequence[dt.date]
    upstream: Mapping[str, pd.DataFrame]
    now: dt.datetime
    bootstrap: frozenset[dt.date] = frozenset()
    problems: Sequence[SourceProblem] = ()
    published: pd.DataFrame = field(default_factory=nothing_published)
    decisions: Sequence[GameDecision] = ()
    quarantined: Mapping[GameOfDate, Quarantined] = field(default_factory=dict)
    gap_shares: Mapping[dt.date, float] = field(default_factory=dict)

    @property
    def contract(self) -> Contract:
        return self.conformed.contract

    @property
    def rows(self) -> pd.DataFrame:
        return self.conformed.rows

    def without(self, games: Mapping[GameOfDate, Quarantined]) -> "Staged":
        """The same as if the games were not there."""
        if not games:
            return self
        return replace(
            self,
            conformed=Conformed(self.contract, self.rows[~of_games(self.rows, games)].reset_index(drop=True)),
            upstream=without_games(self.upstream, self.contract, games),
            problems=[problem for problem in self.problems if (problem.game_date, problem.game_id) not in games],
            published=self.published[~of_games(self.published, games)],
        )


Rule = Callable[[Staged], Iterable[Failure]]


@dataclass(frozen=True)
class Verdict:
    """What the audit found for one date: all `failures`. `waivers` are the ids that let some of them pass; they taint.

    `notes` say what the source left out of the date by rule; they fail nothing. `quarantined` are the games that a
    ready date is published without; `rows` and `found` do not count them. `nulled` are columns by game that are
    published as null, for they cannot be believed and nothing needs them.
    """

    status: Status
    failures: tuple[Failure, ...] = ()
    waivers: tuple[str, ...] = ()
    rows: int = 0
    expected: int | None = None
    found: int | None = None
    is_bootstrap: bool = False
    notes: tuple[str, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    nulled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def completeness(self) -> float | None:
        """Share of what the schedule says should exist; None where nothing is expected."""
        return None if not self.expected else (self.found or 0) / self.expected

    @property
    def reasons(self) -> str:
        texts = [f"{failure.rule}: {failure.message}" for failure in self.failures if not failure.game_id]
        by_rule: dict[str, list[Failure]] = {}
        for failure in self.failures:
            if failure.game_id:
                by_rule.setdefault(failure.rule, []).append(failure)
        for rule, failing in by_rule.items():
            others = len({failure.game_id for failure in failing} - {failing[0].game_id})
            more = f" (and {others} more games)" if others else ""
            texts.append(f"{rule}: {failing[0].message}{more}")
        return "; ".join(texts)


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
    sifted = _sift(staged, table_rules, waivers)
    rest, found = sifted.rest, sifted.found
    counts = rest.rows.groupby("game_date").size() if len(rest.rows) else pd.Series(dtype="int64")
    rows = {label_date(day): int(count) for day, count in counts.items()}
    expected, counted = table_rules.counted(staged), table_rules.counted(rest)
    quarantined = on_days(dict(sorted(sifted.games.items())), staged.days)
    verdicts = {}
    for day in staged.days:
        waived = {failure: _waiver(staged, failure, waivers) for failure in found[day]}
        not_waived = [failure for failure, waiver in waived.items() if waiver is None]
        status = Status.READY
        if not_waived:
            status = Status.BLOCKED if all(failure.blocks for failure in not_waived) else Status.REJECTED
        verdicts[day] = Verdict(
            status=status,
            failures=(*(it for it in sifted.in_games if it.game_date == day), *found[day]),
            waivers=tuple(sorted({waiver for failure, waiver in waived.items() if waiver and not failure.asks})),
            rows=rows.get(day, 0),
            expected=expected[day][0] if day in expected else None,
            found=counted.get(day, (None, 0))[1] if day in expected else None,
            is_bootstrap=day in staged.bootstrap,
            quarantined=tuple(quarantined[day]) if status is Status.READY else (),
            nulled={game_id: columns for (of, game_id), columns in sifted.nulled.items() if of == day},
        )
    return verdicts


@dataclass
class _Sifted:
    """What is left to judge a date by: `rest`, and what it `found` per day; games and cells that were taken out."""

    rest: Staged
    found: dict[dt.date, list[Failure]]
    games: dict[GameOfDate, Quarantined]
    nulled: dict[GameOfDate, tuple[str, ...]] = field(default_factory=dict)
    in_games: list[Failure] = field(default_factory=list)


def _sift(staged: Staged, table_rules: TableRules, waivers: Sequence[Waiver]) -> _Sifted:
    """Take out optional cells and games that fail, and judge the rest again, until no more of them fail."""
    games = dict(staged.quarantined)
    rest = staged.without(games)
    sifted = _Sifted(rest, _failures(rest, table_rules), games)
    teams = _teams_of(staged) if any(it.game_id for found in sifted.found.values() for it in found) else {}
    while failing := _failing_games(staged, sifted.found, waivers):
        cells = [it for it in failing if staged.contract.are_optional(it.columns) and not _is_null(it, sifted.nulled)]
        # a game whose teams nobody knows stays a fault of its date: it would be a gap that no window shows
        whole = [it for it in failing if it not in cells and it.game_id in teams]
        if not cells and not whole:
            break
        for it in cells:
            known = sifted.nulled.get((it.game_date, it.game_id), ())
            sifted.nulled[it.game_date, it.game_id] = tuple(sorted({*known, *it.columns}))
        sifted.games |= _quarantined(whole, teams)
        sifted.in_games += [*cells, *whole]
        rest = replace(staged, conformed=with_nulls(staged.conformed, sifted.nulled)).without(sifted.games)
        sifted.rest = rest
        sifted.found |= _failures(_on(rest, {it.game_date for it in (*cells, *whole)}), table_rules)
    return sifted


def _is_null(failure: Failure, nulled: Mapping[GameOfDate, Collection[str]]) -> bool:
    """Whether its cells are null already, so that it is no matter of cells."""
    return set(failure.columns) <= set(nulled.get((failure.game_date, failure.game_id), ()))


def _failures(staged: Staged, table_rules: TableRules) -> dict[dt.date, list[Failure]]:
    """What fails on each day; of a table without games everything concerns its date."""
    failures: dict[dt.date, list[Failure]] = {day: [] for day in staged.days}
    has_games = "game_id" in staged.contract.key
    understood = (Failure(it.game_date, SOURCE_UNDERSTOOD, it.message, game_id=it.game_id) for it in staged.problems)
    for failure in (*understood, *table_rules.failures(staged)):
        if failure.game_date in failures:
            failures[failure.game_date].append(failure if has_games else replace(failure, game_id=""))
    return failures


def _on(staged: Staged, days: Collection[dt.date]) -> Staged:
    """The same for some of its days."""
    wanted = pd.DatetimeIndex([pd.Timestamp(day) for day in sorted(days)])
    upstream = {
        name: frame[frame["game_date"].isin(wanted)].reset_index(drop=True)
        if name in staged.contract.same_date
        else frame
        for name, frame in staged.upstream.items()
    }
    return replace(staged, conformed=staged.conformed.on(wanted), days=sorted(days), upstream=upstream)


def _failing_games(
    staged: Staged, found: Mapping[dt.date, Sequence[Failure]], waivers: Sequence[Waiver]
) -> list[Failure]:
    """What fails in single games: nobody has waived it, and no masses of games fail."""
    failing: list[Failure] = []
    for day, failures in found.items():
        in_games = [it for it in failures if it.game_id and _waiver(staged, it, waivers) is None]
        whole = {it.game_id for it in in_games if not staged.contract.are_optional(it.columns)}
        is_of_date = is_mass(whole, _games_on(staged, day)) if whole else False
        failing += [it for it in in_games if not is_of_date or staged.contract.are_optional(it.columns)]
    return failing


def _quarantined(failing: Sequence[Failure], teams: Mapping[str, tuple[int, ...]]) -> dict[GameOfDate, Quarantined]:
    """The games of the failures, each with all that fails in it."""
    reasons: dict[GameOfDate, list[str]] = {}
    for it in failing:
        reasons.setdefault((it.game_date, it.game_id), []).append(f"{it.rule}: {it.message}")
    return {
        (day, game_id): Quarantined(game_id, teams[game_id], "; ".join(texts))
        for (day, game_id), texts in reasons.items()
    }


def _games_on(staged: Staged, day: dt.date) -> int:
    """How many games the date has: by the schedule, where it is read."""
    games = staged.upstream.get("game_schedule", staged.rows)
    return int(games.loc[games["game_date"] == pd.Timestamp(day), "game_id"].nunique())


def _teams_of(staged: Staged) -> dict[str, tuple[int, ...]]:
    """Both teams of each game, the visitors first, by the schedule and as the source says beside a problem."""
    teams = {problem.game_id: problem.teams for problem in staged.problems if problem.teams}
    games = staged.upstream.get("game_schedule", staged.rows)
    if "home_team_id" in games:
        sides = (games[name].astype(int) for name in ("home_team_id", "away_team_id"))
        for game_id, home, away in zip(games["game_id"], *sides, strict=True):
            teams[str(game_id)] = tuple(dict.fromkeys((away, home, *teams.get(str(game_id), ()))))
    return teams


def _waiver(staged: Staged, failure: Failure, waivers: Sequence[Waiver]) -> str | None:
    for waiver in waivers:
        if waiver.covers(staged.contract.name, failure, staged.now):
            return waiver.waiver_id
    return None

"""Why one partition is what it is: status and reasons, build and people, games, inputs, rules."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import SCHEDULE, Contract, Read
from nba_assets.contracts.tables import TABLES
from nba_assets.errors import RequestError
from nba_assets.operations.explanations.lookups import rows_with
from nba_assets.readiness.contents import contents_in_words, quarantined_in_words
from nba_assets.readiness.date_ranges import DateRange, ranges_of
from nba_assets.readiness.former_rules import FORMER_RULES, rule_today
from nba_assets.readiness.gate import evaluate
from nba_assets.readiness.ledger_columns import integers
from nba_assets.readiness.quarantined_games import QuarantinedGame, quarantined_games
from nba_assets.readiness.root_cause import root_cause
from nba_assets.readiness.rules import rule_names
from nba_assets.readiness.staleness import stale_ranges
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status
from nba_assets.warehouse.port import Warehouse

BUILD_FACTS = (
    "build_id", "content_build", "inputs_build", "code_version", "rows", "expected_rows", "completeness",
    "is_bootstrap", "source_version", "waivers", "override", "token",
)  # fmt: skip
ATTEMPT_FACTS = ("attempt_build", "written_at", "run_id", "status", "reasons", "seconds", "notes")


@dataclass(frozen=True)
class Input:
    """What the partition read of one upstream table: one date, or the summary of a history.

    `newest_content` is the newest content build among the dates, `newer` the dates whose content is newer than what
    this partition has read; `gaps` are rejected, blocked or missing dates; `code_versions` those of the dates.
    """

    table: str
    window: str
    first: dt.date | None
    last: dt.date | None
    dates: int
    status: str
    newest_build: int
    newest_content: int
    code_versions: tuple[int, ...]
    newer: tuple[DateRange, ...]
    gaps: tuple[DateRange, ...]


@dataclass(frozen=True)
class Rule:
    """A rule of the table and how it went: True, False (with what it said), or None where it was not applied."""

    rule: str
    passed: bool | None
    message: str = ""


@dataclass(frozen=True)
class Explanation:
    """Everything the platform knows of one partition.

    `published` describes the published content (empty for none), `attempt` the newest attempt, `attempts` all of them;
    `people` are the journal's entries and `waivers` the waivers that touch it. `quarantined` are the games that it is
    published without, each with the table where something is wrong with it. `to_build` says what the gate would
    hold against building it now, '' when nothing.
    """

    table: str
    date: dt.date
    status: str
    reasons: tuple[str, ...]
    published: Mapping[str, object]
    attempt: Mapping[str, object]
    code_version: int
    attempts: pd.DataFrame
    people: pd.DataFrame
    waivers: pd.DataFrame
    games: pd.DataFrame
    quarantined: tuple[QuarantinedGame, ...]
    inputs: tuple[Input, ...]
    rules: tuple[Rule, ...]
    to_build: str


def explain(warehouse: Warehouse, table: str, day: dt.date) -> Explanation:
    """Why the partition is what it is. RequestError for an unknown table or a date outside the calendar."""
    contract, state, at = located(warehouse, table, day)
    row = state.rows[table].iloc[at]
    waivers = warehouse.waivers()
    taints = [waiver for waiver, dates in state.taints(table).items() if dates[at]]
    touches = ((waivers["table_name"] == table) & _spans(waivers, day)) | waivers["waiver_id"].isin(taints)
    journal = warehouse.journal()
    games = ["game_key", "game_id", "home_team", "away_team", "season_type", "is_postponed"]
    return Explanation(
        table=table,
        date=day,
        status=state.describe(table, at).partition(": ")[0],
        reasons=tuple(_reasons(state, table, at, taints)),
        published=_facts(row, BUILD_FACTS) if state.content_build[table][at] else {},
        attempt=_facts(row, ATTEMPT_FACTS) if not state.is_missing(table)[at] else {},
        code_version=contract.code_version,
        attempts=warehouse.history(table, day),
        people=journal[(journal["table_name"] == table) & _spans(journal, day)].reset_index(drop=True),
        waivers=waivers[touches].reset_index(drop=True),
        games=rows_with(warehouse, TABLES[SCHEDULE], {}, day, day, games),
        quarantined=tuple(
            game for game in quarantined_games(state) if game.date == day and table in (game.table, *game.tables)
        ),
        inputs=tuple(_input(state, table, read, at) for read in contract.reads),
        rules=tuple(_rules(contract, state, at)),
        to_build=evaluate(state, contract, [day]).blocked.get(day, ""),
    )


def located(warehouse: Warehouse, table: str, day: dt.date) -> tuple[Contract, LedgerState, int]:
    """Contract, state and the position of the date; RequestError when there is no such table or date."""
    if table not in TABLES:
        raise RequestError(f"no table {table!r}; there are {', '.join(TABLES)}")
    state = warehouse.state()
    try:
        return TABLES[table], state, state.position(pd.Timestamp(day))
    except KeyError:
        first, last = state.days[0].date(), state.days[-1].date()
        raise RequestError(f"{table} has no {day}: there is {first} … {last}") from None


def _spans(rows: pd.DataFrame, day: dt.date) -> pd.Series:
    when = pd.Timestamp(day)
    return (pd.to_datetime(rows["first_date"]) <= when) & (pd.to_datetime(rows["last_date"]) >= when)


def _facts(row: pd.Series, names: Sequence[str]) -> dict[str, object]:
    return {name: row[name] for name in names if name in row and not pd.isna(row[name]) and row[name] != ""}


def _reasons(state: LedgerState, table: str, at: int, taints: Sequence[str]) -> list[str]:
    here = np.zeros(len(state.days), dtype=bool)
    here[at] = True
    reasons = [f"stale: {part.reason}" for part in stale_ranges(state, {table: here})[table]]
    said = str(state.rows[table]["reasons"].iloc[at] or "")
    root, without = root_cause(state, table, at), quarantined_in_words(state, table, at)
    if root != (table, at):
        reasons.append(f"blocked: {state.describe(*root)}")
    elif said and not without and not state.is_missing(table)[at]:
        reasons.append(f"{state.rows[table]['status'].iloc[at]}: {said}")
    if state.is_ready(table)[at] and (short := contents_in_words(state, table, at)):
        reasons.append(short)
    elif without:
        reasons.append(without)
    return reasons + ([f"tainted: built under waiver {', '.join(taints)}"] if taints else [])


def _input(state: LedgerState, table: str, read: Read, at: int) -> Input:
    positions = np.arange(at, at + 1) if read.window == "same_date" else np.arange(state.history_start, at)
    content = state.content_build[read.table]
    inside = np.zeros(len(state.days), dtype=bool)
    inside[positions] = True
    gaps = inside & (state.is_gap(read.table) | state.is_missing(read.table))
    read_at = integers(state, table, "inputs_build")[at] if state.content_build[table][at] else None
    newer = inside & (content > read_at) if read_at is not None else np.zeros_like(inside)
    versions = integers(state, read.table, "code_version")[inside & (content > 0)]
    stale = int((inside & state.is_stale(read.table) & ~gaps).sum())
    words = {"ready": len(positions) - stale - int(gaps.sum()), "stale": stale, "not ready": int(gaps.sum())}
    is_one = read.window == "same_date"
    return Input(
        table=read.table,
        window=read.window,
        first=state.days[positions[0]].date() if len(positions) else None,
        last=state.days[positions[-1]].date() if len(positions) else None,
        dates=len(positions),
        status=state.describe(read.table, at).partition(": ")[0]
        if is_one
        else ", ".join(f"{n} {word}" for word, n in words.items() if n),
        newest_build=int(integers(state, read.table, "build_id")[positions].max(initial=0)),
        newest_content=int(content[positions].max(initial=0)),
        code_versions=tuple(int(version) for version in np.unique(versions)),
        newer=ranges_of(newer, state.days),
        gaps=ranges_of(gaps, state.days),
    )


def _rules(contract: Contract, state: LedgerState, at: int) -> list[Rule]:
    """How every rule went at the newest attempt; the ledger keeps what the failed ones said."""
    names = rule_names(contract)
    row = state.rows[contract.name].iloc[at]
    said = failed_rules(str(row["reasons"]) if isinstance(row["reasons"], str) else "", names)
    was_applied = row["status"] == Status.READY or bool(said)
    return [Rule(name, None if not was_applied else name not in said, said.get(name, "")) for name in names]


def failed_rules(reasons: str, names: Sequence[str]) -> dict[str, str]:
    """What each failed rule said, out of the ledger's 'rule: message; rule: message', by today's names.

    Empty for reasons that begin otherwise: the gate blocked the date, and may quote rules of other tables.
    """
    known = [*names, *(former for former, name in FORMER_RULES.items() if name in names)]
    found = list(re.finditer(rf"(?:^|; )({'|'.join(map(re.escape, known))}): ", reasons))
    if not found or found[0].start():
        return {}
    said: dict[str, str] = {}
    for match, end in zip(found, [*(match.start() for match in found[1:]), len(reasons)], strict=True):
        rule, message = rule_today(match[1]), reasons[match.end() : end]
        said[rule] = f"{said[rule]}; {message}" if rule in said else message
    return said

"""Why one value is what it is: the value, or the reason of its null down to the games that are missing; its lineage."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence, Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.errors import RequestError
from nba_assets.operations.explanations.explain import located
from nba_assets.operations.explanations.lookups import rows_with
from nba_assets.operations.explanations.missing_games import MissingGame, known_games, missing_games
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse

WORDS = {
    Absence.NO_GAMES: "there are no games on the date",
    Absence.NOT_YET_PLAYED: "the game has not been played",
    Absence.DID_NOT_PLAY: "the player was listed and did not play",
    Absence.SHORT_HISTORY: "there are not enough earlier games to count",
    Absence.NOT_APPLICABLE: "it is not defined here, as a ratio whose denominator is zero",
    Absence.SOURCE_UNAVAILABLE: "the source does not give it",
    Absence.NO_MODEL: "no accepted model version had seen only what was before the date",
    Absence.UPSTREAM_MISSING: "something that it is made of is missing upstream",
}


@dataclass(frozen=True)
class Null:
    """Why one column of a row is null. `path` leads from the column to where the null begins, 'table.column' each.

    `missing` are the games that it lacks, of gap dates and quarantined ones, `known_games` how many earlier games there
    are (None: no matter).
    """

    column: str
    reason: str
    words: str
    path: tuple[str, ...] = ()
    missing: tuple[MissingGame, ...] = ()
    known_games: int | None = None
    needed_games: int | None = None


@dataclass(frozen=True)
class Row:
    """One row: its key, the asked values (all without a column), and its nulls."""

    key: Mapping[str, object]
    values: Mapping[str, object]
    nulls: tuple[Null, ...]


@dataclass(frozen=True)
class Source:
    """A column that the asked one is made of, so many steps up."""

    column: str
    depth: int
    description: str


@dataclass(frozen=True)
class ValueExplanation:
    """The rows that fit the key; `no_row` says what it means when none does.

    `counts` are the nulls of the date by reason, where no key was given.
    """

    rows: tuple[Row, ...]
    no_row: str
    counts: Mapping[str, int]
    lineage: tuple[Source, ...]


def explain_value(
    warehouse: Warehouse, table: str, day: dt.date, key: Mapping[str, str], column: str = ""
) -> ValueExplanation:
    """The value of a column, or of all, in the rows of a date that fit the key (all rows are only counted without one).

    RequestError for a table, date, column or key value that does not exist.
    """
    contract, state, _ = located(warehouse, table, day)
    typed = typed_key(contract, key)
    if column and column not in contract.column_names:
        raise RequestError(f"{table} has no column {column!r}; there are {', '.join(contract.column_names)}")
    found = rows_with(warehouse, contract, typed, day, day) if typed else pd.DataFrame()
    rows = tuple(_row(warehouse, state, contract, row, column, day) for row in found.to_dict("records"))
    described = ", ".join(f"{name}={value}" for name, value in typed.items())
    no_row = f"No row of {table} {day} has {described}. {contract.missing}" if typed and not rows else ""
    return ValueExplanation(
        rows=rows,
        no_row=no_row,
        counts={} if typed else _counts(warehouse, contract, day, column),
        lineage=tuple(lineage(contract, column)) if column else (),
    )


def typed_key(contract: Contract, key: Mapping[str, str]) -> dict[str, object]:
    """The key's texts as the contract types them; RequestError where that is not possible."""
    typed: dict[str, object] = {}
    for name, text in key.items():
        if name not in contract.column_names:
            raise RequestError(f"{contract.name} has no column {name!r}; its key is {', '.join(contract.key)}")
        is_number = contract.column(name).type == "integer"
        if is_number and not text.lstrip("-").isdigit():
            raise RequestError(f"{contract.name}.{name}={text!r}: give a whole number")
        typed[name] = int(text) if is_number else text
    return typed


def lineage(contract: Contract, column: str, depth: int = 1) -> list[Source]:
    """Everything a column is made of, upstream first to last, each below what it goes into."""
    found = []
    for source in dict.fromkeys(contract.column(column).sources):
        table, name = source.split(".")
        found.append(Source(source, depth, TABLES[table].column(name).description))
        found += lineage(TABLES[table], name, depth + 1)
    return found


def _row(
    warehouse: Warehouse,
    state: LedgerState,
    contract: Contract,
    row: Mapping[Any, Any],
    column: str,
    day: dt.date,
) -> Row:
    wanted = [column] if column else [name for name in contract.column_names if name != ABSENCE]
    empty = [name for name in wanted if pd.isna(row[name])]
    return Row(
        key={name: row[name] for name in contract.key},
        values={name: None if name in empty else row[name] for name in wanted},
        nulls=tuple(_null(warehouse, state, contract, row, name, day, is_deep=bool(column)) for name in empty),
    )


def _null(
    warehouse: Warehouse,
    state: LedgerState,
    contract: Contract,
    row: Mapping[Any, Any],
    column: str,
    day: dt.date,
    *,
    is_deep: bool,
) -> Null:
    reason = _reason(row, column)
    words = WORDS.get(reason, "no reason is stated")  # type: ignore[call-overload]
    if not is_deep:
        return Null(column, reason, words)
    path = [(contract, column, row)]
    while (step := _next(warehouse, *path[-1], reason, day)) is not None:
        path.append(step)
    origin, name, at = path[-1]
    steps = tuple(f"{table.name}.{name}" for table, name, _ in path)
    declared = origin.column(name)
    if reason == Absence.UPSTREAM_MISSING:
        return Null(column, reason, words, steps, tuple(missing_games(warehouse, state, origin, declared, at, day)))
    if reason == Absence.SHORT_HISTORY:
        table, key = ("player_game_summary", "player_id") if "player_id" in origin.key else ("team_offense", "team_id")
        known = len(known_games(warehouse, state, table, {key: at[key]}, day).dates) if key in at else None
        return Null(column, reason, words, steps, known_games=known, needed_games=declared.window_games)
    return Null(column, reason, words, steps)


def _next(
    warehouse: Warehouse,
    contract: Contract,
    column: str,
    row: Mapping[Any, Any],
    reason: str,
    day: dt.date,
) -> tuple[Contract, str, Mapping[Any, Any]] | None:
    """Where a null comes from: the same reason in a column of the same date that this one is made of."""
    for source in contract.column(column).sources:
        table, name = source.split(".")
        upstream = TABLES[table]
        shared = [part for part in upstream.key if part in row]
        if table not in contract.same_date or len(shared) < len(upstream.key):
            continue
        found = rows_with(warehouse, upstream, {part: row[part] for part in shared}, day, day).to_dict("records")
        if found and pd.isna(found[0][name]) and _reason(found[0], name) == reason:
            return upstream, name, found[0]
    return None


def _reason(row: Mapping[Any, Any], column: str) -> str:
    return str(json.loads(str(row.get(ABSENCE) or "{}")).get(column, ""))


def _counts(warehouse: Warehouse, contract: Contract, day: dt.date, column: str) -> dict[str, int]:
    """Nulls of the column (of any, without one) on the date, by reason; most first."""
    if ABSENCE not in contract.column_names:
        return {}
    counts: dict[str, int] = {}
    texts = rows_with(warehouse, contract, {}, day, day, [ABSENCE])[ABSENCE]
    for text in texts:
        for name, reason in json.loads(text or "{}").items():
            if column in ("", name):
                counts[reason] = counts.get(reason, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))

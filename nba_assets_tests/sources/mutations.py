"""Seeded ways in which a delivered table can be broken: columns, cells, rows, ids, dates, bytes.

Whether the facts survive is for the test to see. What a single row tells once, with no second column and no box score
to bear witness (its number, its clock, which side of the hoop), is not swapped in that row alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from nba_assets_tests.sources.small_shots import Table, text_of

Mutation = Callable[[Table, Mapping[str, str], np.random.Generator], str | bytes]
"""Makes content out of a table, the provider's names of some columns (`ROLES`), and a random stream."""

Item = TypeVar("Item")

ROLES = ("game_id", "player", "made", "numbers", "date", "distance", "reported once")
_GARBAGE = ("", "n/a", "?", "null", "abc", "12:75", "1e9", "0x1F", "½", "=SUM(A1)", "NaN", "-", "True", "2,5")


def _copy(table: Table) -> Table:
    names, rows = table
    return list(names), [list(row) for row in rows]


def _pick(values: Sequence[Item], rng: np.random.Generator) -> Item:
    return values[int(rng.integers(len(values)))]


def drop_column(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = _copy(table)
    at = int(rng.integers(len(names)))
    return text_of(([*names[:at], *names[at + 1 :]], [[*row[:at], *row[at + 1 :]] for row in rows]))


def rename_column(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = _copy(table)
    at = int(rng.integers(len(names)))
    names[at] = _pick((names[at].upper(), f"{names[at]}_new", f" {names[at]}", _pick(names, rng), ""), rng)
    return text_of((names, rows))


def reorder_columns(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = table
    order = rng.permutation(len(names))
    return text_of(([names[at] for at in order], [[row[at] for at in order] for row in rows]))


def shift_names(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> str:
    """The header slips against the cells, as when a column is inserted."""
    names, rows = table
    at = int(rng.integers(len(names)))
    return text_of(([*names[at:], *names[:at]], rows))


def change_type(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = _copy(table)
    at = int(rng.integers(len(names)))
    form = _pick(("{}.0", "{}.5", '"{}"', "x{}", "{} ", "{}e0", "'{}'"), rng)
    for row in rows:
        row[at] = form.format(row[at])
    return text_of((names, rows))


def empty_cells(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = _copy(table)
    at = int(rng.integers(len(names)))
    share = _pick((0.02, 0.2, 1.0), rng)
    for row in rows:
        row[at] = "" if rng.random() < share else row[at]
    return text_of((names, rows))


def garbage_cell(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = _copy(table)
    _pick(rows, rng)[int(rng.integers(len(names)))] = f'"{_pick(_GARBAGE, rng)}"'
    return text_of((names, rows))


def extreme_number(table: Table, roles: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = _copy(table)
    column = _pick(roles["numbers"].split(), rng)
    _pick(rows, rng)[names.index(column)] = _pick(("-999", "99999", "2147483648", "1" * 30, "-0.5"), rng)
    return text_of((names, rows))


def swap_columns(table: Table, roles: Mapping[str, str], rng: np.random.Generator) -> str:
    """Two columns change places under their names, in one row or in all."""
    names, rows = _copy(table)
    one, two = (int(at) for at in rng.choice(len(names), 2, replace=False))
    is_reported_once = {names[one], names[two]} <= set(roles["reported once"].split())
    for row in rows if is_reported_once or rng.random() < 0.5 else [_pick(rows, rng)]:
        row[one], row[two] = row[two], row[one]
    return text_of((names, rows))


def swap_rows(table: Table, roles: Mapping[str, str], rng: np.random.Generator) -> str:
    """A make and a miss of two players change the value of one column."""
    names, rows = _copy(table)
    made, player, distance = (names.index(roles[role]) for role in ("made", "player", "distance"))
    shots = [row for row in rows if row[distance] != ""]
    pairs = [
        (one, two)
        for one in shots
        for two in shots
        if one[made] > two[made] and one[player] != two[player] and abs(float(one[distance]) - float(two[distance])) > 9
    ]
    one, two = _pick(pairs, rng)
    at = _pick((made, player, distance), rng)
    one[at], two[at] = two[at], one[at]
    return text_of((names, rows))


def truncate(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> bytes:
    content = text_of(table).encode()
    return content[: int(rng.integers(len(content)))]


def drop_rows(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = table
    share = _pick((0.02, 0.4, 1.0), rng)
    return text_of((names, [row for row in rows if rng.random() >= share]))


def duplicate_rows(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = table
    count = _pick((1, 5, len(rows)), rng)
    return text_of((names, rows + [_pick(rows, rng) for _ in range(count)]))


def encode(table: Table, _: Mapping[str, str], rng: np.random.Generator) -> bytes:
    content = text_of(table, _pick((",", ",", ";", "\t"), rng))
    if rng.random() < 0.3:
        content = content.replace("\n", "\r\n")
    return content.encode(_pick(("utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-8", "cp437"), rng), errors="replace")


def change_game_ids(table: Table, roles: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = _copy(table)
    at = names.index(roles["game_id"])
    form = _pick(("00{}", "{}", '"=""00{}"""', "{}.0", "GAME-{}", "{}9", "0{}", "22300061", "32400061"), rng)
    share = _pick((0.1, 1.0), rng)
    for row in rows:
        if rng.random() < share:
            row[at] = form.format(row[at].removeprefix("00"))
    return text_of((names, rows))


def change_player_keys(table: Table, roles: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = _copy(table)
    at = names.index(roles["player"])
    form = _pick(("{}.0", "{}janedoe", "id-{}", "9{}", "{}{}", "J. {}"), rng)
    share = _pick((0.1, 0.6, 1.0), rng)
    for row in rows:
        if row[at] and rng.random() < share:
            row[at] = form.format(row[at], row[at])
    return text_of((names, rows))


def change_dates(table: Table, roles: Mapping[str, str], rng: np.random.Generator) -> str:
    names, rows = _copy(table)
    at = names.index(roles["date"])
    day = _pick(("2024-10-23", "10/22/2024", "22/10/2024", "20241022", "1/2/24", "2024-10-22T23:30:00", ""), rng)
    for row in rows:
        row[at] = day
    return text_of((names, rows))


MUTATIONS: tuple[Mutation, ...] = (
    drop_column,
    rename_column,
    reorder_columns,
    shift_names,
    change_type,
    empty_cells,
    garbage_cell,
    extreme_number,
    swap_columns,
    swap_rows,
    truncate,
    drop_rows,
    duplicate_rows,
    encode,
    change_game_ids,
    change_player_keys,
    change_dates,
)

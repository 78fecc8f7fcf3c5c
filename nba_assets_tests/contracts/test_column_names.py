"""Every column of every contract is named by the grammar of docs/naming.md, or is a named exception."""

import re

import pytest

from nba_assets.contracts.contract import Column
from nba_assets.contracts.tables import TABLES
from nba_assets_tests.contracts.column_names import EXCEPTIONS, FIXED_WINDOWS, RULES, WINDOW, WINDOWS, Rule

COLUMNS = {(table, column.name): column for table, contract in TABLES.items() for column in contract.columns}


def games_of(name: str) -> int | None:
    """How many games a name says it looks at; None where it names no number."""
    found = WINDOW.search(name)
    if found and found["window"] == "previous_game":
        return 1
    return int(found["games"]) if found and found["games"] else None


def leaves_out_its_window(name: str) -> bool:
    return any(name == ending or name.endswith(f"_{ending}") for ending in FIXED_WINDOWS)


def excused(name: str) -> bool:
    return name in EXCEPTIONS


def test_names_are_words_of_lower_case() -> None:
    names = {*TABLES, *(name for _, name in COLUMNS)}
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.form.strip("`"))
def test_a_name_says_what_its_numbers_are(rule: Rule) -> None:
    broken = {f"{table}.{name}" for (table, name), column in COLUMNS.items()
              if not excused(name) and not rule.is_kept_by(column)}  # fmt: skip
    assert broken == set()


def test_a_rule_has_columns_that_follow_it() -> None:
    assert [rule.form for rule in RULES if not any(rule.holds(column) for column in COLUMNS.values())] == []


def test_the_window_of_a_name_is_that_of_the_contract() -> None:
    stated = {key: column.window_games for key, column in COLUMNS.items() if column.window_games is not None}
    wrong = {key: games for key, games in stated.items()
             if games_of(key[1]) != games and not excused(key[1]) and not leaves_out_its_window(key[1])}  # fmt: skip
    assert wrong == {}


def test_a_column_over_games_of_one_window_is_counted_over_the_same() -> None:
    wrong = []
    for (table, name), column in COLUMNS.items():
        if not column.count_column or excused(name) or leaves_out_its_window(name):
            continue
        mine, counted = WINDOW.search(name), WINDOW.search(column.count_column)
        assert mine, f"{table}.{name} counts games, but its name ends in no window"
        assert counted, f"{table}.{column.count_column} counts games, but its name ends in no window"
        asked = "career" if "half_li" in mine["window"] else mine["window"]
        if counted["window"] != asked:
            wrong.append((table, name, column.count_column))
    assert wrong == []


def test_every_exception_is_one() -> None:
    needless = []
    for name in EXCEPTIONS:
        columns = [column for (_, other), column in COLUMNS.items() if other == name]
        breaks = [rule for column in columns for rule in RULES if not rule.is_kept_by(column)]
        if not breaks and not any(column.window_games and games_of(name) is None for column in columns):
            needless.append(name)
    assert needless == []
    endings = {ending for ending in FIXED_WINDOWS for (_, name) in COLUMNS if name.endswith(ending)}
    assert endings == set(FIXED_WINDOWS)


def test_every_ending_of_the_page_is_read_as_a_window() -> None:
    examples = [ending.replace("N", "5").replace("A", "2").replace("B", "15") for ending in WINDOWS]
    assert [ending for ending in examples if WINDOW.fullmatch(ending) is None] == []
    assert {ending for ending in examples if not any(_ends(name, ending) for _, name in COLUMNS)} == set()


def _ends(name: str, ending: str) -> bool:
    return re.search(re.sub(r"\d+", r"\\d+", ending) + "$", name) is not None


def test_a_name_that_says_another_unit_is_found() -> None:
    percent = next(rule for rule in RULES if "_pct" in rule.form)
    assert not percent.is_kept_by(Column("three_pct_last_5", "float", "Share of threes.", "percent"))
    assert percent.is_kept_by(Column("three_pct_allowed_last_5", "float", "Share of threes.", "fraction"))

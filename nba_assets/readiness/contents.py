"""Why a ready partition is empty or short: no games, nothing due, nothing at the source, not all of it."""

from enum import StrEnum

import numpy as np

from nba_assets.contracts.contract import SCHEDULE
from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.contracts.raw_pregame import REPORT_TABLES
from nba_assets.readiness.counted import counted
from nba_assets.readiness.ledger_columns import numbers
from nba_assets.readiness.quarantine import in_words, on_days
from nba_assets.readiness.state import LedgerState


class Contents(StrEnum):
    """Why a ready partition is empty or short; of each date at most one is so.

    No games are scheduled; games are scheduled and no row is due, for they are not played, or nobody has a history
    yet; games are scheduled, and a source that need not deliver has nothing on them; fewer rows than are due, or a game
    is quarantined.
    """

    NO_GAMES = "no games"
    NOTHING_DUE = "nothing due"
    SOURCE_HAS_NONE = "source has none"
    INCOMPLETE = "incomplete"


OPTIONAL_SOURCES = frozenset(contract.name for contract in REPORT_TABLES)
"""Tables of which the schedule does not say how many rows are due."""

_REQUIRED = frozenset(contract.name for contract in RAW_TABLES)


def contents(state: LedgerState, table: str) -> dict[Contents, np.ndarray]:
    """Per date of the calendar: which of these a ready partition of the table is.

    Derived tables are short of rows in the first weeks of a season, where few players have a history: that is normal.
    """
    ready, is_empty = state.is_ready(table), np.nan_to_num(numbers(state, table, "rows")) == 0
    short = ready & (completeness(state, table) < 1)
    if not state.contracts[table].ingest:
        short &= ~_is_bootstrap(state, table)
    short |= ready & state.has_quarantined(table)
    empty = ready & is_empty & ~short
    no_games = empty & (games(state) == 0)
    at_source = empty & ~no_games & (table in OPTIONAL_SOURCES)
    return {
        Contents.NO_GAMES: no_games,
        Contents.NOTHING_DUE: empty & ~no_games & ~at_source,
        Contents.SOURCE_HAS_NONE: at_source,
        Contents.INCOMPLETE: short,
    }


def games(state: LedgerState) -> np.ndarray:
    """Per date how many games are scheduled, postponed ones included; 0 where no schedule is published."""
    if SCHEDULE not in state.contracts:
        return np.zeros(len(state.days))
    return np.nan_to_num(numbers(state, SCHEDULE, "rows"))


def games_due(state: LedgerState) -> np.ndarray:
    """Per date how many games the schedule has that are not called off; 0 where none is published."""
    scheduled = games(state)
    if not scheduled.any():
        return scheduled
    due = numbers(state, SCHEDULE, "expected_rows")
    return np.where(np.isnan(due), scheduled, due)


def quarantined_in_words(state: LedgerState, table: str, at: int) -> str:
    """'2025-01-15: 9 of 10 games; MIA–ATL quarantined: …' of a date that is ready, '' where no game is quarantined."""
    day = state.days[at].date()
    games = on_days(state.quarantined(table), [day])[day]
    return in_words(day, int(games_due(state)[at]), games) if games else ""


def completeness(state: LedgerState, table: str) -> np.ndarray:
    """Per date the share of the due rows (games, teams or players) that is published; NaN where none are due."""
    return (
        numbers(state, table, "completeness")
        if "completeness" in state.rows[table]
        else np.full(len(state.days), np.nan)
    )


def _is_bootstrap(state: LedgerState, table: str) -> np.ndarray:
    """Dates at the start of a season, whose thin windows are normal."""
    known = state.rows[table].get("is_bootstrap")
    if known is None:
        return np.zeros(len(state.days), dtype=bool)
    return known.eq(True).to_numpy(dtype=bool, na_value=False)


def shortfalls(state: LedgerState) -> tuple[str, ...]:
    """A sentence per table whose ready dates lack rows that are due, or for whose games the source has none.

    Not for dates that lack a quarantined game: `readiness.quarantined_games` lists these.
    """
    found = []
    for name, contract in state.contracts.items():
        flags = contents(state, name)
        short = flags[Contents.INCOMPLETE] & ~state.has_quarantined(name)
        at_source = int(flags[Contents.SOURCE_HAS_NONE].sum())
        if short.any():
            is_empty = (np.nan_to_num(numbers(state, name, "rows")[short]) == 0).all()
            why = "some of their games, teams or players have no row"
            if contract.ingest:
                why = "the source has no rows for them" if is_empty else "the source does not have all of their games"
            dates = counted(int(short.sum()), "date")
            found.append(f"{dates} of {name} {'is' if short.sum() == 1 else 'are'} incomplete: {why}.")
        if at_source:
            have = "has" if at_source == 1 else "have"
            found.append(f"{counted(at_source, 'date')} of {name} {have} games and no rows: the source has none.")
    return tuple(found)


def contents_in_words(state: LedgerState, table: str, at: int) -> str:
    """Why a ready partition is empty or short, and why it is ready all the same; '' where it is neither."""
    word = next((word for word, flags in contents(state, table).items() if flags[at]), None)
    scheduled = counted(int(games(state)[at]), "game")
    if word is None:
        return ""
    if word is Contents.NO_GAMES:
        return f"{word}: the schedule has none on this date"
    if word is Contents.NOTHING_DUE:
        return f"{word}: of {scheduled} scheduled none has rows yet: not played, called off, or without any history"
    if word is Contents.SOURCE_HAS_NONE:
        return f"{word}: {scheduled} scheduled, and the source has no {table} for them; {_OPTIONAL}"
    if said := quarantined_in_words(state, table, at):
        return f"{word}: {said}"
    due = int(numbers(state, table, "expected_rows")[at])
    there = round(float(completeness(state, table)[at]) * due)
    return f"{word}: {there} of {due} due games, teams or players have rows; {_why_ready(state, table, at)}"


_OPTIONAL = "the date is ready, for the table is optional: what is made of it is null there (source_unavailable)"


def _why_ready(state: LedgerState, table: str, at: int) -> str:
    if state.tainted[table][at]:
        return "the date is ready under a waiver, its own or one of what it reads"
    if state.contracts[table].ingest and table not in _REQUIRED:
        return _OPTIONAL
    return "the date is ready, for every rule of the table passed: none of them asks for all"

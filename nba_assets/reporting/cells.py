"""The heat map as compact data: one letter per table and date, and beside it only what is out of the ordinary."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nba_assets.readiness.contents import Contents, completeness, contents, games, quarantined_in_words
from nba_assets.readiness.date_ranges import bounds
from nba_assets.readiness.ledger_columns import numbers, texts
from nba_assets.readiness.staleness import stale_ranges
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.status import Status

STATES = {
    "r": "ready",
    "g": Contents.NO_GAMES.value,
    "d": Contents.NOTHING_DUE.value,
    "u": Contents.SOURCE_HAS_NONE.value,
    "i": Contents.INCOMPLETE.value,
    "t": "tainted",
    "s": "stale",
    "h": "blocked",
    "x": "rejected",
    "m": "missing",
}
"""Letter and word of what a cell can be; where several are so, the last.

Those up to `incomplete` are ready (`readiness.contents`). Tainted was built under a waiver.
"""

PLAIN = "rgdu"
"""Letters of dates that need no attention."""

CLOSED = "shxm"
"""Letters of dates that the gate does not let anybody read."""

REASONS_BUDGET = 600_000
"""Characters of reasons that the page carries; what is beyond is left to `nba-assets explain`."""

REASON_LENGTH = 400
"""Characters of one reason; a message that names forty rows is cut."""


def letters(state: LedgerState, table: str) -> np.ndarray:
    """Per date the letter of its state."""
    ready = state.is_ready(table)
    found = np.full(len(state.days), "m", dtype="<U1")
    found[ready] = "r"
    letter_of = {word: letter for letter, word in STATES.items()}
    for word, flags in contents(state, table).items():
        found[flags] = letter_of[word]
    found[ready & state.tainted[table]] = "t"
    found[state.stale[table]] = "s"
    found[state.has_status(table, Status.BLOCKED)] = "h"
    found[state.has_status(table, Status.REJECTED)] = "x"
    return found


def heat_map(state: LedgerState) -> dict[str, Any]:
    """Calendar, letters, rows and completeness of every table, and the reasons of what is not ready.

    `games` are the scheduled ones per date.
    `reasons` are [first position, last position, index into `texts`]; of ranges that overlap each says one cause.
    `completeness` are [position, share] where it is not 1. Positions count from `first`.
    """
    pool: dict[str, int] = {}
    room = [REASONS_BUDGET]
    stale = stale_ranges(state, {name: state.is_stale(name) for name in state.contracts})
    first = state.days[0].date()
    tables = []
    for name, contract in state.contracts.items():
        reasons = [(a, b, text) for a, b, text in _said(state, name)]
        reasons += [((p.first - first).days, (p.last - first).days, f"stale: {p.reason}") for p in stale[name]]
        share = completeness(state, name)
        short = np.flatnonzero(share < 1)
        tables.append(
            {
                "name": name,
                "dataset": contract.dataset,
                "states": "".join(letters(state, name)),
                "rows": [int(rows) for rows in np.nan_to_num(numbers(state, name, "rows"))],
                "completeness": [[int(at), round(float(share[at]), 4)] for at in short],
                "reasons": [[a, b, _pooled(pool, room, text)] for a, b, text in reasons],
            }
        )
    scheduled = [int(count) for count in games(state)]
    return {
        "first": first.isoformat(), "days": len(state.days), "games": scheduled, "tables": tables, "texts": list(pool)
    }  # fmt: skip


def counts(state: LedgerState) -> dict[str, dict[str, int]]:
    """Per table how many dates are in each of the STATES, by its word; those that occur."""
    found = {}
    for name in state.contracts:
        letter, dates = np.unique(letters(state, name), return_counts=True)
        found[name] = {STATES[str(one)]: int(count) for one, count in zip(letter, dates, strict=True)}
    return found


def _said(state: LedgerState, table: str) -> Iterator[tuple[int, int, str]]:
    """Runs of gap dates of which the ledger says the same, and dates that are published without a game."""
    said = np.where(state.is_gap(table), texts(state, table, "reasons"), "").astype(object)
    starts = [0, *(np.flatnonzero(said[1:] != said[:-1]) + 1)]
    for first, end in zip(starts, [*starts[1:], len(said)], strict=True):
        if said[first]:
            yield int(first), int(end) - 1, str(said[first])
    for at in np.flatnonzero(state.has_quarantined(table)):
        yield int(at), int(at), quarantined_in_words(state, table, int(at))


def _pooled(pool: dict[str, int], room: list[int], text: str) -> int:
    shown = text if len(text) <= REASON_LENGTH else f"{text[:REASON_LENGTH]}…"
    if shown not in pool:
        if room[0] < len(shown):
            shown = "`nba-assets explain` says why: there are too many reasons for one page"
        else:
            room[0] -= len(shown)
    return pool.setdefault(shown, len(pool))


def not_ready(found: Mapping[str, Any], explained: int) -> list[dict[str, Any]]:
    """The same as a list for reading: runs of dates of one table in one state, those that need no attention left out.

    The newest come first; as many as `explained` have their reason.
    """
    runs = []
    for table in found["tables"]:
        states = np.array(list(table["states"]))
        for letter, word in STATES.items():
            if letter not in PLAIN:
                _, firsts, lasts = bounds((states == letter)[None, :])
                runs += [
                    {"table": table["name"], "state": word, "first": int(a), "last": int(b), "reason": ""}
                    for a, b in zip(firsts, lasts, strict=True)
                ]
    runs.sort(key=lambda run: (-run["last"], run["first"]))
    tables = {table["name"]: table for table in found["tables"]}
    for run in runs[:explained]:
        run["reason"] = _reason(found, tables[run["table"]], run["first"])
    return runs


def _reason(found: Mapping[str, Any], table: Mapping[str, Any], at: int) -> str:
    return "; ".join(dict.fromkeys(found["texts"][text] for a, b, text in table["reasons"] if a <= at <= b))

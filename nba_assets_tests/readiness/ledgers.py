"""A ledger kept by hand, over a graph of toy tables and a calendar of a few days numbered from 1."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Column, Contract, Read
from nba_assets.readiness.quarantine import Quarantined, to_text
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse
from nba_assets.warehouse.system_tables import LEDGER_COLUMNS

FIRST = pd.Timestamp("2024-01-01")
WRITTEN_AT = pd.Timestamp("2024-02-01", tz="UTC")
ROWS = 10
"""Rows of every date that is published."""


def table(
    name: str,
    same_date: Sequence[str] = (),
    before: Sequence[str] = (),
    code_version: int = 1,
    optional: Sequence[str] = (),
    as_published: Sequence[str] = (),
) -> Contract:
    reads = (
        *(Read(upstream) for upstream in same_date),
        *(Read(upstream, "before") for upstream in before),
        *(Read(upstream, optional=True) for upstream in optional),
        *(Read(upstream, as_published=True) for upstream in as_published),
    )
    columns = (Column("game_date", "date", "The partition."),)
    return Contract(name, "toy", "row", "A toy.", "Nothing.", ("game_date",), columns, code_version, reads)


def graph(*contracts: Contract) -> dict[str, Contract]:
    return {contract.name: contract for contract in contracts}


CHAIN = graph(
    table("raw"),
    table("summary", same_date=["raw"]),
    table("cache", before=["summary"]),
    table("features", same_date=["cache"]),
)
"""raw[D] -> summary[D] -> cache[< D] -> features[D]."""

OF_GAMES = graph(
    table("game_schedule"),
    table("box", same_date=["game_schedule"]),
    table("summary", same_date=["box"]),
)
"""A schedule with as many games as a date has rows, and what is made of them."""


class HandLedger:
    """What publishes leave in the ledger, in all its columns: one build number per publish, shared by its days.

    A day's content is "<table> <build>"; `run_id` and `now` are those of the attempts that follow.
    """

    def __init__(self, contracts: dict[str, Contract] = CHAIN, days: int = 4) -> None:
        self.contracts, self.days = contracts, pd.date_range(FIRST, periods=days, unit="ns")
        self.build = 0
        self.run_id, self.now = "r1", WRITTEN_AT
        self.rows: dict[tuple[str, int], dict[str, object]] = {}

    def publish(self, name: str, *numbers: int, changed: bool = True, waivers: str = "") -> None:
        """Ready content; `changed=False` is a rewrite with the content that was published."""
        read, self.build = self.build, self.build + 1
        for number in numbers or self.numbers:
            old = self.rows.get((name, number), {})
            self.rows[name, number] = {
                **self._attempt("ready", ""),
                "build_id": self.build,
                "content_hash": f"{name} {self.build}" if changed else old["content_hash"],
                "content_build": self.build if changed else old["content_build"],
                "inputs_build": read,
                "code_version": self.contracts[name].code_version,
                "token": self.build,
                "rows": ROWS,
                "expected_rows": ROWS,
                "completeness": 1.0,
                "is_bootstrap": False,
                "waivers": waivers,
                "source_version": "s1",
                "gap_build": None,
                "override": "",
            }

    def fail(self, name: str, *numbers: int, status: str = "rejected", reasons: str = "points do not add up") -> None:
        """A failed attempt: what is published, if anything, stays described."""
        self.build += 1
        for number in numbers:
            old = self.rows.get((name, number), {})
            since = old["gap_build"] if old.get("status") in ("rejected", "blocked") else self.build
            self.rows[name, number] = {**old, **self._attempt(status, reasons), "gap_build": since}

    def _attempt(self, status: str, reasons: str) -> dict[str, object]:
        return {
            "status": status,
            "reasons": reasons,
            "attempt_build": self.build,
            "run_id": self.run_id,
            "written_at": self.now,
            "seconds": 2.0,
            "notes": "",
            "quarantined": "",
        }

    def invalidate(self, name: str, *numbers: int, reasons: str = "invalidated by ana: wrong") -> None:
        """A person's verdict: what is published counts as news, and the gate is closed on it."""
        self.fail(name, *numbers, reasons=reasons)
        for number in numbers:
            self.rows[name, number]["content_build"] = self.build

    def quarantine(self, name: str, number: int, *games: Quarantined) -> None:
        """The date was published without some of its games."""
        changes = {"quarantined": to_text(games), "completeness": 1 - len(games) / ROWS}
        self.rows[name, number] = {**self.rows[name, number], **changes}

    def outdate(self, name: str, *numbers: int) -> None:
        """What is published was built by another version of the code."""
        for number in numbers:
            self.rows[name, number] = {**self.rows[name, number], "code_version": 0}

    def forget(self, name: str, *numbers: int) -> None:
        """The file was replaced by an older one."""
        for number in numbers:
            del self.rows[name, number]

    def publish_all(self) -> "HandLedger":
        for name in self.contracts:
            self.publish(name)
        return self

    @property
    def numbers(self) -> range:
        return range(1, len(self.days) + 1)

    def day(self, number: int) -> dt.date:
        return self.days[number - 1].date()

    def frame(self) -> pd.DataFrame:
        rows = [{"table_name": name, "game_date": self.days[at - 1], **row} for (name, at), row in self.rows.items()]
        return pd.DataFrame(rows, columns=list(LEDGER_COLUMNS))

    def state(self, history_start: int | None = None, **columns: Any) -> LedgerState:
        """The ledger's state from a day's number on; `columns` replace those of all rows."""
        start = None if history_start is None else self.day(history_start)
        return LedgerState(self.frame().assign(**columns), self.contracts, self.days, start)

    def stale(self) -> dict[str, list[int]]:
        """Numbers of the stale days of each table that has any."""
        return self._flagged(self.state().stale)

    def tainted(self) -> dict[str, list[int]]:
        return self._flagged(self.state().tainted)

    def _flagged(self, flags: Mapping[str, np.ndarray]) -> dict[str, list[int]]:
        found = {name: [number for number in self.numbers if flags[name][number - 1]] for name in self.contracts}
        return {name: numbers for name, numbers in found.items() if numbers}


class _OneLedger:
    def __init__(self, ledger: HandLedger) -> None:
        self._ledger = ledger

    def state(self) -> LedgerState:
        return self._ledger.state()


def only_ledger(ledger: HandLedger) -> Warehouse:
    """A warehouse that can only say what its ledger is."""
    return cast(Warehouse, _OneLedger(ledger))

"""A ledger kept by hand, over a graph of toy tables and a calendar of a few days numbered from 1."""

from collections.abc import Sequence

import pandas as pd

from nba_assets.contracts.contract import Column, Contract, Read
from nba_assets.readiness.state import LedgerState

FIRST = pd.Timestamp("2024-01-01")


def table(
    name: str,
    same_date: Sequence[str] = (),
    before: Sequence[str] = (),
    code_version: int = 1,
    optional: Sequence[str] = (),
    as_it_stands: Sequence[str] = (),
) -> Contract:
    reads = (
        *(Read(upstream) for upstream in same_date),
        *(Read(upstream, "before") for upstream in before),
        *(Read(upstream, optional=True) for upstream in optional),
        *(Read(upstream, as_it_stands=True) for upstream in as_it_stands),
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


class HandLedger:
    """What publishes leave in the ledger: one build number per publish, shared by its days."""

    def __init__(self, contracts: dict[str, Contract] = CHAIN, days: int = 4) -> None:
        self.contracts, self.days = contracts, pd.date_range(FIRST, periods=days, unit="ns")
        self.build = 0
        self.rows: dict[tuple[str, int], dict[str, object]] = {}

    def publish(self, name: str, *numbers: int, changed: bool = True, waivers: str = "") -> None:
        """Ready content; `changed=False` is a rewrite with the content that stood."""
        read, self.build = self.build, self.build + 1
        for number in numbers or self.numbers:
            old = self.rows.get((name, number), {})
            self.rows[name, number] = {
                "status": "ready",
                "reasons": "",
                "content_build": self.build if changed else old["content_build"],
                "inputs_build": read,
                "code_version": self.contracts[name].code_version,
                "waivers": waivers,
                "attempt_build": self.build,
                "gap_build": None,
            }

    def fail(self, name: str, *numbers: int, status: str = "rejected", reasons: str = "points do not add up") -> None:
        """A failed attempt: what is published, if anything, stays described."""
        self.build += 1
        for number in numbers:
            old = self.rows.get((name, number), {})
            attempt = {"status": status, "reasons": reasons, "attempt_build": self.build}
            since = old["gap_build"] if old.get("status") in ("rejected", "held") else self.build
            self.rows[name, number] = {**old, **attempt, "gap_build": since}

    def invalidate(self, name: str, *numbers: int, reasons: str = "invalidated by ana: wrong") -> None:
        """A person's verdict: what is published counts as news, and the gate is closed on it."""
        self.fail(name, *numbers, reasons=reasons)
        for number in numbers:
            self.rows[name, number]["content_build"] = self.build

    def outdate(self, name: str, *numbers: int) -> None:
        """What stands was built by another version of the code."""
        for number in numbers:
            self.rows[name, number] = {**self.rows[name, number], "code_version": 0}

    def publish_all(self) -> "HandLedger":
        for name in self.contracts:
            self.publish(name)
        return self

    @property
    def numbers(self) -> range:
        return range(1, len(self.days) + 1)

    def frame(self) -> pd.DataFrame:
        names = ["status", "reasons", "content_build", "inputs_build", "code_version", "waivers", "attempt_build"]
        names.append("gap_build")
        rows = [
            {"table_name": name, "game_date": self.days[number - 1], **row} for (name, number), row in self.rows.items()
        ]
        return pd.DataFrame(rows, columns=["table_name", "game_date", *names])

    def state(self, history_start: int | None = None) -> LedgerState:
        start = None if history_start is None else self.days[history_start - 1].date()
        return LedgerState(self.frame(), self.contracts, self.days, start)

    def stale(self) -> dict[str, list[int]]:
        """Numbers of the stale days of each table that has any."""
        return self._flagged(self.state().stale)

    def tainted(self) -> dict[str, list[int]]:
        return self._flagged(self.state().tainted)

    def _flagged(self, flags: dict) -> dict[str, list[int]]:
        found = {name: [number for number in self.numbers if flags[name][number - 1]] for name in self.contracts}
        return {name: numbers for name, numbers in found.items() if numbers}

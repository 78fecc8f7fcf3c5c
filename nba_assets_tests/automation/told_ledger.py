"""A ledger kept by hand that says everything the sensor tells: contents, attempts, runs; and a warehouse around it."""

import datetime as dt

import pandas as pd

from nba_assets.readiness.state import LedgerState
from nba_assets_tests.readiness.ledgers import HandLedger

LONG_AGO = pd.Timestamp("2024-02-01", tz="UTC")
COLUMNS = (
    "content_hash", "build_id", "attempt_build", "run_id", "rows", "completeness", "written_at", "source_version",
)  # fmt: skip


class ToldLedger(HandLedger):
    """Publishes leave a content hash ("<table> <build>"), rows, a run and a moment as well."""

    run_id = "somebody's run"
    now = LONG_AGO

    def publish(self, name: str, *numbers: int, changed: bool = True, waivers: str = "") -> None:
        before = {number: self.rows.get((name, number), {}) for number in numbers or self.numbers}
        super().publish(name, *numbers, changed=changed, waivers=waivers)
        for number, old in before.items():
            content = f"{name} {self.build}" if changed else old["content_hash"]
            self._note(
                name, number, content_hash=content, build_id=self.build, rows=10, completeness=1.0, source_version="s1"
            )

    def fail(self, name: str, *numbers: int, status: str = "rejected", reasons: str = "points do not add up") -> None:
        super().fail(name, *numbers, status=status, reasons=reasons)
        for number in numbers:
            self._note(name, number)

    def forget(self, name: str, *numbers: int) -> None:
        """The file was replaced by an older one."""
        for number in numbers:
            del self.rows[name, number]

    def _note(self, name: str, number: int, **facts: object) -> None:
        self.rows[name, number] |= {
            "attempt_build": self.build, "run_id": self.run_id, "written_at": self.now, **facts,
        }  # fmt: skip

    def frame(self) -> pd.DataFrame:
        frame = super().frame()
        for name in COLUMNS:
            frame[name] = [row.get(name) for row in self.rows.values()]
        return frame

    def day(self, number: int) -> dt.date:
        return self.days[number - 1].date()


class OneLedger:
    """A warehouse that can only say what its ledger is."""

    def __init__(self, ledger: ToldLedger) -> None:
        self._ledger = ledger

    def state(self) -> LedgerState:
        return self._ledger.state()

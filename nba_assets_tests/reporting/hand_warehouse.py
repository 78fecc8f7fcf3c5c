"""A warehouse that answers what a page asks, out of a ledger of any size."""

from dataclasses import dataclass, field
from typing import cast

import pandas as pd

from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse

BUILD_COLUMNS = ["table_name", "attempt_build", "dates", "seconds", "written_at", "run_id"]
WAIVER_COLUMNS = [
    "waiver_id", "table_name", "rule", "game_id", "first_date", "last_date", "who", "why", "until", "state"
]  # fmt: skip
JOURNAL_COLUMNS = ["at", "operation", "who", "why", "table_name", "first_date", "last_date", "detail"]


def _empty(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns)


@dataclass
class _HandWarehouse:
    """Answers with what it was given; its tables have no rows."""

    reported: LedgerState
    builds: pd.DataFrame = field(default_factory=lambda: _empty(BUILD_COLUMNS))
    given: pd.DataFrame = field(default_factory=lambda: _empty(WAIVER_COLUMNS))
    decided: pd.DataFrame = field(default_factory=lambda: _empty(JOURNAL_COLUMNS))

    def state(self) -> LedgerState:
        return self.reported

    def recent_builds(self) -> pd.DataFrame:
        return self.builds

    def waivers(self) -> pd.DataFrame:
        return self.given

    def journal(self) -> pd.DataFrame:
        return self.decided

    def find(self, table: str, key: object, first: object, last: object, columns: list[str]) -> pd.DataFrame:
        dates = {"game_date": "datetime64[ns]"}
        return pd.DataFrame({name: pd.Series(dtype=dates.get(name, "object")) for name in columns})


def hand_warehouse(reported: LedgerState, **more: pd.DataFrame) -> Warehouse:
    """A warehouse that answers with what it was given (`builds`, `given` waivers, what was `decided`)."""
    return cast(Warehouse, _HandWarehouse(reported, **more))

"""What an adapter can read in one snapshot: all that the port's methods are decided on."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import pandas as pd

from nba_assets.contracts.contract import Contract

Fence = tuple[dt.date, dt.date, int]
"""First date, last date and token."""


class Reader(Protocol):
    """One snapshot of a warehouse: everything asked of it is of the same moment."""

    def ledger(self) -> pd.DataFrame:
        """The whole ledger."""
        ...

    def last_build(self) -> int:
        """The newest build."""
        ...

    def newest_token(self) -> int:
        """The highest token of any fence or ledger row; 0 before the first."""
        ...

    def entries_on(self, table: str, days: Collection[dt.date]) -> pd.DataFrame:
        """Ledger rows of a table on the days, by date; the columns without game_date."""
        ...

    def claimed_on(self, table: str, days: Collection[dt.date], token: int) -> tuple[pd.DataFrame, Sequence[Fence]]:
        """`entries_on` the days, and the fences of higher tokens near them, the newest first."""
        ...

    def rows(self, contract: Contract, first: dt.date, last: dt.date, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Conformed rows of [first, last] by date and key, with the named columns or all."""
        ...

    def find(
        self, contract: Contract, key: Mapping[str, object], first: dt.date, last: dt.date, columns: Sequence[str]
    ) -> pd.DataFrame:
        """The `rows` of [first, last] whose columns have the given values, each of its column's type."""
        ...

    def published_by(self, table: str, builds: Mapping[dt.date, int]) -> pd.DataFrame:
        """Rows of the ledger's history with which any of the builds put content in place on any of the days."""
        ...

    def kept_builds(self, contract: Contract, days: Collection[dt.date]) -> pd.DataFrame:
        """game_date, build_id and content_hash of all replaced content that is kept of the days."""
        ...

    def kept_rows(self, contract: Contract, builds: Mapping[dt.date, int]) -> pd.DataFrame:
        """Replaced rows that are kept, of one build for each day."""
        ...

    def team_games_due(self, days: pd.DatetimeIndex) -> pd.DataFrame:
        """game_date, game_id, team_id of the games that the schedule has on the days, postponed ones left out."""
        ...

    def games_published(self, contract: Contract, first: dt.date, last: dt.date) -> pd.DataFrame:
        """game_date, game_id and `rows`, how many the table has of the game; games that are called off left out."""
        ...

    def slates(self) -> list[tuple[str, dt.date]]:
        """Season and date of every date with games in the schedule, in order."""
        ...

    def waivers(self) -> pd.DataFrame:
        """Every waiver ever given, oldest first; columns WAIVER_COLUMNS."""
        ...

    def recent_builds(self) -> pd.DataFrame:
        """See the port."""
        ...

    def history(self, table: str, day: dt.date) -> pd.DataFrame:
        """See the port."""
        ...

    def journal(self) -> pd.DataFrame:
        """See the port."""
        ...

"""Coverage by season of the columns that matter: the share of rows that have a value where one is due."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence
from nba_assets.partitions import season_of
from nba_assets.readiness.state import LedgerState
from nba_assets.readiness.thresholds import AVG_USAGE_POPULATED_SHARE, USAGE_POPULATED_SHARE
from nba_assets.warehouse.port import Warehouse

PLAYED, LISTED_TO_PLAY, ALL = "rows with minutes", "rows of players who played", "all rows"
"""Of which rows a column's coverage is measured. A player who did not play has no minutes, and none are missing."""


@dataclass(frozen=True)
class Watched:
    """A column whose coverage is shown: of which rows, and the bar that a rule sets (None: there is none)."""

    table: str
    column: str
    rows: str
    bar: float | None = None

    @property
    def label(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that tell its coverage."""
        return (self.column, *{PLAYED: ("minutes_played",), LISTED_TO_PLAY: (ABSENCE,)}.get(self.rows, ()))

    def due(self, rows: pd.DataFrame) -> pd.Series:
        """Which rows should have a value."""
        if self.rows == PLAYED:
            return rows["minutes_played"] > 0
        if self.rows == LISTED_TO_PLAY:
            return ~rows[ABSENCE].str.contains(f'"{self.column}": ?"{Absence.DID_NOT_PLAY}"')
        return pd.Series(True, index=rows.index)


WATCHED = (
    Watched("player_game_summary", "minutes_played", LISTED_TO_PLAY),
    Watched("player_game_summary", "usage_rate", PLAYED, USAGE_POPULATED_SHARE),
    Watched("player_game_summary", "paint_attempts", PLAYED),
    Watched("player_game_summary", "three_attempts", PLAYED),
    Watched("player_composite_factors", "avg_usage_rate_last_7_games", ALL, AVG_USAGE_POPULATED_SHARE),
    Watched("player_composite_factors", "shot_zone_mismatch_score", ALL),
)


@dataclass(frozen=True)
class Coverage:
    """One column in one season: how many rows were due a value and how many have one; `share` is None without rows."""

    watched: Watched
    season: str
    rows: int
    filled: int

    @property
    def share(self) -> float | None:
        return self.filled / self.rows if self.rows else None

    @property
    def is_below(self) -> bool:
        """Under the bar. A whole season's bar is that of its dates: early ones count as well."""
        return self.watched.bar is not None and self.share is not None and self.share < self.watched.bar


def coverage(warehouse: Warehouse, state: LedgerState, watched: tuple[Watched, ...] = WATCHED) -> tuple[Coverage, ...]:
    """Coverage by season of every watched column of the state's tables; dates that are closed off are left out."""
    found, watched = [], tuple(column for column in watched if column.table in state.contracts)
    seasons = np.array([season_of(day) for day in state.days.date], dtype=object)
    for season in dict.fromkeys(seasons):
        frames = _frames(warehouse, state, seasons == season, watched)
        for column in watched:
            rows = frames[column.table]
            due = column.due(rows) if len(rows) else pd.Series(dtype=bool)
            filled = rows[column.column].notna() & due if len(rows) else due
            found.append(Coverage(column, str(season), int(due.sum()), int(filled.sum())))
    return tuple(found)


def _frames(
    warehouse: Warehouse, state: LedgerState, inside: np.ndarray, watched: tuple[Watched, ...]
) -> Mapping[str, pd.DataFrame]:
    frames = {}
    for table in dict.fromkeys(column.table for column in watched):
        days = state.days[inside & (state.content_build[table] > 0) & ~state.is_gap(table)]
        columns = dict.fromkeys(name for column in watched if column.table == table for name in column.needed)
        frames[table] = pd.DataFrame()
        if len(days):
            rows = warehouse.find(table, {}, days[0].date(), days[-1].date(), ["game_date", *columns])
            frames[table] = rows[rows["game_date"].isin(days)]
    return frames

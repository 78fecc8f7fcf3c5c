"""The tables from analytics to features as one computation in memory, by the very functions that the assets run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from nba_assets.assets.features.ml_feature_store import ml_feature_store
from nba_assets.assets.precompute.player_composite_factors import player_composite_factors
from nba_assets.assets.precompute.player_daily_cache import player_daily_cache
from nba_assets.assets.precompute.player_shot_zones import player_shot_zones
from nba_assets.assets.precompute.team_defense_zones import team_defense_zones
from nba_assets.assets.precompute.upcoming_player_context import upcoming_player_context
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.quarantine import team_games

CHAIN = (
    team_defense_zones, player_shot_zones, player_daily_cache, upcoming_player_context, player_composite_factors,
    ml_feature_store,
)  # fmt: skip
"""In the order in which they are built."""

_GAME = ["game_date", "game_id"]


class Gaps(Protocol):
    """What the published dates were built without (`readiness.past_gaps`)."""

    def of(self, contract: Contract, day: pd.Timestamp) -> Mapping[str, pd.DataFrame]: ...

    def key(self, contract: Contract, day: pd.Timestamp) -> tuple[bytes, ...]: ...

    def quarantined(self, table: str) -> pd.DataFrame: ...


@dataclass(frozen=True)
class _Window:
    """What an asset's function sees of a window; unlike the warehouse it holds nothing back from the dates on.

    `gaps` are by table the games that it cannot read: of those no frame has a row.
    """

    contract: Contract
    dates: pd.DatetimeIndex
    frames: Mapping[str, pd.DataFrame]
    gaps: Mapping[str, pd.DataFrame]

    def __getitem__(self, table: str) -> pd.DataFrame:
        rows = self.frames[table]
        (read,) = (read for read in self.contract.reads if read.table == table)
        if read.window == "same_date":
            rows = rows[rows["game_date"].isin(self.dates)].reset_index(drop=True)
        return _without(rows, self.gaps[table])


def _without(rows: pd.DataFrame, lost: pd.DataFrame) -> pd.DataFrame:
    if lost.empty:
        return rows
    is_lost = pd.MultiIndex.from_frame(rows[_GAME]).isin(pd.MultiIndex.from_frame(lost[_GAME]))
    return rows[~is_lost].reset_index(drop=True)


def inputs() -> dict[str, tuple[str, ...]]:
    """The tables outside the chain that it reads, with the columns it reads of them, and game and date of each row."""
    made = {asset.contract.name for asset in CHAIN}
    wanted: dict[str, dict[str, None]] = {}
    for asset in CHAIN:
        for read in asset.contract.reads:
            if read.table not in made:
                columns = asset.contract.columns_read(read) or TABLES[read.table].column_names
                wanted.setdefault(read.table, {}).update(dict.fromkeys((*columns, *_GAME)))
    return {table: tuple(columns) for table, columns in wanted.items()}


def recompute(frames: Mapping[str, pd.DataFrame], dates: pd.DatetimeIndex, gaps: Gaps | None = None) -> pd.DataFrame:
    """Rows of ml_feature_store of the dates, out of frames of `inputs()` over all of history.

    They are made without the games that their dates were built without (`gaps`; None: all were there).
    """
    alike: dict[tuple[tuple[bytes, ...], ...], list[pd.Timestamp]] = {}
    for day in dates:
        alike.setdefault(tuple(gaps.key(asset.contract, day) for asset in CHAIN) if gaps else (), []).append(day)
    return pd.concat([_recompute(frames, pd.DatetimeIndex(days), gaps) for days in alike.values()], ignore_index=True)


def _recompute(frames: Mapping[str, pd.DataFrame], dates: pd.DatetimeIndex, gaps: Gaps | None) -> pd.DataFrame:
    tables = dict(frames)
    none = team_games({})
    for asset in CHAIN:
        lost = gaps.of(asset.contract, dates[0]) if gaps else {read.table: none for read in asset.contract.reads}
        made = asset.compute(_Window(asset.contract, dates, tables, lost))
        assert isinstance(made, pd.DataFrame), "no asset of the chain delivers problems of a source"
        tables[asset.contract.name] = made
    store = ml_feature_store.contract.name
    return _without(tables[store], gaps.quarantined(store) if gaps else none)

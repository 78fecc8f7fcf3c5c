"""The tables from analytics to features as one computation in memory, by the very functions that the assets run."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nba_assets.assets.features.ml_feature_store import ml_feature_store
from nba_assets.assets.precompute.player_composite_factors import player_composite_factors
from nba_assets.assets.precompute.player_daily_cache import player_daily_cache
from nba_assets.assets.precompute.player_shot_zones import player_shot_zones
from nba_assets.assets.precompute.team_defense_zones import team_defense_zones
from nba_assets.assets.precompute.upcoming_player_context import upcoming_player_context
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES

CHAIN = (
    team_defense_zones, player_shot_zones, player_daily_cache, upcoming_player_context, player_composite_factors,
    ml_feature_store,
)  # fmt: skip
"""In the order in which they are built."""


@dataclass(frozen=True)
class _Window:
    """What an asset's function sees of a window; unlike the warehouse it holds nothing back from the dates on."""

    contract: Contract
    dates: pd.DatetimeIndex
    frames: Mapping[str, pd.DataFrame]

    @property
    def gaps(self) -> dict[str, pd.DataFrame]:
        none = self.frames["game_schedule"].iloc[:0][["game_date", "game_id"]].assign(team_id=pd.Series(dtype="int64"))
        return {read.table: none for read in self.contract.reads}

    def __getitem__(self, table: str) -> pd.DataFrame:
        rows = self.frames[table]
        (read,) = (read for read in self.contract.reads if read.table == table)
        return rows[rows["game_date"].isin(self.dates)].reset_index(drop=True) if read.window == "same_date" else rows


def inputs() -> dict[str, tuple[str, ...]]:
    """The tables outside the chain that it reads, with the columns it reads of them."""
    made = {asset.contract.name for asset in CHAIN}
    wanted: dict[str, dict[str, None]] = {}
    for asset in CHAIN:
        for read in asset.contract.reads:
            if read.table not in made:
                columns = asset.contract.columns_read(read) or TABLES[read.table].column_names
                wanted.setdefault(read.table, {}).update(dict.fromkeys(columns))
    return {table: tuple(columns) for table, columns in wanted.items()}


def recompute(frames: Mapping[str, pd.DataFrame], dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Rows of ml_feature_store of the dates, out of frames of `inputs()` over all of history, without gaps."""
    tables = dict(frames)
    for asset in CHAIN:
        made = asset.compute(_Window(asset.contract, dates, tables))
        assert isinstance(made, pd.DataFrame), "no asset of the chain delivers problems of a source"
        tables[asset.contract.name] = made
    return tables[ml_feature_store.contract.name]

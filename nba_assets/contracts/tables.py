"""All dated tables, upstream first: the order in which they are built."""

from collections.abc import Collection, Mapping

from nba_assets.contracts.analytics import PLAYER_GAME_SUMMARY, TEAM_DEFENSE, TEAM_OFFENSE
from nba_assets.contracts.composite_factors import PLAYER_COMPOSITE_FACTORS
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.features import ML_FEATURE_STORE
from nba_assets.contracts.precompute import PLAYER_DAILY_CACHE, UPCOMING_PLAYER_CONTEXT
from nba_assets.contracts.predictions import PREDICTION_TABLES
from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.contracts.raw_pregame import REPORT_TABLES
from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS
from nba_assets.contracts.zone_tables import ZONE_TABLES

MODEL = "xgboost_points_model"
"""The model's asset; it has no table in the warehouse."""

TABLES: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        *RAW_TABLES,
        SHOT_ATTEMPTS,
        *REPORT_TABLES,
        TEAM_OFFENSE,
        TEAM_DEFENSE,
        PLAYER_GAME_SUMMARY,
        *ZONE_TABLES,
        PLAYER_DAILY_CACHE,
        UPCOMING_PLAYER_CONTEXT,
        PLAYER_COMPOSITE_FACTORS,
        ML_FEATURE_STORE,
        *PREDICTION_TABLES,
    )
}
"""Contract of each dated table by name, in graph order."""


def waves_of(contracts: Mapping[str, Contract]) -> dict[str, int]:
    """Wave of each table, and of the model where there are predictions, from 1.

    Tables of one wave can be built chunk by chunk. A history read waits for a whole wave before it, and predictions
    wait for the model.
    """
    waves: dict[str, int] = {}
    for name, contract in contracts.items():
        waits = [waves[read.table] + (read.window == "before") for read in contract.reads]
        is_first = is_made_by_model(contract)
        waves[name] = max(waits, default=1) + (2 if is_first else 0)
        if is_first:
            waves[MODEL] = waves[name] - 1
    return waves


def is_made_by_model(contract: Contract) -> bool:
    """Whether the table holds the model's predictions; what grades them reads those."""
    predictions = {table.name for table in PREDICTION_TABLES}
    return contract.name in predictions and not any(read.table in predictions for read in contract.reads)


def made_of(contract: Contract) -> tuple[str, ...]:
    """The assets that a table is made of: the tables that it reads, and the model for its predictions."""
    return (*dict.fromkeys(read.table for read in contract.reads), *((MODEL,) if is_made_by_model(contract) else ()))


def ancestors(*tables: str) -> tuple[str, ...]:
    """The tables and everything they are made of, at any depth, in graph order."""
    wanted = set(tables)
    for name in reversed(TABLES):
        if name in wanted:
            wanted |= {read.table for read in TABLES[name].reads}
    return tuple(name for name in TABLES if name in wanted)


def needed_of(tables: Collection[str], contracts: Mapping[str, Contract] = TABLES) -> tuple[str, ...]:
    """Those of the tables that the others cannot do without, in graph order: not reached by optional reads alone."""
    needed: set[str] = set()
    for name in reversed([name for name in contracts if name in tables]):
        reads = [
            (contract.name, read.optional)
            for contract in contracts.values()
            for read in contract.reads
            if contract.name in tables and read.table == name
        ]
        if not reads or any(reader in needed and not is_optional for reader, is_optional in reads):
            needed.add(name)
    return tuple(name for name in contracts if name in needed)

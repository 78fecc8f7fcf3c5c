"""A ledger as wide and long as the platform will ever have: 20 tables, 1,900 dates, built in one of several ways."""

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets_tests.readiness.ledgers import table

DATES = 1_900


def wide_graph() -> dict[str, Contract]:
    """The real tables, and toy ones up to twenty: history tables, and tables of their own date on top."""
    contracts = dict(TABLES)
    tops = ["player_game_summary", "team_defense", "ml_feature_store"]
    while len(contracts) < 20:
        number = len(contracts)
        history = table(f"history_{number}", same_date=["game_schedule"], before=[tops[-1], tops[-3]])
        top = table(f"top_{number}", same_date=[history.name, tops[-1]])
        for contract in (history, top):
            contracts[contract.name] = contract
        tops.append(top.name)
    return contracts


def calendar(dates: int = DATES) -> pd.DatetimeIndex:
    return pd.date_range("2021-10-01", periods=dates, freq="D", unit="ns")


def built_ledger(contracts: dict[str, Contract], days: pd.DatetimeIndex, chunk: int) -> pd.DataFrame:
    """Everything ready: chunk after chunk of dates, table after table, each build having read the one before it."""
    tables, dates = len(contracts), len(days)
    build = (np.arange(dates) // chunk)[None, :] * tables + 1 + np.arange(tables)[:, None]
    frame = pd.DataFrame(
        {
            "table_name": np.repeat(list(contracts), dates),
            "game_date": np.tile(days, tables),
            "build_id": build.ravel(),
            "content_build": build.ravel(),
            "inputs_build": build.ravel() - 1,
            "attempt_build": build.ravel(),
            "gap_build": None,
            "code_version": np.repeat([contract.code_version for contract in contracts.values()], dates),
            "rows": 200,
        }
    )
    return frame.assign(status="ready", reasons="", waivers="", source_version="s1", seconds=2.0, run_id="r1")


def rewritten(ledger: pd.DataFrame, name: str, dates: slice, one_build_a_date: bool = False) -> pd.DataFrame:
    """New content on some dates of a table, out of one build or out of one a date."""
    ledger = ledger.copy()
    rows = ledger.index[ledger["table_name"] == name][dates]
    builds = ledger["build_id"].max() + 1 + (np.arange(len(rows)) if one_build_a_date else np.zeros(len(rows), int))
    for column in ("build_id", "content_build", "attempt_build"):
        ledger.loc[rows, column] = builds
    return ledger

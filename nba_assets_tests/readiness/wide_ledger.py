"""A ledger as wide and long as the platform will ever have: 20 tables, 1,900 dates, built in one of several ways."""

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.warehouse.system_tables import LEDGER_COLUMNS
from nba_assets_tests.readiness.ledgers import WRITTEN_AT, table

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
    versions = np.repeat([contract.code_version for contract in contracts.values()], dates)
    columns = {
        "table_name": np.repeat(list(contracts), dates),
        "game_date": np.tile(days, tables),
        "code_version": versions,
        **{name: build.ravel() for name in ("build_id", "content_build", "attempt_build", "token")},
        "inputs_build": build.ravel() - 1,
    }
    same = {
        "status": "ready", "reasons": "", "content_hash": "c1", "gap_build": None, "rows": 200, "expected_rows": 200,
        "completeness": 1.0, "is_bootstrap": False, "waivers": "", "source_version": "s1", "run_id": "r1",
        "written_at": WRITTEN_AT, "override": "", "seconds": 2.0, "notes": "", "quarantined": "",
    }  # fmt: skip
    return pd.DataFrame(columns).assign(**same)[list(LEDGER_COLUMNS)]


def rewritten(ledger: pd.DataFrame, name: str, dates: slice, one_build_a_date: bool = False) -> pd.DataFrame:
    """New content on some dates of a table, out of one build or out of one a date."""
    ledger = ledger.copy()
    rows = ledger.index[ledger["table_name"] == name][dates]
    builds = ledger["build_id"].max() + 1 + (np.arange(len(rows)) if one_build_a_date else np.zeros(len(rows), int))
    for column in ("build_id", "content_build", "attempt_build"):
        ledger.loc[rows, column] = builds
    return ledger

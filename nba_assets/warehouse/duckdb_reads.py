"""What a gated read asks of DuckDB: ledger, rows of a window, gaps, bootstrap days, waivers.

Every function runs on one connection, inside the transaction of its caller, so that all see one snapshot.
"""

import datetime as dt
from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.partitions import BOOTSTRAP_DAYS
from nba_assets.readiness.audit import Waiver
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse import schema
from nba_assets.warehouse.frames import from_arrow


def read_ledger(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return connection.execute("SELECT * FROM nba_quality.ledger").df()


def last_build(connection: duckdb.DuckDBPyConnection) -> int:
    return int(connection.execute("SELECT last_build FROM nba_quality.build_counter").fetchone()[0])  # type: ignore[index]


def current_days(
    state: LedgerState, ledger: pd.DataFrame, contract: Contract, days: Sequence[dt.date], source_version: str
) -> tuple[dt.date, ...]:
    """The days that are ready and not stale and, for ingest, came from the source as it is now."""
    good = state.is_ready(contract.name)
    if contract.ingest:
        same = ledger[(ledger["table_name"] == contract.name) & (ledger["source_version"] == source_version)]
        good = good & np.asarray(state.days.isin(same["game_date"]))
    known = set(state.days[good].date)
    return tuple(day for day in days if day in known)


def select_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    where: str,
    parameters: Sequence[dt.date],
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Rows in order of date and key, with the named columns or all."""
    names = ", ".join(f'"{name}"' for name in columns or contract.column_names)
    order = ", ".join(("game_date", *contract.key))
    query = f"SELECT {names} FROM {schema.qualified(contract)} WHERE {where} ORDER BY {order}"
    return from_arrow(contract, connection.sql(query, params=list(parameters)).to_arrow_table())


def rows_of_days(
    connection: duckdb.DuckDBPyConnection, contract: Contract, days: Sequence[dt.date], columns: Sequence[str] = ()
) -> pd.DataFrame:
    first, last = (min(days), max(days)) if days else (dt.date.max, dt.date.min)
    frame = select_rows(connection, contract, "game_date BETWEEN ? AND ?", [first, last], columns)
    if len(days) == (last - first).days + 1:
        return frame
    wanted = pd.DatetimeIndex([pd.Timestamp(day) for day in days])
    return frame[frame["game_date"].isin(wanted)].reset_index(drop=True)


def rows_before(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    days: Sequence[dt.date],
    state: LedgerState,
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Every row on a ready date before the last of the days: what stands on a rejected date is not read."""
    frame = select_rows(connection, contract, "game_date < ?", [max(days) if days else dt.date.min], columns)
    shut = state.days[~state.is_ready(contract.name)]
    return frame[~frame["game_date"].isin(shut)].reset_index(drop=True)


def team_games_due(connection: duckdb.DuckDBPyConnection, gap_days: pd.DatetimeIndex) -> pd.DataFrame:
    """Team-games that were due, by the schedule, on dates whose partition is a gap."""
    connection.register("gap_days", pa.table({"game_date": pa.array(gap_days.date, type=pa.date32())}))
    query = """
        SELECT game_date, game_id, unnest([home_team_id, away_team_id]) AS team_id
        FROM nba_raw.game_schedule SEMI JOIN gap_days USING (game_date)
        WHERE NOT is_postponed ORDER BY ALL"""
    games = connection.execute(query).df()
    return games.astype({"game_date": "datetime64[ns]"})


def bootstrap_days(connection: duckdb.DuckDBPyConnection, days: Sequence[dt.date]) -> frozenset[dt.date]:
    """Days within two weeks of the first game of a season (the warehouse starts with one of them)."""
    starts = [
        row[0]
        for row in connection.execute("SELECT min(game_date) FROM nba_raw.game_schedule GROUP BY season").fetchall()
    ]
    return frozenset(day for day in days if any(0 <= (day - start).days < BOOTSTRAP_DAYS for start in starts))


def waivers_of(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[Waiver]:
    query = (
        "SELECT waiver_id, table_name, rule, first_date, last_date, until FROM nba_quality.waivers WHERE table_name = ?"
    )
    return [Waiver(*row) for row in connection.execute(query, [contract.name]).fetchall()]

"""What reads ask of DuckDB: ledger, rows of a window or of a former build, gaps, bootstrap days, waivers.

Every function runs on one connection, inside the transaction of its caller, so that all see one snapshot.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import duckdb
import pandas as pd
import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.readiness.audit import Waiver
from nba_assets.readiness.durations import NEWEST_BUILDS
from nba_assets.warehouse.decisions import check_found, check_published
from nba_assets.warehouse.duckdb import schema
from nba_assets.warehouse.frames import EMPTY_HASH, from_arrow
from nba_assets.warehouse.gated_reads import rows_of_days, timestamps


class DuckDBReader:
    """The `Reader` of one connection inside a transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def ledger(self) -> pd.DataFrame:
        return read_ledger(self._connection)

    def last_build(self) -> int:
        query = "SELECT last_build FROM nba_quality.build_counter"
        return int(self._connection.execute(query).fetchone()[0])  # type: ignore[index]

    def rows(self, contract: Contract, first: dt.date, last: dt.date, columns: Sequence[str] = ()) -> pd.DataFrame:
        return select_rows(self._connection, contract, "game_date BETWEEN ? AND ?", [first, last], columns)

    def team_games_due(self, days: pd.DatetimeIndex) -> pd.DataFrame:
        return team_games_due(self._connection, days)

    def slates(self) -> list[tuple[str, dt.date]]:
        return slates(self._connection)

    def waivers_of(self, table: str) -> list[Waiver]:
        return waivers_of(self._connection, table)

    def all_waivers(self) -> list[Waiver]:
        return waivers_ever(self._connection)


def read_ledger(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The whole ledger: one row per table and date that was ever attempted."""
    return connection.execute("SELECT * FROM nba_quality.ledger").df()


def standing_on(connection: duckdb.DuckDBPyConnection, table: str, days: Collection[dt.date]) -> pd.DataFrame:
    """Ledger rows of a table on the days, by date; the columns without game_date."""
    first, last = (min(days), max(days)) if days else (dt.date.max, dt.date.min)
    query = "SELECT * FROM nba_quality.ledger WHERE table_name = ? AND game_date BETWEEN ? AND ? ORDER BY game_date"
    rows = connection.execute(query, [table, first, last]).df().set_index("game_date")
    return rows[rows.index.isin(timestamps(days))]


def select_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    where: str,
    parameters: Sequence[object],
    columns: Sequence[str] = (),
    source: str = "",
) -> pd.DataFrame:
    """Rows in order of date and key, with the named columns or all; of the table, or of another of its shape."""
    names = ", ".join(f'"{name}"' for name in columns or contract.column_names)
    order = ", ".join(("game_date", *contract.key))
    query = f"SELECT {names} FROM {source or schema.qualified(contract)} WHERE {where} ORDER BY {order}"
    return from_arrow(contract, connection.sql(query, params=list(parameters)).to_arrow_table())


def team_games_due(connection: duckdb.DuckDBPyConnection, gap_days: pd.DatetimeIndex) -> pd.DataFrame:
    """Team-games that were due, by the schedule, on dates whose partition is a gap."""
    connection.register("gap_days", pa.table({"game_date": pa.array(gap_days.date, type=pa.date32())}))
    query = """
        SELECT game_date, game_id, unnest([home_team_id, away_team_id]) AS team_id
        FROM nba_raw.game_schedule SEMI JOIN gap_days USING (game_date)
        WHERE NOT is_postponed ORDER BY ALL"""
    games = connection.execute(query).df()
    return games.astype({"game_date": "datetime64[ns]"})


def slates(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, dt.date]]:
    """Season and date of every day with a game, ascending."""
    query = "SELECT DISTINCT season, game_date FROM nba_raw.game_schedule ORDER BY ALL"
    return connection.execute(query).fetchall()


def waivers_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[Waiver]:
    """Waivers of a table that were not revoked; whether they have expired is for the reader's moment to say."""
    return _waivers(connection, "table_name = ? AND revoked_at IS NULL", [table])


def waivers_ever(connection: duckdb.DuckDBPyConnection) -> list[Waiver]:
    """Every waiver, in force or not, oldest first."""
    return _waivers(connection, "TRUE", [])


def _waivers(connection: duckdb.DuckDBPyConnection, where: str, parameters: list[str]) -> list[Waiver]:
    query = (
        "SELECT waiver_id, table_name, rule, first_date, last_date, until, who, why FROM nba_quality.waivers "
        f"WHERE {where} ORDER BY created_at, waiver_id"
    )
    return [Waiver(*row) for row in connection.execute(query, parameters).fetchall()]


def publishing_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, builds: Mapping[dt.date, int]
) -> pd.DataFrame:
    """History rows by which builds put their content in place, one per day; WarehouseError where one did not."""
    wanted = {"game_date": pa.array(builds, type=pa.date32()), "build_id": pa.array(builds.values(), type=pa.int64())}
    connection.register("wanted_builds", pa.table(wanted))
    query = (
        "SELECT * FROM nba_quality.ledger_history SEMI JOIN wanted_builds USING (game_date, build_id) "
        "WHERE table_name = ? AND attempt_build = build_id ORDER BY game_date"
    )
    rows = connection.execute(query, [contract.name]).df()
    check_published(contract, builds, rows["game_date"].dt.date)
    return rows


def content_of_builds(
    connection: duckdb.DuckDBPyConnection, contract: Contract, builds: Mapping[dt.date, int]
) -> pd.DataFrame:
    """What a build had published on each day: from the table where equal content stands, else from what was kept.

    Content is found by its hash, for later builds with the same content do not keep it twice. WarehouseError
    names the day whose content is not kept any more.
    """
    published = publishing_rows(connection, contract, builds)
    hashes = {day.date(): text for day, text in published.set_index("game_date")["content_hash"].items()}
    standing = standing_on(connection, contract.name, list(builds))["content_hash"]
    stands = [day for day, text in hashes.items() if standing.get(pd.Timestamp(day)) == text]
    gone = {day: text for day, text in hashes.items() if text not in (EMPTY_HASH, standing.get(pd.Timestamp(day)))}
    wanted = {"game_date": pa.array(gone, type=pa.date32()), "content_hash": pa.array(gone.values(), type=pa.string())}
    connection.register("wanted_content", pa.table(wanted))
    kept = f"""(
        SELECT * FROM {schema.replaced(contract)} JOIN (
            SELECT game_date, max(build_id) AS build_id
            FROM {schema.replaced(contract)}
            JOIN nba_quality.ledger_history AS history USING (game_date, build_id)
            JOIN wanted_content USING (game_date, content_hash)
            WHERE history.table_name = '{contract.name}' GROUP BY game_date
        ) USING (game_date, build_id))"""
    former = select_rows(connection, contract, "TRUE", [], source=kept)
    check_found(contract, builds, set(gone) - set(former["game_date"].dt.date))
    frames = [frame for frame in (rows_of_days(DuckDBReader(connection), contract, stands), former) if len(frame)]
    if not frames:
        return former
    return pd.concat(frames).sort_values(["game_date", *contract.key], kind="stable", ignore_index=True)


def recent_builds(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The newest timed builds of every table."""
    query = f"""
        SELECT table_name, attempt_build, count(*) AS dates, any_value(seconds) AS seconds,
            max(written_at) AS written_at, any_value(run_id) AS run_id
        FROM nba_quality.ledger_history WHERE seconds IS NOT NULL GROUP BY table_name, attempt_build
        QUALIFY row_number() OVER (PARTITION BY table_name ORDER BY attempt_build DESC) <= {NEWEST_BUILDS}
        ORDER BY table_name, attempt_build"""
    return connection.execute(query).df()

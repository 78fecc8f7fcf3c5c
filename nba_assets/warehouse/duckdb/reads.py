"""What reads ask of DuckDB: ledger, rows of a window or of a former build, gaps, bootstrap days, waivers."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import cast

import duckdb
import pandas as pd
import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.readiness.durations import NEWEST_BUILDS
from nba_assets.warehouse.duckdb import schema
from nba_assets.warehouse.frames import from_arrow
from nba_assets.warehouse.gated_reads import timestamps
from nba_assets.warehouse.reader import Fence
from nba_assets.warehouse.system_tables import WAIVER_COLUMNS


class DuckDBReader:
    """The `Reader` of one connection: a snapshot as long as the transaction of its caller lasts."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def frame(self, query: str, *parameters: object) -> pd.DataFrame:
        return self.connection.execute(query, parameters).df()

    def ledger(self) -> pd.DataFrame:
        return self.frame("SELECT * FROM nba_quality.ledger")

    def last_build(self) -> int:
        return int(self._one("SELECT last_build FROM nba_quality.build_counter"))

    def newest_token(self) -> int:
        tokens = [self._one(f"SELECT max(token) FROM nba_quality.{table}") for table in ("fences", "ledger")]
        return max(token or 0 for token in tokens)

    def _one(self, query: str) -> int:
        (number,) = self.connection.execute(query).fetchall()[0]
        return cast(int, number)

    def entries_on(self, table: str, days: Collection[dt.date]) -> pd.DataFrame:
        rows = self.frame(
            "SELECT * FROM nba_quality.ledger WHERE table_name = ? AND game_date BETWEEN ? AND ? ORDER BY game_date",
            table, *_bounds(days),
        ).set_index("game_date")  # fmt: skip
        return rows[rows.index.isin(timestamps(days))]

    def claimed_on(self, table: str, days: Collection[dt.date], token: int) -> tuple[pd.DataFrame, Sequence[Fence]]:
        first, last = _bounds(days)
        fences = self.connection.execute(
            "SELECT first_date, last_date, token FROM nba_quality.fences "
            "WHERE table_name = ? AND token > ? AND first_date <= ? AND last_date >= ? ORDER BY token DESC",
            [table, token, last, first],
        ).fetchall()
        return self.entries_on(table, days), fences

    def rows(self, contract: Contract, first: dt.date, last: dt.date, columns: Sequence[str] = ()) -> pd.DataFrame:
        return self.select(contract, "game_date BETWEEN ? AND ?", [first, last], columns)

    def select(
        self,
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
        return from_arrow(contract, self.connection.sql(query, params=list(parameters)).to_arrow_table())

    def find(
        self, contract: Contract, key: Mapping[str, object], first: dt.date, last: dt.date, columns: Sequence[str]
    ) -> pd.DataFrame:
        where = " AND ".join(["game_date BETWEEN ? AND ?", *(f'"{name}" = ?' for name in key)])
        return self.select(contract, where, [first, last, *key.values()], columns)

    def published_by(self, table: str, builds: Mapping[dt.date, int]) -> pd.DataFrame:
        self._register("wanted_builds", builds)
        return self.frame(
            "SELECT * FROM nba_quality.ledger_history SEMI JOIN wanted_builds USING (game_date, build_id) "
            "WHERE table_name = ? AND attempt_build = build_id",
            table,
        )

    def kept_builds(self, contract: Contract, days: Collection[dt.date]) -> pd.DataFrame:
        return self.frame(
            "SELECT DISTINCT game_date, build_id, history.content_hash "
            f"FROM {schema.replaced(contract)} JOIN nba_quality.ledger_history AS history USING (game_date, build_id) "
            "WHERE history.table_name = ? AND game_date IN (SELECT unnest(?::DATE[]))",
            contract.name, list(days),
        )  # fmt: skip

    def kept_rows(self, contract: Contract, builds: Mapping[dt.date, int]) -> pd.DataFrame:
        self._register("wanted_builds", builds)
        kept = f"{schema.replaced(contract)} SEMI JOIN wanted_builds USING (game_date, build_id)"
        return self.select(contract, "TRUE", [], source=kept)

    def _register(self, name: str, builds: Mapping[dt.date, int]) -> None:
        columns = {"game_date": pa.array(builds, type=pa.date32()), "build_id": pa.array(builds.values(), pa.int64())}
        self.connection.register(name, pa.table(columns))

    def team_games_due(self, days: pd.DatetimeIndex) -> pd.DataFrame:
        self.connection.register("gap_days", pa.table({"game_date": pa.array(days.date, type=pa.date32())}))
        games = self.frame("""
            SELECT game_date, game_id, unnest([home_team_id, away_team_id]) AS team_id
            FROM nba_raw.game_schedule SEMI JOIN gap_days USING (game_date)
            WHERE NOT is_postponed ORDER BY ALL""")
        return games.astype({"game_date": "datetime64[ns]"})

    def games_published(self, contract: Contract, first: dt.date, last: dt.date) -> pd.DataFrame:
        is_due = " AND NOT is_postponed" if "is_postponed" in contract.column_names else ""
        query = (
            f"SELECT game_date, game_id, count(*) AS rows FROM {schema.qualified(contract)} "
            f"WHERE game_date BETWEEN ? AND ?{is_due} GROUP BY ALL ORDER BY ALL"
        )
        return self.frame(query, first, last).astype({"game_date": "datetime64[ns]"})

    def slates(self) -> list[tuple[str, dt.date]]:
        query = "SELECT DISTINCT season, game_date FROM nba_raw.game_schedule ORDER BY ALL"
        return self.connection.execute(query).fetchall()

    def waivers(self) -> pd.DataFrame:
        return self.frame(f"SELECT {', '.join(WAIVER_COLUMNS)} FROM nba_quality.waivers ORDER BY created_at, waiver_id")

    def recent_builds(self) -> pd.DataFrame:
        return self.frame(f"""
            SELECT table_name, attempt_build, count(*) AS dates, any_value(seconds) AS seconds,
                max(written_at) AS written_at, any_value(run_id) AS run_id
            FROM nba_quality.ledger_history WHERE seconds IS NOT NULL GROUP BY table_name, attempt_build
            QUALIFY row_number() OVER (PARTITION BY table_name ORDER BY attempt_build DESC) <= {NEWEST_BUILDS}
            ORDER BY table_name, attempt_build""")

    def history(self, table: str, day: dt.date) -> pd.DataFrame:
        query = "SELECT * FROM nba_quality.ledger_history WHERE table_name = ? AND game_date = ? ORDER BY attempt_build"
        return self.frame(query, table, day)

    def journal(self) -> pd.DataFrame:
        return self.frame('SELECT * FROM nba_quality.journal ORDER BY "at", table_name, first_date')


def _bounds(days: Collection[dt.date]) -> tuple[dt.date, dt.date]:
    """First and last of the days; of none, a range without dates."""
    return (min(days), max(days)) if days else (dt.date.max, dt.date.min)

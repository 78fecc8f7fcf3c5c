"""What reads ask of BigQuery: ledger, rows of a window or of a former build, gaps, waivers; all of one moment.

Every statement of a reader reads its tables as they were at one time of the service's clock, so that all see one
snapshot although each is a job of its own.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.durations import NEWEST_BUILDS
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs, Parameter
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.frames import from_arrow
from nba_assets.warehouse.gated_reads import timestamps
from nba_assets.warehouse.reader import Fence
from nba_assets.warehouse.system_tables import LEDGER_COLUMNS, WAIVER_COLUMNS

EARLIEST = dt.date(1946, 1, 1)
"""Before the first game of the league; the smallest date of Python is none that pandas could hold."""

AS_OF = "FOR SYSTEM_TIME AS OF @moment"

MOMENT = "SELECT @moment AS moment, "
"""How a statement begins that may be the first of its reader and then says which moment it was."""

NO_TOKEN = 2**62
"""Higher than any claim's: no fence is newer."""


_ENTRY = ", ".join(f"`{name}`" for name in LEDGER_COLUMNS)


def _entry_of(values: Mapping[str, str]) -> str:
    """Values for the ledger's columns, in a row that is of another table."""
    return ", ".join(values.get(name, "NULL") for name in LEDGER_COLUMNS)


class BigQueryReader:
    """The `Reader` of one moment: when it is first asked, on the service's clock."""

    def __init__(self, jobs: BigQueryJobs, names: Names) -> None:
        self._jobs = jobs
        self.names = names
        self._moment: dt.datetime | None = None
        self._last_build: int | None = None

    def ask(self, statement: str, about: str = "", /, **parameters: Parameter) -> pa.Table:
        """A read of this moment, about a table; the tables in it carry AS_OF."""
        says_when = statement.startswith(MOMENT)
        if self._moment is None and not says_when:
            self._moment = self._jobs.query("SELECT CURRENT_TIMESTAMP() AS moment").to_pylist()[0]["moment"]
        if self._moment is None:
            # All that one statement says of the current time is one moment.
            now = statement.replace("@moment", "CURRENT_TIMESTAMP()")
            found = self._jobs.query(now, parameters, table=about)
            self._moment = found["moment"][0].as_py() if len(found) else None
        else:
            found = self._jobs.query(statement, {"moment": self._moment, **parameters}, table=about)
        return found.drop_columns("moment") if says_when else found

    def frame(self, statement: str, about: str = "", /, **parameters: Parameter) -> pd.DataFrame:
        return frame_of(self.ask(statement, about, **parameters))

    def system(self, name: str) -> str:
        return f"{self.names.system(name)} {AS_OF}"

    def ledger(self) -> pd.DataFrame:
        # The moment and the newest build come along: two jobs less for every read.
        found = self.ask(
            f"{MOMENT}found.* FROM (SELECT {_ENTRY}, CAST(NULL AS INT64) AS last_build FROM {self.system('ledger')} "
            f"UNION ALL SELECT {_entry_of({})}, last_build FROM {self.system('build_counter')}) AS found",
            "ledger",
        )
        is_entry = pc.field("last_build").is_null()
        self._last_build = int(found.filter(~is_entry)["last_build"][0].as_py())
        return frame_of(found.filter(is_entry).drop_columns("last_build"))

    def last_build(self) -> int:
        if self._last_build is None:
            self._last_build = int(
                self.ask(f"SELECT last_build FROM {self.system('build_counter')}").to_pylist()[0]["last_build"]
            )
        return self._last_build

    def entries_on(self, table: str, days: Collection[dt.date]) -> pd.DataFrame:
        return self.claimed_on(table, days, NO_TOKEN)[0]

    def claimed_on(self, table: str, days: Collection[dt.date], token: int) -> tuple[pd.DataFrame, Sequence[Fence]]:
        fence = {"table_name": "table_name", "game_date": "first_date", "token": "token"}
        query = (
            f"{MOMENT}found.* FROM (SELECT {_ENTRY}, CAST(NULL AS DATE) AS fenced_to FROM {self.system('ledger')} "
            f"WHERE table_name = @table AND game_date BETWEEN @first AND @last UNION ALL SELECT {_entry_of(fence)}, "
            f"last_date FROM {self.system('fences')} WHERE table_name = @table AND token > @token "
            "AND first_date <= @last AND last_date >= @first) AS found"
        )
        first, last = (min(days), max(days)) if days else (EARLIEST, EARLIEST)
        found = self.ask(query, "ledger", table=table, first=first, last=last, token=token)
        is_fence = pc.field("fenced_to").is_valid()
        rows = frame_of(found.filter(~is_fence).drop_columns("fenced_to"))
        current = rows[rows["game_date"].isin(timestamps(days))].set_index("game_date").sort_index()
        fences = found.filter(is_fence).select(["game_date", "fenced_to", "token"]).sort_by([("token", "descending")])
        return current, [tuple(row.values()) for row in fences.to_pylist()]

    def newest_token(self) -> int:
        query = (
            f"{MOMENT}GREATEST(COALESCE((SELECT MAX(token) FROM {self.system('fences')}), 0), "
            f"COALESCE((SELECT MAX(token) FROM {self.system('ledger')}), 0)) AS token"
        )
        return int(self.ask(query).to_pylist()[0]["token"])

    def rows(self, contract: Contract, first: dt.date, last: dt.date, columns: Sequence[str] = ()) -> pd.DataFrame:
        first, last = max(first, EARLIEST), max(last, EARLIEST)
        return self.select(
            contract, self.names.table(contract), "game_date BETWEEN @first AND @last", columns, first=first, last=last
        )

    def select(
        self, contract: Contract, source: str, where: str, columns: Sequence[str] = (), **parameters: Parameter
    ) -> pd.DataFrame:
        """Rows of a table of the contract's shape in order of date and key; sorted here, which BigQuery is bad at."""
        wanted = list(columns or contract.column_names)
        shown = list(dict.fromkeys([*wanted, "game_date", *contract.key]))
        names = ", ".join(f"`{name}`" for name in shown)
        table = self.ask(f"SELECT {names} FROM {source} {AS_OF} WHERE {where}", contract.name, **parameters)
        order = list(dict.fromkeys(["game_date", *contract.key]))
        return from_arrow(contract, table).sort_values(order, kind="stable", ignore_index=True)[wanted]

    def team_games_due(self, days: pd.DatetimeIndex) -> pd.DataFrame:
        if not len(days):
            return pd.DataFrame({"game_date": days, "game_id": pd.Series(dtype="object"), "team_id": days.asi8})
        query = (
            f"SELECT game_date, game_id, team_id FROM {self.names.table(TABLES['game_schedule'])} {AS_OF}, "
            "UNNEST([home_team_id, away_team_id]) AS team_id WHERE game_date BETWEEN @first AND @last "
            "AND game_date IN UNNEST(@days) AND NOT is_postponed ORDER BY game_date, game_id, team_id"
        )
        dates = [day.date() for day in days]
        return self.frame(query, "game_schedule", first=min(dates), last=max(dates), days=dates)

    def games_published(self, contract: Contract, first: dt.date, last: dt.date) -> pd.DataFrame:
        is_due = " AND NOT is_postponed" if "is_postponed" in contract.column_names else ""
        query = (
            f"SELECT game_date, game_id, COUNT(*) AS `rows` FROM {self.names.table(contract)} {AS_OF} "
            f"WHERE game_date BETWEEN @first AND @last{is_due} GROUP BY game_date, game_id ORDER BY game_date, game_id"
        )
        return self.frame(query, contract.name, first=first, last=last)

    def slates(self) -> list[tuple[str, dt.date]]:
        query = (
            f"SELECT DISTINCT season, game_date FROM {self.names.table(TABLES['game_schedule'])} {AS_OF} "
            "WHERE game_date >= @first ORDER BY season, game_date"
        )
        rows = self.ask(query, "game_schedule", first=EARLIEST).to_pylist()
        return [(row["season"], row["game_date"]) for row in rows]

    def waivers(self) -> pd.DataFrame:
        columns = ", ".join(WAIVER_COLUMNS)
        return self.frame(f"{MOMENT}{columns} FROM {self.system('waivers')} ORDER BY created_at, waiver_id")

    def find(
        self, contract: Contract, key: Mapping[str, object], first: dt.date, last: dt.date, columns: Sequence[str]
    ) -> pd.DataFrame:
        where = " AND ".join(["game_date BETWEEN @first AND @last", *(f"`{name}` = @key_{name}" for name in key)])
        named: dict[str, Any] = {f"key_{name}": value for name, value in key.items()}
        return self.select(contract, self.names.table(contract), where, columns, first=first, last=last, **named)

    def published_by(self, table: str, builds: Mapping[dt.date, int]) -> pd.DataFrame:
        query = (
            f"{MOMENT}* FROM {self.system('ledger_history')} WHERE table_name = @table AND attempt_build = build_id "
            "AND game_date IN UNNEST(@days) AND build_id IN UNNEST(@builds)"
        )
        return self.frame(query, "ledger", table=table, days=list(builds), builds=sorted(set(builds.values())))

    def kept_builds(self, contract: Contract, days: Collection[dt.date]) -> pd.DataFrame:
        return self.frame(
            f"SELECT DISTINCT kept.game_date, kept.build_id, history.content_hash FROM {self.names.replaced(contract)} "
            f"AS kept {AS_OF} JOIN {self.names.system('ledger_history')} AS history {AS_OF} "
            "ON history.game_date = kept.game_date AND history.build_id = kept.build_id "
            "WHERE history.table_name = @table AND kept.game_date IN UNNEST(@days)",
            contract.name, table=contract.name, days=list(days),
        )  # fmt: skip

    def kept_rows(self, contract: Contract, builds: Mapping[dt.date, int]) -> pd.DataFrame:
        places: list[Mapping[str, tuple[str, Any]]] = [
            {"game_date": ("DATE", day), "build_id": ("INT64", build)} for day, build in builds.items()
        ]
        where = (
            "EXISTS (SELECT 1 FROM UNNEST(@places) AS place "
            "WHERE place.game_date = kept.game_date AND place.build_id = kept.build_id)"
        )
        return self.select(contract, f"{self.names.replaced(contract)} AS kept", where, places=places)

    def history(self, table: str, day: dt.date) -> pd.DataFrame:
        query = (
            f"{MOMENT}* FROM {self.system('ledger_history')} WHERE table_name = @table AND game_date = @day "
            "ORDER BY attempt_build"
        )
        return self.frame(query, "ledger", table=table, day=day)

    def journal(self) -> pd.DataFrame:
        return self.frame(f"{MOMENT}* FROM {self.system('journal')} ORDER BY `at`, table_name, first_date")

    def recent_builds(self) -> pd.DataFrame:
        query = (
            f"{MOMENT}table_name, attempt_build, COUNT(*) AS dates, ANY_VALUE(seconds) AS seconds, "
            "MAX(written_at) AS written_at, ANY_VALUE(run_id) AS run_id "
            f"FROM {self.system('ledger_history')} WHERE seconds IS NOT NULL GROUP BY table_name, attempt_build "
            "QUALIFY ROW_NUMBER() OVER (PARTITION BY table_name ORDER BY attempt_build DESC) <= @newest "
            "ORDER BY table_name, attempt_build"
        )
        return self.frame(query, "ledger", newest=NEWEST_BUILDS)


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Rows as the port gives them: dates as timestamps, moments in UTC, integers with gaps as floats."""
    columns = {}
    for name in table.column_names:
        values = table.column(name)
        if pa.types.is_date(values.type):
            values = values.cast(pa.timestamp("ns"))
        elif pa.types.is_timestamp(values.type):
            values = values.cast(pa.timestamp("ns", tz="UTC"))
        columns[name] = values.to_pandas()
    return pd.DataFrame(columns)

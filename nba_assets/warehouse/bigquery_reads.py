"""What reads ask of BigQuery: ledger, rows of a window or of a former build, gaps, waivers; all of one moment.

Every statement of a reader reads its tables as they were at one time of the service's clock, so that all see one
snapshot although each is a job of its own.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import pandas as pd
import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.audit import Waiver
from nba_assets.readiness.durations import NEWEST_BUILDS
from nba_assets.warehouse.bigquery_jobs import BigQueryJobs, Parameter
from nba_assets.warehouse.bigquery_names import Names
from nba_assets.warehouse.decisions import check_found, check_published
from nba_assets.warehouse.frames import EMPTY_HASH, from_arrow
from nba_assets.warehouse.gated_reads import rows_of_days, timestamps

EARLIEST = dt.date(1946, 1, 1)
"""Before the first game of the league; the smallest date of Python is none that pandas could hold."""

AS_OF = "FOR SYSTEM_TIME AS OF @moment"


class BigQueryReader:
    """The `Reader` of one moment: when it is first asked, on the service's clock."""

    def __init__(self, jobs: BigQueryJobs, names: Names) -> None:
        self._jobs = jobs
        self._names = names
        self._moment: dt.datetime | None = None
        self._last_build: int | None = None

    def ask(self, statement: str, about: str = "", /, **parameters: Parameter) -> pa.Table:
        """A read of this moment, about a table; the tables in it carry AS_OF."""
        if self._moment is None:
            self._moment = self._jobs.query("SELECT CURRENT_TIMESTAMP() AS moment").to_pylist()[0]["moment"]
        return self._jobs.query(statement, {"moment": self._moment, **parameters}, table=about)

    def frame(self, statement: str, about: str = "", /, **parameters: Parameter) -> pd.DataFrame:
        return frame_of(self.ask(statement, about, **parameters))

    def system(self, name: str) -> str:
        return f"{self._names.system(name)} {AS_OF}"

    def ledger(self) -> pd.DataFrame:
        entries = self.frame(
            f"SELECT entry.*, counter.last_build FROM {self._names.system('ledger')} AS entry {AS_OF} "
            f"CROSS JOIN {self._names.system('build_counter')} AS counter {AS_OF}",
            "ledger",
        )
        # The newest build comes along: one job less for every read.
        self._last_build = int(entries["last_build"].iloc[0]) if len(entries) else None
        return entries.drop(columns="last_build")

    def last_build(self) -> int:
        if self._last_build is None:
            self._last_build = int(
                self.ask(f"SELECT last_build FROM {self.system('build_counter')}").to_pylist()[0]["last_build"]
            )
        return self._last_build

    def standing_on(self, table: str, days: Collection[dt.date]) -> pd.DataFrame:
        """Ledger rows of a table on the days, by date; the columns without game_date."""
        query = (
            f"SELECT * FROM {self.system('ledger')} WHERE table_name = @table AND game_date BETWEEN @first AND @last"
        )
        first, last = (min(days), max(days)) if days else (EARLIEST, EARLIEST)
        rows = self.frame(query, "ledger", table=table, first=first, last=last)
        return rows[rows["game_date"].isin(timestamps(days))].set_index("game_date").sort_index()

    def newer_fences(self, table: str, first: dt.date, last: dt.date, token: int) -> list[tuple]:
        """First date, last date and token of the fences of higher tokens near the dates, the newest first."""
        query = (
            f"SELECT first_date, last_date, token FROM {self.system('fences')} WHERE table_name = @table "
            "AND token > @token AND first_date <= @last AND last_date >= @first ORDER BY token DESC"
        )
        found = self.ask(query, "fences", table=table, token=token, first=first, last=last)
        return [tuple(row.values()) for row in found.to_pylist()]

    def newest_token(self) -> int:
        query = (
            f"SELECT GREATEST(COALESCE((SELECT MAX(token) FROM {self.system('fences')}), 0), "
            f"COALESCE((SELECT MAX(token) FROM {self.system('ledger')}), 0)) AS token"
        )
        return int(self.ask(query).to_pylist()[0]["token"])

    def rows(self, contract: Contract, first: dt.date, last: dt.date, columns: Sequence[str] = ()) -> pd.DataFrame:
        first, last = max(first, EARLIEST), max(last, EARLIEST)
        return self.select(
            contract, self._names.table(contract), "game_date BETWEEN @first AND @last", columns, first=first, last=last
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
            f"SELECT game_date, game_id, team_id FROM {self._names.table(TABLES['game_schedule'])} {AS_OF}, "
            "UNNEST([home_team_id, away_team_id]) AS team_id WHERE game_date BETWEEN @first AND @last "
            "AND game_date IN UNNEST(@days) AND NOT is_postponed ORDER BY game_date, game_id, team_id"
        )
        dates = [day.date() for day in days]
        return self.frame(query, "game_schedule", first=min(dates), last=max(dates), days=dates)

    def slates(self) -> list[tuple[str, dt.date]]:
        query = (
            f"SELECT DISTINCT season, game_date FROM {self._names.table(TABLES['game_schedule'])} {AS_OF} "
            "WHERE game_date >= @first ORDER BY season, game_date"
        )
        rows = self.ask(query, "game_schedule", first=EARLIEST).to_pylist()
        return [(row["season"], row["game_date"]) for row in rows]

    def waivers_of(self, table: str) -> list[Waiver]:
        return self._waivers("table_name = @table AND revoked_at IS NULL", table=table)

    def all_waivers(self) -> list[Waiver]:
        return self._waivers("TRUE")

    def _waivers(self, where: str, **parameters: Parameter) -> list[Waiver]:
        query = (
            f"SELECT waiver_id, table_name, rule, first_date, last_date, until, who, why FROM {self.system('waivers')} "
            f"WHERE {where} ORDER BY created_at, waiver_id"
        )
        return [Waiver(*row.values()) for row in self.ask(query, **parameters).to_pylist()]

    def publishing_rows(self, contract: Contract, builds: Mapping[dt.date, int]) -> pd.DataFrame:
        """History rows by which builds put their content in place, one per day; WarehouseError where one did not."""
        query = (
            f"SELECT * FROM {self.system('ledger_history')} WHERE table_name = @table AND attempt_build = build_id "
            "AND game_date IN UNNEST(@days) AND build_id IN UNNEST(@builds) ORDER BY game_date"
        )
        rows = self.frame(query, "ledger", table=contract.name, days=list(builds), builds=sorted(set(builds.values())))
        asked = [builds[day.date()] == build for day, build in zip(rows["game_date"], rows["build_id"], strict=True)]
        rows = rows[asked].reset_index(drop=True)
        check_published(contract, builds, [day.date() for day in rows["game_date"]])
        return rows

    def content_of_builds(self, contract: Contract, builds: Mapping[dt.date, int]) -> pd.DataFrame:
        """What a build had published on each day: from the table where equal content stands, else from what was kept.

        Content is found by its hash, for later builds with the same content do not keep it twice. WarehouseError
        names the day whose content is not kept any more.
        """
        published = self.publishing_rows(contract, builds)
        hashes = {day.date(): text for day, text in published.set_index("game_date")["content_hash"].items()}
        standing = self.standing_on(contract.name, list(builds))["content_hash"]
        stands = [day for day, text in hashes.items() if standing.get(pd.Timestamp(day)) == text]
        gone = {day: text for day, text in hashes.items() if day not in stands and text != EMPTY_HASH}
        frames = [rows_of_days(self, contract, stands)] if stands else []
        if gone:
            frames.append(self._kept(contract, builds, gone))
        if not frames:
            return rows_of_days(self, contract, [])
        return pd.concat(frames).sort_values(["game_date", *contract.key], kind="stable", ignore_index=True)

    def _kept(self, contract: Contract, builds: Mapping[dt.date, int], gone: Mapping[dt.date, str]) -> pd.DataFrame:
        history = self.frame(
            f"SELECT game_date, build_id, content_hash FROM {self.system('ledger_history')} "
            "WHERE table_name = @table AND game_date IN UNNEST(@days)",
            "ledger", table=contract.name, days=list(gone),
        )  # fmt: skip
        there = self.frame(
            f"SELECT DISTINCT game_date, build_id FROM {self._names.replaced(contract)} {AS_OF} "
            "WHERE game_date IN UNNEST(@days)",
            contract.name, days=list(gone),
        )  # fmt: skip
        known = there.merge(history, on=["game_date", "build_id"])
        equal = [gone[day.date()] == text for day, text in zip(known["game_date"], known["content_hash"], strict=True)]
        newest = known[equal].groupby("game_date")["build_id"].max()
        check_found(contract, builds, set(gone) - {day.date() for day in newest.index})
        places = [
            {"game_date": ("DATE", day.date()), "build_id": ("INT64", int(build))} for day, build in newest.items()
        ]
        names = ", ".join(f"`{name}`" for name in contract.column_names)
        query = (
            f"SELECT {names} FROM {self._names.replaced(contract)} AS kept {AS_OF} WHERE EXISTS (SELECT 1 FROM "
            "UNNEST(@places) AS place WHERE place.game_date = kept.game_date AND place.build_id = kept.build_id)"
        )
        return from_arrow(contract, self.ask(query, contract.name, places=places))

    def find(
        self, contract: Contract, key: Mapping[str, object], first: dt.date, last: dt.date, columns: Sequence[str] = ()
    ) -> pd.DataFrame:
        """See the port."""
        where = " AND ".join(
            ["game_date BETWEEN @first AND @last", *(f"`{contract.column(name).name}` = @key_{name}" for name in key)]
        )
        # A key may come as text from a command line; a parameter has to have the type of its column.
        types = {"integer": int, "float": float, "string": str}
        named = {f"key_{name}": types.get(contract.column(name).type, lambda it: it)(it) for name, it in key.items()}
        shown = [contract.column(name).name for name in columns]
        return self.select(contract, self._names.table(contract), where, shown, first=first, last=last, **named)

    def history(self, table: str, day: dt.date) -> pd.DataFrame:
        """See the port."""
        query = (
            f"SELECT * FROM {self.system('ledger_history')} WHERE table_name = @table AND game_date = @day "
            "ORDER BY attempt_build"
        )
        return self.frame(query, "ledger", table=table, day=day)

    def journal(self) -> pd.DataFrame:
        """See the port."""
        return self.frame(f"SELECT * FROM {self.system('journal')} ORDER BY `at`, table_name, first_date")

    def recent_builds(self) -> pd.DataFrame:
        """The newest timed builds of every table."""
        query = (
            "SELECT table_name, attempt_build, COUNT(*) AS dates, ANY_VALUE(seconds) AS seconds, "
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

"""A whole platform in a temporary home, over any source: for tests that materialize."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pandas as pd

from nba_assets.claims.store import ClaimStore
from nba_assets.definitions import build_definitions
from nba_assets.orchestration.run_tags import ONLY_TAG, RANGE_END_TAG, RANGE_START_TAG
from nba_assets.settings import Settings
from nba_assets.sources.port import Delivery, Problem, Source, SourceError
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse

Edit = Callable[[pd.DataFrame], pd.DataFrame]


class SlicedSource:
    """A few weeks of another source, with tables edited as a provider might have delivered them."""

    def __init__(self, source: Source, first: dt.date, last: dt.date, edits: Mapping[str, Edit] | None = None) -> None:
        self._source, self.first_date, self.horizon = source, first, last
        self.edits = dict(edits or {})
        self.problems: dict[str, Problem] = {}
        self.revision = 0

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def fingerprint(self) -> str:
        return f"{self._source.fingerprint} {self.first_date} {self.horizon} {self.revision}"

    def deliver(self, **edits: Edit) -> None:
        """From now on the source delivers its tables with these edits (and no others), and without problems."""
        self.edits, self.problems = edits, {}
        self.revision += 1

    def report(self, **problems: Problem) -> None:
        """What it delivers of these tables from now on has a problem each."""
        self.problems = problems

    def read(self, table: str, start: dt.date, end: dt.date) -> Delivery:
        if start > self.horizon or end < self.first_date:
            raise SourceError(f"{start} … {end} is outside {self.first_date} … {self.horizon}")
        delivery = self._source.read(table, max(start, self.first_date), min(end, self.horizon))
        if edit := self.edits.get(table):
            delivery = replace(delivery, rows=edit(delivery.rows.copy()))
        if (problem := self.problems.get(table)) and start <= problem.game_date <= end:
            delivery = replace(delivery, problems=(*delivery.problems, problem))
        return delivery


def without_game(game_id: str) -> Edit:
    """The rows of one game were not delivered."""
    return lambda rows: rows[rows["game_id"] != game_id].reset_index(drop=True)


def changed(game_id: str, column: str, by: int) -> Edit:
    """The first line of a game has another number in a column."""

    def edit(rows: pd.DataFrame) -> pd.DataFrame:
        at = rows.index[(rows["game_id"] == game_id) & rows[column].notna()]
        if len(at):
            rows.loc[at[0], column] += by
        return rows

    return edit


class Platform:
    """Definitions, instance and warehouse over one home; `run` launches a range in this process."""

    def __init__(self, home: Path, source: Source, instance: dg.DagsterInstance | None = None) -> None:
        self.settings = Settings(home=home, source="simulated", start=source.first_date)
        self.settings.models.mkdir(parents=True, exist_ok=True)
        self.source = source
        self.instance = instance or dg.DagsterInstance.ephemeral()
        self.definitions = build_definitions(self.settings, source)
        self.job = self.definitions.resolve_job_def("main")

    def deliver(self, **edits: Edit) -> None:
        """From now on its source, which is a slice, delivers its tables with these edits (and no others)."""
        assert isinstance(self.source, SlicedSource)
        self.source.deliver(**edits)

    @property
    def warehouse(self) -> DuckDBWarehouse:
        return self.definitions.resources["warehouse"]

    @property
    def claims(self) -> ClaimStore:
        return ClaimStore(self.settings.claims_url)

    def run(
        self,
        first: dt.date | None = None,
        last: dt.date | None = None,
        *,
        tables: Sequence[str] | None = None,
        resume: bool = False,
        config: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> dg.ExecuteInProcessResult:
        first = first or self.source.first_date
        return self.job.execute_in_process(
            instance=self.instance,
            tags={
                RANGE_START_TAG: first.isoformat(),
                RANGE_END_TAG: (
                    last or (first if tables and first != self.source.first_date else self.source.horizon)
                ).isoformat(),
                ONLY_TAG: "outdated" if resume else "",
                **(tags or {}),
            },
            asset_selection=[dg.AssetKey(table) for table in tables] if tables else None,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}, **(config or {})},
            raise_on_error=False,
        )

    def statuses(self, table: str) -> dict[dt.date, str]:
        ledger = self.warehouse.ledger()
        mine = ledger[ledger["table_name"] == table]
        return dict(zip(mine["game_date"].dt.date, mine["status"], strict=True))

    def hashes(self) -> pd.Series:
        """Content hash by (table, date) of everything that is published."""
        ledger = self.warehouse.ledger()
        return ledger.set_index(["table_name", "game_date"])["content_hash"].sort_index()

    def rows(self, table: str, where: str = "TRUE") -> pd.DataFrame:
        from nba_assets.contracts.tables import TABLES

        with self.warehouse.connect() as connection:
            return connection.execute(f"SELECT * FROM {TABLES[table].dataset}.{table} WHERE {where} ORDER BY ALL").df()


def failure_messages(result: dg.ExecuteInProcessResult) -> list[str]:
    """What failed steps said."""
    found: list[str] = []
    for event in result.filter_events(lambda event: event.is_step_failure):
        data = event.step_failure_data
        found.append(str(data.user_failure_data.description if data.user_failure_data else data.error.message))
    return found

"""One of the two pipelines: the assets over a copy of a home, and a provider whose deliveries can be edited."""

import contextlib
import datetime as dt
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from unittest import mock

import dagster as dg
import pandas as pd

from nba_assets.contracts.tables import TABLES
from nba_assets.definitions import MAIN_JOB, build_definitions
from nba_assets.home import prepare_home
from nba_assets.orchestration.run_tags import RANGE_END_TAG, RANGE_START_TAG
from nba_assets.platform import open_warehouse
from nba_assets.settings import Settings
from nba_assets.sources.port import Delivery, Source
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets_tests.incident.unguarded import Switches, UnguardedWarehouse

Edit = Callable[[pd.DataFrame], pd.DataFrame]

RAW = tuple(name for name, contract in TABLES.items() if contract.dataset == "nba_raw")
ANALYTICS = tuple(name for name, contract in TABLES.items() if contract.dataset == "nba_analytics")
PRECOMPUTE = (
    *(name for name, contract in TABLES.items() if contract.dataset == "nba_precompute"), "ml_feature_store"
)  # fmt: skip
MODEL, PREDICTIONS = "xgboost_points_model", "player_points_predictions"

_ROW_GATE = "nba_assets.assets.model.xgboost_points_model.require_training_rows"
"""What a training asks of its rows, past the warehouse: the unguarded pipeline asks nothing."""

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class EditedSource:
    """A source up to a last date, with tables edited as a provider might have delivered them."""

    def __init__(self, source: Source, edits: Mapping[str, Edit], revision: int = 0) -> None:
        self._source, self._edits, self._revision = source, edits, revision
        self.first_date, self.horizon = source.first_date, source.horizon

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def fingerprint(self) -> str:
        return f"{self._source.fingerprint} {self._revision}"

    def read(self, table: str, start: dt.date, end: dt.date) -> Delivery:
        """Rows and problems of the range, both dates included."""
        delivery = self._source.read(table, start, end)
        edit = self._edits.get(table)
        return replace(delivery, rows=edit(delivery.rows.copy())) if edit else delivery


class Pipeline:
    """Assets, Dagster instance and warehouse over one home of its own; with switches it is the unguarded one."""

    def __init__(self, settings: Settings, league: Source, switches: Switches | None = None) -> None:
        self.settings, self._switches = settings, switches
        self._league, self._revision = league, 0
        prepare_home(settings)
        self.instance = dg.DagsterInstance.from_config(str(settings.dagster_home))
        self.deliver()

    @property
    def guarded(self) -> bool:
        return self._switches is None

    @property
    def word(self) -> str:
        return "guarded" if self.guarded else "unguarded"

    def copy(self, name: str, switches: Switches | None = None) -> "Pipeline":
        """A pipeline over a copy of this one's home, beside it."""
        home = self.settings.home.parent / f"{name}-{'guarded' if switches is None else 'unguarded'}"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.settings.home, home)
        return Pipeline(replace(self.settings, home=home), self._league, switches)

    def deliver(self, edits: Mapping[str, Edit] | None = None, league: Source | None = None) -> None:
        """From now on the provider delivers its tables with these edits (and no others)."""
        self._revision += 1
        self._league = league or self._league
        source = EditedSource(self._league, edits or {}, self._revision)
        real = open_warehouse(self.settings, source)
        assert isinstance(real, DuckDBWarehouse)
        self.warehouse = real
        if self._switches is not None:
            self.warehouse = UnguardedWarehouse(real.path, real.days, real.history_start, self._switches)
        definitions = build_definitions(self.settings, source, self.warehouse)
        self._job = definitions.resolve_job_def(MAIN_JOB)

    def run(self, tables: Sequence[str], first: dt.date, last: dt.date) -> list[str]:
        """Materialize tables over a range, as the Dagster UI would; returns what failed steps said."""
        with contextlib.nullcontext() if self.guarded else mock.patch(_ROW_GATE, return_value=()):
            result = self._job.execute_in_process(
                instance=self.instance,
                asset_selection=[dg.AssetKey(table) for table in tables],
                tags={RANGE_START_TAG: first.isoformat(), RANGE_END_TAG: last.isoformat()},
                run_config=_QUIET,
                raise_on_error=False,
            )
        return [_said(event) for event in result.filter_events(lambda event: event.is_step_failure)]

    def rows(self, table: str, first: dt.date, last: dt.date) -> pd.DataFrame:
        """What is published in a table, in order of date and key; the gate is not asked."""
        contract = TABLES[table]
        order = ", ".join(("game_date", *contract.key))
        query = f"SELECT * FROM {contract.dataset}.{table} WHERE game_date BETWEEN ? AND ? ORDER BY {order}"
        with self.warehouse.connect() as connection:
            return connection.execute(query, [first, last]).df()

    def statuses(self, table: str, first: dt.date, last: dt.date) -> pd.Series:
        """Status by date of what the ledger has of a table."""
        ledger = self.warehouse.ledger()
        within = ledger["game_date"].between(pd.Timestamp(first), pd.Timestamp(last))
        mine = ledger[within & (ledger["table_name"] == table)]
        return mine.set_index("game_date")["status"].sort_index()

    def hashes(self) -> pd.Series:
        """Content hash of everything that is published, by table and date."""
        ledger = self.warehouse.ledger()
        return ledger.set_index(["table_name", "game_date"])["content_hash"].sort_index()

    def close(self) -> None:
        self.instance.dispose()


def _said(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    said = data.user_failure_data.description if data.user_failure_data else None
    return str(said or (data.error.message if data.error else "failed")).strip()


def fresh(home: Path, league: Source, seasons: int) -> Pipeline:
    """A guarded pipeline over an empty home."""
    shutil.rmtree(home, ignore_errors=True)
    return Pipeline(Settings(home=home, source="simulated", seasons=seasons), league)

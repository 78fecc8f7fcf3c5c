"""The one way in: what the settings name (source, warehouse, claims, models), opened when it is first asked for.

What cannot be opened raises its named error (SettingsError, SourceError, WarehouseError, ClaimsError, StorageError);
the caller decides what that means. Nothing here imports Dagster unless the warehouse is BigQuery, which is reached
by Dagster's resource.
"""

import copy
import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nba_assets.home import prepare_home
from nba_assets.readiness.history_start import history_start_of
from nba_assets.settings import Settings, from_environment
from nba_assets.sources.port import Source, SourceError
from nba_assets.sources.registry import calendar, is_live, open_source
from nba_assets.storage.models import stored_models
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.port import Warehouse

if TYPE_CHECKING:
    from nba_assets.claims.store import ClaimStore

SCHEDULED_DAYS = 120
"""Days after the first of the calendar among which its first game is looked for."""


class Platform:
    """Settings and what they name; a source or a warehouse that is open already may be pushed.

    Jobs of BigQuery carry `labels`, read at each.
    """

    def __init__(
        self,
        settings: Settings,
        source: Source | None = None,
        warehouse: Warehouse | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self.settings, self._labels = settings, labels
        if source is not None:
            self.source = source
        if warehouse is not None:
            self.warehouse = warehouse

    @cached_property
    def claims(self) -> "ClaimStore":
        # Anyone who reads the warehouse alone needs neither claims nor their database's library.
        from nba_assets.claims.store import ClaimStore

        return ClaimStore(self.settings.claims_url)

    @cached_property
    def source(self) -> Source:
        return open_source(self.settings)

    @cached_property
    def warehouse(self) -> Warehouse:
        return open_warehouse(self.settings, self.source, self._labels)

    @cached_property
    def models(self) -> Path:
        """The directory of the model versions, brought up to date from the store of the settings."""
        return stored_models(self.settings)

    def current_warehouse(self) -> Warehouse:
        """The warehouse over the dates of now: those of a live source grow while a process runs."""
        if not is_live(self.settings):
            return self.warehouse
        current = copy.copy(self.warehouse)
        current.days = calendar(self.settings, self.source)
        return current


def open_platform() -> Platform:
    """The platform that the environment names, its home made ready. Raises SettingsError for what cannot be used."""
    settings = from_environment()
    prepare_home(settings)
    return Platform(settings)


def open_warehouse(settings: Settings, source: Source, labels: Mapping[str, str] | None = None) -> Warehouse:
    """The warehouse over the dates that settings and source cover; jobs of BigQuery carry `labels`, read at each."""
    days = calendar(settings, source)

    def opened(history_start: dt.date | None) -> Warehouse:
        if settings.bigquery is not None:
            # Google's libraries and Dagster's take two seconds to import; a home without BigQuery needs none of them.
            from nba_assets.bigquery_resource import open_bigquery

            live = {} if labels is None else labels
            return open_bigquery(settings.bigquery, days, history_start, settings.keep_replaced_days, live)
        return DuckDBWarehouse(
            settings.warehouse, days, history_start=history_start, keep_replaced_days=settings.keep_replaced_days
        )

    first_game = _first_game(source, days)
    return opened(first_game or history_start_of(opened(None).ledger(), days))


def _first_game(source: Source, days: pd.DatetimeIndex) -> dt.date | None:
    """When the source's first game of the calendar is; None while it cannot be asked, for all else goes on then."""
    last = min(days[-1], days[0] + pd.Timedelta(days=SCHEDULED_DAYS)).date()
    try:
        opening = source.read("game_schedule", days[0].date(), last)
    except SourceError:
        return None
    return opening.rows["game_date"].min().date() if len(opening.rows) else days[0].date()

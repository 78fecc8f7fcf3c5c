"""The one place that turns settings into a source, and the dates it covers into the calendar of partitions.

Each source is imported when the settings name it: together they take longer to import than a ledger to be read.
"""

import datetime as dt

import pandas as pd

from nba_assets.settings import Settings
from nba_assets.sources.port import Source, SourceError

DEFAULT_START = dt.date(2021, 10, 1)
"""First partition where neither settings nor source begin later: the old warehouse's epoch."""


def open_source(settings: Settings) -> Source:
    """The source the settings name. Raises SourceError when it cannot be used."""
    if settings.source == "archive":
        assert settings.data is not None, "settings check that an archive has a directory"
        from nba_assets.sources.archive_files.archive import ArchiveSource

        return ArchiveSource(settings.data, settings.landing)
    if settings.source == "nba_stats":
        from nba_assets.sources.nba_stats.client import NbaStatsClient
        from nba_assets.sources.nba_stats.source import NbaStatsSource

        return NbaStatsSource(NbaStatsClient(settings.responses), settings.start or DEFAULT_START)
    from nba_assets.sources.simulated.faults import parse_faults
    from nba_assets.sources.simulated.league import SimulatedLeague
    from nba_assets.sources.simulated.live import LiveLeague

    league = SimulatedLeague(
        seed=settings.seed,
        seasons=settings.seasons,
        faults=parse_faults(settings.faults),
        cache_dir=settings.home / "simulated",
    )
    return LiveLeague(league) if settings.live else league


def is_live(settings: Settings) -> bool:
    """Whether the source reaches to tomorrow, so that its dates grow while a process runs."""
    return settings.live or settings.source == "nba_stats"


def calendar(settings: Settings, source: Source) -> pd.DatetimeIndex:
    """Every partition date: from the settings' start (or the default, or the source's) to the source's horizon.

    Raises SourceError when the source ends before the start.
    """
    start = settings.start or (source.first_date if settings.source == "simulated" else DEFAULT_START)
    first = max(start, source.first_date)
    if source.horizon < first:
        raise SourceError(f"{source.name} covers {source.first_date} … {source.horizon}, nothing from {first} on")
    return pd.date_range(first, source.horizon, freq="D", unit="ns")

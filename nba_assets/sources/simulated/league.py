"""The simulated league as a source: what it covers, its rows, and the oracle that only evaluation may ask."""

import datetime as dt
import hashlib
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow as pa

from nba_assets.sources.port import Delivery, SourceError
from nba_assets.sources.simulated.calendar import season_name
from nba_assets.sources.simulated.faults import Fault, check_dates, with_faults
from nba_assets.sources.simulated.feed import Feed, simulate
from nba_assets.sources.simulated.parsing import PARSERS
from nba_assets.sources.simulated.pregame_parsing import REPORT_PARSERS

VERSION = 2
"""Raised whenever the same settings give another league than before."""


@dataclass(frozen=True)
class SimulatedLeague:
    """Source of `seasons` seasons up to `last_season`, the same for the same settings in any process.

    Covers 1 October of the first season to the last game of the last one. With `cache_dir` the league is kept there
    as Parquet and simulated once; a source of the same process shares it in memory. Raises SourceError for settings
    that cannot be, and for faults on dates without games when first used.
    """

    seed: int = 7
    seasons: int = 2
    last_season: str = "2024-25"
    faults: Sequence[Fault] = ()
    cache_dir: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "faults", tuple(self.faults))
        if self.seasons < 1 or self.seasons > 20:
            raise SourceError(f"simulated league: seasons={self.seasons}; choose 1 to 20")
        if self.seed < 0:
            raise SourceError(f"simulated league: seed={self.seed}; choose a whole number from 0 on")
        if not re.fullmatch(r"20\d\d-\d\d", self.last_season) or season_name(self._last_year) != self.last_season:
            raise SourceError(f"simulated league: last_season={self.last_season!r}; write it as 2024-25")

    @property
    def name(self) -> str:
        return "simulated"

    @property
    def first_date(self) -> dt.date:
        return dt.date(self._first_year, 10, 1)

    @property
    def horizon(self) -> dt.date:
        return self._feed.games["game_date"].iloc[-1].date()

    @property
    def fingerprint(self) -> str:
        """SHA-256 over version, settings and faults."""
        return _digest(self._settings, *sorted(map(str, self.faults)))

    def read(self, table: str, start: dt.date, end: dt.date) -> Delivery:
        """Rows and problems of `start` to `end`, both included. Raises SourceError for what it does not cover."""
        tables = (*PARSERS, *REPORT_PARSERS)
        if table not in tables:
            raise SourceError(f"simulated league: no table {table!r}; it has {', '.join(tables)}")
        part = self._between(self._feed, start, end)
        affected = tuple(fault for fault in self.faults if start <= fault.game_date <= end)
        faulty = with_faults(part, affected)
        if table in REPORT_PARSERS:
            return REPORT_PARSERS[table](faulty, part.player_lines)
        return PARSERS[table](faulty)

    def expected_points(self, start: dt.date, end: dt.date) -> pd.DataFrame:
        """The oracle: true expected points (`expected_pts`) by game_id, player_id and game_date.

        Given the latent state, everything known before tip-off, and that the player appears; one row for each
        player who was dressed. For evaluation only: no table may be built on it. Faults do not change it.
        """
        return self._between(self._feed, start, end).expected.reset_index(drop=True)

    def _between(self, feed: Feed, start: dt.date, end: dt.date) -> Feed:
        if start > end:
            raise SourceError(f"simulated league: the range {start} to {end} ends before it starts")
        if start < self.first_date or end > self.horizon:
            raise SourceError(
                f"simulated league: {start} to {end} is not covered; it has {self.first_date} to {self.horizon}: "
                "choose dates within, or more seasons (NBA_SEASONS)"
            )
        bounds = [pd.Timestamp(start), pd.Timestamp(end + dt.timedelta(1))]
        parts = {}
        for kind, frame in vars(feed).items():
            first, last = frame["game_date"].searchsorted(bounds)
            parts[kind] = frame.iloc[first:last]
        return Feed(**parts)

    @property
    def _last_year(self) -> int:
        return int(self.last_season[:4])

    @property
    def _first_year(self) -> int:
        return self._last_year - self.seasons + 1

    @property
    def _settings(self) -> tuple[int, int, int]:
        return self.seed, self.seasons, self._first_year

    @property
    def _feed(self) -> Feed:
        feed = _feed(self._settings, self.cache_dir)
        check_dates(self.faults, feed.games)
        return feed


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr((VERSION, *parts)).encode()).hexdigest()


@lru_cache(maxsize=2)
def _feed(settings: tuple[int, int, int], cache_dir: Path | None) -> Feed:
    if cache_dir is None:
        return simulate(*settings)
    place = cache_dir / _digest(settings)[:16]
    if not place.is_dir():
        _keep(simulate(*settings), place)
    return _kept(place)


def _kept(place: Path) -> Feed:
    try:
        return Feed(**{kind: pd.read_parquet(place / f"{kind}.parquet") for kind in Feed.__dataclass_fields__})
    except (OSError, pa.ArrowException) as error:
        raise SourceError(f"simulated league: {place} cannot be read ({error}); delete that directory") from error


def _keep(feed: Feed, place: Path) -> None:
    """Writes the whole feed or nothing: other processes see the directory only when it is complete."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=place.parent))
        try:
            for kind, frame in vars(feed).items():
                frame.to_parquet(unfinished / f"{kind}.parquet", compression="zstd", index=False)
            unfinished.replace(place)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        if not place.is_dir():
            raise SourceError(
                f"simulated league: cannot write to {place.parent} ({error.strerror}); "
                "make room or grant permission, or choose another NBA_HOME"
            ) from error

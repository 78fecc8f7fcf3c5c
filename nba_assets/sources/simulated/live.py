"""The simulated league day by day: slates known the day before, final the night after, corrected later."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from nba_assets import clock
from nba_assets.partitions import EASTERN
from nba_assets.sources.parsing import raw_frames
from nba_assets.sources.port import Delivery, SourceError
from nba_assets.sources.simulated.faults import Fault
from nba_assets.sources.simulated.league import SimulatedLeague

FINAL_AT = dt.time(3, 0)
"""When the games of the evening before are final, US Eastern."""
CORRECTED_AFTER_DAYS = 2
"""A late correction is delivered with the files of the second night after the game."""
REACHABLE_AGAIN_AT = dt.time(9, 0)

OUTAGE = "outage"
"""Fault of the live league alone: on its date nothing is delivered until nine in the morning."""

_BEFORE_THE_GAMES = ("game_schedule", "game_results", "point_lines", "injury_reports")


@dataclass(frozen=True)
class LiveLeague:
    """Source that covers the league from its first date to tomorrow, US Eastern, by the clock `now`.

    Faults are delivered as the league has them, except that a late correction comes with the second night's files.
    """

    league: SimulatedLeague
    now: Callable[[], dt.datetime] = clock.now

    @property
    def name(self) -> str:
        return self.league.name

    @property
    def first_date(self) -> dt.date:
        return self.league.first_date

    @property
    def horizon(self) -> dt.date:
        return min(self._local().date() + dt.timedelta(days=1), self.league.horizon)

    @property
    def fingerprint(self) -> str:
        """Of the league without its faults: what comes next is not known before it is asked for."""
        return replace(self.league, faults=()).fingerprint

    def read(self, table: str, start: dt.date, end: dt.date) -> Delivery:
        """Rows and problems of `start` to `end`, both included, as they are known now; SourceError in an outage."""
        local = self._local()
        for fault in self.league.faults:
            if fault.kind == OUTAGE and fault.game_date == local.date() and local.time() < REACHABLE_AGAIN_AT:
                raise SourceError(f"simulated league: no answer on {local:%Y-%m-%d %H:%M}, Eastern; ask again later")
        if end > self.horizon:
            raise SourceError(f"simulated league: {start} to {end} is not covered yet; it reaches to {self.horizon}")
        known = replace(self.league, faults=self._delivered(local)).read(table, start, end)
        played = local.date() if local.time() >= FINAL_AT else local.date() - dt.timedelta(days=1)
        unplayed = known.rows["game_date"] >= pd.Timestamp(played)
        if table == "game_results":
            return replace(known, rows=_scheduled(known.rows, unplayed))
        if table in _BEFORE_THE_GAMES or not unplayed.any():
            return known
        return replace(known, rows=known.rows[~unplayed].reset_index(drop=True))

    def _delivered(self, local: pd.Timestamp) -> Sequence[Fault]:
        def is_delivered(fault: Fault) -> bool:
            late = dt.timedelta(days=CORRECTED_AFTER_DAYS)
            return fault.kind != "late_correction" or local.date() >= fault.game_date + late

        return tuple(fault for fault in self.league.faults if fault.kind != OUTAGE and is_delivered(fault))

    def _local(self) -> pd.Timestamp:
        return pd.Timestamp(self.now()).tz_convert(EASTERN)


def _scheduled(results: pd.DataFrame, unplayed: pd.Series) -> pd.DataFrame:
    """Results whose unplayed games have neither a score nor overtimes."""
    facts = results.assign(status=results["status"].where(~unplayed, "scheduled"))
    scores = ["home_pts", "away_pts", "overtime_periods"]
    facts[scores] = facts[scores].mask(unplayed)
    return raw_frames.result_rows(facts)

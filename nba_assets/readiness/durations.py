"""How long a table takes to build: fixed seconds of a build and seconds per date, out of past builds."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.readiness.counted import counted

NEWEST_BUILDS = 20
"""Builds of a table that count: older ones tell of other code and other machines."""

SLOW_FACTOR = 2.0
"""Times its expectation that a build may take before it is called slow."""

SLOW_SECONDS = 30.0
"""A shorter build is never called slow."""


@dataclass(frozen=True)
class Duration:
    """Expected wall time of one build of a table, in seconds: `fixed` + `per_date` · dates."""

    fixed: float
    per_date: float

    def seconds(self, dates: int, builds: int = 1) -> float:
        """Expected seconds for dates that are built in so many builds; 0 for no dates."""
        return self.fixed * builds + self.per_date * dates if dates else 0.0

    def is_slow(self, elapsed: float, dates: int) -> bool:
        """Whether a build of so many dates takes over twice its expectation, and over half a minute."""
        return elapsed > SLOW_SECONDS and elapsed > SLOW_FACTOR * self.seconds(dates)


def durations(builds: pd.DataFrame) -> dict[str, Duration]:
    """Duration of each table out of its newest builds; a table without a timed build is not there.

    `builds` has one row per build: table_name, attempt_build, dates, seconds (null where it was not timed).
    """
    timed = builds[builds["seconds"].notna() & (builds["dates"] > 0)]
    newest = timed.sort_values("attempt_build").groupby("table_name").tail(NEWEST_BUILDS)
    return {
        str(table): _fitted(rows["dates"].to_numpy("float64"), rows["seconds"].to_numpy("float64"))
        for table, rows in newest.groupby("table_name")
    }


def slow_builds(builds: pd.DataFrame, run_id: str) -> dict[str, str]:
    """Tables whose build in the run took over twice what earlier builds of theirs let expect, each in words."""
    usual = durations(builds[builds["run_id"] != run_id])
    slow = {}
    mine = builds[builds["run_id"] == run_id]
    for table, seconds, dates in zip(mine["table_name"], mine["seconds"], mine["dates"], strict=True):
        expected = usual.get(table)
        if expected is not None and expected.is_slow(seconds, dates):
            slow[table] = f"{seconds:.0f} s for {counted(dates, 'date')} (usually {expected.seconds(dates):.0f} s)"
    return slow


def _fitted(dates: np.ndarray, seconds: np.ndarray) -> Duration:
    """A line through the builds that a few odd ones do not move: Theil-Sen (Sen 1968), neither part below zero.

    The slope is the median over pairs of builds of different size. Where all are of one size nothing tells the
    parts apart, and all time counts as time per date: the expectation of a longer range is then too high, not too low.
    """
    one, other = np.triu_indices(len(dates), k=1)
    apart = dates[one] != dates[other]
    if not apart.any():
        return Duration(0.0, float(np.median(seconds / dates)))
    slopes = (seconds[one] - seconds[other])[apart] / (dates[one] - dates[other])[apart]
    per_date = max(float(np.median(slopes)), 0.0)
    return Duration(max(float(np.median(seconds - per_date * dates)), 0.0), per_date)

"""Games that should be known but are not: which entities they concern, and which windows contain one.

A gap is a team-game that was due by the schedule on a date whose upstream partition is rejected or blocked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from nba_assets.domain.as_of import DISTANT_PAST, Earlier, GameLog, count_before, day_numbers, entity_days
from nba_assets.domain.seasons import season_start_days

SEASON_SHARE = 0.95
"""Share of the games due, or of their weight, that a value to date or a half-life average must rest on."""


@dataclass(frozen=True)
class Gaps:
    """Gaps seen from entities: entity, day, and the day after which the entity is known to be concerned.

    A team is concerned from the gap on. A player is concerned if he belonged to one of its teams: the team of his
    latest known game before the gap, or of his first known game after it, which a date knows only once it is past.
    """

    entity: np.ndarray
    day: np.ndarray
    known_after: np.ndarray

    def latest_before(self, entity: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Day of the latest gap that each (entity, day) knows of; `DISTANT_PAST` if none."""
        latest = np.full(len(entity), DISTANT_PAST)
        for known, gap in self._kinds:
            at = count_before(known, entity, day) - 1
            mine = (at >= 0) & (gap[at] >= entity_days(entity, 0)) if len(gap) else np.zeros(len(entity), dtype=bool)
            latest[mine] = np.maximum(latest[mine], gap[at[mine]] - entity_days(entity[mine], 0))
        return latest

    def count_between(self, entity: np.ndarray, since: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Number of gaps from `since` on that each (entity, day) knows of."""
        count = np.zeros(len(entity), dtype="int64")
        for known, gap in self._kinds:
            older = np.searchsorted(gap, entity_days(entity, since))
            count += np.maximum(count_before(known, entity, day) - older, 0)
        return count

    @cached_property
    def _kinds(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Keys of `known_after` and of `day`, apart for gaps known at once and later: so both rise together."""
        kinds = []
        for at_once in (True, False):
            mine = (self.known_after == self.day) == at_once
            known, gap = entity_days(self.entity, self.known_after)[mine], entity_days(self.entity, self.day)[mine]
            kinds.append((np.sort(known), np.sort(gap)))
        return kinds


def due_in(gaps: Mapping[str, pd.DataFrame], table: str) -> pd.DataFrame:
    """The team-games that are missing from a table: game_date, game_id, team_id."""
    return gaps.get(table, pd.DataFrame({name: [] for name in ("game_date", "game_id", "team_id")}))


def team_gaps(due: pd.DataFrame) -> Gaps:
    """Gaps seen from teams; `due` has game_date, game_id and team_id."""
    day = day_numbers(due["game_date"])
    return Gaps(due["team_id"].to_numpy(dtype="int64"), day, day)


def player_gaps(due: pd.DataFrame, log: GameLog) -> Gaps:
    """Gaps seen from the players of a log that has `team_id`; a player with a known game that day has no gap."""
    days = np.unique(day_numbers(due["game_date"]))
    players = log.entity[log.starts]
    player, day = np.repeat(players, len(days)), np.tile(days, len(players))
    if not len(player):
        return Gaps(player, day, day)
    first, last = np.repeat(log.starts, len(days)), np.repeat(log.starts + log.lengths - 1, len(days))
    before = np.searchsorted(log.key, entity_days(player, day)) - 1
    after = np.searchsorted(log.key, entity_days(player, day + 1))
    gone = entity_days(due["team_id"].to_numpy(dtype="int64"), day_numbers(due["game_date"]))
    team = log.column("team_id").astype("int64")
    is_free = after == before + 1
    was_there = is_free & (before >= first) & np.isin(entity_days(team[before], day), gone)
    at = np.minimum(after, len(log) - 1)
    came_from = is_free & ~was_there & (after <= last) & np.isin(entity_days(team[at], day), gone)
    known_after = np.where(was_there, day, log.day[at])
    concerned = was_there | came_from
    return Gaps(player[concerned], day[concerned], known_after[concerned])


@dataclass(frozen=True)
class GapView:
    """The gaps before each asked row, against the spans of games that its windows count."""

    earlier: Earlier
    latest: np.ndarray
    first_season_start: np.ndarray

    def in_last(self, n: int) -> np.ndarray:
        """Whether a gap lies after the n-th last known game, or since `start_of_last`."""
        return self.latest >= self.start_of_last(n)

    def start_of_last(self, n: int) -> np.ndarray:
        """The day after the n-th last known game.

        With fewer known games it is the start of the season of the first one; with none, the beginning.
        """
        nth = self.earlier.day_of_last(n)
        return np.where(self.earlier.games >= n, nth + 1, self.first_season_start)

    def since(self, day: np.ndarray) -> np.ndarray:
        """Whether a gap lies on or after the day."""
        return self.latest >= day


def gap_view(gaps: Gaps, earlier: Earlier) -> GapView:
    """The gaps that each row of `earlier` knows of; its log has `season`."""
    starts = season_start_days(earlier.log.column("season"))[earlier.log.row_start]
    first = earlier.of(starts.astype("float64"))
    first = np.where(np.isnan(first), DISTANT_PAST + 1, first).astype("int64")
    return GapView(earlier, gaps.latest_before(earlier.entity, earlier.day), first)


def is_thin(known: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Whether the known games (or their weight) are under 95 % of the games due: known and gaps together."""
    return known < SEASON_SHARE * (known + gaps)

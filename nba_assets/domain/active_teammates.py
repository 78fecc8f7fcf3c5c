"""A player's part in his team as it last took the floor: who is out often stays out, and leaves his share to others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.domain.as_of import Earlier
from nba_assets.domain.gaps import GapView, is_thin
from nba_assets.domain.team_form import TeamForm
from nba_assets.domain.typed_columns import TypedColumns
from nba_assets.domain.windows import last_sums, quotient

GAMES = 10
"""Games played over which minutes and points of a player and his team-mates are averaged."""

TEAM = ["game_id", "team_id"]


@dataclass(frozen=True)
class _Team:
    """The rows by team of a game; sums run in the order of the rows, which is by player id."""

    number: np.ndarray

    def others(self, values: np.ndarray) -> np.ndarray:
        """Sum of a statistic over the other rows of each row's team."""
        totals = np.bincount(self.number, weights=values, minlength=1)
        return totals[self.number] - values


def add_active_teammates(
    columns: TypedColumns, rows: pd.DataFrame, earlier: Earlier, view: GapView, team: TeamForm
) -> None:
    """Minutes, points and rank beside the active team-mates: the expected ones who played the team's last game.

    Minutes and points are means of each player's last 10 games played. A share is the player's own over the sum of
    his own and the active team-mates'; his rank by points is 1 more than the active team-mates who score more. Null:
    `upstream_missing` where the team's last game or one in the player's window is not known, or where under 95 % of
    the active team-mates' minutes rest on whole windows; `short_history` without an active team-mate,
    `source_unavailable` where the player's games lack points.
    """
    log = earlier.log
    minutes, pts = (_mean(earlier, log.numbers(name)) for name in ("minutes_played", "pts"))
    last_day = earlier.day_of_last(1)
    is_active = (last_day == team.earlier.day_of_last(1)).astype("float64")
    is_whole = (~view.in_last(GAMES)).astype("float64")
    of_team = _Team(rows.groupby(TEAM, sort=False).ngroup().to_numpy())
    of_others = of_team.others(minutes * is_active)
    known = of_team.others(minutes * is_active * is_whole)
    is_missing = team.gap_view.in_last(1) | (is_whole == 0) | is_thin(known, of_others - known)
    counted = is_active * is_whole * ~np.isnan(pts)
    others_pts = of_team.others(np.nan_to_num(pts) * counted)
    has_others = of_team.others(counted) > 0
    reason = np.where(has_others, Absence.SOURCE_UNAVAILABLE, Absence.SHORT_HISTORY)
    pts_share = np.where(pts + others_pts == 0, 0.0, quotient(pts, pts + others_pts))
    for name, values in (
        ("active_teammates_minutes", known),
        ("active_minutes_share", quotient(minutes, minutes + known)),
        ("active_pts_share", pts_share),
        ("active_pts_rank", np.where(np.isnan(pts), np.nan, _rank(of_team.number, pts, counted))),
    ):
        columns.add(name, np.where(has_others, values, np.nan), reason, is_missing)


def _mean(earlier: Earlier, values: np.ndarray) -> np.ndarray:
    count = last_sums(earlier.log, (~np.isnan(values)).astype("float64"), [GAMES])[GAMES]
    return earlier.of(quotient(last_sums(earlier.log, values, [GAMES])[GAMES], count))


def _rank(team: np.ndarray, pts: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """1 and the number of counted rows of the same team with more points."""
    order = np.lexsort((-np.nan_to_num(pts), team))
    first = np.flatnonzero(np.r_[True, team[order][1:] != team[order][:-1]]) if len(order) else order
    before = np.cumsum(counted[order]) - counted[order]
    before -= np.repeat(before[first], np.diff(np.r_[first, len(order)]))
    # equal points: as many as before the first of the equal rows
    new = np.ones(len(order), dtype=bool)
    new[1:] = (team[order][1:] != team[order][:-1]) | (np.diff(np.nan_to_num(pts)[order]) != 0)
    before = before[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))] if len(order) else before
    rank = np.empty(len(order))
    rank[order] = before + 1
    return rank

"""Table `team_defense_zones`: what each team due on a date has allowed by zone, against the league."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.domain.as_of import GameLog, day_numbers
from nba_assets.domain.gaps import Gaps, due_in, gap_view, is_thin, team_gaps
from nba_assets.domain.team_games import team_games
from nba_assets.domain.typed_columns import TypedColumns
from nba_assets.domain.windows import last_sums, quotient
from nba_assets.domain.zones import ZONE_COUNTS, ZONES, zones_lost

IDENTITY = ["game_id", "game_date", "season", "team_id", "team", "opponent_team_id"]
WINDOW = 15
LEAGUE_TEAMS = 10
"""Teams that must have a game with zones before the date: fewer are no league to compare with."""

ALLOWED = {name: f"opponent_{name}" for name in ZONE_COUNTS}


def team_defense_zones(
    *,
    dates: pd.DatetimeIndex,
    game_schedule: pd.DataFrame,
    team_defense: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
    league_teams: int = LEAGUE_TEAMS,
) -> pd.DataFrame:
    """One row per game and team due on `dates`: field-goal percentage allowed by zone, and how far off the league's.

    A percentage is makes over attempts of the opponents in a team's last 15 games before the date, of those with zones
    (`zone_games_last_15`). The league's is that of all teams together, each with its own last 15 games: as of the same
    stretch of the season (or of the one before) as the team's, and there in the finals too, when only two teams play.
    `<zone>_defense_vs_league` is the difference in percentage points: above zero the team allows more than others.
    Nulls: `short_history` without a game, and of the league below ten teams with one; `source_unavailable` where no
    game has zones, `not_applicable` without an attempt, `upstream_missing` where a game of the team's window is not
    known (`gaps`) or its shot rows were refused, and of the league where that holds for more than 5 % of its games.
    """
    due = game_schedule[game_schedule["game_date"].isin(dates) & ~game_schedule["is_postponed"].astype(bool)]
    rows = team_games(due).sort_values(["game_date", "game_id", "team_id"], ignore_index=True)
    lost = zones_lost(team_defense, ALLOWED["paint_attempts"])
    log = GameLog(team_defense.assign(zones_lost=lost), "team_id", ["season", *ALLOWED.values(), "zones_lost"])
    lost_games = team_gaps(due_in(gaps, "team_defense"))
    day = day_numbers(rows["game_date"])
    columns = TypedColumns(rows[IDENTITY])
    allowed = _add_allowed(columns, _Window(log, lost_games, rows["team_id"].to_numpy(), day))
    average = _add_league(columns, log, lost_games, day, league_teams)
    versus = [f"{zone}_defense_vs_league" for zone in ZONES]
    for zone, name in zip(ZONES, versus, strict=True):
        parts = [f"{zone}_fg_pct_allowed_last_15", f"league_{zone}_fg_pct_last_15"]
        columns.add_made_of(name, 100.0 * (allowed[zone] - average[zone]), parts)
    ranked = np.array([np.nan_to_num(columns[name]) for name in versus])
    for name, at in (("strongest_zone", ranked.argmin(axis=0)), ("weakest_zone", ranked.argmax(axis=0))):
        columns.add_label(name, np.array(ZONES, dtype="object")[at], versus)
    return columns.frame()


class _Window:
    """The last 15 games of teams before days: sums, how many games are known, and how many are not."""

    def __init__(self, log: GameLog, lost_games: Gaps, team: np.ndarray, day: np.ndarray) -> None:
        self._log, self.earlier = log, log.earlier(team, day)
        lost = self._sum(log.numbers("zones_lost"))
        self.zone_games = self._sum((~np.isnan(log.numbers(ALLOWED["paint_attempts"]))).astype("float64"))
        self.known = np.minimum(self.earlier.games, WINDOW) - lost
        since = gap_view(lost_games, self.earlier).start_of_last(WINDOW)
        self.unknown = lost + lost_games.count_between(team, np.maximum(since, 0), day)

    def attempts_and_makes(self, zone: str) -> tuple[np.ndarray, np.ndarray]:
        attempts, makes = (self._sum(self._log.numbers(ALLOWED[f"{zone}_{what}"])) for what in ("attempts", "makes"))
        return attempts, makes

    def _sum(self, values: np.ndarray) -> np.ndarray:
        return np.nan_to_num(self.earlier.of(last_sums(self._log, values, [WINDOW])[WINDOW]))


def _add_allowed(columns: TypedColumns, window: _Window) -> dict[str, np.ndarray]:
    """What each row's team allowed in its last games; returns the percentages by zone."""
    gap = window.unknown > 0
    reason = _reason(window.zone_games > 0, window.earlier.games > 0)
    columns.add("zone_games_last_15", window.zone_games.astype("int64"))
    allowed = {}
    for zone in ZONES:
        attempts, makes = window.attempts_and_makes(zone)
        allowed[zone] = quotient(makes, attempts)
        columns.add(f"{zone}_attempts_allowed_last_15", attempts.astype("int64"))
        columns.add(f"{zone}_fg_pct_allowed_last_15", allowed[zone], reason, gap)
        allowed[zone] = np.where(gap, np.nan, allowed[zone])
    return allowed


def _add_league(
    columns: TypedColumns, log: GameLog, lost_games: Gaps, day: np.ndarray, league_teams: int
) -> dict[str, np.ndarray]:
    """All teams before each row's day; returns the percentages by zone."""
    days, of_row = np.unique(day, return_inverse=True)
    teams = np.unique(np.r_[log.entity, lost_games.entity])
    window = _Window(log, lost_games, np.tile(teams, len(days)), np.repeat(days, len(teams)))

    def by_day(of_teams: np.ndarray) -> np.ndarray:
        return of_teams.reshape(len(days), len(teams)).sum(axis=1)[of_row]

    thin = is_thin(by_day(window.known), by_day(window.unknown))
    is_league = by_day(window.zone_games > 0) >= league_teams
    reason = _reason(is_league, by_day(window.known > 0) >= league_teams)
    columns.add("league_zone_games_last_15", by_day(window.zone_games).astype("int64"))
    average = {}
    for zone in ZONES:
        attempts, makes = (by_day(of_teams) for of_teams in window.attempts_and_makes(zone))
        average[zone] = np.where(is_league & ~thin, quotient(makes, attempts), np.nan)
        columns.add(f"league_{zone}_fg_pct_last_15", average[zone], reason, thin)
    return average


def _reason(has_zones: np.ndarray, has_games: np.ndarray) -> np.ndarray:
    """Why a percentage is null: no games, or games without zones, or no attempt in them."""
    without_zones = np.where(has_games, Absence.SOURCE_UNAVAILABLE, Absence.SHORT_HISTORY)
    return np.where(has_zones, Absence.NOT_APPLICABLE, without_zones)

"""Table `player_daily_cache`: the form of each expected player before the game."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.domain import player_form
from nba_assets.domain.as_of import Earlier, GameLog, count_before, day_numbers, entity_days
from nba_assets.domain.expected_players import expected_players, played_log
from nba_assets.domain.gaps import Gaps, due_in, gap_view, is_thin, player_gaps, team_gaps
from nba_assets.domain.seasons import season_start_days
from nba_assets.domain.team_form import TeamForm
from nba_assets.domain.typed_columns import TypedColumns
from nba_assets.domain.windows import Rounds, half_life_decay, last_std, running_sums

IDENTITY = ["game_id", "game_date", "season", "player_id", "player_name", "team_id"]
TEAM_WINDOW = 10
TEAM_MEANS = {"team_pace_last_10": "pace", "team_offensive_rating_last_10": "offensive_rating"}


def player_daily_cache(
    *,
    dates: pd.DatetimeIndex,
    game_schedule: pd.DataFrame,
    player_game_summary: pd.DataFrame,
    team_offense: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """One row per game and expected player: points, minutes and shots per game, `usage_rate` in percent.

    Only games before the row's date count (`as_of`), and of those only played ones. Means are over the values that
    are there, `<group>_games_<window>` says how many. Nulls: `short_history` where there is no game (for a deviation
    fewer than two), `source_unavailable` where the games lack the statistic, `not_applicable` where a ratio has a
    zero denominator, `upstream_missing` where a gap lies in the window (`gaps`). A half-life average is such a
    null when the known games hold under 95 % of the weight of those due, a season or career mean when they are under
    95 % of them.
    """
    log = played_log(player_game_summary, player_form.SUMMARY_COLUMNS)
    rows, earlier = expected_players(dates=dates, game_schedule=game_schedule, log=log)
    columns = TypedColumns(rows[IDENTITY])
    form = _Form(rows, earlier, player_gaps(due_in(gaps, "player_game_summary"), log))
    form.add_last_games(columns)
    form.add_half_lives(columns)
    form.add_to_date(columns)
    form.add_team_stint(columns)
    team, day = rows["team_id"].to_numpy(), day_numbers(rows["game_date"])
    of_team = TeamForm(team_offense, tuple(TEAM_MEANS.values()), team_gaps(due_in(gaps, "team_offense")), team, day)
    of_team.add_means(columns, "team_games_last_10", TEAM_WINDOW, TEAM_MEANS)
    return columns.frame()


class _Form:
    """The statistics of `player_form` as each row may know them, with the reasons of their nulls."""

    def __init__(self, rows: pd.DataFrame, earlier: Earlier, gaps: Gaps) -> None:
        self._player, self._team = rows["player_id"].to_numpy(), rows["team_id"].to_numpy()
        self._day = day_numbers(rows["game_date"])
        self._season_start = season_start_days(rows["season"])
        self._earlier, self._all_gaps = earlier, gaps
        self._gaps = gap_view(gaps, earlier)
        self._log: GameLog = earlier.log
        self._values = player_form.statistics(self._log)
        self._none_of = {
            least: np.where(earlier.games >= least, Absence.SOURCE_UNAVAILABLE, Absence.SHORT_HISTORY)
            for least in (1, 2)
        }

    @cached_property
    def _rounds(self) -> Rounds:
        return Rounds.of(self._log)

    def add_last_games(self, columns: TypedColumns) -> None:
        log, values, earlier = self._log, self._values, self._earlier
        counts = player_form.last_counts(log, values)
        in_last = {n: self._gaps.in_last(n) for n in (1, *player_form.SIZES)}
        for name in player_form.PREVIOUS:
            columns.add(f"{name}_previous_game", earlier.of(values[name]), self._none_of[1], in_last[1])
        for column, n, mean in player_form.last_means(log, values, counts):
            columns.add(column, earlier.of(mean), self._none_of[1], in_last[n])
        for column, n, count, ratio in player_form.last_ratios(log, values):
            reason = np.where(earlier.of(counts[count]) > 0, Absence.NOT_APPLICABLE, self._none_of[1])
            columns.add(column, earlier.of(ratio), reason, in_last[n])
        for name, n in player_form.STANDARD_DEVIATIONS.items():
            deviation = last_std(log, values[name], n)
            columns.add(f"{name}_std_last_{n}", earlier.of(deviation), self._none_of[2], in_last[n])
        for name, games in counts.items():
            self._add_count(columns, name, games)

    def add_half_lives(self, columns: TypedColumns) -> None:
        form = player_form.half_life_means(self._rounds, self._values)
        wanted: list[tuple[str, tuple[int, ...]]] = []
        wanted += [(f"{name}_ewma_half_life_{h}", (h,)) for name, of in player_form.HALF_LIVES.items() for h in of]
        wanted.append((player_form.PROJECTION, (player_form.PROJECTION_HALF_LIFE,)))
        wanted += [(player_form.projected_name(*pair), pair) for pair in player_form.PROJECTED_POINTS]
        wanted += [(player_form.trend_name(*pair), pair) for pair in player_form.MINUTES_TRENDS]
        thin = self._thin_half_lives(sorted({h for _, of in wanted for h in of}))
        for column, of in wanted:
            gap = np.any([thin[h] for h in of], axis=0)
            columns.add(column, self._earlier.of(form[column]), self._none_of[1], gap)

    def _thin_half_lives(self, half_lives: list[int]) -> dict[int, np.ndarray]:
        """Whether the known games hold under 95 % of the weight of all games due, the gaps among them.

        A gap weighs 0.5^(k/h), k being the number of known games after it.
        """
        log, decay = self._log, half_life_decay(half_lives)
        is_first = log.ordinal == 0
        since = np.where(is_first, season_start_days(log.column("season")), np.r_[0, log.day[:-1]][: len(log)])
        before_game = self._all_gaps.count_between(log.entity, since, log.day + 1)
        lost = running_sums(self._rounds, before_game[:, None] * decay, decay)
        last_day = np.where(self._earlier.games > 0, np.nan_to_num(self._earlier.of(log.day.astype("float64"))), 0)
        newest = self._all_gaps.count_between(self._player, last_day.astype("int64"), self._day)
        thin = {}
        for at, h in enumerate(half_lives):
            lost_weight = np.nan_to_num(self._earlier.of(lost[:, at])) + newest
            known_weight = (1 - decay[at] ** self._earlier.games) / (1 - decay[at])
            thin[h] = is_thin(known_weight, lost_weight)
        return thin

    def add_to_date(self, columns: TypedColumns) -> None:
        """Means over the season and the career; the games of another season are no part of a season's mean."""
        form = player_form.to_date(self._log, self._rounds, self._values)
        season = season_start_days(self._log.column("season"))
        is_of_season = self._earlier.of(season.astype("float64")) == self._season_start
        season_games = np.where(is_of_season, self._earlier.of(form["season_games"]), 0.0)
        none_of_season = np.where(season_games > 0, Absence.SOURCE_UNAVAILABLE, Absence.SHORT_HISTORY)
        thin_season, thin_career = self._thin_season(), self._thin_career()
        for name in player_form.SEASON:
            value = np.where(is_of_season, self._earlier.of(form[f"{name}_season"]), np.nan)
            columns.add(f"{name}_season", value, none_of_season, thin_season)
        for name in player_form.CAREER:
            columns.add(f"{name}_career", self._earlier.of(form[f"{name}_career"]), self._none_of[1], thin_career)
        columns.add("season_games", season_games.astype("int64"))
        columns.add("career_games", self._earlier.games)
        for name in player_form.TO_DATE_COUNTS:
            self._add_count(columns, name, form[name], is_of_season if name.endswith("_season") else None)

    def add_team_stint(self, columns: TypedColumns) -> None:
        """Means over the games in a row for the team that he last played for."""
        form = player_form.team_stints(self._log, self._rounds, self._values)
        since = np.nan_to_num(self._earlier.of(player_form.stint_since(self._log).astype("float64"))).astype("int64")
        known = np.nan_to_num(self._earlier.of(form["team_stint_games"]))
        thin = is_thin(known, self._all_gaps.count_between(self._player, since, self._day))
        for name in player_form.STINT:
            columns.add(f"{name}_team_stint", self._earlier.of(form[f"{name}_team_stint"]), self._none_of[1], thin)
        for name in ("team_stint_games", "line_games_team_stint"):
            self._add_count(columns, name, form[name])

    def _add_count(self, columns: TypedColumns, name: str, count: np.ndarray, counts: np.ndarray | None = None) -> None:
        known = self._earlier.of(count)
        known = np.where(np.isnan(known) if counts is None else ~counts, 0.0, known)
        columns.add(name, known.astype("int64"))

    def _thin_season(self) -> np.ndarray:
        """Whether under 95 % of the team's games due in the season so far are known."""
        keys = np.unique(entity_days(self._log.column("team_id"), self._log.day))
        before_season = np.searchsorted(keys, entity_days(self._team, self._season_start))
        known = count_before(keys, self._team, self._day) - before_season
        return is_thin(known, self._all_gaps.count_between(self._player, self._season_start, self._day))

    def _thin_career(self) -> np.ndarray:
        """Whether the player's known games are under 95 % of them and the gaps since the season of his first one."""
        since = np.maximum(self._gaps.first_season_start, 0)
        return is_thin(self._earlier.games, self._all_gaps.count_between(self._player, since, self._day))

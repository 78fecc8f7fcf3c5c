"""Table `upcoming_player_context`: who is expected, how rested and loaded he is, and whom he meets."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.domain.as_of import Earlier, day_numbers
from nba_assets.domain.expected_players import IDENTITY, expected_players, played_log
from nba_assets.domain.gaps import GapView, due_in, gap_view, player_gaps, team_gaps
from nba_assets.domain.seasons import season_start_days
from nba_assets.domain.team_form import TeamForm
from nba_assets.domain.typed_columns import TypedColumns
from nba_assets.domain.windows import sums_since

POSTSEASON = ("play_in", "playoffs")
WEEK, FORTNIGHT = 7, 14
OFFENSE_WINDOW, DEFENSE_WINDOW = 10, 15


def upcoming_player_context(
    *,
    dates: pd.DatetimeIndex,
    game_schedule: pd.DataFrame,
    player_game_summary: pd.DataFrame,
    team_offense: pd.DataFrame,
    team_defense: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """One row per game and expected player: his rest and load in days, games and minutes, and both teams' form.

    `rest_days` = days since the last played game minus 1, so 0 is the second night of a back-to-back. "Last 7 days"
    are D-7 to D-1. Team columns are means over the team's last 10 games (offence) or 15 (defence) before the date.
    Nulls: `short_history` before a first game, `upstream_missing` where a gap lies in the window (`gaps`). Injuries
    await a source of reports.
    """
    log = played_log(player_game_summary, ("minutes_played",))
    rows, earlier = expected_players(dates=dates, game_schedule=game_schedule, log=log)
    view = gap_view(player_gaps(due_in(gaps, "player_game_summary"), log), earlier)
    columns = TypedColumns(rows[IDENTITY])
    columns.add("is_postseason", rows["season_type"].isin(POSTSEASON).to_numpy())
    columns.add("days_since_season_start", earlier.day - season_start_days(rows["season"]))
    _add_rest_and_load(columns, earlier, view)
    _add_teams(columns, rows, earlier, view, team_offense, team_defense, gaps)
    columns.add_unavailable("star_teammates_out")
    return columns.frame()


def _add_rest_and_load(columns: TypedColumns, earlier: Earlier, view: GapView) -> None:
    day, log = earlier.day, earlier.log
    since_last, week_gap, fortnight_gap = view.in_last(1), view.since(day - WEEK), view.since(day - FORTNIGHT)
    missing, short = Absence.UPSTREAM_MISSING, Absence.SHORT_HISTORY
    rest = earlier.day - earlier.of(log.day) - 1
    columns.add("rest_days", rest, short, since_last)
    never = np.isnan(rest)
    columns.add_flag("is_back_to_back", rest == 0, never | since_last, np.where(since_last, missing, short))
    columns.add("games_last_7_days", earlier.since(day - WEEK), missing, week_gap)
    columns.add("games_last_14_days", earlier.since(day - FORTNIGHT), missing, fortnight_gap)
    minutes = sums_since(earlier, log.numbers("minutes_played"), day - WEEK)
    columns.add("minutes_last_7_days", minutes, missing, week_gap)
    is_second_night = (np.diff(log.day, prepend=log.day[:1]) == 1) & (log.ordinal > 0)
    # both nights lie in the fortnight if the second one is no earlier than its second day
    pairs = sums_since(earlier, is_second_night.astype("float64"), day - FORTNIGHT + 1)
    columns.add("back_to_backs_last_14_days", pairs, missing, fortnight_gap)


def _add_teams(
    columns: TypedColumns,
    rows: pd.DataFrame,
    earlier: Earlier,
    view: GapView,
    team_offense: pd.DataFrame,
    team_defense: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
) -> None:
    day = day_numbers(rows["game_date"])
    team, opponent = rows["team_id"].to_numpy(), rows["opponent_team_id"].to_numpy()
    offense_gaps, defense_gaps = team_gaps(due_in(gaps, "team_offense")), team_gaps(due_in(gaps, "team_defense"))
    own = TeamForm(team_offense, ("pace", "offensive_rating"), offense_gaps, team, day)
    their = TeamForm(team_offense, ("pace",), offense_gaps, opponent, day)
    last_day = earlier.log.day[earlier.end - 1]
    columns.add(
        "team_games_missed",
        own.games_after(last_day),
        Absence.UPSTREAM_MISSING,
        view.in_last(1) | own.gap_view.since(last_day + 1),
    )
    columns.add("opponent_rest_days", their.rest_days(), Absence.SHORT_HISTORY, their.gap_view.in_last(1))
    own.add_means(
        columns, "team_games_last_10", OFFENSE_WINDOW,
        {"team_pace_last_10": "pace", "team_offensive_rating_last_10": "offensive_rating"},
    )  # fmt: skip
    their.add_means(columns, "opponent_games_last_10", OFFENSE_WINDOW, {"opponent_pace_last_10": "pace"})
    allowed = ("defensive_rating", "opponent_pts", "opponent_effective_fg_pct")
    TeamForm(team_defense, allowed[:1], defense_gaps, team, day).add_means(
        columns, "team_games_last_15", DEFENSE_WINDOW, {"team_defensive_rating_last_15": "defensive_rating"}
    )
    TeamForm(team_defense, allowed, defense_gaps, opponent, day).add_means(
        columns, "opponent_games_last_15", DEFENSE_WINDOW,
        {
            "opponent_defensive_rating_last_15": "defensive_rating",
            "opponent_pts_allowed_last_15": "opponent_pts",
            "opponent_effective_fg_pct_allowed_last_15": "opponent_effective_fg_pct",
        },
    )  # fmt: skip
    columns.add_difference("pace_differential", "team_pace_last_10", "opponent_pace_last_10")

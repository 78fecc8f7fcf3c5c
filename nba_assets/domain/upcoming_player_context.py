"""Table `upcoming_player_context`: who is expected, how rested and loaded he is, and whom he meets."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.domain.active_teammates import add_active_teammates
from nba_assets.domain.as_of import Earlier, GameLog, day_numbers
from nba_assets.domain.expected_players import IDENTITY, expected_players, played_log
from nba_assets.domain.gaps import Gaps, GapView, due_in, gap_view, player_gaps, team_gaps
from nba_assets.domain.injuries import TEAM, LastReports, last_reports, star_teammates_out
from nba_assets.domain.lines import PLAYER, lines_of_players
from nba_assets.domain.seasons import season_start_days
from nba_assets.domain.team_form import TeamForm
from nba_assets.domain.typed_columns import TypedColumns
from nba_assets.domain.windows import sums_since

POSTSEASON = ("play_in", "playoffs")
WEEK, FORTNIGHT = 7, 14
OFFENSE_WINDOW, DEFENSE_WINDOW, MARGIN_WINDOW = 10, 15, 20
PRICED_COLUMNS = (
    "points_line_best_over",
    "points_line_best_over_price",
    "points_line_best_under",
    "points_line_best_under_price",
    "points_line_over_probability",
)
"""Columns of lines that need a price; the consensus does not."""


def upcoming_player_context(
    *,
    dates: pd.DatetimeIndex,
    game_schedule: pd.DataFrame,
    player_game_summary: pd.DataFrame,
    team_offense: pd.DataFrame,
    team_defense: pd.DataFrame,
    point_lines: pd.DataFrame,
    injury_reports: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """One row per game and expected player: his rest and load in days, games and minutes, and both teams' form.

    `rest_days` = days since the last played game minus 1, so 0 is the second night of a back-to-back. "Last 7 days"
    are D-7 to D-1. Team columns are means over the team's last 10 games (offence) or 15 (defence) before the date.
    Nulls: `short_history` before a first game, `upstream_missing` where a gap lies in the window (`gaps`). Of lines and
    injuries `source_unavailable` where the game (the team) has none, `not_applicable` where it has and the player is
    not among them. Who the last report before tip-off lists out is not expected.
    """
    log = played_log(player_game_summary, ("minutes_played", "pts"))
    reports = last_reports(injury_reports, game_schedule)
    rows, earlier = expected_players(dates=dates, game_schedule=game_schedule, log=log, out=reports.out)
    of_players = player_gaps(due_in(gaps, "player_game_summary"), log)
    view = gap_view(of_players, earlier)
    columns = TypedColumns(rows[IDENTITY])
    columns.add("is_postseason", rows["season_type"].isin(POSTSEASON).to_numpy())
    columns.add("days_since_season_start", earlier.day - season_start_days(rows["season"]))
    _add_rest_and_load(columns, earlier, view)
    _add_teams(columns, rows, earlier, view, team_offense, team_defense, gaps)
    _add_lines(columns, rows, point_lines, _is_in(rows["game_id"], due_in(gaps, "point_lines")))
    _add_injuries(columns, rows, reports, log, of_players, _is_in(rows["game_id"], due_in(gaps, "injury_reports")))
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
    margin = (team_offense["pts"] - team_offense["opponent_pts"]).astype("float64")
    team_offense = team_offense.assign(margin=margin, win=(margin > 0).where(margin.notna()).astype("float64"))
    own = TeamForm(team_offense, ("pace", "offensive_rating", "margin", "win"), offense_gaps, team, day)
    their = TeamForm(team_offense, ("pace", "margin", "win"), offense_gaps, opponent, day)
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
    columns.add("team_rest_days", own.rest_days(), Absence.SHORT_HISTORY, own.gap_view.in_last(1))
    own.add_previous_game(columns, "team_margin_previous_game", "margin")
    season_start = season_start_days(rows["season"])
    for side, form in (("team", own), ("opponent", their)):
        form.add_means(columns, f"{side}_games_last_20", MARGIN_WINDOW, {f"{side}_margin_last_20": "margin"})
        form.add_season_mean(columns, f"{side}_win_pct_season", f"{side}_games_season", "win", season_start)
    add_active_teammates(columns, rows, earlier, view, own)


def _add_lines(columns: TypedColumns, rows: pd.DataFrame, point_lines: pd.DataFrame, gap: np.ndarray) -> None:
    of_rows = lines_of_players(point_lines).set_index(PLAYER).reindex(pd.MultiIndex.from_frame(rows[PLAYER]))
    game = ["game_date", "game_id"]
    has_game = pd.MultiIndex.from_frame(rows[game]).isin(pd.MultiIndex.from_frame(point_lines[game]))
    reason = np.where(has_game, Absence.NOT_APPLICABLE, Absence.SOURCE_UNAVAILABLE)
    books = of_rows["points_line_books"].to_numpy(dtype="float64")
    has_line = ~np.isnan(books)
    columns.add("points_line_books", np.where(has_line, books, np.where(has_game, 0.0, np.nan)), reason, gap)
    columns.add("points_line_consensus", of_rows["points_line_consensus"].to_numpy(dtype="float64"), reason, gap)
    without_price = np.where(has_line, Absence.SOURCE_UNAVAILABLE, reason)
    for name in PRICED_COLUMNS:
        columns.add(name, of_rows[name].to_numpy(dtype="float64"), without_price, gap)
    is_verified = of_rows["is_points_line_verified"].eq(True).to_numpy(dtype=bool)
    flag_reason = np.where(gap, Absence.UPSTREAM_MISSING, reason)
    columns.add_flag("is_points_line_verified", is_verified, ~has_line | gap, flag_reason)


def _add_injuries(
    columns: TypedColumns, rows: pd.DataFrame, reports: LastReports, log: GameLog, of_players: Gaps, gap: np.ndarray
) -> None:
    has_report = pd.MultiIndex.from_frame(rows[TEAM]).isin(pd.MultiIndex.from_frame(reports.teams))
    player = ["game_id", "player_id"]
    status = reports.listed.set_index(player)["status"].reindex(pd.MultiIndex.from_frame(rows[player]))
    stated = status.to_numpy(dtype="object")
    stated[pd.isna(stated) | gap] = None
    reason = np.where(has_report, Absence.NOT_APPLICABLE, Absence.SOURCE_UNAVAILABLE)
    reason = np.where(gap, Absence.UPSTREAM_MISSING, reason)
    columns.add_copy("injury_status", pd.Series(stated, dtype="object"), reason)
    stars, is_uncertain = star_teammates_out(rows, reports, log, of_players)
    count = np.where(has_report, stars, np.nan)
    columns.add("star_teammates_out", count, Absence.SOURCE_UNAVAILABLE, gap | (has_report & is_uncertain))


def _is_in(game_ids: pd.Series, due: pd.DataFrame) -> np.ndarray:
    """Whether each game is one whose reports are not known."""
    return game_ids.isin(due["game_id"]).to_numpy()

"""Contracts of the precompute tables (dataset `nba_precompute`): what was known of a player before his game.

Ranges hold for every row of 2021-22 to 2024-25 with room on both sides; what lies outside is broken data.
"""

from collections.abc import Iterable
from dataclasses import replace

from nba_assets.contracts.contract import ABSENCE, ABSENCE_COLUMN, Absence, Column, ColumnType, Contract, Read
from nba_assets.contracts.form_columns import (
    ACTIVE_TEAMMATES,
    FORM_NULLS,
    LOAD_NULLS,
    PROJECTION,
    REST_NULLS,
    STRENGTH,
    average,
    count,
    counts_to_date,
    deviation,
    half_lives,
    last,
    last_counts,
    minutes_trends,
    projected_points,
    ratios,
    team_count,
    team_mean,
    team_stint,
    to_date,
)
from nba_assets.contracts.pregame_columns import INJURY_COLUMNS, LINE_COLUMNS
from nba_assets.contracts.raw import (
    GAME_DATE,
    GAME_ID,
    IS_HOME,
    OPPONENT_TEAM,
    OPPONENT_TEAM_ID,
    PLAYER_ID,
    PLAYER_NAME,
    SEASON_TYPES,
    TEAM,
    TEAM_ID,
)

_SCHEDULE, _SUMMARY = "game_schedule", "player_game_summary"
_OFFENSE, _DEFENSE = "team_offense", "team_defense"
_CACHE, _CONTEXT = "player_daily_cache", "upcoming_player_context"


def _from(column: Column, *sources: str) -> Column:
    return replace(column, sources=sources)


KEYS = tuple(
    _from(column, f"{_SCHEDULE}.{column.name}")
    for column in (GAME_ID, GAME_DATE, Column("season", "string", "Season as 2024-25."))
)
_SEASON_TYPE = Column(
    "season_type", "string", "Phase of the season.", allowed=SEASON_TYPES, sources=(f"{_SCHEDULE}.season_type",)
)
WHO = (
    _from(PLAYER_ID, f"{_SUMMARY}.player_id"),
    _from(PLAYER_NAME, f"{_SUMMARY}.player_name"),
    replace(TEAM_ID, description="Team the player last played for.", sources=(f"{_SUMMARY}.team_id",)),
)
PLAYED_GAME = ("game_date", "season", "player_id", "player_name", "team_id", "minutes_played")
TEAM_GAME = ("game_date", "season", "team_id")
"""Columns of `player_game_summary`, and of the team tables, that say who played when, for whom."""

PLAYER_ROW, TEAM_ROW = ("game_date", "game_id", "player_id", ABSENCE), ("game_date", "game_id", "team_id", ABSENCE)
"""What identifies a row of the tables here, and says why its nulls are."""

_SIDES = (f"{_SCHEDULE}.home_team_id", f"{_SCHEDULE}.away_team_id")


_OWN_OFFENSE = (
    team_count("team_games_last_10", "the own team's", 10, _OFFENSE),
    team_mean("team_pace_last_10", "Own team's pace", "possessions per 48 min", 70, 140,
               f"{_OFFENSE}.pace", 10, "team_games_last_10"),
    team_mean("team_offensive_rating_last_10", "Own team's offensive rating", "points per 100 possessions", 50, 180,
               f"{_OFFENSE}.offensive_rating", 10, "team_games_last_10"),
)  # fmt: skip

PLAYER_DAILY_CACHE = Contract(
    name=_CACHE,
    dataset="nba_precompute",
    grain="one row per game and player expected to play",
    description="A player's form before the game: scoring, minutes, usage and shots over several windows.",
    missing="A player without a row was not expected: he did not play in the 60 days before, or his team is not due.",
    key=("game_id", "player_id"),
    columns=(
        *KEYS,
        *WHO,
        average("pts_previous_game", "pts", "in the last game played", None, 1),
        average("minutes_previous_game", "minutes", "in the last game played", None, 1),
        *last("pts", (3, 5, 7, 10, 20)),
        *last("minutes", (3, 5, 7, 10, 20)),
        *last("usage_rate", (5, 7, 10, 20)),
        *last("fga", (3, 5, 10, 20)),
        *last("fg3a", (5, 10, 20)),
        *last("fta", (5, 10, 20)),
        *last("reb", (5, 10)),
        *last("ast", (5, 10)),
        *last("tov", (5, 10)),
        *last("starter_share", (10,)),
        *ratios("true_shooting_pct", "PTS / (2·(FGA + 0.44·FTA))", "fraction", 1.5, "usage", ("pts", "fga", "fta")),
        *ratios("points_per_minute", "Points per minute", "points per minute", 60, "line", ("pts", "minutes_played")),
        deviation("pts"),
        deviation("minutes"),
        *last_counts("line", (3, 5, 7, 10, 20)),
        *last_counts("shot", (3, 5, 10, 20)),
        *last_counts("usage", (5, 7, 10, 20)),
        *last_counts("starter", (10,)),
        *half_lives("pts", (2, 3, 6, 10, 15, 20)),
        *half_lives("minutes", (2, 3, 6, 10)),
        *half_lives("usage_rate", (6,)),
        *half_lives("fga", (6,)),
        average(PROJECTION, "usage_rate", "weighted by minutes · 0.5^(k/10), k games ago", "usage_games_career"),
        *projected_points(((2, 15), (3, 15), (3, 40), (6, 40))),
        *minutes_trends(((3, 10), (6, 20))),
        *(to_date(name, "season") for name in ("pts", "minutes", "usage_rate", "fga")),
        to_date("pts", "career"),
        count("season_games", "Games played in the season so far.", 120),
        count("career_games", "Games played so far, from the start of history on.", 2500),
        *counts_to_date("season"),
        *counts_to_date("career"),
        *(team_stint(name) for name in ("pts", "minutes")),
        count("team_stint_games", "Games played in a row for the present team.", 2500),
        count("line_games_team_stint", "Games of them that have points, rebounds, assists and turnovers.", 2500),
        *_OWN_OFFENSE,
        ABSENCE_COLUMN,
    ),
    code_version=3,
    reads=(
        Read(_SCHEDULE),
        Read(_SUMMARY, "before", columns=PLAYED_GAME),
        Read(_OFFENSE, "before", columns=TEAM_GAME),
    ),
)


def _load(name: str, text: str, unit: str, high: float, nulls: tuple[Absence, ...] = LOAD_NULLS) -> Column:
    """Rest or load of the player, out of the dates he played on."""
    kind: ColumnType = "float" if unit == "minutes" else "integer"
    sources = (f"{_SUMMARY}.game_date", f"{_SUMMARY}.minutes_played")
    return Column(name, kind, text, unit, nulls, 0, high, sources=sources)


UPCOMING_PLAYER_CONTEXT = Contract(
    name=_CONTEXT,
    dataset="nba_precompute",
    grain="one row per game and player expected to play",
    description="Who is expected to play, how rested and loaded he is, the form of both teams, and what bookmakers and "
    "injury reports said before tip-off.",
    missing="A player without a row was not expected: he did not play in the 60 days before, his team is not due, or "
    "the last injury report before tip-off lists him out.",
    key=("game_id", "player_id"),
    columns=(
        *KEYS,
        _SEASON_TYPE,
        *WHO,
        _from(TEAM, f"{_SCHEDULE}.home_team", f"{_SCHEDULE}.away_team"),
        _from(OPPONENT_TEAM_ID, *_SIDES),
        _from(OPPONENT_TEAM, f"{_SCHEDULE}.home_team", f"{_SCHEDULE}.away_team"),
        _from(IS_HOME, *_SIDES),
        Column("is_postseason", "boolean", "Whether it is a play-in or playoff game.",
               sources=(f"{_SCHEDULE}.season_type",)),
        count("days_since_season_start", "Days since 1 October (1 December in 2020-21).", 380,
               f"{_SCHEDULE}.game_date"),
        _load("rest_days", "Days since the last game played minus 1; 0 is the second night of a back-to-back.",
              "days", 60, REST_NULLS),
        Column("is_back_to_back", "boolean", "Whether the player played the day before.", "", REST_NULLS,
               sources=(f"{_SUMMARY}.game_date",)),
        _load("games_last_7_days", "Games played on the 7 days before.", "count", 7),
        _load("games_last_14_days", "Games played on the 14 days before.", "count", 14),
        _load("minutes_last_7_days", "Minutes played on the 7 days before, summed.", "minutes", 400),
        _load("back_to_backs_last_14_days", "Pairs of games on consecutive days among the 14 days before.",
              "count", 13),
        replace(_load("team_games_missed", "Games of his team since the last one he played.", "count", 60),
                sources=(f"{_OFFENSE}.game_date", f"{_SUMMARY}.game_date")),
        Column("opponent_rest_days", "integer", "Days since the opponent's last game minus 1.", "days", REST_NULLS,
               0, 400, sources=(f"{_OFFENSE}.game_date",)),
        *_OWN_OFFENSE,
        team_count("opponent_games_last_10", "the opponent's", 10, _OFFENSE),
        team_mean("opponent_pace_last_10", "Opponent's pace", "possessions per 48 min", 70, 140,
                   f"{_OFFENSE}.pace", 10, "opponent_games_last_10"),
        team_count("team_games_last_15", "the own team's", 15, _DEFENSE),
        team_mean("team_defensive_rating_last_15", "Own team's defensive rating", "points per 100 possessions",
                   50, 180, f"{_DEFENSE}.defensive_rating", 15, "team_games_last_15"),
        team_count("opponent_games_last_15", "the opponent's", 15, _DEFENSE),
        team_mean("opponent_defensive_rating_last_15", "Opponent's defensive rating", "points per 100 possessions",
                   50, 180, f"{_DEFENSE}.defensive_rating", 15, "opponent_games_last_15"),
        team_mean("opponent_pts_allowed_last_15", "Points the opponent allowed", "points per game", 40, 200,
                   f"{_DEFENSE}.opponent_pts", 15, "opponent_games_last_15"),
        team_mean("opponent_effective_fg_pct_allowed_last_15", "Effective field-goal percentage the opponent allowed",
                   "fraction", 0.2, 0.9, f"{_DEFENSE}.opponent_effective_fg_pct", 15, "opponent_games_last_15"),
        Column("pace_differential", "float", "Own team's pace minus the opponent's.", "possessions per 48 min",
               FORM_NULLS, -50, 50, sources=(f"{_OFFENSE}.pace",), window_games=10),
        *STRENGTH,
        *ACTIVE_TEAMMATES,
        *LINE_COLUMNS,
        *INJURY_COLUMNS,
        ABSENCE_COLUMN,
    ),
    code_version=3,
    reads=(
        Read(_SCHEDULE), Read(_SUMMARY, "before", columns=PLAYED_GAME), Read(_OFFENSE, "before", columns=TEAM_GAME),
        Read(_DEFENSE, "before", columns=TEAM_GAME),
        Read("point_lines", optional=True), Read("injury_reports", optional=True),
    ),
)  # fmt: skip


def carried(contract: Contract, names: Iterable[str]) -> tuple[Column, ...]:
    """Columns that are the same in another table; their counts stay there."""
    return tuple(
        replace(contract.column(name), sources=(f"{contract.name}.{name}",), count_column=None) for name in names
    )

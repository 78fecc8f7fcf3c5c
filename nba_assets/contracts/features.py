"""Contract of the feature store (dataset `nba_predictions`): named columns known before tip-off, and no label."""

from dataclasses import replace

from nba_assets.contracts.composite_factors import PLAYER_COMPOSITE_FACTORS
from nba_assets.contracts.contract import ABSENCE_COLUMN, Column, Contract, Read
from nba_assets.contracts.precompute import PLAYER_DAILY_CACHE, PLAYER_ROW, TEAM_ROW, UPCOMING_PLAYER_CONTEXT, carried
from nba_assets.contracts.raw_shots import ZONES
from nba_assets.contracts.zone_tables import PLAYER_SHOT_ZONES, TEAM_DEFENSE_ZONES

_FORM = (
    *(f"pts_last_{n}" for n in (3, 5, 10, 20)),
    *(f"pts_ewma_half_life_{h}" for h in (2, 3, 6, 10, 15, 20)),
    "pts_season", "pts_career", "pts_previous_game", "pts_std_last_10",
    "minutes_previous_game", "minutes_last_5", "minutes_last_10", "minutes_last_20",
    *(f"minutes_ewma_half_life_{h}" for h in (2, 3, 6, 10)),
    "minutes_season", "minutes_std_last_10",
    "usage_rate_last_5", "usage_rate_last_10", "usage_rate_last_20", "usage_rate_ewma_half_life_6",
    "usage_rate_season",
    "fga_last_5", "fga_last_10", "fga_ewma_half_life_6", "fga_season",
    "fg3a_last_10", "fta_last_10", "reb_last_10", "ast_last_10", "tov_last_10",
    "true_shooting_pct_last_20", "points_per_minute_last_10", "points_per_minute_last_20",
    "season_games", "career_games",
    *(f"projected_pts_half_lives_{pair}" for pair in ("2_15", "3_15", "3_40", "6_40")),
    *(f"minutes_trend_half_lives_{pair}" for pair in ("3_10", "6_20")),
    "team_stint_games", "pts_team_stint", "minutes_team_stint",
)  # fmt: skip
_CONTEXT = (
    "is_home", "is_postseason", "days_since_season_start",
    "rest_days", "is_back_to_back", "games_last_7_days", "games_last_14_days", "minutes_last_7_days",
    "back_to_backs_last_14_days", "team_games_missed", "opponent_rest_days",
    "team_pace_last_10", "team_offensive_rating_last_10", "team_defensive_rating_last_15",
    "opponent_pace_last_10", "opponent_defensive_rating_last_15", "opponent_pts_allowed_last_15",
    "opponent_effective_fg_pct_allowed_last_15",
    "team_rest_days", "team_margin_previous_game",
    "team_margin_last_20", "team_win_pct_season", "team_games_season",
    "opponent_margin_last_20", "opponent_win_pct_season", "opponent_games_season",
    "active_teammates_minutes", "active_minutes_share", "active_pts_share", "active_pts_rank",
)  # fmt: skip
_FACTORS = (
    "avg_usage_rate_last_7_games", "projected_usage_rate", "fatigue_score", "shot_zone_mismatch_score",
    "pace_score", "usage_spike_score", "total_composite_adjustment",
)  # fmt: skip
_ZONES = (
    *(f"{zone}_share_last_10" for zone in ZONES), *(f"{zone}_fg_pct_last_20" for zone in ZONES),
    "assisted_share_last_20",
)  # fmt: skip
_OPPONENT_ZONES = tuple(f"{zone}_defense_vs_league" for zone in ZONES)


def _of_opponent(column: Column) -> Column:
    return replace(column, name=f"opponent_{column.name}", description=f"Of the opponent: {column.description}")


FEATURE_COLUMNS = (*_FORM, *_CONTEXT, *_FACTORS, *_ZONES, *(f"opponent_{name}" for name in _OPPONENT_ZONES))
"""What a model may learn from. Columns that no source fills (injuries) or that not every source fills (who started)
are none: over a training window they would be null or constant."""

SHOT_FEATURES = (
    *_ZONES, *(f"opponent_{name}" for name in _OPPONENT_ZONES), "shot_zone_mismatch_score",
    "total_composite_adjustment",
)  # fmt: skip
"""Those that are made of shots: a source that has no shots at all trains without them."""

OPTIONAL_FEATURES = (
    "points_line_books", "points_line_consensus", "points_line_best_over", "points_line_best_under",
    "points_line_over_probability", "is_points_line_verified",
)  # fmt: skip
"""What a model may learn from besides, if asked to: bookmakers' lines, which few sources have for all dates."""

ML_FEATURE_STORE = Contract(
    name="ml_feature_store",
    dataset="nba_predictions",
    grain="one row per game and player expected to play",
    description="Features of the points model by name, as known before tip-off. It holds no outcome and no label.",
    missing="A player without a row was not expected to play; anyone who scores him uses a naive baseline.",
    key=("game_id", "player_id"),
    columns=(
        *carried(
            UPCOMING_PLAYER_CONTEXT,
            ("game_id", "game_date", "season", "season_type", "player_id", "player_name", "team_id",
             "opponent_team_id"),
        ),
        *carried(PLAYER_DAILY_CACHE, _FORM),
        *carried(UPCOMING_PLAYER_CONTEXT, _CONTEXT),
        *carried(UPCOMING_PLAYER_CONTEXT, OPTIONAL_FEATURES),
        *carried(PLAYER_COMPOSITE_FACTORS, _FACTORS),
        *carried(PLAYER_SHOT_ZONES, _ZONES),
        *(_of_opponent(column) for column in carried(TEAM_DEFENSE_ZONES, _OPPONENT_ZONES)),
        ABSENCE_COLUMN,
    ),
    code_version=3,
    reads=(
        *(
            Read(table, columns=PLAYER_ROW)
            for table in ("player_daily_cache", "upcoming_player_context", "player_composite_factors")
        ),
        Read("player_shot_zones", optional=True, columns=PLAYER_ROW),
        Read("team_defense_zones", optional=True, columns=TEAM_ROW),
    ),
)  # fmt: skip

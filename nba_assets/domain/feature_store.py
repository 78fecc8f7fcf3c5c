"""Table `ml_feature_store`: what a model may know of a player before the game, by name; no outcome, no label."""

import pandas as pd

from nba_assets.contracts.contract import ABSENCE
from nba_assets.domain.absence import stated_reasons
from nba_assets.domain.joined_columns import beside
from nba_assets.domain.player_form import MINUTES_TRENDS, PROJECTED_POINTS, projected_name, trend_name
from nba_assets.domain.typed_columns import TypedColumns
from nba_assets.domain.zones import ZONES

KEY = ["game_id", "player_id"]
IDENTITY = [
    "game_id", "game_date", "season", "season_type", "player_id", "player_name", "team_id", "opponent_team_id",
]  # fmt: skip

FORM_FEATURES = (
    *(f"pts_last_{n}" for n in (3, 5, 10, 20)),
    *(f"pts_ewma_half_life_{h}" for h in (2, 3, 6, 10, 15, 20)),
    "pts_season",
    "pts_career",
    "pts_previous_game",
    "pts_std_last_10",
    "minutes_previous_game",
    *(f"minutes_last_{n}" for n in (5, 10, 20)),
    *(f"minutes_ewma_half_life_{h}" for h in (2, 3, 6, 10)),
    "minutes_season",
    "minutes_std_last_10",
    "usage_rate_last_5",
    "usage_rate_last_10",
    "usage_rate_last_20",
    "usage_rate_ewma_half_life_6",
    "usage_rate_season",
    "fga_last_5",
    "fga_last_10",
    "fga_ewma_half_life_6",
    "fga_season",
    "fg3a_last_10",
    "fta_last_10",
    "reb_last_10",
    "ast_last_10",
    "tov_last_10",
    "true_shooting_pct_last_20",
    "points_per_minute_last_10",
    "points_per_minute_last_20",
    "season_games",
    "career_games",
    *(projected_name(*pair) for pair in PROJECTED_POINTS),
    *(trend_name(*pair) for pair in MINUTES_TRENDS),
    "team_stint_games",
    "pts_team_stint",
    "minutes_team_stint",
)
CONTEXT_FEATURES = (
    "is_home",
    "is_postseason",
    "days_since_season_start",
    "rest_days",
    "is_back_to_back",
    "games_last_7_days",
    "games_last_14_days",
    "minutes_last_7_days",
    "back_to_backs_last_14_days",
    "team_games_missed",
    "opponent_rest_days",
    "team_pace_last_10",
    "team_offensive_rating_last_10",
    "team_defensive_rating_last_15",
    "opponent_pace_last_10",
    "opponent_defensive_rating_last_15",
    "opponent_pts_allowed_last_15",
    "opponent_effective_fg_pct_allowed_last_15",
    "team_rest_days",
    "team_margin_previous_game",
    *(
        f"{side}_{what}"
        for side in ("team", "opponent")
        for what in ("margin_last_20", "win_pct_season", "games_season")
    ),
    "active_teammates_minutes",
    "active_minutes_share",
    "active_pts_share",
    "active_pts_rank",
)
LINE_FEATURES = (
    "points_line_books",
    "points_line_consensus",
    "points_line_best_over",
    "points_line_best_under",
    "points_line_over_probability",
    "is_points_line_verified",
)
FACTOR_FEATURES = (
    "avg_usage_rate_last_7_games",
    "projected_usage_rate",
    "fatigue_score",
    "shot_zone_mismatch_score",
    "pace_score",
    "usage_spike_score",
    "total_composite_adjustment",
)
ZONE_FEATURES = (
    *(f"{zone}_share_last_10" for zone in ZONES),
    *(f"{zone}_fg_pct_last_20" for zone in ZONES),
    "assisted_share_last_20",
)
OPPONENT_ZONE_FEATURES = {f"{zone}_defense_vs_league": f"opponent_{zone}_defense_vs_league" for zone in ZONES}
"""Column of the opponent's row of `team_defense_zones`: the feature that it is."""


def ml_feature_store(
    *,
    player_daily_cache: pd.DataFrame,
    upcoming_player_context: pd.DataFrame,
    player_composite_factors: pd.DataFrame,
    player_shot_zones: pd.DataFrame,
    team_defense_zones: pd.DataFrame,
) -> pd.DataFrame:
    """One row per game and expected player of cache, context and factors: their columns under their own names.

    A null keeps the reason it has there. The zone tables are optional: where one lacks a row, its columns are null
    (`upstream_missing`).
    """
    from_context = (*CONTEXT_FEATURES, *LINE_FEATURES)
    rows = upcoming_player_context[[*IDENTITY, *from_context, ABSENCE]]
    for table, names in ((player_daily_cache, FORM_FEATURES), (player_composite_factors, FACTOR_FEATURES)):
        theirs = table[[*KEY, *names, ABSENCE]].rename(columns={ABSENCE: f"{ABSENCE}_of_{names[0]}"})
        rows = rows.merge(theirs, on=KEY, validate="1:1")
    columns = TypedColumns(rows[IDENTITY])
    for names, absence in (
        (FORM_FEATURES, f"{ABSENCE}_of_{FORM_FEATURES[0]}"),
        (from_context, ABSENCE),
        (FACTOR_FEATURES, f"{ABSENCE}_of_{FACTOR_FEATURES[0]}"),
    ):
        for name, reasons in stated_reasons(rows[absence], names).items():
            columns.add_copy(name, rows[name], reasons)
    own = beside(rows, player_shot_zones, {name: name for name in KEY}, {name: name for name in ZONE_FEATURES})
    of_opponent = {"game_id": "game_id", "opponent_team_id": "team_id"}
    of_opponents = beside(rows, team_defense_zones, of_opponent, OPPONENT_ZONE_FEATURES)
    for joined in (own, of_opponents):
        for name, reasons in joined.reasons.items():
            columns.add_copy(name, joined.values[name], reasons)
    return columns.frame()

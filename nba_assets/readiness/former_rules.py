"""Rules by the names that they had before: waivers and reasons of earlier homes still say them."""

FORMER_RULES = {
    "american_odds": "prices_are_american_odds",
    "assists_as_box": "assists_match_box_score",
    "attempts_as_box": "attempts_match_box_score",
    "home_as_scheduled": "home_matches_schedule",
    "lines_add_up": "box_line_consistent",
    "makes_as_box": "makes_match_box_score",
    "one_game_a_date": "one_game_per_date",
    "player_minutes_sum": "player_minutes_match_team",
    "players_sum_to_team": "player_totals_match_team",
    "plus_minus_sum": "plus_minus_matches_margin",
    "points_as_final_score": "points_match_final_score",
    "points_identity": "points_match_shots_made",
    "rows_of_ml_feature_store": "rows_match_ml_feature_store",
    "rows_of_player_box_scores": "rows_match_player_box_scores",
    "rows_of_player_composite_factors": "rows_match_player_composite_factors",
    "rows_of_team_box_scores": "rows_match_team_box_scores",
    "rows_of_team_offense": "rows_match_team_offense",
    "rows_of_upcoming_player_context": "rows_match_upcoming_player_context",
    "season_of_date": "season_matches_date",
    "shares_add_up": "zone_shares_sum_to_one",
    "team_minutes": "team_minutes_match_periods",
    "team_of_the_game": "team_plays_in_game",
    "teams_due": "teams_match_schedule",
    "three_attempts_as_box": "three_attempts_match_box_score",
    "three_makes_as_box": "three_makes_match_box_score",
    "training_window": "training_window_ready",
    "typed_absence": "nulls_have_reasons",
    "upstream_missing_share": "upstream_gaps_within_limit",
    "usage_adds_up": "usage_sums_to_team",
}
"""Today's name by each former one."""


def rule_today(name: str) -> str:
    """Today's name of a rule that may be named as it was before."""
    return FORMER_RULES.get(name, name)

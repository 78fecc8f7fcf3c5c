"""The precompute tables of a league, one out of the other."""

from dataclasses import dataclass

import pandas as pd

from nba_assets.domain.composite_factors import player_composite_factors
from nba_assets.domain.feature_store import ml_feature_store
from nba_assets.domain.player_daily_cache import player_daily_cache
from nba_assets.domain.player_shot_zones import player_shot_zones
from nba_assets.domain.team_defense_zones import team_defense_zones
from nba_assets.domain.upcoming_player_context import upcoming_player_context
from nba_assets_tests.builders import League

LEAGUE_TEAMS = 3
"""Teams that make a league of the small ones here."""


@dataclass(frozen=True)
class Chain:
    team_defense_zones: pd.DataFrame
    player_shot_zones: pd.DataFrame
    player_daily_cache: pd.DataFrame
    upcoming_player_context: pd.DataFrame
    player_composite_factors: pd.DataFrame
    ml_feature_store: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        return vars(self)


def build(league: League, dates: pd.DatetimeIndex | None = None) -> Chain:
    """The tables of the given dates (of all by default), by the schedule of those dates and the whole history."""
    dates = league.dates if dates is None else dates
    due = league.game_schedule[league.game_schedule["game_date"].isin(dates)]
    history = {"player_game_summary": league.player_game_summary, "team_offense": league.team_offense}
    zones = {
        "player_shot_zones": player_shot_zones(
            dates=dates, game_schedule=due, player_game_summary=league.player_game_summary, gaps=league.gaps
        ),
        "team_defense_zones": team_defense_zones(
            dates=dates, game_schedule=due, team_defense=league.team_defense, gaps=league.gaps,
            league_teams=LEAGUE_TEAMS,
        ),
    }  # fmt: skip
    cache = player_daily_cache(dates=dates, game_schedule=due, gaps=league.gaps, **history)
    context = upcoming_player_context(
        dates=dates, game_schedule=due, gaps=league.gaps, team_defense=league.team_defense,
        point_lines=league.point_lines, injury_reports=league.injury_reports, **history
    )  # fmt: skip
    before = {"player_daily_cache": cache, "upcoming_player_context": context}
    factors = player_composite_factors(**before, **zones)
    store = ml_feature_store(**before, player_composite_factors=factors, **zones)
    return Chain(**zones, **before, player_composite_factors=factors, ml_feature_store=store)

"""Contract of `player_composite_factors` (dataset `nba_precompute`): what speaks for and against a player, scored."""

from nba_assets.contracts.contract import ABSENCE_COLUMN, Absence, Column, Contract, Read
from nba_assets.contracts.form_columns import AVERAGE_USAGE, FORM_NULLS, PROJECTION, REST_NULLS
from nba_assets.contracts.precompute import PLAYER_DAILY_CACHE, PLAYER_ROW, TEAM_ROW, UPCOMING_PLAYER_CONTEXT, carried
from nba_assets.contracts.raw_shots import ZONES

_CACHE, _CONTEXT = PLAYER_DAILY_CACHE.name, UPCOMING_PLAYER_CONTEXT.name


def _score(
    name: str, text: str, low: float, high: float, nulls: tuple[Absence, ...], *sources: str, unit: str = "score"
) -> Column:
    return Column(name, "float", text, unit, nulls, low, high, sources=sources)


_USAGE_SOURCES = (f"{_CACHE}.{PROJECTION}", f"{_CACHE}.{AVERAGE_USAGE}")
_FATIGUE_SOURCES = tuple(
    f"{_CONTEXT}.{name}"
    for name in ("rest_days", "games_last_7_days", "minutes_last_7_days", "back_to_backs_last_14_days")
)
_MISMATCH_SOURCES = (
    "player_shot_zones.primary_zone",
    *(f"player_shot_zones.{zone}_share_last_10" for zone in ZONES),
    *(f"team_defense_zones.{zone}_defense_vs_league" for zone in ZONES),
)
_SCORE_NULLS = (*FORM_NULLS, Absence.NOT_APPLICABLE)
PLAYER_COMPOSITE_FACTORS = Contract(
    name="player_composite_factors",
    dataset="nba_precompute",
    grain="one row per game and player expected to play",
    description="Rest, shot zones, pace and usage as one score each, and their sum. A missing component is null, never "
    "a default.",
    missing="A player without a row was not expected to play.",
    key=("game_id", "player_id"),
    columns=(
        *carried(UPCOMING_PLAYER_CONTEXT, ("game_id", "game_date", "season", "player_id", "player_name", "team_id",
                                           "opponent_team_id")),
        _score("fatigue_score", "100 is fresh. Less 15 on the second night of a back-to-back, plus 5 after two or more "
               "days without a game; less 10 for 4 games in 7 days, 10 for over 240 minutes in them, 8 for over 35 a "
               "game; less 12 for two back-to-backs in 14 days, 5 for one. Age has no source and no part.",
               0, 100, REST_NULLS, *_FATIGUE_SOURCES),
        _score("shot_zone_mismatch_score", "What the opponent allows in the player's primary zone, in percentage "
               "points above the league, times his share of attempts there over 0.5, at most 1; for a balanced player "
               "the mean of the three zones, weighted by his shares. Times 1.2 beyond 5, within ±10. Above 0 favours "
               "the player.",
               -10, 10, _SCORE_NULLS, *_MISMATCH_SOURCES, unit="percentage points"),
        _score("pace_score", "Half of own pace minus the opponent's, within ±3.", -3, 3, FORM_NULLS,
               f"{_CONTEXT}.pace_differential"),
        *carried(PLAYER_DAILY_CACHE, (AVERAGE_USAGE,)),
        _score("projected_usage_rate", "Usage rate to expect: average of the games played, weighted by minutes · "
               "0.5^(k/10), k games ago. Back-tested on 2021-22 to 2024-25: mean absolute error 5.41 against 5.67 of "
               "the mean of the last seven games.", 0, 10_000, FORM_NULLS, f"{_CACHE}.{PROJECTION}", unit="percent"),
        _score("usage_spike_score", "0.3 · (projected_usage_rate − avg_usage_rate_last_7_games), within ±3.", -3, 3,
               FORM_NULLS, *_USAGE_SOURCES),
        _score("total_composite_adjustment", "(fatigue_score − 100) / 20 plus the other three scores; null where one "
               "is.", -21, 16, _SCORE_NULLS, *_FATIGUE_SOURCES, f"{_CONTEXT}.pace_differential", *_USAGE_SOURCES,
               *_MISMATCH_SOURCES),
        Column("usage_context_json", "json", "What the usage score is made of; null in it where a number is null.",
               sources=(*_USAGE_SOURCES, f"{_CONTEXT}.star_teammates_out")),
        ABSENCE_COLUMN,
    ),
    code_version=2,
    reads=(
        Read(_CACHE, columns=PLAYER_ROW), Read(_CONTEXT, columns=PLAYER_ROW),
        Read("player_shot_zones", optional=True, columns=PLAYER_ROW),
        Read("team_defense_zones", optional=True, columns=TEAM_ROW),
    ),
)  # fmt: skip

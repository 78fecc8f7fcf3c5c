"""Table `player_composite_factors`: rest, shot zones, pace and usage, each as one score, and their sum in points."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.domain.absence import stated_reasons
from nba_assets.domain.joined_columns import beside
from nba_assets.domain.player_form import AVERAGE_USAGE, PROJECTION
from nba_assets.domain.player_shot_zones import BALANCED
from nba_assets.domain.typed_columns import TypedColumns
from nba_assets.domain.zones import ZONES

KEY = ["game_id", "player_id"]
IDENTITY = ["game_id", "game_date", "season", "player_id", "player_name", "team_id", "opponent_team_id"]
REST_AND_LOAD = ["rest_days", "games_last_7_days", "minutes_last_7_days", "back_to_backs_last_14_days"]
FROM_CONTEXT = [*REST_AND_LOAD, "pace_differential", "star_teammates_out"]
SHARES = {f"{zone}_share_last_10": f"{zone}_share" for zone in ZONES}
VERSUS = {f"{zone}_defense_vs_league": f"{zone}_versus" for zone in ZONES}

SCORE_LIMIT = 3.0
MISMATCH_LIMIT = 10.0
FULL_SHARE = 0.5
"""Share of a player's attempts from one zone at which his match-up there counts in full."""

STRONG_MISMATCH, STRONG_WEIGHT = 5.0, 1.2
"""A mismatch of more than 5 points is a strong one and counts 1.2 times."""

USAGE_WEIGHT = 0.3
USAGE_TREND_PERCENT = 2.0
FATIGUE_SCALE = 20.0
"""Points of fatigue score that are worth one point of adjustment: a spent player (0) costs 5, a fresh one nothing."""


def player_composite_factors(
    *,
    player_daily_cache: pd.DataFrame,
    upcoming_player_context: pd.DataFrame,
    player_shot_zones: pd.DataFrame,
    team_defense_zones: pd.DataFrame,
) -> pd.DataFrame:
    """One row per game and expected player of cache and context; scores as the functions below define them.

    `projected_usage_rate` is the player's usage averaged with weights minutes · 0.5^(k/10), k = 0 for his latest
    game, percent: in a back-test on 2021-22 to 2024-25 it missed the game's usage by 5.41 points on average, the
    mean of the last seven games by 5.67. Shot zones are optional: a row that its zone tables lack has no score of
    them (`upstream_missing`). The total is null where a component is. Nulls carry the reason of the input they come
    from.
    """
    inputs = upcoming_player_context[[*IDENTITY, *FROM_CONTEXT, "absence"]].merge(
        player_daily_cache[[*KEY, AVERAGE_USAGE, PROJECTION, "absence"]],
        on=KEY, suffixes=("", "_of_cache"), validate="1:1",
    )  # fmt: skip
    columns = TypedColumns(inputs[IDENTITY])
    reasons = stated_reasons(inputs["absence"], FROM_CONTEXT)
    reasons |= stated_reasons(inputs["absence_of_cache"], [AVERAGE_USAGE, PROJECTION])
    values = {name: inputs[name].to_numpy(dtype="float64") for name in reasons}
    parts = TypedColumns(inputs[KEY])
    for name, reason in reasons.items():
        parts.add(name, values[name], reason)
    columns.add_made_of("fatigue_score", fatigue_score(**{name: values[name] for name in REST_AND_LOAD}),
                        REST_AND_LOAD, parts)  # fmt: skip
    _add_shot_zones(columns, inputs, player_shot_zones, team_defense_zones)
    columns.add_made_of("pace_score", pace_score(values["pace_differential"]), ["pace_differential"], parts)
    columns.add(AVERAGE_USAGE, values[AVERAGE_USAGE], reasons[AVERAGE_USAGE])
    columns.add("projected_usage_rate", values[PROJECTION], reasons[PROJECTION])
    spike = usage_spike_score(projected=values[PROJECTION], average=values[AVERAGE_USAGE])
    columns.add_made_of("usage_spike_score", spike, ["projected_usage_rate", AVERAGE_USAGE])
    scores = ["fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score"]
    columns.add_made_of("total_composite_adjustment", total_adjustment(*(columns[name] for name in scores)), scores)
    context = usage_context(values[PROJECTION], values[AVERAGE_USAGE], spike, values["star_teammates_out"])
    columns.add_text("usage_context_json", context)
    return columns.frame()


def _add_shot_zones(
    columns: TypedColumns, rows: pd.DataFrame, player_shot_zones: pd.DataFrame, team_defense_zones: pd.DataFrame
) -> None:
    own = beside(rows, player_shot_zones, {name: name for name in KEY}, SHARES | {"primary_zone": "primary_zone"})
    of_opponent = {"game_id": "game_id", "opponent_team_id": "team_id"}
    theirs = beside(rows, team_defense_zones, of_opponent, VERSUS)
    parts = TypedColumns(rows[KEY])
    for joined, names in ((own, SHARES.values()), (theirs, VERSUS.values())):
        for name in names:
            parts.add(name, joined.values[name].to_numpy(dtype="float64"), joined.reasons[name])
    score = shot_zone_mismatch_score(
        primary_zone=own.values["primary_zone"].to_numpy(dtype="object"),
        shares={zone: parts[f"{zone}_share"] for zone in ZONES},
        versus_league={zone: parts[f"{zone}_versus"] for zone in ZONES},
    )
    columns.add_made_of("shot_zone_mismatch_score", score, [*SHARES.values(), *VERSUS.values()], parts)


def fatigue_score(
    *,
    rest_days: np.ndarray,
    games_last_7_days: np.ndarray,
    minutes_last_7_days: np.ndarray,
    back_to_backs_last_14_days: np.ndarray,
) -> np.ndarray:
    """0 (spent) to 100 (fresh).

    100, less 15 on the second night of a back-to-back, plus 5 after two or more days without a game; less 10 for
    four or more games in seven days, 10 for more than 240 minutes in them, 8 for more than 35 minutes a game; less
    12 for two or more back-to-backs in 14 days, 5 for one. NaN where an input is. Age has no source and no part.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        minutes_a_game = minutes_last_7_days / games_last_7_days
        score = (
            100.0
            - 15.0 * (rest_days == 0)
            + 5.0 * (rest_days >= 2)
            - 10.0 * (games_last_7_days >= 4)
            - 10.0 * (minutes_last_7_days > 240)
            - 8.0 * (minutes_a_game > 35)
            - np.select([back_to_backs_last_14_days >= 2, back_to_backs_last_14_days == 1], [12.0, 5.0], 0.0)
        )
    inputs = [rest_days, games_last_7_days, minutes_last_7_days, back_to_backs_last_14_days]
    return np.where(np.isnan(inputs).any(axis=0), np.nan, np.clip(score, 0.0, 100.0))


def shot_zone_mismatch_score(
    *, primary_zone: np.ndarray, shares: Mapping[str, np.ndarray], versus_league: Mapping[str, np.ndarray]
) -> np.ndarray:
    """What the opponent allows where the player shoots from, against the league; above zero it favours him.

    With a primary zone: percentage points that the opponent allows there above the league, times the share of his
    attempts from there over 0.5, at most 1. A balanced player: the three zones' points, weighted by his shares. Beyond
    5 either way times 1.2; within ±10. NaN where a share or one of the opponent's zones is.
    """
    weights = [
        np.where(
            primary_zone == BALANCED,
            shares[zone],
            np.where(primary_zone == zone, np.minimum(shares[zone] / FULL_SHARE, 1.0), 0.0),
        )
        for zone in ZONES
    ]
    score = sum((weight * versus_league[zone] for weight, zone in zip(weights, ZONES, strict=True)), np.array(0.0))
    score = np.where(np.abs(score) > STRONG_MISMATCH, STRONG_WEIGHT * score, score)
    is_known = ~np.isnan([*shares.values(), *versus_league.values()]).any(axis=0)
    return np.where(is_known, np.clip(score, -MISMATCH_LIMIT, MISMATCH_LIMIT), np.nan)


def pace_score(pace_differential: np.ndarray) -> np.ndarray:
    """Half of own pace minus the opponent's, within ±3."""
    return np.clip(pace_differential / 2, -SCORE_LIMIT, SCORE_LIMIT)


def usage_spike_score(*, projected: np.ndarray, average: np.ndarray) -> np.ndarray:
    """0.3 · (projected usage − mean of the last seven games), within ±3."""
    return np.clip(USAGE_WEIGHT * (projected - average), -SCORE_LIMIT, SCORE_LIMIT)


def total_adjustment(fatigue: np.ndarray, zones: np.ndarray, pace: np.ndarray, usage: np.ndarray) -> np.ndarray:
    """(fatigue − 100) / 20 plus the other scores, within -5 to 0 and the limits of the others."""
    return (fatigue - 100.0) / FATIGUE_SCALE + zones + pace + usage


def usage_context(
    projected: np.ndarray, average: np.ndarray, score: np.ndarray, star_teammates_out: np.ndarray
) -> np.ndarray:
    """What the usage score is made of, as JSON with sorted keys; null where a number is, never a default."""
    difference = projected - average
    trend = np.select(
        [np.isnan(difference), difference > USAGE_TREND_PERCENT, difference < -USAGE_TREND_PERCENT],
        ["null", '"spike"', '"drop"'],
        '"stable"',
    )
    numbers = [_json_numbers(values) for values in (average, score, projected, difference)]
    count = np.nan_to_num(star_teammates_out).astype("int64").astype("U2")
    stars = np.where(np.isnan(star_teammates_out), "null", count)
    texts = [
        f'{{"avg_usage_last_7": {a}, "final_score": {s}, "projected_usage_rate": {p}, "star_teammates_out": {o}, '
        f'"usage_differential": {d}, "usage_trend": {t}}}'
        for a, s, p, d, o, t in zip(*numbers, stars, trend, strict=True)
    ]
    return np.array(texts, dtype="object")


def _json_numbers(values: np.ndarray) -> list[str]:
    return [
        "null" if value != value else repr(value)  # noqa: PLR0124 - only a NaN differs from itself
        for value in (np.round(values, 6) + 0.0).tolist()
    ]

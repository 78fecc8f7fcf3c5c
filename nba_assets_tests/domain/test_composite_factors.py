"""The scores, from their published tables, and how missing components spread."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.contract import Absence
from nba_assets.domain.composite_factors import (
    fatigue_score,
    pace_score,
    player_composite_factors,
    shot_zone_mismatch_score,
    total_adjustment,
    usage_spike_score,
)
from nba_assets_tests.builders import random_league
from nba_assets_tests.domain.precompute_chain import build

NAN = np.nan


@pytest.mark.parametrize(
    ("rest", "games", "minutes", "pairs", "score"),
    [
        pytest.param(1, 2, 60.0, 0, 100, id="one day of rest, light week"),
        pytest.param(2, 2, 60.0, 0, 100, id="the bonus does not pass 100"),
        pytest.param(0, 2, 60.0, 0, 85, id="back-to-back -15"),
        pytest.param(2, 4, 120.0, 0, 95, id="two days off +5, four games -10"),
        pytest.param(1, 3, 120.0, 0, 92, id="over 35 minutes a game -8"),
        pytest.param(1, 3, 105.0, 0, 100, id="35 minutes a game is not over"),
        pytest.param(1, 7, 241.0, 0, 80, id="four games and over 240 minutes -20"),
        pytest.param(1, 7, 240.0, 0, 90, id="240 minutes is not over"),
        pytest.param(1, 2, 60.0, 1, 95, id="one back-to-back -5"),
        pytest.param(1, 2, 60.0, 2, 88, id="two -12"),
        pytest.param(1, 2, 60.0, 3, 88, id="three are as two"),
        pytest.param(0, 6, 250.0, 3, 45, id="all but a heavy average: 15 + 10 + 10 + 8 + 12 less 0"),
        pytest.param(9, 0, 0.0, 0, 100, id="no game in the week has no average"),
        pytest.param(NAN, 2, 60.0, 0, NAN, id="no rest known"),
        pytest.param(1, NAN, NAN, 0, NAN, id="no load known"),
    ],
)
def test_fatigue(rest: float, games: float, minutes: float, pairs: int, score: float) -> None:
    found = fatigue_score(
        rest_days=np.array([rest], dtype=float),
        games_last_7_days=np.array([games], dtype=float),
        minutes_last_7_days=np.array([minutes], dtype=float),
        back_to_backs_last_14_days=np.array([pairs], dtype=float),
    )
    np.testing.assert_array_equal(found, [score])


@pytest.mark.parametrize(("difference", "score"), [(4.0, 2.0), (-4.0, -2.0), (6.5, 3.0), (-7, -3.0), (NAN, NAN)])
def test_pace(difference: float, score: float) -> None:
    np.testing.assert_array_equal(pace_score(np.array([difference])), [score])


@pytest.mark.parametrize(
    ("projected", "average", "score"),
    [(25.0, 20.0, 1.5), (20.0, 25.0, -1.5), (40.0, 20.0, 3.0), (20.0, 40.0, -3.0), (NAN, 20.0, NAN), (20.0, NAN, NAN)],
)
def test_usage_spike(projected: float, average: float, score: float) -> None:
    found = usage_spike_score(projected=np.array([projected]), average=np.array([average]))
    np.testing.assert_array_equal(found, [score])


@pytest.mark.parametrize(
    ("fatigue", "zones", "pace", "usage", "total"),
    [(100.0, 0.0, 1.0, 0.5, 1.5), (85.0, -2.0, 0.0, 0.0, -2.75), (0.0, 0.0, 0.0, 0.0, -5.0), (100.0, NAN, 1, 1, NAN)],
)
def test_total(fatigue: float, zones: float, pace: float, usage: float, total: float) -> None:
    found = total_adjustment(*(np.array([value], dtype=float) for value in (fatigue, zones, pace, usage)))
    np.testing.assert_array_equal(found, [total])


@pytest.mark.parametrize(
    ("primary", "shares", "versus", "score"),
    [
        pytest.param("paint", (0.5, 0.2, 0.3), (3.0, -9.0, 9.0), 3.0, id="half of his shots count in full"),
        pytest.param("paint", (0.8, 0.1, 0.1), (3.0, -9.0, 9.0), 3.0, id="more than half no more"),
        pytest.param("three", (0.3, 0.3, 0.4), (9.0, 9.0, -2.0), -1.6, id="0.4 of them 0.8 times"),
        pytest.param("mid_range", (0.3, 0.35, 0.35), (0.0, 5.0, 0.0), 3.5, id="mid-range"),
        pytest.param("paint", (0.6, 0.2, 0.2), (5.0, 0.0, 0.0), 5.0, id="five is not beyond five"),
        pytest.param("paint", (0.6, 0.2, 0.2), (6.0, 0.0, 0.0), 7.2, id="beyond five 1.2 times"),
        pytest.param("paint", (0.6, 0.2, 0.2), (-6.0, 0.0, 0.0), -7.2, id="also below"),
        pytest.param("paint", (0.6, 0.2, 0.2), (9.0, 0.0, 0.0), 10.0, id="within ten"),
        pytest.param("balanced", (0.39, 0.31, 0.3), (1.0, 2.0, -4.0), -0.19, id="balanced: 0.39 + 0.62 - 1.2"),
        pytest.param("balanced", (0.35, 0.34, 0.31), (10.0, 10.0, 10.0), 10.0, id="balanced beyond five: 12 within 10"),
        pytest.param(None, (NAN, NAN, NAN), (1.0, 1.0, 1.0), NAN, id="no shots"),
        pytest.param("paint", (0.6, 0.2, 0.2), (1.0, NAN, 1.0), NAN, id="a zone of the opponent not known"),
    ],
)
def test_mismatch(
    primary: str | None, shares: tuple[float, float, float], versus: tuple[float, float, float], score: float
) -> None:
    zones = ("paint", "mid_range", "three")
    found = shot_zone_mismatch_score(
        primary_zone=np.array([primary], dtype="object"),
        shares={zone: np.array([share]) for zone, share in zip(zones, shares, strict=True)},
        versus_league={zone: np.array([points]) for zone, points in zip(zones, versus, strict=True)},
    )
    np.testing.assert_allclose(found, [score], rtol=0, atol=1e-12)


ZONES = {"paint_share_last_10": 0.6, "mid_range_share_last_10": 0.1, "three_share_last_10": 0.3,
         "primary_zone": "paint"}  # fmt: skip
DEFENSE = {"paint_defense_vs_league": 2.0, "mid_range_defense_vs_league": -1.0, "three_defense_vs_league": 0.5}


def row_with(
    cache: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    zones: dict[str, Any] | None = None,
    defense: dict[str, Any] | None = None,
) -> pd.Series:
    """The factors of one row of a small league, some of whose inputs are replaced (a reason makes a null)."""
    chain = build(random_league(5))
    player = chain.upcoming_player_context.iloc[-1]
    of_opponent = chain.team_defense_zones[
        (chain.team_defense_zones["game_id"] == player["game_id"])
        & (chain.team_defense_zones["team_id"] == player["opponent_team_id"])
    ]
    tables = {}
    for name, table, changes in (
        ("player_daily_cache", chain.player_daily_cache, cache),
        ("upcoming_player_context", chain.upcoming_player_context, context),
        ("player_shot_zones", chain.player_shot_zones, ZONES | (zones or {})),
        ("team_defense_zones", of_opponent, DEFENSE | (defense or {})),
    ):
        changed = table.tail(1).copy()
        stated = json.loads(changed["absence"].iloc[0])
        for column, value in (changes or {}).items():
            stated.pop(column, None)
            is_reason = value in list(Absence)
            if is_reason:
                stated[column] = value
            changed = changed.assign(**dict[str, Any]({column: NAN if is_reason else value}))
        tables[name] = changed.assign(absence=json.dumps(stated))
    return player_composite_factors(**tables).iloc[0]


USAGE = {"avg_usage_rate_last_7_games": 20.0, "usage_rate_by_minutes_half_life_10": 23.0}
CONTEXT = {"rest_days": 0.0, "games_last_7_days": 2.0, "minutes_last_7_days": 60.0, "back_to_backs_last_14_days": 0.0,
           "pace_differential": 3.0, "star_teammates_out": 1.0}  # fmt: skip


def test_scores_of_a_row() -> None:
    row = row_with(USAGE, CONTEXT)
    assert (row["fatigue_score"], row["pace_score"], row["usage_spike_score"]) == (85.0, 1.5, 0.9)
    assert (row["avg_usage_rate_last_7_games"], row["projected_usage_rate"]) == (20.0, 23.0)
    assert json.loads(row["usage_context_json"]) == {
        "avg_usage_last_7": 20.0, "final_score": 0.9, "projected_usage_rate": 23.0, "star_teammates_out": 1,
        "usage_differential": 3.0, "usage_trend": "spike",
    }  # fmt: skip
    assert row["shot_zone_mismatch_score"] == 2.0
    assert row["total_composite_adjustment"] == -0.75 + 2.0 + 1.5 + 0.9
    assert row["absence"] == "{}"


@pytest.mark.parametrize(("projected", "trend"), [(22.5, "spike"), (22.0, "stable"), (18.0, "stable"), (17.5, "drop")])
def test_usage_trend(projected: float, trend: str) -> None:
    row = row_with(USAGE | {"usage_rate_by_minutes_half_life_10": projected}, CONTEXT)
    assert json.loads(row["usage_context_json"])["usage_trend"] == trend


@pytest.mark.parametrize(
    ("changed", "nulls"),
    [
        pytest.param({"cache": USAGE | {"avg_usage_rate_last_7_games": "upstream_missing"}},
                     {"avg_usage_rate_last_7_games": "upstream_missing", "usage_spike_score": "upstream_missing",
                      "total_composite_adjustment": "upstream_missing"}, id="usage"),
        pytest.param({"context": CONTEXT | {"rest_days": "upstream_missing"}},
                     {"fatigue_score": "upstream_missing", "total_composite_adjustment": "upstream_missing"},
                     id="rest"),
        pytest.param({"context": CONTEXT | {"pace_differential": "short_history"}},
                     {"pace_score": "short_history", "total_composite_adjustment": "short_history"}, id="pace"),
        pytest.param({"zones": {"three_share_last_10": "not_applicable"}},
                     dict.fromkeys(["shot_zone_mismatch_score", "total_composite_adjustment"], "not_applicable"),
                     id="no shots"),
        pytest.param({"zones": {"three_share_last_10": "source_unavailable"},
                      "defense": {"paint_defense_vs_league": "upstream_missing"}},
                     dict.fromkeys(["shot_zone_mismatch_score", "total_composite_adjustment"], "upstream_missing"),
                     id="the gravest reason of two"),
    ],
)  # fmt: skip
def test_a_missing_component_is_null_with_its_reason_and_so_is_the_total(
    changed: dict[str, Any], nulls: dict[str, str]
) -> None:
    row = row_with(**{"cache": USAGE, "context": CONTEXT, **changed})
    assert json.loads(row["absence"]) == nulls
    assert all(pd.isna(row[name]) for name in nulls)


@pytest.mark.parametrize("lost", ["player_shot_zones", "team_defense_zones"])
def test_a_refused_zone_table_costs_the_score_of_zones_and_the_total_and_no_row(lost: str) -> None:
    chain = build(random_league(5))
    names = ("player_daily_cache", "upcoming_player_context", "player_shot_zones", "team_defense_zones")
    tables = {name: chain.tables()[name] for name in names}
    rows = player_composite_factors(**{**tables, lost: tables[lost].iloc[:0]})
    whole = chain.player_composite_factors
    zones = ["shot_zone_mismatch_score", "total_composite_adjustment"]
    kept = [name for name in whole if name not in (*zones, "absence")]
    pd.testing.assert_frame_equal(rows[kept], whole[kept])
    assert rows[zones].isna().all(axis=None)
    assert whole[zones].notna().any().all()
    stated = rows["absence"].map(json.loads)
    assert {why[name] for why in stated for name in zones} == {"upstream_missing"}


def test_a_null_is_null_in_the_json_too() -> None:
    context = CONTEXT | {"star_teammates_out": "source_unavailable"}
    row = row_with(USAGE | {"avg_usage_rate_last_7_games": "upstream_missing"}, context)
    context = json.loads(row["usage_context_json"])
    assert context["projected_usage_rate"] == 23.0
    assert {name for name, value in context.items() if value is None} == {
        "avg_usage_last_7", "final_score", "star_teammates_out", "usage_differential", "usage_trend",
    }  # fmt: skip

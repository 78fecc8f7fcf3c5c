"""What holds for the analytics tables of any league: contracts, one date as four years, any order, usage adds up."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from nba_assets.contracts.analytics import ANALYTICS_TABLES
from nba_assets.contracts.conformed import conform
from nba_assets.contracts.contract import ABSENCE
from nba_assets.domain.player_game_summary import player_game_summary
from nba_assets.domain.team_defense import team_defense
from nba_assets.domain.team_offense import team_offense
from nba_assets_tests.cells import each_row
from nba_assets_tests.domain.box_scores import random_league

REFUSED = pd.Timestamp("2025-01-10")
SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=5, deadline=None)


def analytics(raw: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The three tables out of raw ones; the shots of the first date were refused."""
    is_known = raw["shot_attempts"]["game_date"] != REFUSED
    refused = raw["game_schedule"][raw["game_schedule"]["game_date"] == REFUSED]
    shots: dict[str, Any] = {
        "shot_attempts": raw["shot_attempts"][is_known],
        "gaps": {"shot_attempts": refused.assign(team_id=refused["home_team_id"])},
    }
    schedule: dict[str, Any] = {"game_schedule": raw["game_schedule"]}
    offense = team_offense(team_box_scores=raw["team_box_scores"], **schedule, **shots)
    summary = player_game_summary(player_box_scores=raw["player_box_scores"], team_offense=offense, **schedule, **shots)
    return {
        "team_offense": offense,
        "team_defense": team_defense(team_offense=offense),
        "player_game_summary": summary,
    }


def assert_as_declared(tables: dict[str, pd.DataFrame]) -> None:
    for contract in ANALYTICS_TABLES:
        rows = tables[contract.name]
        assert tuple(rows.columns) == contract.column_names
        assert_frame_equal(rows, conform(contract, rows).rows, check_exact=True)
        stated = rows[ABSENCE].map(json.loads)
        for column in contract.columns:
            null = rows[column.name].isna()
            why = stated.map(lambda reasons, name=column.name: reasons.get(name))
            assert (why.notna() == null).all(), column.name
            assert set(why.dropna()) <= set(column.nulls), column.name


@FEW
@given(SEEDS)
def test_rows_are_as_the_contracts_declare_them(seed: int) -> None:
    assert_as_declared(analytics(random_league(seed)))


def test_a_day_without_games_has_typed_empty_tables() -> None:
    raw = {name: frame.iloc[:0] for name, frame in random_league(seed=1).items()}
    assert_as_declared(analytics(raw))


@FEW
@given(SEEDS)
def test_a_date_alone_equals_the_same_date_among_many(seed: int) -> None:
    raw = random_league(seed)
    together = analytics(raw)
    for day in raw["game_schedule"]["game_date"].unique():
        alone = analytics({name: frame[frame["game_date"] == day] for name, frame in raw.items()})
        for name, rows in alone.items():
            whole = together[name]
            expected = whole[whole["game_date"] == day].reset_index(drop=True)
            assert_frame_equal(rows, expected, check_exact=True)


@FEW
@given(SEEDS)
def test_neither_row_order_nor_the_home_flag_of_the_box_matters(seed: int) -> None:
    raw = random_league(seed)
    shuffled = {
        name: frame.sample(frac=1, random_state=seed, ignore_index=True) for name, frame in raw.items()
    }  # fmt: skip
    box = shuffled["team_box_scores"]
    shuffled["team_box_scores"] = box.assign(is_home=~box["is_home"], team="???", opponent_team_id=0)
    other = analytics(shuffled)
    for name, rows in analytics(raw).items():
        assert_frame_equal(other[name], rows, check_exact=True)


@FEW
@given(SEEDS)
def test_inputs_are_left_as_they_were(seed: int) -> None:
    raw = random_league(seed)
    before = {name: frame.copy(deep=True) for name, frame in raw.items()}
    analytics(raw)
    for name, frame in raw.items():
        assert_frame_equal(frame, before[name])


@FEW
@given(SEEDS)
def test_zones_of_a_team_are_the_sum_of_its_players_or_null_with_them(seed: int) -> None:
    """But for shots of players whom the box score lists as not having played: those are the team's alone."""
    tables = analytics(random_league(seed))
    players, teams = tables["player_game_summary"], tables["team_offense"]
    sums = players.groupby(["game_id", "team_id"])[["paint_attempts", "three_makes"]].sum(min_count=1)
    listed = players[players["is_dnp"]].groupby(["game_id", "team_id"]).size()
    for row in each_row(teams):
        key = (row.game_id, row.team_id)
        if key not in sums.index or pd.isna(row.paint_attempts):
            assert key not in sums.index or sums.loc[key].isna().all()
        elif key not in listed.index:
            assert (row.paint_attempts, row.three_makes) == tuple(sums.loc[key])


@FEW
@given(SEEDS)
def test_usage_of_a_team_adds_up(seed: int) -> None:
    """Sum of usage · MIN / game_minutes over a team = 100 · the share of its chances used by players with minutes.

    It is 100 unless somebody used a chance within zero recorded minutes, which has no rate.
    """
    rows = analytics(random_league(seed))["player_game_summary"]
    rows = rows.assign(
        weighted=rows["usage_rate"] * rows["minutes_played"] / rows["game_minutes"],
        chances=rows["fga"] + 0.44 * rows["fta"] + rows["tov"],
    )
    for _, team in rows.groupby(["game_id", "team_id"]):
        timed = team[team["minutes_played"] > 0]
        if timed.empty or timed["usage_rate"].isna().any():
            continue
        expected = 100 * timed["chances"].sum() / team["chances"].sum()
        assert timed["weighted"].sum() == pytest.approx(expected, abs=1e-4)


def test_the_made_up_league_has_the_cases_the_properties_are_about() -> None:
    """Without them the properties above would hold for want of anything to break them."""
    seen = pd.concat([analytics(random_league(seed))["player_game_summary"] for seed in range(8)])
    reasons = {reason for text in seen[ABSENCE] for reason in json.loads(text).items()}
    expected = {"did_not_play", "not_applicable", "source_unavailable"}
    assert {why for name, why in reasons if name == "usage_rate"} >= expected
    assert (seen["usage_rate"] > 100).any()
    assert {why for name, why in reasons if name == "paint_makes"} == {
        "did_not_play", "source_unavailable", "upstream_missing"
    }  # fmt: skip
    assert seen["paint_makes"].notna().any()
    assert seen["assisted_makes"].isna().sum() > seen["paint_makes"].isna().sum()
    assert ((seen["minutes_played"] == 0) & (seen["tov"] > 0)).any()
    assert set(np.unique(seen["game_minutes"].dropna())) == {48.0, 53.0, 58.0}

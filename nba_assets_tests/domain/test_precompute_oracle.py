"""The windows against plain loops over the same small leagues, with and without gaps."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nba_assets_tests.builders import random_league
from nba_assets_tests.domain import naive_precompute, naive_zones
from nba_assets_tests.domain.precompute_chain import LEAGUE_TEAMS, build

SMALLEST_STEP = 1e-6


pytestmark = pytest.mark.long
GAPS = pytest.mark.parametrize("gap_days", [0, 1, 4], ids=["no gap", "one gap", "four gaps"])


@GAPS
@settings(max_examples=3, deadline=None, phases=[Phase.generate])  # a smaller seed is no simpler league
@given(seed=st.integers(0, 2**20))
def test_windows_agree_with_plain_loops(gap_days: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    league = random_league(seed, games_per_season=9)
    days = league.game_schedule["game_date"].unique()
    league = league.without(list(rng.choice(days, size=gap_days, replace=False)))
    league = league.without_shots(list(rng.choice(days, size=gap_days // 2, replace=False)))
    tables, rows = build(league), naive_precompute.expected_rows(league)
    keys = list(rows[0])
    pd.testing.assert_frame_equal(tables.upcoming_player_context[keys], pd.DataFrame(rows), check_dtype=False)
    for at in rng.choice(len(rows), size=min(25, len(rows)), replace=False):
        row = rows[at]
        for table, expected in (
            (tables.player_daily_cache, naive_precompute.form(league, row)),
            (tables.upcoming_player_context, naive_precompute.context(league, row)),
            (tables.upcoming_player_context, naive_precompute.active_teammates(league, row, rows)),
        ):
            found = table[list(expected)].iloc[at].astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
            wanted = np.array(list(expected.values()), dtype="float64")
            np.testing.assert_allclose(found, wanted, rtol=0, atol=SMALLEST_STEP, err_msg=f"{list(expected)} {row}")
        assert_same(tables.player_shot_zones.iloc[at], naive_zones.players_zones(league, row))


@GAPS
@settings(max_examples=3, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**20))
def test_zones_allowed_agree_with_plain_loops(gap_days: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    league = random_league(seed, games_per_season=12)
    days = league.game_schedule["game_date"].unique()
    league = league.without(list(rng.choice(days, size=gap_days, replace=False)))
    league = league.without_shots(list(rng.choice(days, size=gap_days // 2, replace=False)))
    table, rows = build(league).team_defense_zones, naive_zones.due_teams(league)
    pd.testing.assert_frame_equal(table[list(rows[0])], pd.DataFrame(rows), check_dtype=False)
    for at in rng.choice(len(rows), size=40, replace=False):
        assert_same(table.iloc[at], naive_zones.defense_zones(league, rows[at], LEAGUE_TEAMS))


def assert_same(found: pd.Series, expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        if value is None or isinstance(value, str):
            assert found[name] == value, (name, found)
        else:
            np.testing.assert_allclose(found[name], value, rtol=0, atol=SMALLEST_STEP, err_msg=f"{name} {found}")

"""The windows against plain loops over the same small leagues, with and without gaps."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nba_assets_tests.builders import random_league
from nba_assets_tests.domain import naive_precompute
from nba_assets_tests.domain.precompute_chain import build

SMALLEST_STEP = 1e-6


@pytest.mark.parametrize("gap_days", [0, 1, 4], ids=["no gap", "one gap", "four gaps"])
@settings(max_examples=3, deadline=None, phases=[Phase.generate])  # a smaller seed is no simpler league
@given(seed=st.integers(0, 2**20))
def test_windows_agree_with_plain_loops(gap_days, seed):
    rng = np.random.default_rng(seed)
    league = random_league(seed, games_per_season=9)
    days = league.game_schedule["game_date"].unique()
    league = league.without(list(rng.choice(days, size=gap_days, replace=False)))
    tables, rows = build(league), naive_precompute.expected_rows(league)
    keys = list(rows[0])
    pd.testing.assert_frame_equal(tables.upcoming_player_context[keys], pd.DataFrame(rows), check_dtype=False)
    for at in rng.choice(len(rows), size=min(25, len(rows)), replace=False):
        row = rows[at]
        for table, expected in (
            (tables.player_daily_cache, naive_precompute.form(league, row)),
            (tables.upcoming_player_context, naive_precompute.context(league, row)),
        ):
            found = table[list(expected)].iloc[at].astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
            wanted = np.array(list(expected.values()), dtype="float64")
            np.testing.assert_allclose(found, wanted, rtol=0, atol=SMALLEST_STEP, err_msg=f"{list(expected)} {row}")

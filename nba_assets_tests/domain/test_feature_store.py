"""Features are the columns of the precompute tables under their own names, nulls and reasons included."""

import json

import pandas as pd
import pytest

from nba_assets.contracts.features import FEATURE_COLUMNS
from nba_assets.domain.feature_store import CONTEXT_FEATURES, FACTOR_FEATURES, FORM_FEATURES, KEY, ml_feature_store
from nba_assets_tests.builders import random_league
from nba_assets_tests.domain.precompute_chain import Chain, build

OUTCOMES = {"pts", "minutes_played", "fga", "usage_rate", "win_flag", "points"}


@pytest.fixture(scope="module")
def chain() -> Chain:
    league = random_league(3)
    days = league.game_schedule["game_date"].unique()
    return build(league.without([days[8], days[20]]))


def test_values_are_those_of_the_tables_they_come_from(chain):
    assert len(chain.ml_feature_store) > 100
    for table, names in (
        (chain.player_daily_cache, FORM_FEATURES),
        (chain.upcoming_player_context, CONTEXT_FEATURES),
        (chain.player_composite_factors, FACTOR_FEATURES),
    ):
        columns = [*KEY, *names]
        pd.testing.assert_frame_equal(chain.ml_feature_store[columns], table[columns])


def test_every_null_keeps_its_reason(chain):
    stated = chain.ml_feature_store["absence"].map(json.loads)
    sources = [chain.player_daily_cache, chain.upcoming_player_context, chain.player_composite_factors]
    parsed = [table["absence"].map(json.loads) for table in sources]
    reasons = set()
    for at, mine in enumerate(stated):
        theirs = {name: why for of in parsed for name, why in of.iloc[at].items() if name in FEATURE_COLUMNS}
        assert mine == theirs
        reasons |= set(mine.values())
    assert {"upstream_missing", "short_history"} <= reasons


def test_the_declared_features_are_the_computed_ones():
    assert (*FORM_FEATURES, *CONTEXT_FEATURES, *FACTOR_FEATURES) == FEATURE_COLUMNS


def test_no_feature_is_an_outcome_or_constant(chain):
    assert not OUTCOMES & set(chain.ml_feature_store)
    values = chain.ml_feature_store[list(FEATURE_COLUMNS)].astype("float64")
    assert [name for name in values if values[name].nunique() < 2 and name != "is_postseason"] == []


def test_a_row_that_an_input_lacks_is_left_out(chain):
    shorter = ml_feature_store(
        player_daily_cache=chain.player_daily_cache.iloc[1:],
        upcoming_player_context=chain.upcoming_player_context,
        player_composite_factors=chain.player_composite_factors,
    )
    assert len(shorter) == len(chain.ml_feature_store) - 1


def test_a_doubled_row_is_an_error(chain):
    doubled = pd.concat([chain.player_daily_cache, chain.player_daily_cache.iloc[:1]])
    with pytest.raises(pd.errors.MergeError):
        ml_feature_store(
            player_daily_cache=doubled,
            upcoming_player_context=chain.upcoming_player_context,
            player_composite_factors=chain.player_composite_factors,
        )

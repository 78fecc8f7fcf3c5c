"""Features are the columns of the precompute tables under their own names, nulls and reasons included."""

import json

import pandas as pd
import pytest

from nba_assets.contracts.features import FEATURE_COLUMNS, OPTIONAL_FEATURES
from nba_assets.domain.feature_store import (
    CONTEXT_FEATURES,
    FACTOR_FEATURES,
    FORM_FEATURES,
    KEY,
    LINE_FEATURES,
    OPPONENT_ZONE_FEATURES,
    ZONE_FEATURES,
    ml_feature_store,
)
from nba_assets_tests.builders import random_league
from nba_assets_tests.domain.precompute_chain import Chain, build

OUTCOMES = {"pts", "minutes_played", "fga", "usage_rate", "win_flag", "points"}


@pytest.fixture(scope="module")
def chain() -> Chain:
    league = random_league(3)
    days = league.game_schedule["game_date"].unique()
    return build(league.without([days[8], days[20]]))


def test_values_are_those_of_the_tables_they_come_from(chain: Chain) -> None:
    assert len(chain.ml_feature_store) > 100
    for table, names in (
        (chain.player_daily_cache, FORM_FEATURES),
        (chain.upcoming_player_context, CONTEXT_FEATURES),
        (chain.player_composite_factors, FACTOR_FEATURES),
        (chain.player_shot_zones, ZONE_FEATURES),
    ):
        columns = [*KEY, *names]
        pd.testing.assert_frame_equal(chain.ml_feature_store[columns], table[columns])


def test_zones_allowed_are_the_opponents(chain: Chain) -> None:
    defense = chain.team_defense_zones.set_index(["game_id", "team_id"])
    opponents = pd.MultiIndex.from_frame(chain.ml_feature_store[["game_id", "opponent_team_id"]])
    for name, feature in OPPONENT_ZONE_FEATURES.items():
        expected = defense[name].reindex(opponents).to_numpy()
        assert pd.Series(expected).equals(chain.ml_feature_store[feature])
        assert chain.ml_feature_store[feature].notna().any()


@pytest.mark.parametrize(
    ("lost", "names"),
    [("player_shot_zones", ZONE_FEATURES), ("team_defense_zones", tuple(OPPONENT_ZONE_FEATURES.values()))],
)
def test_a_refused_zone_table_costs_its_features_and_no_row(chain: Chain, lost: str, names: tuple[str, ...]) -> None:
    rows = store_of(chain, **{lost: chain.tables()[lost].iloc[:0]})
    whole = chain.ml_feature_store
    kept = [name for name in whole if name not in (*names, "absence")]
    pd.testing.assert_frame_equal(rows[kept], whole[kept])
    assert rows[list(names)].isna().all(axis=None)
    assert {why[name] for why in rows["absence"].map(json.loads) for name in names} == {"upstream_missing"}


INPUTS = (
    "player_daily_cache", "upcoming_player_context", "player_composite_factors", "player_shot_zones",
    "team_defense_zones",
)  # fmt: skip


def store_of(chain: Chain, **changed: pd.DataFrame) -> pd.DataFrame:
    """The store of the chain's tables, some of them replaced."""
    return ml_feature_store(**{**{name: chain.tables()[name] for name in INPUTS}, **changed})


def test_every_null_keeps_its_reason(chain: Chain) -> None:
    stated = chain.ml_feature_store["absence"].map(json.loads)
    by_player = (
        chain.player_daily_cache, chain.upcoming_player_context, chain.player_composite_factors,
        chain.player_shot_zones,
    )  # fmt: skip
    parsed = [table["absence"].map(json.loads) for table in by_player]
    defense = chain.team_defense_zones.set_index(["game_id", "team_id"])["absence"].map(json.loads)
    games = chain.ml_feature_store[["game_id", "opponent_team_id"]].itertuples(index=False, name=None)
    reasons = set()
    for at, (mine, game) in enumerate(zip(stated, games, strict=True)):
        theirs = {name: why for of in parsed for name, why in of.iloc[at].items() if name in chain.ml_feature_store}
        theirs |= {
            feature: defense.loc[game][name]
            for name, feature in OPPONENT_ZONE_FEATURES.items() if name in defense.loc[game]
        }  # fmt: skip
        assert mine == theirs
        reasons |= set(mine.values())
    assert {"upstream_missing", "short_history"} <= reasons


def test_the_declared_features_are_the_computed_ones() -> None:
    of_zones = (*ZONE_FEATURES, *OPPONENT_ZONE_FEATURES.values())
    assert (*FORM_FEATURES, *CONTEXT_FEATURES, *FACTOR_FEATURES, *of_zones) == FEATURE_COLUMNS
    assert LINE_FEATURES == OPTIONAL_FEATURES


def test_no_feature_is_an_outcome_or_constant(chain: Chain) -> None:
    assert not OUTCOMES & set(chain.ml_feature_store)
    values = chain.ml_feature_store[list(FEATURE_COLUMNS)].astype("float64")
    assert [name for name in values if values[name].nunique() < 2 and name != "is_postseason"] == []


def test_a_row_that_an_input_lacks_is_left_out(chain: Chain) -> None:
    shorter = store_of(chain, player_daily_cache=chain.player_daily_cache.iloc[1:])
    assert len(shorter) == len(chain.ml_feature_store) - 1


def test_a_doubled_row_is_an_error(chain: Chain) -> None:
    for name in INPUTS[1:]:
        doubled = pd.concat([chain.tables()[name], chain.tables()[name].tail(2)])
        with pytest.raises(pd.errors.MergeError):
            store_of(chain, **{name: doubled})

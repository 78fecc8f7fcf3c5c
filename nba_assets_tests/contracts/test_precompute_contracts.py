"""Contracts of the precompute tables and the feature store: what is computed is what is declared."""

import datetime as dt

import pandas as pd
import pytest

from nba_assets.contracts.conformed import Conformed, conform
from nba_assets.contracts.contract import ABSENCE, Contract
from nba_assets.contracts.features import FEATURE_COLUMNS, ML_FEATURE_STORE, OPTIONAL_FEATURES, SHOT_FEATURES
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.audit import Staged
from nba_assets.readiness.contract_rules import contract_rules
from nba_assets_tests.builders import random_league
from nba_assets_tests.domain.precompute_chain import Chain, build

BEFORE_TIPOFF = [*(of for of in TABLES.values() if of.dataset == "nba_precompute"), ML_FEATURE_STORE]
CONTRACTS = [pytest.param(contract, id=contract.name) for contract in BEFORE_TIPOFF]


@pytest.fixture(scope="module")
def chain() -> Chain:
    league = random_league(4)
    return build(league.without([league.game_schedule["game_date"].iloc[20]]))


@pytest.mark.parametrize("contract", CONTRACTS)
def test_frames_have_exactly_the_declared_columns_and_types(contract: Contract, chain: Chain) -> None:
    table = chain.tables()[contract.name]
    assert tuple(table) == contract.column_names
    pd.testing.assert_frame_equal(conform(contract, table).rows, table)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_rows_keep_keys_ranges_and_reasons(contract: Contract, chain: Chain) -> None:
    rows = chain.tables()[contract.name]
    staged = Staged(Conformed(contract, rows), [], {}, dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    rules = {name: rule for name, rule in contract_rules(contract).items() if name != "upstream_gaps_within_limit"}
    assert [failure for rule in rules.values() for failure in rule(staged)] == []


def test_features_are_columns_of_the_store_and_no_identifiers() -> None:
    assert not set(FEATURE_COLUMNS) & set(OPTIONAL_FEATURES)
    assert set(SHOT_FEATURES) <= set(FEATURE_COLUMNS)
    others = set(ML_FEATURE_STORE.column_names) - {*FEATURE_COLUMNS, *OPTIONAL_FEATURES}
    assert others == {
        "game_id", "game_date", "season", "season_type", "player_id", "player_name", "team_id", "opponent_team_id",
        ABSENCE,
    }  # fmt: skip

"""Contracts of the analytics tables: lineage that exists, and reads that cover it."""

import pytest

from nba_assets.contracts.analytics import ANALYTICS_TABLES
from nba_assets.contracts.contract import ABSENCE, Column
from nba_assets.contracts.tables import TABLES

EVERY_COLUMN = [
    pytest.param(contract, column, id=f"{contract.name}.{column.name}")
    for contract in ANALYTICS_TABLES
    for column in contract.columns
]


@pytest.mark.parametrize(("contract", "column"), EVERY_COLUMN)
def test_every_column_says_what_it_is_made_of(contract, column: Column):
    if column.name == ABSENCE:
        return
    assert column.sources
    reads = {read.table for read in contract.reads if read.window == "same_date"}
    for source in column.sources:
        table, _, name = source.partition(".")
        assert table in reads
        assert TABLES[table].column(name)


@pytest.mark.parametrize(("contract", "column"), EVERY_COLUMN)
def test_numbers_have_bounds_unless_they_are_ids(contract, column: Column):
    if column.type in ("integer", "float") and not column.name.endswith("_id"):
        assert column.low is not None
        assert column.high is not None
        assert column.unit


def test_ratings_wait_for_the_player_box_in_which_team_points_are_checked():
    assert "player_box_scores" in {read.table for read in TABLES["team_offense"].reads}
    assert "team_box_scores" in {read.table for read in TABLES["player_box_scores"].reads}

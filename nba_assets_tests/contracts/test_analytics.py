"""Contracts of the analytics tables: what they are made of is of the same date."""

from nba_assets.contracts.analytics import ANALYTICS_TABLES
from nba_assets.contracts.tables import TABLES


def test_every_column_is_made_of_what_is_read_on_the_same_date() -> None:
    for contract in ANALYTICS_TABLES:
        read = {read.table for read in contract.reads if read.window == "same_date"}
        for column in contract.columns:
            assert {source.split(".")[0] for source in column.sources} <= read, (contract.name, column.name)


def test_ratings_wait_for_the_player_box_in_which_team_points_are_checked() -> None:
    assert "player_box_scores" in {read.table for read in TABLES["team_offense"].reads}
    assert "team_box_scores" in {read.table for read in TABLES["player_box_scores"].reads}

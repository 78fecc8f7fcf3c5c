"""A DuckDB warehouse's history published to a BigQuery server: equal content, and jobs by the chunk, not the date."""

from pathlib import Path

import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets_tests.benchmarks.bigquery_history import publish_history
from nba_assets_tests.warehouse.places import BigQueryPlace
from nba_assets_tests.warehouse.raw_publishes import SOUND, warehouse_at

pytestmark = [pytest.mark.long, pytest.mark.server]


def test_every_table_comes_back_with_duckdbs_hashes_by_two_loads_and_one_transaction(
    bigquery: BigQueryPlace, built_to_the_end: Path
) -> None:
    bigquery.set_back("")
    local = warehouse_at(built_to_the_end)
    ledger = local.ledger().sort_values(["table_name", "game_date"])
    facts = list(publish_history(local, ledger, bigquery.open(), bigquery.done))
    assert [one.table for one in facts] == list(TABLES)
    assert [one for one in facts if not one.is_equal] == []
    assert {(one.chunks, one.transactions) for one in facts} == {(1, 1)}
    assert {one.table: one.loads for one in facts} == {name: 2 if name in SOUND else 1 for name in TABLES}
    rows = {one.table: one.rows for one in facts if one.rows}
    assert rows == {name: len(frame) for name, frame in SOUND.items()}
    assert max(one.queries for one in facts) <= 12

"""What breaks in the embedded warehouse breaks whole, with the file named."""

import pytest

from nba_assets.readiness.status import Status
from nba_assets.warehouse.duckdb import writes as duckdb_writes
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.port import WarehouseError
from nba_assets_tests.warehouse.raw_publishes import (
    BOX,
    assert_unchanged,
    everything,
    minutes_by_day,
    publish,
    with_minutes,
)


@pytest.mark.parametrize("status", [Status.READY, Status.REJECTED])
def test_a_publish_that_breaks_changes_nothing(
    warehouse: DuckDBWarehouse, monkeypatch: pytest.MonkeyPatch, status: Status
) -> None:
    def break_down(*_: object) -> None:
        raise OSError("no space left on device")

    before = everything(warehouse)
    monkeypatch.setattr(duckdb_writes, "write_ledger", break_down)
    with pytest.raises(OSError, match="no space left"):
        publish(warehouse, BOX, rows=with_minutes(241.0), status=status)
    assert_unchanged(warehouse, before)


def test_rows_that_the_database_refuses_change_nothing_and_name_file_and_table(warehouse: DuckDBWarehouse) -> None:
    before = everything(warehouse)
    nameless = with_minutes(241.0).assign(team=None)
    with pytest.raises(WarehouseError, match=r"publishing team_box_scores failed, nothing changed.*team") as refused:
        publish(warehouse, BOX, rows=nameless)
    assert str(warehouse.path) in str(refused.value)
    assert_unchanged(warehouse, before)
    publish(warehouse, BOX, rows=with_minutes(241.0))
    assert minutes_by_day(warehouse) == [241.0] * 4

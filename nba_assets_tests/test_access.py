"""The warehouse of a notebook: gated frames, refusals that name the partition, and SQL on the file itself."""

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest

import nba_assets
from nba_assets.access import GatedWarehouse
from nba_assets.errors import RequestError
from nba_assets.partitions import Span
from nba_assets.readiness.gate import GateClosed
from nba_assets.settings import Settings
from nba_assets_tests.warehouse.raw_publishes import DAYS, publish_raw, warehouse_at


@pytest.fixture
def opened(tmp_path: Path) -> GatedWarehouse:
    settings = Settings(home=tmp_path)
    port = warehouse_at(settings.warehouse, history_start=DAYS[0])
    publish_raw(port)
    return GatedWarehouse(port, settings)


def test_the_package_offers_it_without_loading_it() -> None:
    assert callable(nba_assets.open_warehouse)
    with pytest.raises(AttributeError, match="open_warehous"):
        _ = nba_assets.open_warehous


def test_rows_of_a_range_come_with_the_columns_that_are_asked_for(opened: GatedWarehouse) -> None:
    rows = opened.read("team_box_scores", "2024-12-04", dt.date(2024, 12, 5), ["game_date", "team_id", "pts"])
    assert list(rows) == ["game_date", "team_id", "pts"]
    assert {day.date() for day in rows["game_date"]} == set(DAYS[1:3])
    assert len(opened.read("team_box_scores", DAYS[0], DAYS[-1])) > len(rows)


def test_what_is_not_ready_is_refused_with_its_name(opened: GatedWarehouse) -> None:
    opened.port.invalidate(Span("team_box_scores", DAYS[1], DAYS[1]), who="ana", why="wrong minutes", token=0)
    with pytest.raises(GateClosed, match="team_box_scores 2024-12-04 is rejected: invalidated by ana: wrong minutes"):
        opened.read("team_box_scores", DAYS[0], DAYS[-1])
    assert len(opened.read("team_box_scores", DAYS[2], DAYS[3])) > 0
    status = opened.status("team_box_scores").set_index("game_date")["status"]
    assert list(status) == ["ready", "rejected", "ready", "ready"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no_such", DAYS[0], DAYS[1]), "no table 'no_such'"),
        (("team_box_scores", DAYS[0], DAYS[1], ["ptz"]), "no column ptz"),
        (("team_box_scores", "2020-01-01", DAYS[1]), "there is 2024-12-03"),
        (("team_box_scores", DAYS[1], DAYS[0]), "there is 2024-12-03"),
    ],
)
def test_what_does_not_exist_is_reported(opened: GatedWarehouse, words: tuple[Any, ...], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        opened.read(*words)


def test_the_file_can_be_attached_for_reading_only(opened: GatedWarehouse) -> None:
    with duckdb.connect(":memory:") as session:
        session.execute(opened.attach)
        assert session.execute("SELECT count(*) FROM nba.nba_raw.team_box_scores").fetchone()[0] > 0
        with pytest.raises(duckdb.Error, match="read-only"):
            session.execute("DELETE FROM nba.nba_raw.team_box_scores")

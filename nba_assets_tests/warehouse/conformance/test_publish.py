"""Publishing into a warehouse: whole or not at all, every attempt reported in the ledger."""

import numpy as np
import pandas as pd
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.status import Status
from nba_assets.warehouse.port import Warehouse, WarehouseError
from nba_assets_tests.warehouse.raw_publishes import (
    BOX,
    DAYS,
    SOUND,
    assert_unchanged,
    entry,
    everything,
    minutes_by_day,
    publish,
    rows_of,
    with_minutes,
)


def test_rows_come_back_as_they_were_published(warehouse: Warehouse) -> None:
    for table, rows in SOUND.items():
        frames = warehouse.read({table: ()}, DAYS[0], DAYS[-1], purpose="a test").frames
        pd.testing.assert_frame_equal(frames[table], rows)


def test_a_publish_describes_each_date_in_the_ledger(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[:1], rows=with_minutes(241.0), run_id="r9", source_version="v2", token=5)
    found = entry(warehouse, BOX, DAYS[0])
    assert found[["status", "reasons", "run_id", "source_version"]].tolist() == ["ready", "", "r9", "v2"]
    assert found[["build_id", "content_build", "attempt_build", "inputs_build"]].tolist() == [5, 5, 5, 4]
    assert found[["code_version", "token", "rows"]].tolist() == [TABLES[BOX].code_version, 5, 4]


def test_new_content_takes_the_place_of_its_dates_only(warehouse: Warehouse) -> None:
    published = publish(warehouse, BOX, DAYS[1:3], rows=with_minutes(241.0))
    assert [outcome.is_changed for outcome in published.values()] == [True, True]
    assert minutes_by_day(warehouse) == [240.0, 241.0, 241.0, 240.0]
    assert [entry(warehouse, BOX, day)["content_build"] for day in DAYS] == [3, 5, 5, 3]


def test_the_same_content_keeps_its_content_build(warehouse: Warehouse) -> None:
    before = entry(warehouse, BOX, DAYS[0])
    published = publish(warehouse, BOX)
    after = entry(warehouse, BOX, DAYS[0])
    assert not any(outcome.is_changed for outcome in published.values())
    assert after["content_hash"] == before["content_hash"]
    assert (before["content_build"], after["content_build"]) == (3, 3)
    assert (before["build_id"], after["build_id"]) == (3, 5)
    assert (before["inputs_build"], after["inputs_build"]) == (2, 4)


def test_an_empty_day_is_ready_with_the_hash_of_nothing(warehouse: Warehouse) -> None:
    published = publish(warehouse, BOX, DAYS[:2], rows=SOUND[BOX].iloc[:0])
    assert {outcome.status for outcome in published.values()} == {Status.READY}
    assert len({outcome.content_hash for outcome in published.values()}) == 1
    assert rows_of(warehouse, "nba_raw.team_box_scores")["game_date"].nunique() == 2


def test_a_rejected_date_keeps_what_stood_and_its_rows_for_inspection(warehouse: Warehouse) -> None:
    before = entry(warehouse, BOX, DAYS[1])
    publish(warehouse, BOX, DAYS[1:2], rows=with_minutes(99.0), status=Status.REJECTED)
    after = entry(warehouse, BOX, DAYS[1])
    assert minutes_by_day(warehouse) == [240.0] * 4
    assert (after["status"], after["reasons"]) == ("rejected", "points_sum: 3 points too many")
    published = ["build_id", "content_hash", "content_build", "inputs_build", "rows"]
    assert after[published].tolist() == before[published].tolist()
    kept = rows_of(warehouse, "nba_rejected.team_box_scores")
    assert set(kept["minutes"]) == {99.0}
    assert set(kept["attempt_build"]) == {5} == {after["attempt_build"]}


def test_rejected_rows_of_a_newer_attempt_replace_those_of_an_older(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[1:2], rows=with_minutes(99.0), status=Status.REJECTED)
    publish(warehouse, BOX, DAYS[1:2], rows=with_minutes(98.0), status=Status.REJECTED)
    assert set(rows_of(warehouse, "nba_rejected.team_box_scores")["minutes"]) == {98.0}


def test_a_date_that_comes_back_from_a_gap_is_news_even_with_the_content_that_stood(warehouse: Warehouse) -> None:
    """Windows that were read meanwhile are without it."""
    publish(warehouse, BOX, DAYS[1:2], status=Status.REJECTED)
    outcome = publish(warehouse, BOX, DAYS[1:2])[DAYS[1]]
    assert not outcome.is_changed
    assert entry(warehouse, BOX, DAYS[1])["content_build"] == 6


def test_a_blocked_date_is_recorded_with_its_reason(warehouse: Warehouse) -> None:
    publish(warehouse, "game_results", DAYS[:1], status=Status.REJECTED)
    published = publish(warehouse, BOX, DAYS[:2])
    assert [outcome.status for outcome in published.values()] == [Status.BLOCKED, Status.READY]
    assert "game_results 2024-12-03 is rejected: points_sum" in entry(warehouse, BOX, DAYS[0])["reasons"]
    assert minutes_by_day(warehouse) == [240.0] * 4


def test_every_attempt_stays_in_the_history_and_build_ids_rise(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[:1])
    publish(warehouse, BOX, DAYS[:1], status=Status.REJECTED)
    history = rows_of(warehouse, "nba_quality.ledger_history", f"table_name = '{BOX}' AND game_date = '{DAYS[0]}'")
    history = history.sort_values("attempt_build")
    assert history["status"].tolist() == ["ready", "ready", "rejected"]
    assert history["attempt_build"].tolist() == [3, 5, 6]
    assert len(warehouse.ledger()) == len(SOUND) * len(DAYS)


def test_seconds_of_the_build_are_reported_of_every_date_of_it(warehouse: Warehouse) -> None:
    publish(warehouse, "game_results", DAYS[:1], status=Status.REJECTED)
    publish(warehouse, BOX, DAYS[:2], seconds=1.5)
    assert [entry(warehouse, BOX, day)["seconds"] for day in DAYS[:2]] == [1.5, 1.5], "of blocked dates too"
    assert np.isnan(entry(warehouse, BOX, DAYS[2])["seconds"])
    assert warehouse.history(BOX, DAYS[0])["seconds"].tolist()[-1] == 1.5


def test_rows_that_break_the_contract_change_nothing_and_name_the_table(warehouse: Warehouse) -> None:
    before = everything(warehouse)
    nameless = with_minutes(241.0).assign(team=None)
    with pytest.raises(WarehouseError, match=r"publishing team_box_scores failed, nothing changed.*team"):
        publish(warehouse, BOX, rows=nameless)
    assert_unchanged(warehouse, before)
    publish(warehouse, BOX, rows=with_minutes(241.0))
    assert minutes_by_day(warehouse) == [241.0] * 4

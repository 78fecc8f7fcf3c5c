"""What a publish replaced is kept for a while, can be read, and comes back as it was published or not at all."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from nba_assets.partitions import Span
from nba_assets.readiness.status import Status
from nba_assets.warehouse.port import Warehouse, WarehouseError
from nba_assets_tests.cells import each_row
from nba_assets_tests.warehouse.past_the_port import execute
from nba_assets_tests.warehouse.places import Place
from nba_assets_tests.warehouse.raw_publishes import (
    BOX,
    DAYS,
    DERIVED,
    SOUND,
    Clock,
    assert_unchanged,
    entry,
    everything,
    minutes_by_day,
    no_rows,
    publish,
    rows_of,
    stale_days,
    with_minutes,
)

WHO: dict[str, Any] = {"who": "ann", "why": "clock was off", "token": 0}
SECOND = DAYS[1]


def kept(warehouse: Warehouse) -> list[tuple[int, float, int]]:
    """Of each replaced content: day number, minutes, build that had published it."""
    rows = rows_of(warehouse, "nba_replaced.team_box_scores")
    found = {(DAYS.index(row.game_date.date()), row.minutes, row.build_id) for row in each_row(rows)}
    return sorted(found)


# --- what was replaced, and restoring it ---


def test_what_a_publish_replaces_is_kept_under_its_build(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[:2], rows=with_minutes(241.0))
    publish(warehouse, BOX, DAYS[:2], rows=with_minutes(241.0))
    assert kept(warehouse) == [(0, 240.0, 3), (1, 240.0, 3)], "equal content replaces nothing"
    publish(warehouse, BOX, DAYS[1:2], rows=with_minutes(242.0))
    assert kept(warehouse) == [(0, 240.0, 3), (1, 240.0, 3), (1, 241.0, 6)]
    publish(warehouse, BOX, DAYS[2:], rows=with_minutes(99.0), status=Status.REJECTED)
    assert len(kept(warehouse)) == 3, "a rejected attempt replaces nothing"


def test_content_of_a_build_is_what_it_published_wherever_it_is_now(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[:2], rows=with_minutes(241.0))
    publish(warehouse, BOX, DAYS[1:2], rows=with_minutes(242.0))
    publish(warehouse, BOX, DAYS[:1], rows=with_minutes(240.0))

    def minutes(days: list[dt.date], build: int | None = None) -> list[float]:
        return warehouse.content(BOX, days, build)["minutes"].tolist()

    assert minutes(DAYS[:2]) == [240.0] * 4 + [242.0] * 4
    assert minutes(DAYS[:2], 3) == [240.0] * 8
    assert minutes(DAYS[:2], 5) == [241.0] * 8
    assert minutes(DAYS[2:], 3) == [240.0] * 8
    pd.testing.assert_frame_equal(warehouse.content(BOX, DAYS, 3), SOUND[BOX])
    with pytest.raises(WarehouseError, match="team_box_scores 2024-12-05: build 5 published no content there"):
        minutes(DAYS[1:3], 5)


@pytest.mark.long
def test_a_restored_date_is_ready_with_the_old_content_and_its_provenance(complete: Warehouse) -> None:
    publish(complete, BOX, [SECOND], rows=with_minutes(241.0), source_version="v2")
    for table in ("player_box_scores", *DERIVED):
        publish(complete, table)
    old = complete.history(BOX, SECOND).iloc[0]
    published = complete.restore(BOX, SECOND, 3, who="ann", why="clock was off", token=9)
    row = entry(complete, BOX, SECOND)
    assert (published.status, published.is_changed, published.content_hash) == (Status.READY, True, old["content_hash"])
    assert minutes_by_day(complete) == [240.0] * 4
    assert (row["status"], row["reasons"]) == ("ready", "restored from build 3 by ann: clock was off")
    same = ["content_hash", "inputs_build", "code_version", "rows", "source_version"]
    assert row[same].tolist() == old[same].tolist()
    assert row["build_id"] == row["content_build"] == row["attempt_build"] == published.build_id
    assert row["token"] == 9
    assert BOX not in stale_days(complete)
    assert stale_days(complete)["player_box_scores"] == [1]
    assert stale_days(complete)["ml_feature_store"] == [2, 3]
    complete.restore(BOX, SECOND, row["build_id"] - 1 - len(DERIVED) - 1, who="ann", why="no", token=9)
    assert minutes_by_day(complete) == [240.0, 241.0, 240.0, 240.0], "what a restore replaced can be restored"


def test_a_date_restored_over_changed_inputs_or_by_older_code_is_stale(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, rows=with_minutes(241.0), code_version=0, override="as an older release had it")
    publish(warehouse, BOX)
    warehouse.restore(BOX, DAYS[0], 5, **WHO)
    publish(warehouse, "game_results", DAYS[1:2], rows=SOUND["game_results"].assign(home_pts=111))
    publish(warehouse, BOX, DAYS[1:2], rows=with_minutes(242.0))
    warehouse.restore(BOX, DAYS[1], 6, **WHO)
    assert stale_days(warehouse)[BOX] == [0, 1]


def test_restoring_what_was_invalidated_opens_the_gate_again(warehouse: Warehouse) -> None:
    warehouse.invalidate(Span(BOX, SECOND, SECOND), **WHO)
    published = warehouse.restore(BOX, SECOND, 3, **WHO)
    assert (published.status, published.is_changed) == (Status.READY, False)
    assert entry(warehouse, BOX, SECOND)["content_build"] == 6, "windows that were read meanwhile are without it"
    assert kept(warehouse) == []


def test_restoring_what_is_published_makes_nothing_stale(complete: Warehouse) -> None:
    complete.restore(BOX, SECOND, 3, **WHO)
    assert stale_days(complete) == {}


def test_an_empty_content_can_be_restored(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, [SECOND], rows=no_rows(BOX))
    publish(warehouse, BOX, [SECOND])
    assert warehouse.content(BOX, [SECOND], 5).empty
    published = warehouse.restore(BOX, SECOND, 5, **WHO)
    assert (published.status, published.is_changed) == (Status.READY, True)
    assert warehouse.content(BOX, [SECOND]).empty
    assert entry(warehouse, BOX, SECOND)["rows"] == 0


def test_replaced_content_goes_after_its_time_and_is_then_named(place: Place) -> None:
    clock = Clock()
    warehouse = place.open(keep_replaced_days=7, now=clock)
    publish(warehouse, BOX, rows=with_minutes(241.0))
    clock.pass_days(5)
    publish(warehouse, BOX, DAYS[:1], rows=with_minutes(242.0))
    clock.pass_days(2.1)
    assert len(kept(warehouse)) == 5
    publish(warehouse, BOX, DAYS[2:3], rows=with_minutes(243.0))
    assert kept(warehouse) == [(0, 241.0, 5), (2, 241.0, 5)]
    before = everything(warehouse)
    with pytest.raises(WarehouseError, match="team_box_scores 2024-12-04: the content of build 3 is not kept any more"):
        warehouse.restore(BOX, SECOND, 3, **WHO)
    assert_unchanged(warehouse, before)


@pytest.mark.parametrize("change", ["DELETE FROM {} WHERE team = 'BOS'", "UPDATE {} SET pts = pts + 1 WHERE TRUE"])
def test_kept_rows_that_are_not_what_was_published_are_refused(warehouse: Warehouse, change: str) -> None:
    publish(warehouse, BOX, rows=with_minutes(241.0))
    execute(warehouse, change.format("nba_replaced.team_box_scores"))
    before = everything(warehouse)
    with pytest.raises(
        WarehouseError, match=r"team_box_scores 2024-12-04: the rows kept of build 3 .* or the kept rows"
    ):
        warehouse.restore(BOX, SECOND, 3, **WHO)
    assert_unchanged(warehouse, before)

"""Older work is fenced out: by the claim that came after it, published or not, and by newer code; date by date."""

import dataclasses
from typing import Any

import pytest

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets.readiness.audit import Verdict
from nba_assets.readiness.status import Status
from nba_assets.warehouse.port import Attempt, FencedOut, Warehouse, Window
from nba_assets_tests.warehouse.raw_publishes import (
    BOX,
    DAYS,
    assert_unchanged,
    entry,
    everything,
    minutes_by_day,
    publish,
    rows_of,
    with_minutes,
)

MIDDLE = Span(BOX, DAYS[1], DAYS[2])


def publish_late(warehouse: Warehouse, window: Window, token: int, **more: Any) -> None:
    """What a job does that has read its window long ago."""
    rows = conform(TABLES[BOX], with_minutes(241.0))
    verdicts = {day: Verdict(Status.READY) for day in window.days}
    warehouse.publish(window, rows.on(window.dates), verdicts, Attempt("late", token=token, **more))


def test_a_late_writer_is_fenced_out_before_the_new_owner_has_published_anything(warehouse: Warehouse) -> None:
    warehouse.raise_fence([Span(BOX, DAYS[0], DAYS[3])], 5)
    window = warehouse.read_window(TABLES[BOX], DAYS)
    warehouse.raise_fence([MIDDLE], 6)
    before = everything(warehouse)
    with pytest.raises(FencedOut) as refused:
        publish_late(warehouse, window, token=5)
    assert str(refused.value).startswith(
        "team_box_scores: claim 6 has started to write 2 dates (2024-12-04 … 2024-12-05), this one is 5."
    )
    assert "Nothing was written" in str(refused.value)
    assert_unchanged(warehouse, before)


def test_a_late_writer_is_fenced_out_after_the_new_owner_has_published(warehouse: Warehouse) -> None:
    window = warehouse.read_window(TABLES[BOX], DAYS)
    warehouse.raise_fence([MIDDLE], 6)
    publish(warehouse, BOX, DAYS[1:3], token=6)
    before = everything(warehouse)
    with pytest.raises(FencedOut, match="claim 6 has started"):
        publish_late(warehouse, window, token=5)
    assert_unchanged(warehouse, before)
    publish_late(warehouse, window, token=6)
    assert minutes_by_day(warehouse) == [241.0] * 4


def test_a_token_in_the_ledger_fences_where_no_fence_was_raised(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[2:3], token=7, run_id="r9")
    before = everything(warehouse)
    window = warehouse.read_window(TABLES[BOX], DAYS)
    with pytest.raises(FencedOut, match=r"claim 7 \(run r9\) has written 2024-12-05, this one is 6.*Nothing was wr"):
        publish_late(warehouse, window, token=6)
    assert_unchanged(warehouse, before)


def test_an_equal_or_newer_token_may_publish(warehouse: Warehouse) -> None:
    warehouse.raise_fence([MIDDLE], 7)
    publish(warehouse, BOX, token=7)
    publish(warehouse, BOX, rows=with_minutes(241.0), token=8)
    assert minutes_by_day(warehouse) == [241.0] * 4


def test_dates_on_both_sides_of_newer_work_are_free(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[1:2], token=7)
    warehouse.raise_fence([Span(BOX, DAYS[2], DAYS[2]), Span("game_results", DAYS[0], DAYS[3])], 8)
    window = warehouse.read_window(TABLES[BOX], [DAYS[0], DAYS[3]])
    publish_late(warehouse, window, token=5)
    assert minutes_by_day(warehouse) == [241.0, 240.0, 240.0, 241.0]


def test_a_date_that_was_asked_for_but_left_out_is_checked_as_well(warehouse: Warehouse) -> None:
    """Its owner reserved the whole range, and has lost it."""
    publish(warehouse, BOX, DAYS[:1], status=Status.REJECTED)
    window = warehouse.read_window(TABLES[BOX], DAYS, only=("failed",))
    assert window.days == (DAYS[0],)
    warehouse.raise_fence([MIDDLE], 6)
    with pytest.raises(FencedOut, match="claim 6"):
        publish_late(warehouse, window, token=5)


def test_a_fence_is_refused_under_a_newer_one_and_then_no_other_is_raised_either(warehouse: Warehouse) -> None:
    warehouse.raise_fence([MIDDLE], 6)
    before = everything(warehouse)
    with pytest.raises(FencedOut, match="claim 6 has started to write 2024-12-05, this one is 5"):
        warehouse.raise_fence([Span("game_results", DAYS[0], DAYS[3]), Span(BOX, DAYS[2], DAYS[3])], 5)
    assert_unchanged(warehouse, before)
    warehouse.raise_fence([Span("game_results", DAYS[0], DAYS[3]), Span(BOX, DAYS[3], DAYS[3])], 5)


def test_a_fence_that_covers_older_ones_takes_their_place(warehouse: Warehouse) -> None:
    def fences() -> list[tuple[Any, ...]]:
        rows = rows_of(warehouse, "nba_quality.fences", f"table_name = '{BOX}'")
        return [(row.first_date.date(), row.last_date.date(), row.token) for row in rows.itertuples()]

    warehouse.raise_fence([Span(BOX, DAYS[0], DAYS[1])], 5)
    warehouse.raise_fence([MIDDLE], 6)
    assert fences() == [(DAYS[0], DAYS[1], 5), (DAYS[1], DAYS[2], 6)]
    for _ in range(2):
        warehouse.raise_fence([Span(BOX, DAYS[0], DAYS[2]), Span("game_results", DAYS[0], DAYS[0])], 7)
        assert fences() == [(DAYS[0], DAYS[2], 7)]


def test_operations_respect_the_fence_of_a_newer_claim(warehouse: Warehouse) -> None:
    warehouse.raise_fence([MIDDLE], 6)
    before = everything(warehouse)
    with pytest.raises(FencedOut, match="claim 6"):
        warehouse.invalidate(Span(BOX, DAYS[0], DAYS[3]), who="ann", why="wrong", token=5)
    with pytest.raises(FencedOut, match="claim 6"):
        warehouse.restore(BOX, DAYS[1], 3, who="ann", why="wrong", token=5)
    assert_unchanged(warehouse, before)


def test_the_newest_token_is_that_of_any_fence_or_row(warehouse: Warehouse) -> None:
    assert warehouse.last_token() == 0
    publish(warehouse, BOX, DAYS[:1], token=4)
    assert warehouse.last_token() == 4
    warehouse.raise_fence([MIDDLE], 9)
    assert warehouse.last_token() == 9


# --- newer code ---

NEWER = TABLES[BOX].code_version + 1


def test_older_code_cannot_overwrite_what_newer_code_has_built(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, DAYS[2:3], code_version=NEWER, run_id="r9", token=1)
    before = everything(warehouse)
    with pytest.raises(
        FencedOut, match=rf"newer code \(version {NEWER}, here {NEWER - 1}; run r9\) has built 2024-12-05"
    ):
        publish(warehouse, BOX, rows=with_minutes(241.0), token=2)
    assert_unchanged(warehouse, before)
    publish(warehouse, BOX, [DAYS[1], DAYS[3]], rows=with_minutes(241.0), token=2)
    assert minutes_by_day(warehouse) == [240.0, 241.0, 240.0, 241.0]


def test_older_code_may_overwrite_with_a_reason_that_is_kept(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, [DAYS[0], DAYS[1], DAYS[3]], code_version=NEWER)
    publish(warehouse, BOX, rows=with_minutes(241.0), override="version 2 drops overtime", run_id="r9")
    assert minutes_by_day(warehouse) == [241.0] * 4
    reasons = [entry(warehouse, BOX, day)["override"] for day in DAYS]
    assert reasons == ["version 2 drops overtime", "version 2 drops overtime", "", "version 2 drops overtime"]
    assert warehouse.history(BOX, DAYS[0])["override"].tolist() == ["", "", "version 2 drops overtime"]
    reported = warehouse.journal()
    assert set(reported["operation"] + " " + reported["who"] + " " + reported["why"]) == {
        "override run r9 version 2 drops overtime"
    }
    spans = [(row.table_name, row.first_date.date(), row.last_date.date()) for row in reported.itertuples()]
    assert spans == [(BOX, DAYS[0], DAYS[1]), (BOX, DAYS[3], DAYS[3])]


def test_a_reason_that_nothing_needs_is_not_kept(warehouse: Warehouse) -> None:
    publish(warehouse, BOX, override="just in case")
    assert entry(warehouse, BOX, DAYS[0])["override"] == ""
    assert warehouse.journal().empty


def test_a_reason_for_older_code_does_not_lift_the_fence_of_a_newer_claim(warehouse: Warehouse) -> None:
    contract = dataclasses.replace(TABLES[BOX], code_version=0)
    window = warehouse.read_window(contract, DAYS)
    warehouse.raise_fence([MIDDLE], 6)
    with pytest.raises(FencedOut, match="claim 6"):
        publish_late(warehouse, window, token=5, override="I know better")

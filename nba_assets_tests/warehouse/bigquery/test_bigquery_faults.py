"""Nothing is lost and nothing is written twice when processes die, writers collide or the service fails in passing."""

import itertools
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets.warehouse.bigquery import writes as bigquery_writes
from nba_assets.warehouse.bigquery.warehouse import BigQueryWarehouse
from nba_assets.warehouse.port import Attempt, FencedOut, WarehouseError
from nba_assets_tests.operations.processes import until
from nba_assets_tests.servers.faulty_proxy import RESET_AFTER, RESET_BEFORE, Faults, faulty_proxy
from nba_assets_tests.servers.running import BigQueryServer
from nba_assets_tests.warehouse.places import BigQueryPlace, jobs_on
from nba_assets_tests.warehouse.raw_publishes import (
    BOX,
    CALENDAR,
    DAYS,
    REPOSITORY,
    assert_unchanged,
    everything,
    minutes_by_day,
    publish,
    with_minutes,
)

pytestmark = [pytest.mark.long, pytest.mark.server]


@pytest.fixture
def place(bigquery: BigQueryPlace) -> BigQueryPlace:
    bigquery.set_back("raw")
    return bigquery


def process(place: BigQueryPlace, role: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nba_assets_tests.warehouse.bigquery_process", role]
    return subprocess.Popen(
        [*command, place.server.rest, place.server.storage], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True
    )


def attempts(warehouse: BigQueryWarehouse) -> list[int]:
    return warehouse.history(BOX, DAYS[0])["attempt_build"].tolist()


def test_a_process_killed_between_staging_and_publish_leaves_everything_as_it_was(place: BigQueryPlace) -> None:
    warehouse = place.open()
    before = everything(warehouse)
    victim = process(place, "die before the transaction")
    _, errors = victim.communicate(timeout=300)
    assert victim.returncode == -signal.SIGKILL, errors
    assert_unchanged(warehouse, before)
    publish(warehouse, BOX, rows=with_minutes(241.0))
    assert minutes_by_day(warehouse) == [241.0] * 4


def test_what_a_process_published_before_it_was_killed_is_not_published_twice(place: BigQueryPlace) -> None:
    warehouse = place.open()
    victim = process(place, "die after the transaction")
    _, errors = victim.communicate(timeout=300)
    assert victim.returncode == -signal.SIGKILL, errors
    until(lambda: len(attempts(warehouse)) > 1, "the server ends the transaction by itself")
    assert minutes_by_day(warehouse) == [241.0] * 4
    hashes = warehouse.ledger()["content_hash"].tolist()
    outcome = publish(warehouse, BOX, rows=with_minutes(241.0))
    assert not any(one.is_changed for one in outcome.values())
    assert warehouse.ledger()["content_hash"].tolist() == hashes
    assert len(warehouse.content(BOX, DAYS)) == 4 * len(DAYS)


def test_two_processes_publish_disjoint_dates_of_a_table_at_once(place: BigQueryPlace) -> None:
    warehouse = place.open()
    writers = [process(place, role) for role in ("first half", "second half")]
    for writer in writers:
        _, errors = writer.communicate(timeout=600)
        assert writer.returncode == 0, errors
    assert minutes_by_day(warehouse) == [243.0] * 4
    builds = [build for day in (DAYS[0], DAYS[2]) for build in warehouse.history(BOX, day)["attempt_build"][1:]]
    assert sorted(builds) == [5, 6, 7, 8, 9, 10], "each publish has a number of its own, and none is left out"


def everywhere() -> Faults:
    """Every third request fails, each time in another way; answers of new jobs are lost, too."""
    kinds: Iterator[int | str] = itertools.cycle([429, 503, RESET_BEFORE, 500, RESET_AFTER])

    def choose(number: int, method: str, path: str) -> int | str | None:
        if number % 3 or "storage" in path:
            return None
        fault = next(kinds)
        # An error after a DELETE or a read is nothing new; one after a POST is a job that exists.
        return fault if fault != RESET_AFTER or method == "POST" else 503

    return Faults(choose)


def test_a_service_that_fails_in_passing_loses_nothing_and_doubles_nothing(place: BigQueryPlace) -> None:
    undisturbed = place.open()
    faults = everywhere()
    with faulty_proxy(place.server.rest, faults) as address:
        jobs = jobs_on(BigQueryServer(address, place.server.storage))
        warehouse = BigQueryWarehouse(lambda: jobs, place.names, CALENDAR)
        warehouse.raise_fence([Span(BOX, DAYS[0], DAYS[3])], 1)
        publish(warehouse, BOX, rows=with_minutes(241.0), token=1)
        publish(warehouse, BOX, DAYS[:1], rows=with_minutes(242.0), token=1)
        warehouse.record("cancel", "ann", "enough")
    assert {fault for fault, *_ in faults.done} == {429, 503, 500, RESET_BEFORE, RESET_AFTER}
    assert minutes_by_day(undisturbed) == [242.0, 241.0, 241.0, 241.0]
    assert attempts(undisturbed) == [3, 5, 6]
    assert len(undisturbed.journal()) == 1
    assert len(undisturbed.content(BOX, DAYS)) == 4 * len(DAYS)
    pd.testing.assert_frame_equal(undisturbed.content(BOX, DAYS[1:2], 5), undisturbed.content(BOX, DAYS[1:2]))


def test_an_answer_that_is_lost_does_not_make_a_second_transaction(place: BigQueryPlace) -> None:
    def choose(number: int, method: str, path: str) -> int | str | None:
        return RESET_AFTER if method == "POST" and "/jobs" in path and "upload" not in path else None

    faults = Faults(choose)
    with faulty_proxy(place.server.rest, faults) as address:
        jobs = jobs_on(BigQueryServer(address, place.server.storage))
        BigQueryWarehouse(lambda: jobs, place.names, CALENDAR).record("cancel", "ann", "enough")
    assert RESET_AFTER in {fault for fault, *_ in faults.done}
    assert len(place.open().journal()) == 1


def test_a_service_that_stays_away_is_named_and_nothing_is_written(place: BigQueryPlace) -> None:
    undisturbed = place.open()
    before = everything(undisturbed)
    window = undisturbed.read_window(TABLES[BOX], DAYS)
    with faulty_proxy(place.server.rest, Faults(lambda *_: 503)) as address:
        jobs = jobs_on(BigQueryServer(address, place.server.storage), patience_seconds=2)
        warehouse = BigQueryWarehouse(lambda: jobs, place.names, CALENDAR)
        with pytest.raises(WarehouseError, match="nba-props-platform"):
            warehouse.publish(window, conform(TABLES[BOX], with_minutes(241.0)), {}, Attempt("r"))
    assert_unchanged(undisturbed, before)


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Actions that each happen once between a decision and its transaction."""
    actions: list[Any] = []
    carry_out = bigquery_writes.carry_out

    def late(*given: Any) -> int:
        if actions:
            actions.pop(0)()
        return carry_out(*given)

    monkeypatch.setattr(bigquery_writes, "carry_out", late)
    return actions


def test_who_finds_another_writer_in_between_decides_again(place: BigQueryPlace, between: list[Any]) -> None:
    warehouse, other = place.open(), place.open()
    between.append(lambda: publish(other, BOX, DAYS[:1], rows=with_minutes(242.0), run_id="other"))
    outcome = publish(warehouse, BOX, rows=with_minutes(241.0))
    assert {one.build_id for one in outcome.values()} == {6}
    assert minutes_by_day(warehouse) == [241.0] * 4
    assert attempts(warehouse) == [3, 5, 6]
    assert set(warehouse.content(BOX, DAYS[:1], 5)["minutes"]) == {242.0}, "what came in between was replaced, and kept"


def test_a_fence_raised_in_between_keeps_the_older_claim_out(place: BigQueryPlace, between: list[Any]) -> None:
    warehouse, other = place.open(), place.open()
    before = everything(warehouse)[:6]
    between.append(lambda: other.raise_fence([Span(BOX, DAYS[2], DAYS[2])], 6))
    with pytest.raises(FencedOut, match="claim 6 has started to write 2024-12-05, this one is 5"):
        publish(warehouse, BOX, rows=with_minutes(241.0), token=5)
    for old, new in zip(before, everything(warehouse)[:6], strict=True):
        pd.testing.assert_frame_equal(new, old)

"""What a run may write is reserved at its first step, guarded at every publish, and freed at its end."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from dagster import DagsterRunStatus

from nba_assets.claims.claim import Claim
from nba_assets.contracts.tables import MODEL
from nba_assets.orchestration.run_tags import (
    BACKFILL_TAG,
    CLAIM_TAG,
    ON_CONFLICT_TAG,
    OVERRIDE_TAG,
    WAIT_MINUTES_TAG,
    WHO_TAG,
    WHY_TAG,
)
from nba_assets.partitions import Span
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets.warehouse.port import Published, Window
from nba_assets_tests.dagster_values import asset_of
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

DAYS = 4
TABLES = ["game_schedule", "game_results"]


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague(seasons=1)


@pytest.fixture
def platform(league: SimulatedLeague, tmp_path: Path) -> Platform:
    schedule = league.read("game_schedule", league.first_date, league.horizon).rows
    first = schedule["game_date"].min().date()
    return Platform(tmp_path, SlicedSource(league, first, first + dt.timedelta(days=DAYS - 1)))


def _reserved(platform: Platform, *spans: Span, kind: str = "run", **given: object) -> Claim:
    facts: dict[str, Any] = {"owner": "run:somebody", "who": "Ada", "why": "a correction", **given}
    return platform.claims.reserve(spans, kind=kind, **facts)


def _whole(platform: Platform, table: str) -> Span:
    return Span(table, platform.source.first_date, platform.source.horizon)


def _meanwhile(platform: Platform, table: str, act: Callable[[], object]) -> None:
    """Do something while the run reads a table from the source."""

    def edit(rows: pd.DataFrame) -> pd.DataFrame:
        act()
        return rows

    platform.deliver(**{table: edit})


def _only_claim(platform: Platform) -> Claim:
    (claim,) = platform.claims.recent()
    return claim


def test_a_run_reserves_every_selected_table_over_its_range_and_frees_it(platform: Platform) -> None:
    seen: list[Claim] = []
    _meanwhile(platform, "game_schedule", lambda: seen.extend(platform.claims.active()))
    tags = {WHO_TAG: "Grace", WHY_TAG: "monthly check"}
    result = platform.run(tables=["game_schedule", MODEL], tags=tags)
    (during,) = seen
    first, last = platform.source.first_date, platform.source.horizon
    assert set(during.spans) == {Span("game_schedule", first, last), Span(MODEL, first, last)}
    assert (during.kind, during.who, during.why) == ("run", "Grace", "monthly check")
    assert during.run_ids == (result.run_id,)
    assert platform.claims.get(during.id).state == "failed", "the model had nothing to train on"
    ledger = platform.warehouse.ledger()
    assert set(ledger["token"].dropna()) <= {during.id}


def test_a_single_date_is_reserved_alone(platform: Platform) -> None:
    day = platform.source.first_date
    result = platform.run(day, day, tables=TABLES)
    assert result.success, failure_messages(result)
    claim = _only_claim(platform)
    assert claim.state == "done"
    assert set(claim.spans) == {Span(table, day, day) for table in TABLES}


def test_overlapping_dates_are_refused_at_the_first_step_with_the_owner(platform: Platform) -> None:
    last = platform.source.horizon
    taken = Span("game_results", last, last)
    owner = _reserved(platform, taken, run_id="8c1f9f52-0000-0000-0000-000000000000")
    result = platform.run(tables=TABLES)
    assert not result.success
    said = failure_messages(result)[0]
    for part in (str(taken), f"claim {owner.id}", "8c1f9f52", "Ada", "a correction", "nba/on_conflict=wait"):
        assert part in said
    (event,) = result.filter_events(lambda event: event.is_step_failure)
    metadata = event.step_failure_data.user_failure_data.metadata
    assert event.step_key == "game_schedule"
    assert metadata["owner"] == dg.MetadataValue.dagster_run("8c1f9f52-0000-0000-0000-000000000000")
    assert metadata["conflicts"].records[0].data["dates"] == str(last)
    assert platform.warehouse.ledger().empty, "no table is built of a run that is refused"
    assert platform.claims.active() == [owner]


def test_disjoint_dates_of_the_same_table_are_not_refused(platform: Platform) -> None:
    first, last = platform.source.first_date, platform.source.horizon
    _reserved(platform, Span("game_results", last, last))
    assert platform.run(first, last - dt.timedelta(days=1), tables=TABLES).success


def test_a_hold_refuses_and_says_how_to_release_it(platform: Platform) -> None:
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    frozen = _reserved(platform, _whole(platform, "game_results"), kind="freeze", until=until)
    result = platform.run(tables=TABLES)
    assert f"nba-assets unfreeze {frozen.id}" in failure_messages(result)[0]
    assert platform.warehouse.ledger().empty


def test_asked_to_wait_it_begins_when_the_owner_is_done(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = _reserved(platform, _whole(platform, "game_results"))
    monkeypatch.setattr(
        "nba_assets.orchestration.run_claim.time.sleep", lambda _: platform.claims.end(owner.id, "done")
    )
    result = platform.run(tables=TABLES, tags={ON_CONFLICT_TAG: "wait"})
    assert result.success, failure_messages(result)


def test_waiting_ends_after_the_minutes_of_its_tag(platform: Platform) -> None:
    _reserved(platform, _whole(platform, "game_results"))
    result = platform.run(tables=TABLES, tags={ON_CONFLICT_TAG: "wait", WAIT_MINUTES_TAG: "0"})
    assert "claim 1 of run:somebody" in failure_messages(result)[0]


def test_a_run_of_a_launch_works_under_its_claim_and_leaves_it(platform: Platform) -> None:
    launch = _reserved(platform, *(_whole(platform, table) for table in TABLES), kind="backfill")
    result = platform.run(tables=TABLES, tags={CLAIM_TAG: str(launch.id)})
    assert result.success, failure_messages(result)
    (claim,) = platform.claims.active()
    assert (claim.id, claim.run_ids) == (launch.id, (result.run_id,))
    assert claim.progress.startswith("game_results ")
    assert set(platform.warehouse.ledger()["token"]) == {launch.id}


def test_a_run_beyond_the_claim_of_its_launch_is_refused(platform: Platform) -> None:
    first = platform.source.first_date
    launch = _reserved(platform, Span("game_schedule", first, first), kind="backfill")
    result = platform.run(tables=["game_schedule"], tags={CLAIM_TAG: str(launch.id)}, last=platform.source.horizon)
    assert f"claim {launch.id} of run:somebody covers game_schedule {first}" in failure_messages(result)[0]
    assert platform.warehouse.ledger().empty


def test_a_run_of_a_launch_that_is_over_is_refused(platform: Platform) -> None:
    launch = _reserved(platform, *(_whole(platform, table) for table in TABLES), kind="backfill")
    platform.claims.end(launch.id, "failed", why="its process died")
    result = platform.run(tables=TABLES, tags={CLAIM_TAG: str(launch.id)})
    assert f"claim {launch.id} of run:somebody is lost" in failure_messages(result)[0]
    assert platform.warehouse.ledger().empty


def test_a_tag_of_an_unknown_dagster_backfill_is_a_run_like_any_other(platform: Platform) -> None:
    result = platform.run(tables=TABLES, tags={BACKFILL_TAG: "gone"})
    assert result.success, failure_messages(result)
    assert _only_claim(platform).owner == f"run:{result.run_id}"


def test_cancelled_it_stops_before_the_next_publish_and_says_how_far_it_came(platform: Platform) -> None:
    _meanwhile(platform, "game_results", lambda: platform.claims.request_cancel(1, "Ada", "wrong range"))
    result = platform.run(tables=TABLES)
    assert not result.success
    assert platform.instance.get_run_by_id(result.run_id).status is DagsterRunStatus.CANCELED
    assert set(platform.warehouse.ledger()["table_name"]) == {"game_schedule"}
    claim = _only_claim(platform)
    assert (claim.state, claim.ended_by, claim.ended_why) == ("cancelled", "Ada", "wrong range")
    journal = platform.warehouse.journal()
    assert set(journal["table_name"]) == set(TABLES)
    assert set(journal["operation"]) == {"cancel"}
    assert journal["detail"].str.contains("game_schedule").all()


def test_terminated_in_the_ui_it_is_cancelled_too(platform: Platform) -> None:
    def terminate() -> None:
        (run,) = platform.instance.get_runs()
        platform.instance.report_run_canceled(run)

    _meanwhile(platform, "game_results", terminate)
    platform.run(tables=TABLES)
    claim = _only_claim(platform)
    assert (claim.state, claim.ended_why) == ("cancelled", "its run was terminated")
    assert "game_results" not in set(platform.warehouse.ledger()["table_name"])


def test_terminated_under_the_claim_of_a_launch_it_stops_and_leaves_the_claim(platform: Platform) -> None:
    def terminate() -> None:
        (run,) = platform.instance.get_runs()
        platform.instance.report_run_canceled(run)

    launch = _reserved(platform, *(_whole(platform, table) for table in TABLES), kind="backfill")
    _meanwhile(platform, "game_results", terminate)
    platform.run(tables=TABLES, tags={CLAIM_TAG: str(launch.id)})
    assert "game_results" not in set(platform.warehouse.ledger()["table_name"])
    assert platform.claims.get(launch.id).is_active, "its supervisor decides"


def test_a_run_that_lost_its_claim_publishes_nothing_more(platform: Platform) -> None:
    _meanwhile(platform, "game_results", lambda: platform.claims.end(1, "expired"))
    result = platform.run(tables=TABLES)
    assert any("claim 1" in said and "is lost" in said for said in failure_messages(result))
    assert set(platform.warehouse.ledger()["table_name"]) == {"game_schedule"}


def test_a_run_that_sleeps_past_its_check_is_fenced_out(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = platform.warehouse.publish

    def slowly(window: Window, *given: Any, **facts: Any) -> dict[dt.date, Published]:
        if window.contract.name == "game_results":
            platform.claims.end(1, "expired")
            newer = _reserved(platform, _whole(platform, "game_results"))
            platform.warehouse.raise_fence(newer.spans, newer.id)
        return publish(window, *given, **facts)

    monkeypatch.setattr(platform.warehouse, "publish", slowly)
    result = platform.run(tables=TABLES)
    assert any("claim 2 has started to write" in said for said in failure_messages(result))
    assert set(platform.warehouse.ledger()["table_name"]) == {"game_schedule"}


def test_a_failure_frees_the_claim(platform: Platform) -> None:
    def fail() -> None:
        raise ValueError("the provider is down")

    _meanwhile(platform, "game_results", fail)
    result = platform.run(tables=TABLES)
    assert not result.success
    assert platform.claims.active() == []
    assert _only_claim(platform).state == "failed"


def test_older_code_needs_a_reason_which_is_recorded(platform: Platform) -> None:
    assert platform.run(tables=["game_schedule"]).success
    with platform.warehouse.connect() as connection:
        connection.execute("UPDATE nba_quality.ledger SET code_version = code_version + 1")
    whole: dict[str, Any] = {"last": platform.source.horizon}
    refused = platform.run(tables=["game_schedule"], **whole)
    assert "You run older code" in failure_messages(refused)[0]
    result = platform.run(tables=["game_schedule"], tags={OVERRIDE_TAG: "rolled back on purpose"}, **whole)
    assert result.success, failure_messages(result)
    assert set(platform.warehouse.ledger()["override"]) == {"rolled back on purpose"}
    journal = platform.warehouse.journal()
    assert list(journal["operation"]) == ["override"]
    assert list(journal["why"]) == ["rolled back on purpose"]


def test_claims_go_on_above_the_tokens_of_the_warehouse_when_their_database_is_lost(platform: Platform) -> None:
    for _ in range(3):
        assert platform.run(tables=["game_schedule"]).success
    for path in platform.settings.home.glob("claims.sqlite*"):
        path.unlink()
    result = platform.run(tables=["game_schedule"])
    assert result.success, failure_messages(result)
    assert _only_claim(platform).id == 4


def test_materialize_in_a_notebook_reserves_as_well(platform: Platform) -> None:
    day = platform.source.first_date
    _reserved(platform, Span("game_schedule", day, day))
    result = dg.materialize(
        [asset_of(platform.definitions, "game_schedule")],
        resources=platform.definitions.resources,
        instance=platform.instance,
        partition_key=day.isoformat(),
        raise_on_error=False,
    )
    assert "claim 1 of run:somebody" in failure_messages(result)[0]

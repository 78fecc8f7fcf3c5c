"""The sensor of claims: Dagster backfills keep theirs between runs and no longer."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.test_utils import create_run_for_test

from nba_assets.automation.alerting import claims_sensor as module
from nba_assets.automation.alerting.claims_sensor import INTERVAL_SECONDS, claims_sensor, keep_backfills
from nba_assets.automation.alerting.stuck_claims import StuckClaim
from nba_assets.claims.store import LEASE, ClaimStore
from nba_assets.settings import Settings
from nba_assets_tests.automation.some_claims import START, reserve
from nba_assets_tests.claims.actors import Clock


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def backfill(
    instance: dg.DagsterInstance, backfill_id: str = "abcdefgh", status: BulkActionStatus = BulkActionStatus.REQUESTED
) -> None:
    made = PartitionBackfill(
        backfill_id=backfill_id, status=status, from_failure=False, tags={}, backfill_timestamp=START.timestamp(),
        partition_names=["2024-01-01"],
    )  # fmt: skip
    if instance.get_backfill(backfill_id):
        instance.update_backfill(made)
    else:
        instance.add_backfill(made)


class TestBackfills:
    def test_a_backfill_that_goes_on_keeps_its_claim_however_long_the_pause(
        self, instance: dg.DagsterInstance, store: ClaimStore, clock: Clock
    ) -> None:
        backfill(instance)
        claim = reserve(store)
        for _ in range(20):
            clock.advance(INTERVAL_SECONDS)
            said = keep_backfills(instance, store, store.active())
        assert said == [f"claim {claim.id} of dagster-backfill:abcdefgh renewed"]
        assert [active.id for active in store.active()] == [claim.id]
        assert clock.now - START > 2 * LEASE

    def test_two_late_ticks_lose_no_claim(self) -> None:
        assert dt.timedelta(seconds=3 * INTERVAL_SECONDS) < LEASE

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            (BulkActionStatus.COMPLETED_SUCCESS, "done"),
            (BulkActionStatus.COMPLETED_FAILED, "failed"),
            (BulkActionStatus.FAILED, "failed"),
            (BulkActionStatus.CANCELED, "cancelled"),
        ],
    )
    def test_a_backfill_that_is_over_gives_its_dates_back_at_once(
        self, instance: dg.DagsterInstance, store: ClaimStore, status: BulkActionStatus, state: str
    ) -> None:
        backfill(instance)
        claim = reserve(store)
        backfill(instance, status=status)
        keep_backfills(instance, store, store.active())
        assert store.get(claim.id).state == state
        assert store.active() == []

    @pytest.mark.parametrize("status", [BulkActionStatus.CANCELING, BulkActionStatus.FAILING])
    def test_a_backfill_that_is_being_stopped_still_holds_its_dates(
        self, instance: dg.DagsterInstance, store: ClaimStore, status: BulkActionStatus
    ) -> None:
        backfill(instance, status=status)
        claim = reserve(store)
        keep_backfills(instance, store, store.active())
        assert store.get(claim.id).is_active

    def test_a_run_that_outlives_its_backfill_keeps_the_claim_itself(
        self, instance: dg.DagsterInstance, store: ClaimStore, clock: Clock
    ) -> None:
        backfill(instance, status=BulkActionStatus.CANCELED)
        run = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED)
        claim = reserve(store, run_id=run.run_id)
        assert keep_backfills(instance, store, store.active()) == []
        assert store.get(claim.id).is_active
        clock.advance(LEASE.total_seconds() + 1)
        assert store.active() == [], "if it is dead nobody renews the claim"

    def test_claims_of_others_are_left_alone(
        self, instance: dg.DagsterInstance, store: ClaimStore, clock: Clock
    ) -> None:
        reserve(store, owner="dagster-backfill:of another instance")
        clock.advance(INTERVAL_SECONDS)
        before = store.active()
        assert keep_backfills(instance, store, before) == []
        assert store.active() == before

    def test_a_claim_that_was_lost_meanwhile_is_not_brought_back(
        self, instance: dg.DagsterInstance, store: ClaimStore, clock: Clock
    ) -> None:
        backfill(instance)
        reserve(store)
        seen = store.active()
        clock.advance(LEASE.total_seconds() + 1)
        assert "is lost" in keep_backfills(instance, store, seen)[0]
        assert store.active() == []


def sensor_tick(settings: Settings, instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult:
    with dg.build_sensor_context(instance=instance, resources={"settings": settings}, cursor=cursor) as context:
        result = claims_sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def test_a_tick_of_the_sensor(tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path)
    backfill(instance)
    claim = reserve(ClaimStore(settings.claims_url))
    result = sensor_tick(settings, instance)
    assert result.skip_reason.skip_message == f"claim {claim.id} of dagster-backfill:abcdefgh renewed"
    assert json.loads(result.cursor or "") == []
    monkeypatch.setattr(module, "stalled", lambda claims, now, after: [StuckClaim(claims[0], "stalled", "it is stuck")])
    first = sensor_tick(settings, instance, result.cursor)
    assert "it is stuck" in first.skip_reason.skip_message
    assert "it is stuck" not in sensor_tick(settings, instance, first.cursor).skip_reason.skip_message, "once"
    assert claims_sensor.default_status is dg.DefaultSensorStatus.RUNNING


def test_claims_that_cannot_be_read_are_asked_again(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    settings = Settings(home=tmp_path, claims=f"sqlite:///{tmp_path}/is/no/directory/claims.sqlite")
    (tmp_path / "is").write_text("blocking")
    result = sensor_tick(settings, instance, '["kept"]')
    assert result.cursor == '["kept"]'
    assert "claims" in result.skip_reason.skip_message

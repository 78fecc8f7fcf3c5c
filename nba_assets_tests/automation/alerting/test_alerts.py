"""Alerts reach a webhook over HTTP: each trouble once, again when it comes back, none lost while nobody answers."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import dagster as dg
import pytest

from nba_assets.automation.alerting import webhook as sending
from nba_assets.automation.alerting.alerts import Alert, closed_gates, games_lost, to_send
from nba_assets.automation.alerting.alerts_sensor import alerts_sensor, tell
from nba_assets.automation.alerting.webhook import NotDelivered, post
from nba_assets.partitions import Span
from nba_assets.readiness.quarantine import Quarantined
from nba_assets.settings import Settings
from nba_assets.warehouse.port import Warehouse, WarehouseError
from nba_assets_tests.automation.alerting.webhook_double import Webhook
from nba_assets_tests.readiness.ledgers import OF_GAMES, HandLedger, only_ledger

NOW = dt.datetime(2024, 1, 4, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook() as webhook:
        yield webhook


class Watch:
    """The sensor on an instance and a ledger, tick after tick with its own cursor."""

    def __init__(self, instance: dg.DagsterInstance, settings: Settings, ledger: HandLedger) -> None:
        self.instance, self.settings, self.ledger = instance, settings, ledger
        self.cursor: str | None = None
        self.ahead = dt.timedelta()

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead

    def tick(self) -> list[str]:
        said, self.cursor = tell(self.instance, only_ledger(self.ledger), self.settings, self.cursor, self.now)
        return said


@pytest.fixture
def watch(instance: dg.DagsterInstance, tmp_path: Path, webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> Watch:
    # The toy ledger has no table that lands or is predicted; its dates are long ago.
    monkeypatch.setattr("nba_assets.automation.alerting.alerts_sensor.late_work", lambda state, now: iter(()))
    monkeypatch.setattr("nba_assets.automation.alerting.alerts.RECENT_DAYS", 100_000)
    settings = Settings(home=tmp_path, alert_webhook=webhook.url)
    return Watch(instance, settings, HandLedger().publish_all())


@dg.op
def broken() -> None:
    raise ValueError("column 4711 is not there")


@dg.job
def breaks() -> None:
    broken()


def test_nothing_is_reported_when_nothing_is_wrong(watch: Watch, webhook: Webhook) -> None:
    assert watch.tick() == []
    assert webhook.received == []


def test_a_failed_run_is_reported_once_and_so_is_the_same_failure_again(watch: Watch, webhook: Webhook) -> None:
    watch.tick()
    breaks.execute_in_process(instance=watch.instance, raise_on_error=False)
    watch.tick()
    (text,) = webhook.texts
    assert "failed at broken" in text
    assert "column 4711 is not there" in text
    breaks.execute_in_process(instance=watch.instance, raise_on_error=False)
    watch.tick()
    assert len(webhook.texts) == 1
    watch.ahead = dt.timedelta(days=2)
    watch.tick()
    # The runs themselves are of now.
    watch.cursor = json.dumps({**json.loads(watch.cursor or "{}"), "since": "2024-01-01T00:00:00+00:00"})
    watch.tick()
    assert len(webhook.texts) == 2, "a day later it is reported again"


def test_a_closed_gate_is_reported_until_it_opens_and_again_when_it_closes(watch: Watch, webhook: Webhook) -> None:
    watch.ledger.fail("raw", 2, reasons="points do not add up: 0022400061")
    watch.tick()
    watch.ledger.fail("raw", 3, reasons="points do not add up: 0022400062")
    watch.tick()
    assert len(webhook.texts) == 1, "the same cause on another date"
    assert "gate closed: raw 2024-01-02 is rejected: points do not add up" in webhook.texts[0]
    watch.ledger.publish("raw", 2, 3)
    watch.tick()
    watch.ledger.fail("raw", 2, reasons="points do not add up: 0022400061")
    watch.tick()
    assert len(webhook.texts) == 2


def test_blocked_partitions_are_counted_and_old_gates_are_not_reported() -> None:
    ledger = HandLedger().publish_all()
    ledger.fail("raw", 2)
    ledger.fail("summary", 2, status="blocked")
    (alert,) = closed_gates(ledger.state(), NOW)
    assert alert.table == "raw"
    assert alert.text.endswith("1 partitions of other tables are blocked.")
    assert list(closed_gates(ledger.state(), NOW + dt.timedelta(days=30))) == []


def test_a_quarantined_game_is_reported_once_with_both_ways_out(watch: Watch, webhook: Webhook) -> None:
    watch.ledger = HandLedger(OF_GAMES).publish_all()
    ours = Quarantined("0022400561", (1610612748, 1610612737), "team_minutes_match_periods: 1 row: 226 minutes")
    other = Quarantined("0022400562", (1610612738, 1610612752), "team_minutes_match_periods: 1 row: 230 minutes")
    watch.ledger.quarantine("box", 2, ours)
    watch.ledger.quarantine("summary", 2, ours.as_read_from("box"))
    watch.tick()
    watch.tick()
    (text,) = webhook.texts
    assert text == (
        "nba_assets: quarantined: box 2024-01-02: 9 of 10 games; MIA–ATL quarantined: 226 minutes. To publish it, "
        "correct it, then nba-assets backfill --from 2024-01-02; or accept it as it was delivered: nba-assets accept "
        "0022400561 --table box --reason WHY"
    )
    watch.ledger.quarantine("box", 2, ours, other)
    watch.tick()
    assert len(webhook.texts) == 2
    assert "8 of 10 games; BOS–NYK quarantined: 230 minutes" in webhook.texts[1]


def test_old_quarantined_games_are_not_reported() -> None:
    ledger = HandLedger(OF_GAMES).publish_all()
    ledger.quarantine("box", 2, Quarantined("0022400561", (1610612748, 1610612737), "said by ana: typo"))
    assert [alert.table for alert in games_lost(ledger.state(), NOW)] == ["box"]
    assert list(games_lost(ledger.state(), NOW + dt.timedelta(days=30))) == []


def test_a_stuck_claim_is_reported_once_for_each_standstill(watch: Watch, webhook: Webhook) -> None:
    from nba_assets.claims.store import ClaimStore

    at = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    store = ClaimStore(watch.settings.claims_url, now=lambda: at, lease=dt.timedelta(hours=3))
    store.reserve([Span("raw", watch.ledger.day(1), watch.ledger.day(2))], owner="run:x", kind="run", who="Ada")
    watch.tick()
    watch.tick()
    (text,) = webhook.texts
    assert "has made no progress for" in text


def test_what_nobody_took_is_sent_by_the_next_tick(
    watch: Watch, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    watch.ledger.fail("raw", 2)
    webhook.answers = [503]
    (said,) = watch.tick()
    assert "HTTP 503" in said
    assert watch.settings.alert_webhook not in said, "the address is a secret"
    watch.tick()
    assert len(webhook.texts) == 1


def test_a_busy_warehouse_keeps_no_failed_run_secret_and_forgets_nothing(watch: Watch, webhook: Webhook) -> None:
    watch.ledger.fail("raw", 2)
    watch.tick()

    class Busy:
        def state(self) -> None:
            raise WarehouseError("warehouse.duckdb is open elsewhere")

    breaks.execute_in_process(instance=watch.instance, raise_on_error=False)
    said, cursor = tell(watch.instance, cast(Warehouse, Busy()), watch.settings, watch.cursor, watch.now)
    assert any("open elsewhere" in line for line in said)
    assert len(webhook.texts) == 2
    watch.cursor = cursor
    watch.tick()
    assert len(webhook.texts) == 2


def test_a_passing_failure_is_tried_again(webhook: Webhook) -> None:
    webhook.answers = [500, 429]
    post(webhook.url, "hello", wait=0.01)
    assert webhook.texts == ["hello"]
    assert webhook.attempts == 3


def test_a_refusal_is_not_tried_again(webhook: Webhook) -> None:
    webhook.answers = [404]
    with pytest.raises(NotDelivered, match="HTTP 404"):
        post(webhook.url, "hello", wait=0.01)
    assert webhook.attempts == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/hook", "nonsense"])
def test_an_address_that_nobody_answers_is_an_error_without_the_address(url: str) -> None:
    with pytest.raises(NotDelivered) as error:
        post(url, "hello", wait=0.01, timeout=0.5)
    assert url not in str(error.value)


def test_one_alert_for_each_key() -> None:
    alerts = [Alert("run_failure", "raw", f"game {number} is broken", "text") for number in range(3)]
    assert len(to_send(alerts, {})) == 1
    assert to_send(alerts, {alerts[0].key: ""}) == []


def test_without_an_address_the_sensor_says_so(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    sensor = alerts_sensor(is_on=True)
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert alerts_sensor(is_on=False).default_status is dg.DefaultSensorStatus.STOPPED
    resources = {"warehouse": only_ledger(HandLedger()), "settings": Settings(home=tmp_path)}
    with dg.build_sensor_context(instance=instance, resources=resources) as context:
        assert "NBA_ALERT_WEBHOOK" in sensor(context).skip_reason.skip_message

"""Three days of a season in a real daemon: a new slate, an outage of the source, a late correction; nobody launches.

The clock of all processes is the test's own, so the schedules tick by themselves when their hour comes.
"""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from nba_assets.automation.conditions import AUTOMATION, Decider
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import TABLES
from nba_assets.definitions import current_warehouse, open_warehouse
from nba_assets.modelling.artefacts import stored_versions
from nba_assets.operations.home import prepare_home
from nba_assets.settings import Settings
from nba_assets.sources.registry import open_source
from nba_assets.sources.simulated.live import LiveLeague
from nba_assets_tests.automation.simulated_time import Deployment, SimulatedTime
from nba_assets_tests.automation.webhook_double import Webhook

pytestmark = pytest.mark.long

MONDAY = dt.date(2025, 1, 13)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + dt.timedelta(days=number) for number in (1, 2, 3, 4))
FAULTS = f"outage:{WEDNESDAY},late_correction:{TUESDAY}"
PREDICTIONS = "player_points_predictions"
PATIENCE_SECONDS = 900


class League:
    """The deployment, the clock it goes by, and what stands."""

    def __init__(self, home: Path, webhook: Webhook) -> None:
        self.webhook = webhook
        self.settings = Settings(
            home=home, seasons=1, live=True, faults=FAULTS, environment_name="production", alert_webhook=webhook.url
        )
        self.clock = SimulatedTime(home)
        self.clock.set(f"{MONDAY} 12:30:00")
        prepare_home(self.settings)
        source = open_source(self.settings)
        assert isinstance(source, LiveLeague)
        self.source = LiveLeague(source.league, self.clock.now)
        self._warehouse = open_warehouse(self.settings, self.source)
        self.decider = Decider(
            lambda: current_warehouse(self._warehouse, self.settings, self.source),
            ClaimStore(self.settings.claims_url),
            lambda: self.source.fingerprint,
            self.clock.now,
        )
        self.instance = dg.DagsterInstance.get()
        self.deployment = Deployment(self.settings, self.clock)

    def until(self, moment: str, *launched: str) -> None:
        """Jump, and wait until the named schedules have run and nothing is left to do."""
        self.clock.set(moment)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_settled(moment[:10], launched):
            assert time.monotonic() < deadline, f"{moment}: {self.decider.decide().works} {self.deployment.tail()}"
            time.sleep(5)

    def _is_settled(self, day: str, launched: tuple[str, ...]) -> bool:
        runs = self.instance.get_runs()
        if any(not run.is_finished for run in runs):
            return False
        keys = {run.tags.get("dagster/run_key") for run in runs}
        return {f"{name} {day}" for name in launched} <= keys and not self.decider.decide().works

    def state(self):
        return current_warehouse(self._warehouse, self.settings, self.source).state()

    def rows(self, table: str) -> pd.Series:
        state = self.state()
        return pd.Series(state.rows[table]["rows"].to_numpy(), index=state.days.date)

    def versions(self, day: dt.date) -> set[str]:
        found = current_warehouse(self._warehouse, self.settings, self.source).content(PREDICTIONS, [day])
        return set(found["model_version"].dropna())

    def runs(self) -> list[dg.DagsterRun]:
        return sorted(self.instance.get_runs(), key=lambda run: run.run_id)

    def not_ready(self) -> dict[str, int]:
        state = self.state()
        return {name: int((~state.is_ready(name)).sum()) for name in TABLES if (~state.is_ready(name)).any()}


@pytest.fixture
def league(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[League]:
    for name in Settings(home=tmp_path).environment():
        monkeypatch.setenv(name, "")
    with Webhook() as webhook:
        league = League(tmp_path, webhook)
        try:
            yield league
        finally:
            league.deployment.stop()
            league.instance.dispose()


def test_three_days_by_automation_alone(league):
    league.until(f"{MONDAY} 12:30:10")
    built = league.not_ready()
    assert set(built) <= {PREDICTIONS}, "the history was built; predictions begin today"
    assert league.rows(PREDICTIONS)[MONDAY] > 0
    first_runs = [run for run in league.runs() if run.tags.get("nba/who") == AUTOMATION]
    assert len(first_runs) <= 7

    league.until(f"{TUESDAY} 03:29:50", "ingest_after_the_last_game")
    assert league.rows("player_box_scores")[MONDAY] > 0
    league.until(f"{TUESDAY} 05:59:50", "retrain_weekly")
    assert stored_versions(league.settings.models)
    league.until(f"{TUESDAY} 09:59:50", "ingest_late_files")
    league.until(f"{TUESDAY} 10:59:50", "predict_before_the_first_tipoff")
    league.until(f"{TUESDAY} 12:00:30")
    assert len(league.versions(TUESDAY)) == 1

    assert not league.webhook.texts
    league.until(f"{WEDNESDAY} 03:29:50", "ingest_after_the_last_game")
    assert league.rows("player_box_scores")[TUESDAY] == 0
    league.until(f"{WEDNESDAY} 09:59:50", "ingest_late_files")
    assert league.rows("player_box_scores")[TUESDAY] > 0
    league.until(f"{WEDNESDAY} 10:59:50", "predict_before_the_first_tipoff")
    assert any("run_failure" in text or "failed" in text for text in league.webhook.texts)

    before = league.state().content_build["player_box_scores"].copy()
    league.until(f"{THURSDAY} 03:29:50", "ingest_after_the_last_game")
    changed = league.state().content_build["player_box_scores"] != before
    days = league.state().days.date
    assert TUESDAY in set(days[np.flatnonzero(changed[: len(before)])])
    league.until(f"{THURSDAY} 10:59:50", "predict_before_the_first_tipoff")

    assert set(league.not_ready()) <= {PREDICTIONS}
    for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY):
        assert league.rows(PREDICTIONS)[day] == league.rows("ml_feature_store")[day]
    launched_by = {run.tags.get("nba/who", "").split()[0] for run in league.runs()}
    assert launched_by == {AUTOMATION, "schedule"}
    failed = [run for run in league.runs() if not run.is_success]
    assert failed
    ticks = [
        tick
        for state in league.instance.all_instigator_state()
        for tick in league.instance.get_ticks(state.instigator_origin_id, state.selector_id)
    ]
    assert [tick.error for tick in ticks if tick.error] == []
    assert max((tick.end_timestamp or tick.timestamp) - tick.timestamp for tick in ticks) < 7 * 3600

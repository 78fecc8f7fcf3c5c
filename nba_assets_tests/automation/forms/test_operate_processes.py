"""The forms that start a process of their own, to their end."""

import datetime as dt
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from nba_assets.definitions import build_definitions
from nba_assets.home import prepare_home
from nba_assets.settings import Settings
from nba_assets.sources.registry import open_source
from nba_assets_tests.platform import failure_messages

pytestmark = pytest.mark.long


def test_a_range_is_rebuilt_slates_are_predicted_and_a_training_says_why_it_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, seasons=1, who="ada")
    prepare_home(settings)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    source = open_source(settings)
    first = source.read("game_schedule", source.first_date, source.horizon).rows["game_date"].min().date()
    second = str(first + dt.timedelta(days=1))
    definitions = build_definitions(settings, source)
    warehouse = definitions.resources["warehouse"]

    def filled_in(instance: dg.DagsterInstance, name: str, **form: Any) -> dg.ExecuteInProcessResult:
        return definitions.resolve_job_def(f"operate_{name}").execute_in_process(
            run_config={"ops": {name: {"config": {"why": "a trial", **form}}}}, instance=instance, raise_on_error=False
        )

    with dg.DagsterInstance.get() as instance:
        rebuilt = filled_in(instance, "backfill", tables=["game_schedule"], first=str(first), last=second)
        assert rebuilt.success, failure_messages(rebuilt)
        assert set(warehouse.ledger()["table_name"]) == {"game_schedule"}

        predicted = filled_in(instance, "predict", first=str(first), last=second)
        assert predicted.success, failure_messages(predicted)
        ledger = warehouse.ledger().set_index(["table_name", "game_date"])
        assert set(ledger.loc["player_points_predictions", "status"]) == {"ready"}
        assert ledger.loc["player_points_predictions", "rows"].sum() > 0

        trained = filled_in(instance, "train")
        assert "training" in failure_messages(trained)[0]

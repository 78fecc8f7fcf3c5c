"""What a run says of itself, and the config that it is launched with; Dagster is not asked."""

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import pytest

from nba_assets.contracts.tables import MODEL
from nba_assets.operations.backfills.backfill import Work
from nba_assets.operations.backfills.launch import Finished, launch

DAY = dt.date(2024, 1, 31)
ASSETS = ("ml_feature_store", MODEL)


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Finished, dict[str, Any]]]:
    """Launch a work whose given steps fail; returns how it ended and what Dagster was asked."""

    def run(work: Work, *failing: str) -> tuple[Finished, dict[str, Any]]:
        asked = {}

        def execute_job(_: object, **more: object) -> SimpleNamespace:
            asked.update(more)
            said = SimpleNamespace(user_failure_data=SimpleNamespace(description="refused"), error=None)
            events = [SimpleNamespace(is_step_failure=True, step_key=key, step_failure_data=said) for key in failing]
            return SimpleNamespace(run_id="r1", success=not failing, all_events=events)

        monkeypatch.setattr(dg, "execute_job", execute_job)
        monkeypatch.setattr(dg, "reconstructable", lambda job: job)
        monkeypatch.setattr(dg.DagsterInstance, "get", dg.DagsterInstance.ephemeral)
        return launch(lambda: cast(dg.JobDefinition, None), work, {}), asked

    return run


@pytest.mark.parametrize(
    ("failing", "is_broken"),
    [((), False), ((MODEL,), False), (("ml_feature_store",), True), (("last_run_complete",), False),
     (("ml_feature_store", MODEL), True)],
)  # fmt: skip
def test_a_refused_training_breaks_nothing_that_follows(
    launched: Callable[..., tuple[Finished, dict[str, Any]]], failing: tuple[str, ...], is_broken: bool
) -> None:
    finished, _ = launched(Work(ASSETS, DAY, DAY), *failing)
    assert (finished.is_broken, finished.is_complete) == (is_broken, not failing)
    assert finished.failures == tuple(f"{key}: refused" for key in failing)


def test_the_config_of_a_training_is_that_of_the_asset(
    launched: Callable[..., tuple[Finished, dict[str, Any]]],
) -> None:
    _, asked = launched(Work((MODEL,), DAY, DAY, {"serves_from": "2024-02-01"}))
    assert asked["run_config"]["ops"] == {MODEL: {"config": {"serves_from": "2024-02-01"}}}
    assert asked["tags"]["dagster/asset_partition_range_end"] == "2024-01-31"
    assert "ops" not in launched(Work(ASSETS, DAY, DAY))[1]["run_config"]

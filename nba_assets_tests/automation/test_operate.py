"""The forms of the UI: who fills them in decides the same as on the command line."""

import datetime as dt
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from nba_assets.automation.operate import OPERATE_JOBS
from nba_assets.partitions import Span
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

BY = {"who": "Ada", "why": "a doubt"}


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague(seasons=1)


@pytest.fixture
def platform(league: SimulatedLeague, tmp_path: Path) -> Platform:
    first = league.read("game_schedule", league.first_date, league.horizon).rows["game_date"].min().date()
    return Platform(tmp_path, SlicedSource(league, first, first + dt.timedelta(days=1)))


def _filled_in(platform: Platform, name: str, **form: Any) -> dg.ExecuteInProcessResult:
    job = platform.definitions.resolve_job_def(f"operate_{name}")
    config = {
        "ops": {name: {"config": {**BY, **form}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    return job.execute_in_process(run_config=config, instance=platform.instance, raise_on_error=False)


@pytest.mark.parametrize("job", OPERATE_JOBS, ids=lambda job: job.name)
def test_every_field_of_a_form_says_what_it_is(job: dg.JobDefinition) -> None:
    (op,) = job.graph.node_defs
    fields = op.config_schema.config_type.fields
    assert job.description
    assert all(field.description for field in fields.values()), {k: f.description for k, f in fields.items()}
    assert [name for name, field in fields.items() if field.is_required and name != "why"] == {
        "operate_backfill": [],
        "operate_cancel": ["claim"],
        "operate_hold": ["table", "first"],
        "operate_invalidate": ["table", "first"],
        "operate_train": [],
        "operate_waive": ["table", "first", "rule"],
    }[job.name]


def test_hold_invalidate_and_waive_are_decided_as_on_the_command_line(platform: Platform) -> None:
    day = platform.source.first_date
    assert platform.run(tables=["game_schedule"]).success
    assert _filled_in(platform, "hold", table="game_schedule", first=str(day), hours=2).success
    assert _filled_in(platform, "invalidate", table="game_schedule", first=str(day)).success
    assert _filled_in(platform, "waive", table="game_results", first=str(day), rule="*", hours=2).success
    (held,) = platform.claims.active()
    assert (held.kind, held.who, held.spans) == ("hold", "Ada", (Span("game_schedule", day, day),))
    assert platform.statuses("game_schedule")[day] == "rejected"
    assert list(platform.warehouse.waivers()["state"]) == ["in force"]
    assert list(platform.warehouse.journal()["operation"]) == ["hold", "invalidate", "waive"]
    assert set(platform.warehouse.journal()["who"]) == {"Ada"}


def test_what_is_refused_fails_with_the_reason(platform: Platform) -> None:
    day = str(platform.source.first_date)
    result = _filled_in(platform, "hold", table="game_scedule", first=day)
    assert "no table 'game_scedule'" in failure_messages(result)[0]
    result = _filled_in(platform, "cancel", claim="nobody")
    assert "no claim goes by 'nobody'" in failure_messages(result)[0]


def test_a_backfill_of_taken_dates_is_refused_with_the_holder(platform: Platform) -> None:
    day = platform.source.first_date
    platform.claims.reserve([Span("game_schedule", day, day)], holder="run:x", kind="run", who="Grace", why="at work")
    result = _filled_in(platform, "backfill", tables=["game_schedule"])
    assert "Grace: at work" in failure_messages(result)[0]


def test_a_walk_forward_without_history_before_it_is_refused(platform: Platform) -> None:
    built = platform.run(tables=["game_schedule"])
    assert built.success, failure_messages(built)
    result = _filled_in(platform, "train", walk_forward_first=str(platform.source.first_date))
    assert "the warehouse has 2 game dates" in failure_messages(result)[0]
    assert platform.claims.active() == []


def test_a_cancelled_claim_carries_who_and_why(platform: Platform) -> None:
    day = platform.source.first_date
    claim = platform.claims.reserve([Span("game_schedule", day, day)], holder="run:x", kind="run", who="Grace")
    assert _filled_in(platform, "cancel", claim=str(claim.id)).success
    asked = platform.claims.get(claim.id)
    assert (asked.cancel_who, asked.cancel_why) == ("Ada", "a doubt")

"""The forms of the UI: who fills them in decides the same as on the command line."""

import datetime as dt
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pytest

from nba_assets.automation.forms import operate
from nba_assets.automation.forms.operate import OPERATE_JOBS
from nba_assets.claims.claim import Claim
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import TABLES
from nba_assets.operations.backfills.backfill import ASSETS, Request
from nba_assets.partitions import Span
from nba_assets.readiness.state import LedgerState
from nba_assets.settings import Settings
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

BY = {"who": "Ada", "why": "a doubt"}


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague(seasons=1)


def _first_two_dates(league: SimulatedLeague, home: Path) -> Platform:
    first = league.read("game_schedule", league.first_date, league.horizon).rows["game_date"].min().date()
    return Platform(home, SlicedSource(league, first, first + dt.timedelta(days=1)))


@pytest.fixture
def platform(league: SimulatedLeague, tmp_path: Path) -> Platform:
    return _first_two_dates(league, tmp_path)


@pytest.fixture(scope="module")
def untouched(league: SimulatedLeague, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """One platform for all that is refused: nothing is changed in it."""
    return _first_two_dates(league, tmp_path_factory.mktemp("untouched"))


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
        "operate_accept": ["game", "table"],
        "operate_backfill": [],
        "operate_cancel": ["claim"],
        "operate_freeze": ["table", "first"],
        "operate_invalidate": ["table", "first"],
        "operate_predict": [],
        "operate_quarantine": ["game", "table"],
        "operate_train": [],
        "operate_waive": ["table", "first", "rule"],
    }[job.name]


def test_hold_invalidate_and_waive_are_decided_as_on_the_command_line(platform: Platform) -> None:
    day = platform.source.first_date
    assert platform.run(tables=["game_schedule"]).success
    assert _filled_in(platform, "freeze", table="game_schedule", first=str(day), hours=2).success
    assert _filled_in(platform, "invalidate", table="game_schedule", first=str(day)).success
    assert _filled_in(platform, "waive", table="game_results", first=str(day), rule="*", hours=2).success
    (frozen,) = platform.claims.active()
    assert (frozen.kind, frozen.who, frozen.spans) == ("freeze", "Ada", (Span("game_schedule", day, day),))
    assert platform.statuses("game_schedule")[day] == "rejected"
    assert list(platform.warehouse.waivers()["state"]) == ["in force"]
    assert list(platform.warehouse.journal()["operation"]) == ["freeze", "invalidate", "waive"]
    assert set(platform.warehouse.journal()["who"]) == {"Ada"}


def test_a_game_is_quarantined_and_accepted_and_every_view_of_its_date_says_so(platform: Platform) -> None:
    day, tables = platform.source.first_date, ["game_schedule", "game_results", "team_box_scores"]
    assert platform.run(day, day, tables=tables).success
    games = platform.rows("game_schedule", f"game_date = '{day}'")
    game = games.iloc[0]
    form = {"game": game["game_id"], "table": "team_box_scores"}
    assert _filled_in(platform, "quarantine", **form).success
    assert platform.statuses("team_box_scores")[day] == "rejected"

    run = platform.run(day, day, tables=tables)
    assert run.success
    name = f"{game['away_team']}–{game['home_team']}"
    said = (
        f"{day}: {len(games) - 1} of {len(games)} game{'s' if len(games) > 1 else ''}; {name} quarantined: "
        "said by Ada: a doubt"
    )
    key = dg.AssetKey("team_box_scores")
    (event, *_) = platform.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=key, asset_partitions=[str(day)]), limit=1
    ).records
    metadata = event.asset_materialization.metadata
    assert metadata["quarantined"].value == f"{said}. What to do: nba-assets explain team_box_scores {day}"
    assert (metadata["games"].value, metadata["dagster/partition_row_count"].value) == (
        len(games) - 1,
        2 * (len(games) - 1),
    )
    checked = platform.instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(key, "partition_ready"), limit=20
    )
    (evaluation, *_) = [
        found for record in checked if (found := record.evaluation) is not None and found.partition == str(day)
    ]
    assert evaluation.passed
    assert evaluation.description.startswith(said)

    assert _filled_in(platform, "accept", **form).success
    assert platform.run(day, day, tables=tables).success
    assert len(platform.rows("team_box_scores", f"game_date = '{day}'")) == 2 * len(games)
    assert list(platform.warehouse.journal()["operation"]) == ["quarantine", "invalidate", "accept"]


def test_what_is_refused_fails_with_the_reason(untouched: Platform) -> None:
    day = str(untouched.source.first_date)
    result = _filled_in(untouched, "freeze", table="game_scedule", first=day)
    assert "no table 'game_scedule'" in failure_messages(result)[0]
    result = _filled_in(untouched, "cancel", claim="nobody")
    assert "no claim goes by 'nobody'" in failure_messages(result)[0]


DAY = {"table": "game_schedule", "first": "2024-11-05"}


@pytest.mark.parametrize(
    ("job", "form", "said"),
    [
        ("freeze", {**DAY, "first": "5.11.2024"}, "first: '5.11.2024' is no date; write it as 2024-01-31"),
        ("freeze", {**DAY, "first": ""}, "first: it is empty; write the first date, as 2024-01-31"),
        ("invalidate", {**DAY, "last": "2024-11-04"}, "first 2024-11-05 lies after last 2024-11-04: exchange them"),
        ("waive", {**DAY, "rule": "*", "why": "  "}, "why: it is empty; write the reason in a few words"),
        ("waive", {**DAY, "rule": "*", "table": "box"}, "no table 'box'; there are game_schedule"),
        ("accept", {"game": "0022400061", "table": "box"}, "no table 'box'; there are game_schedule"),
        ("quarantine", {"game": "0022400061", "table": "team_box_scores", "date": "5.11."}, "date: '5.11.' is no date"),
        ("backfill", {"last": "2024-02-30"}, "last: '2024-02-30' is no date; write it as 2024-01-31"),
        ("backfill", {"first": "2024-02-02", "last": "2024-02-01"}, "first 2024-02-02 lies after last 2024-02-01"),
        ("backfill", {"tables": ["team_ofense"]}, "no table team_ofense; there are game_schedule"),
        ("backfill", {"only": ["wrong"]}, "only=['wrong'] is unknown; use outdated, missing"),
        ("backfill", {"first": "1999-01-01", "last": "1999-01-02"}, "nothing of 1999-01-01 … 1999-01-02 exists"),
        ("predict", {}, "last: the source ends with"),
        ("predict", {"first": "tomorrow"}, "first: 'tomorrow' is no date"),
        ("train", {"walk_forward_last": "2024-11-05"}, "walk_forward_first: it is empty, though"),
        ("train", {"walk_forward_first": "2024-12-01", "walk_forward_last": "2024-11-01"}, "exchange them"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_is_named_with_what_to_write(
    untouched: Platform, job: str, form: Any, said: str
) -> None:
    result = _filled_in(untouched, job, **form)
    assert failure_messages(result)[0].startswith("[NBA-102] ")
    assert said in failure_messages(result)[0]
    assert untouched.claims.active() == []
    assert untouched.warehouse.journal().empty


def test_a_defect_behind_a_form_fails_with_its_traceback_and_without_a_code(
    untouched: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: LedgerState, table: str) -> np.ndarray:
        raise ValueError("cannot reindex on an axis with duplicate labels")

    monkeypatch.setattr(LedgerState, "is_stale", broken)
    result = _filled_in(untouched, "invalidate", **DAY | {"first": str(untouched.source.first_date)})
    (failed,) = result.filter_events(lambda event: event.event_type == dg.DagsterEventType.STEP_FAILURE)
    cause = failed.step_failure_data.error.cause
    assert cause.cls_name == "ValueError"
    assert "in broken" in "".join(cause.stack), "the traceback leads to the defect"
    assert "NBA-" not in failed.step_failure_data.error.to_string()


@pytest.fixture
def worked_off(monkeypatch: pytest.MonkeyPatch, platform: Platform) -> list[Request]:
    """What was handed to a process of its own, which here ends every claim at once."""
    handed = []

    def start(settings: Settings, store: ClaimStore, claim: Claim) -> Path:
        handed.append(Request.of_detail(claim.detail))
        store.end(claim.id, "failed", claim.who, "the disk is full")
        return settings.launches / "log"

    monkeypatch.setattr(operate, "start_detached", start)
    monkeypatch.setattr(operate, "follow", lambda *_: iter(()))
    return handed


def test_predicting_asks_for_every_table_of_the_slates_and_no_training(
    platform: Platform, worked_off: list[Request]
) -> None:
    first, last = platform.source.first_date, platform.source.horizon
    _filled_in(platform, "predict", first=str(first), last=str(last))
    (request,) = worked_off
    assert (request.first, request.last, request.only) == (first, last, ())
    assert request.assets == tuple(name for name in ASSETS if name in TABLES), (
        "in the order in which they are built, without the model"
    )


def test_what_was_not_built_fails_the_form(platform: Platform, worked_off: list[Request]) -> None:
    result = _filled_in(platform, "backfill", tables=["game_schedule"])
    assert "its process has died" in failure_messages(result)[0]
    assert worked_off[0].assets == ("game_schedule",)
    assert _filled_in(platform, "train").success is False
    assert worked_off[1].assets == ("xgboost_points_model",)


def test_a_backfill_of_what_is_published_has_nothing_to_do(platform: Platform, worked_off: list[Request]) -> None:
    assert platform.run(tables=["game_schedule"], last=platform.source.horizon).success
    assert _filled_in(platform, "backfill", tables=["game_schedule"]).success
    assert worked_off == []


def test_a_backfill_of_taken_dates_is_refused_with_the_owner(platform: Platform) -> None:
    day = platform.source.first_date
    platform.claims.reserve(
        [Span("game_schedule", day, day)], owner="run:x", kind="run", who="Grace", why="at work", run_id="x"
    )
    result = _filled_in(platform, "backfill", tables=["game_schedule"])
    assert "Grace: at work" in failure_messages(result)[0]
    (failed,) = result.filter_events(lambda event: event.is_step_failure)
    assert failed.step_failure_data.user_failure_data.metadata["owner"] == dg.MetadataValue.dagster_run("x")


def test_a_walk_forward_without_history_before_it_is_refused(platform: Platform) -> None:
    built = platform.run(tables=["game_schedule"])
    assert built.success, failure_messages(built)
    result = _filled_in(platform, "train", walk_forward_first=str(platform.source.first_date))
    assert "the warehouse has 2 game dates" in failure_messages(result)[0]
    assert platform.claims.active() == []


def test_a_cancelled_claim_carries_who_and_why(platform: Platform) -> None:
    day = platform.source.first_date
    claim = platform.claims.reserve([Span("game_schedule", day, day)], owner="run:x", kind="run", who="Grace")
    assert _filled_in(platform, "cancel", claim=str(claim.id)).success
    asked = platform.claims.get(claim.id)
    assert (asked.cancel_who, asked.cancel_why) == ("Ada", "a doubt")

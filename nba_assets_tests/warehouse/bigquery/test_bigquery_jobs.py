"""Jobs are asked for again where the service says so, and never done twice: against a client that fails as reported."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import google.api_core.exceptions as api
import pytest
from google.cloud import bigquery

from nba_assets.definitions import run_labels
from nba_assets.warehouse.bigquery import jobs as bigquery_jobs
from nba_assets.warehouse.bigquery.jobs import BigQueryJobs, Limits, label
from nba_assets.warehouse.port import WarehouseError


class Client:
    """Each query is answered by the next of the outcomes: rows, or an error of the job or ("lost") of the answer."""

    def __init__(self, outcomes: Sequence[object]) -> None:
        self.outcomes = list(outcomes)
        self.jobs: dict[str, object] = {}
        self.configs: list[Any] = []

    def query(self, statement: str, *, job_id: str, job_config: object, **_: object) -> object:
        if job_id in self.jobs:
            raise api.Conflict("Already Exists: Job")
        outcome = self.outcomes.pop(0)
        if outcome == "refused":
            raise api.ServiceUnavailable("try again")
        is_lost = outcome == "lost"
        self.configs.append(job_config)
        self.jobs[job_id] = _Job(self.outcomes.pop(0) if is_lost else outcome)
        if is_lost:
            raise ConnectionResetError("connection reset by peer")
        return self.jobs[job_id]

    def get_job(self, job_id: str, **_: object) -> object:
        if job_id not in self.jobs:
            raise api.NotFound("Not found: Job")
        return self.jobs[job_id]


class _Job(bigquery.QueryJob):
    def __init__(self, outcome: object) -> None:
        self.outcome = outcome

    total_bytes_processed = 7

    def result(self, **_: object) -> Any:  # type: ignore[override]  # of what it takes, the code names some
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return [SimpleNamespace(values=lambda: (self.outcome,))]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds slept, instead of sleeping."""
    slept: list[float] = []
    monkeypatch.setattr(bigquery_jobs, "time", SimpleNamespace(sleep=slept.append, monotonic=lambda: sum(slept)))
    return slept


def run(client: Client, patience: float = 60) -> list[tuple[Any, ...]]:
    jobs = BigQueryJobs(cast(bigquery.Client, client), Limits(10**9, {"run": "Run/9"}), patience)
    return jobs.transaction("BEGIN TRANSACTION; COMMIT TRANSACTION;", {"token": 1}, table="team_box_scores")


CONFLICT = api.BadRequest("Transaction is aborted due to concurrent update against table nba:nba_quality.ledger")
QUOTA = api.Forbidden("Quota exceeded: too many table update operations", errors=[{"reason": "quotaExceeded"}])


LOCAL_CONFLICT = api.BadRequest("Failed to commit: Failed to commit DuckLake transaction.")
IN_PASSING = [CONFLICT, LOCAL_CONFLICT, QUOTA, api.InternalServerError("backendError")]


@pytest.mark.parametrize("error", IN_PASSING, ids=lambda error: error.message)
def test_what_failed_in_passing_is_run_again_as_a_new_job_after_a_pause(clock: list[float], error: Exception) -> None:
    client = Client([error, error, 5])
    assert run(client) == [(5,)]
    assert len(client.jobs) == 3
    assert clock == [0.2, 0.4]


def test_a_job_whose_answer_was_lost_is_found_again_not_made_again() -> None:
    client = Client(["lost", 5])
    assert run(client) == [(5,)]
    assert len(client.jobs) == 1


def test_a_read_whose_answer_was_lost_is_asked_again() -> None:
    rows = SimpleNamespace(to_arrow=lambda: "rows", total_bytes_processed=0)
    answers = [api.Conflict("Already Exists: Job"), rows]

    def answer(*_: object, **__: object) -> object:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    assert (
        BigQueryJobs(cast(bigquery.Client, SimpleNamespace(query_and_wait=answer)), Limits(1)).query("SELECT 1")
        == "rows"
    )


def test_a_job_that_was_never_made_is_asked_for_again() -> None:
    client = Client(["refused", "refused", 5])
    assert run(client) == [(5,)]


def test_what_is_wrong_is_not_tried_again() -> None:
    client = Client([api.BadRequest("Unrecognized name: gme_date"), 5])
    with pytest.raises(api.BadRequest, match="gme_date"):
        run(client)
    assert len(client.jobs) == 1


def test_patience_ends(clock: list[float]) -> None:
    with pytest.raises(api.BadRequest, match="aborted"):
        run(Client([CONFLICT] * 99), patience=20)
    with pytest.raises(WarehouseError, match="cannot be reached"):
        run(Client(["refused"] * 99), patience=20)
    assert max(clock) <= 15


def test_every_job_has_labels_and_a_limit_of_what_it_may_cost() -> None:
    client = Client([5])
    run(client)
    [config] = client.configs
    assert config.labels == {"run": "run-9", "table": "team_box_scores"}
    assert config.maximum_bytes_billed == 10**9


def test_labels_are_those_of_the_moment_in_which_a_job_begins() -> None:
    client = Client([5, 5])
    labels: dict[str, str] = {}
    jobs = BigQueryJobs(cast(bigquery.Client, client), Limits(10**9, labels))
    jobs.transaction("COMMIT TRANSACTION;", {}, table="ledger")
    labels.update(run_labels(dg.DagsterRun("main", run_id="c0ffee", tags={"nba/who": "schedule ingest_late_files"})))
    jobs.transaction("COMMIT TRANSACTION;", {}, table="ledger")
    assert [config.labels for config in client.configs] == [
        {"table": "ledger"},
        {"table": "ledger", "run": "c0ffee", "who": "schedule-ingest_late_files"},
    ]


def test_a_label_has_only_what_labels_may_have() -> None:
    assert label("Ünit/1 " + "x" * 80) == "-nit-1-" + "x" * 56

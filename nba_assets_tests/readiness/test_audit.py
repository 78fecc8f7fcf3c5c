"""The audit: one verdict a date, problems of the source, and waivers that cover what they name and nothing else."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from nba_assets.readiness.audit import Rule, Staged, TableRules, Verdict, audit
from nba_assets.readiness.failures import Failure, Waiver
from nba_assets.readiness.status import Status
from nba_assets.sources.port import Problem
from nba_assets_tests.readiness.ledgers import table
from nba_assets_tests.readiness.staged_rows import FIRST, NOW, SECOND, staged

TOY = table("toy")


def rule(*failures: Failure) -> Rule:
    def stated(_: Staged) -> Iterator[Failure]:
        yield from failures

    return stated


def verdicts_of(*failures: Failure, waivers: tuple[Waiver, ...] = (), **more: Any) -> dict[dt.date, Verdict]:
    rows = pd.DataFrame({"game_date": pd.to_datetime([FIRST, FIRST, SECOND])})
    return audit(staged(TOY, rows, **more), TableRules({"any": rule(*failures)}), waivers)


WRONG = Failure(SECOND, "points_sum", "BOS has 3 points too many")
THIN = Failure(SECOND, "upstream_gaps_within_limit", "2 of 8 rows", blocks=True)


@pytest.mark.parametrize(
    ("failures", "status"),
    [
        pytest.param((), Status.READY, id="no failure"),
        pytest.param((WRONG,), Status.REJECTED, id="a failure rejects"),
        pytest.param((THIN,), Status.BLOCKED, id="a failure that blames an upstream gap holds"),
        pytest.param((THIN, WRONG), Status.REJECTED, id="an own failure beside it rejects"),
    ],
)
def test_failures_decide_their_own_date_only(failures: tuple[Failure, ...], status: Status) -> None:
    verdicts = verdicts_of(*failures)
    assert (verdicts[FIRST].status, verdicts[SECOND].status) == (Status.READY, status)
    assert (verdicts[FIRST].rows, verdicts[SECOND].rows) == (2, 1)
    assert verdicts[SECOND].failures == failures


def test_reasons_name_every_failed_rule() -> None:
    reasons = verdicts_of(THIN, WRONG)[SECOND].reasons
    assert reasons == "upstream_gaps_within_limit: 2 of 8 rows; points_sum: BOS has 3 points too many"


def test_what_the_source_could_not_understand_rejects_its_date() -> None:
    problems = [Problem(SECOND, "box.csv line 7: minutes '12:a4'"), Problem(dt.date(2031, 1, 1), "not asked for")]
    verdicts = verdicts_of(problems=problems)
    assert verdicts[FIRST].status is Status.READY
    assert verdicts[SECOND].status is Status.REJECTED
    assert verdicts[SECOND].reasons == "source_understood: box.csv line 7: minutes '12:a4'"


def test_a_date_without_rows_is_ready_and_empty() -> None:
    verdicts = audit(staged(TOY, pd.DataFrame({"game_date": pd.to_datetime([])})), TableRules({}), [])
    assert {(verdict.status, verdict.rows, verdict.completeness) for verdict in verdicts.values()} == {
        (Status.READY, 0, None)
    }


def test_completeness_is_the_share_of_what_the_schedule_expects() -> None:
    rules = TableRules({}, counted=lambda _: {FIRST: (4, 3), SECOND: (0, 0)})
    verdicts = audit(staged(TOY, pd.DataFrame({"game_date": pd.to_datetime([])})), rules, [])
    assert (verdicts[FIRST].completeness, verdicts[SECOND].completeness) == (0.75, None)


def test_bootstrap_dates_are_marked() -> None:
    verdicts = verdicts_of(bootstrap=frozenset({FIRST}))
    assert (verdicts[FIRST].is_bootstrap, verdicts[SECOND].is_bootstrap) == (True, False)


IN_FORCE = Waiver("w7", "toy", "points_sum", SECOND, SECOND, NOW + dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("change", "covers"),
    [
        pytest.param({}, True, id="in force"),
        pytest.param({"rule": "*"}, True, id="every rule"),
        pytest.param({"first": FIRST}, True, id="a range that holds the date"),
        pytest.param({"until": NOW}, False, id="expired"),
        pytest.param({"rule": "minutes_sum"}, False, id="other rule"),
        pytest.param({"table": "other"}, False, id="other table"),
        pytest.param({"first": FIRST, "last": FIRST}, False, id="earlier date"),
        pytest.param({"first": SECOND + dt.timedelta(days=1), "last": dt.date(2025, 1, 1)}, False, id="later date"),
    ],
)
def test_a_waiver_lets_pass_what_it_names_until_it_expires(change: dict[str, Any], covers: bool) -> None:
    waiver = dataclasses.replace(IN_FORCE, **change)
    verdict = verdicts_of(WRONG, waivers=(waiver,))[SECOND]
    assert verdict.status is (Status.READY if covers else Status.REJECTED)
    assert verdict.waivers == (("w7",) if covers else ())
    assert verdict.failures == (WRONG,), "what was waived is still reported"


def test_a_waiver_of_one_failure_leaves_the_other_published() -> None:
    verdict = verdicts_of(WRONG, Failure(SECOND, "minutes_sum", "240"), waivers=(IN_FORCE,))[SECOND]
    assert verdict.status is Status.REJECTED
    assert verdict.waivers == ("w7",)


def test_a_waiver_that_nothing_needs_taints_nothing() -> None:
    assert verdicts_of(waivers=(IN_FORCE,))[SECOND].waivers == ()

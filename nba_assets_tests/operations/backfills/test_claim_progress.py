"""How far a claim is, when it ends, whether it is slow or stalled: out of a ledger kept by hand."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from nba_assets.claims.claim import Claim
from nba_assets.operations.status import ClaimStatus, claim_status
from nba_assets.partitions import Span
from nba_assets.readiness.durations import Duration
from nba_assets_tests.readiness.ledgers import HandLedger

START = dt.datetime(2024, 2, 1, 20, tzinfo=dt.UTC)
STALL = dt.timedelta(minutes=30)
TIMED = {name: Duration(0.0, 10.0) for name in ("raw", "summary", "cache", "features")}


def claim(**facts: Any) -> Claim:
    """A backfill of two tables over ten days, by run r1."""
    spans = tuple(Span(table, dt.date(2024, 1, 1), dt.date(2024, 1, 10)) for table in ("raw", "summary"))
    values = {
        "id": 3, "owner": "backfill:1", "kind": "backfill", "who": "ana", "why": "", "run_ids": ("r1",),
        "spans": spans, "host": "h", "pid": 1, "created_at": START, "renewed_at": START,
        "expires_at": START + dt.timedelta(hours=2), "detail": {"only": ["outdated"], "chunk_days": 5},
    }  # fmt: skip
    return Claim(**{**values, **facts})


def progress(of: Claim, minutes: float, ledger: HandLedger, mine: dict[str, list[int]]) -> ClaimStatus:
    """The status so many minutes after the start; `mine` are the days that run r1 has written."""
    frame = ledger.frame()
    days = frame["game_date"].dt.day
    written = [day in mine.get(table, ()) for table, day in zip(frame["table_name"], days, strict=True)]
    frame["run_id"] = pd.Series(written).map({True: "r1", False: "r0"})
    return claim_status(of, ledger.state(), frame, TIMED, START + dt.timedelta(minutes=minutes), STALL)


def half_done() -> HandLedger:
    ledger = HandLedger(days=10)
    ledger.publish("raw")
    return ledger


RAW_DONE = {"raw": list(range(1, 11))}


def test_rate_and_end_come_from_what_its_runs_have_written() -> None:
    found = progress(claim(), 4.0, half_done(), RAW_DONE)
    assert (found.done, found.total, found.rate) == (10, 20, 2.5)
    assert found.ends_at == START + dt.timedelta(minutes=8)


def test_what_stood_before_is_neither_done_nor_left_unless_everything_is_rebuilt() -> None:
    outdated = progress(claim(), 4.0, half_done(), {})
    assert (outdated.done, outdated.total, outdated.rate, outdated.ends_at) == (0, 10, None, None)
    everything = progress(claim(detail={"only": []}), 4.0, half_done(), {})
    assert everything.total == 20


def test_a_claim_that_is_over_has_no_rate_and_no_end() -> None:
    found = progress(claim(state="done"), 4.0, half_done(), RAW_DONE)
    assert (found.done, found.rate, found.ends_at, found.is_slow) == (10, None, None, False)


def test_a_hold_ends_when_it_says() -> None:
    until = START + dt.timedelta(days=1)
    found = progress(claim(kind="freeze", until=until, run_ids=()), 60.0, half_done(), {})
    assert (found.ends_at, found.total, found.is_stalled, found.is_slow) == (until, 0, False, False)


@pytest.mark.parametrize(
    ("minutes", "is_slow", "is_stalled"),
    [
        pytest.param(1.5, False, False, id="a chunk of five dates takes 50 s"),
        pytest.param(1.8, True, False, id="over twice that"),
        pytest.param(31, True, True, id="half an hour without progress"),
    ],
)
def test_slow_is_over_twice_what_the_next_build_should_take_and_stalled_half_an_hour(
    minutes: float, is_slow: bool, is_stalled: bool
) -> None:
    found = progress(claim(), minutes, half_done(), RAW_DONE)
    assert (found.is_slow, found.is_stalled) == (is_slow, is_stalled)


def test_progress_starts_the_clock_again() -> None:
    reported = claim(progress="raw done", progressed_at=START + dt.timedelta(minutes=30))
    found = progress(reported, 31, half_done(), RAW_DONE)
    assert (found.is_slow, found.is_stalled) == (False, False)


def test_nobody_is_called_slow_while_a_model_may_be_training() -> None:
    spans = tuple(Span(table, dt.date(2024, 1, 1), dt.date(2024, 1, 10)) for table in ("raw", "xgboost_points_model"))
    assert progress(claim(spans=spans), 20, half_done(), RAW_DONE).is_slow is False

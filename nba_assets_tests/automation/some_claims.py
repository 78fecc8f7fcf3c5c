"""Claims for the tests of the sensors: one table over ten dates, on a clock of the test's own."""

import datetime as dt

import pandas as pd

from nba_assets.claims.claim import Claim
from nba_assets.claims.store import ClaimStore
from nba_assets.partitions import Span

START = dt.datetime(2024, 1, 10, 21, 0, tzinfo=dt.UTC)
DAYS = pd.date_range("2024-01-01", periods=10, unit="ns")
SPAN = Span("team_offense", DAYS[0].date(), DAYS[-1].date())


def reserve(
    store: ClaimStore, owner: str = "dagster-backfill:abcdefgh", kind: str = "backfill", run_id: str = ""
) -> Claim:
    return store.reserve([SPAN], owner=owner, kind=kind, who="ann", run_id=run_id)

"""Spans, clocks and claims in few words, for the tests of claims."""

import datetime as dt
from typing import Any

from nba_assets.claims.claim import Claim
from nba_assets.claims.store import ClaimStore
from nba_assets.partitions import Span

START = dt.datetime(2024, 1, 3, 21, 4, 10, tzinfo=dt.UTC)
DATABASES = ("sqlite", "postgres")


class Clock:
    """A clock that goes only when asked to."""

    def __init__(self, now: dt.datetime = START) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


def january(table: str, first: int, last: int) -> Span:
    """Dates of January 2024."""
    return Span(table, dt.date(2024, 1, first), dt.date(2024, 1, last))


def reserve(store: ClaimStore, *spans: Span, owner: str = "run:ana", kind: str = "run", **rest: Any) -> Claim:
    """A claim whose owner and person do not matter to the test."""
    return store.reserve(spans, owner=owner, kind=kind, **({"who": "ana"} | rest))

"""Any sequence of fences in the embedded warehouse, against their definition."""

import datetime as dt

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.partitions import Span
from nba_assets.warehouse.duckdb import schema
from nba_assets.warehouse.duckdb.reads import DuckDBReader
from nba_assets.warehouse.duckdb.writes import raise_fences
from nba_assets.warehouse.fences import entries_for
from nba_assets.warehouse.port import FencedOut

FIRST = dt.date(2024, 1, 1)
SPANS = st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 9), st.integers(0, 9)).map(
    lambda made: Span(made[0], *sorted(FIRST + dt.timedelta(days=number) for number in made[1:]))
)


@pytest.fixture(scope="module")
def empty() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    schema.create(connection)
    return connection


@settings(max_examples=60, deadline=None)
@given(
    raised=st.lists(st.tuples(st.lists(SPANS, min_size=1, max_size=3), st.integers(1, 6)), max_size=8),
    asked=st.lists(st.integers(0, 9), min_size=1, unique=True),
    token=st.integers(0, 6),
)
def test_a_date_belongs_to_the_newest_claim_that_raised_a_fence_over_it(
    empty: duckdb.DuckDBPyConnection, raised: list[tuple[list[Span], int]], asked: list[int], token: int
) -> None:
    newest: dict[tuple[str, dt.date], int] = {}
    reader = DuckDBReader(empty)
    empty.begin()
    try:
        for spans, claim in raised:
            places = [
                (s.table, s.first + dt.timedelta(days=n)) for s in spans for n in range((s.last - s.first).days + 1)
            ]
            if any(newest.get(place, 0) > claim for place in places):
                with pytest.raises(FencedOut):
                    raise_fences(reader, spans, claim)
            else:
                raise_fences(reader, spans, claim)
                newest |= dict.fromkeys(places, claim)
        assert reader.newest_token() == max(newest.values(), default=0)
        days = [FIRST + dt.timedelta(days=number) for number in asked]
        taken = [day for day in days if newest.get(("a", day), 0) > token]
        if taken:
            with pytest.raises(FencedOut, match=f"claim {max(newest['a', day] for day in taken)} has"):
                entries_for(reader, "a", days, token)
        else:
            entries_for(reader, "a", days, token)
    finally:
        empty.rollback()

"""Any content that the embedded warehouse replaced comes back as it was."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.tables import TABLES
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets_tests.warehouse.raw_publishes import DAYS, SOUND, publish, publish_raw, warehouse_at

WHO: dict[str, Any] = {"who": "ann", "why": "clock was off", "token": 0}
PLAYERS = "player_box_scores"
LISTED = len(SOUND[PLAYERS]) // len(DAYS)
LINES = st.lists(
    st.tuples(
        st.integers(0, LISTED - 1),
        st.none() | st.floats(0, 60).map(lambda minutes: round(minutes, 2)),
        st.none() | st.integers(-50, 50),
        st.none() | st.booleans(),
        st.none() | st.text(max_size=6),
    ),
    max_size=6,
    unique_by=lambda line: line[0],
)
SLATES = st.tuples(*[LINES] * len(DAYS))
"""What one build publishes: some players of each day, with any line."""


def frame_of(slates: tuple[list[tuple[Any, ...]], ...]) -> pd.DataFrame:
    lines = [(LISTED * number + line[0], *line[1:]) for number, slate in enumerate(slates) for line in slate]
    rows = SOUND[PLAYERS].iloc[[line[0] for line in lines]].copy()
    for at, name in enumerate(("minutes", "plus_minus", "is_starter", "dnp_reason"), start=1):
        rows[name] = pd.Series([line[at] for line in lines], index=rows.index, dtype="object")
    return rows


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBWarehouse]:
    warehouse = warehouse_at(tmp_path_factory.mktemp("played") / "warehouse.duckdb")
    publish_raw(warehouse)
    with warehouse.connect():  # while one connection is open, the others need not open the file
        yield warehouse


@pytest.mark.long
@settings(max_examples=5, deadline=None)
@given(builds=st.lists(SLATES, min_size=2, max_size=3), chosen=st.tuples(*[st.integers(0, 2)] * len(DAYS)))
def test_any_content_is_restored_row_for_row_and_hash_for_hash(
    played: DuckDBWarehouse, builds: list[tuple[Any, ...]], chosen: tuple[Any, ...]
) -> None:
    published, contents = [], []
    for slates in builds:
        rows = conform(TABLES[PLAYERS], frame_of(slates)).rows
        published.append(publish(played, PLAYERS, rows=rows))
        contents.append(rows)
        pd.testing.assert_frame_equal(played.content(PLAYERS, DAYS), rows)
    expected, hashes = [], []
    for day, number in zip(DAYS, chosen, strict=True):
        outcome, content = published[number % len(builds)][day], contents[number % len(builds)]
        played.restore(PLAYERS, day, outcome.build_id, **WHO)
        expected.append(content[content["game_date"] == pd.Timestamp(day)])
        hashes.append(outcome.content_hash)
    pd.testing.assert_frame_equal(played.content(PLAYERS, DAYS), pd.concat(expected, ignore_index=True))
    ledger = played.ledger().query("table_name == @PLAYERS", local_dict={"PLAYERS": PLAYERS}).sort_values("game_date")
    assert ledger["content_hash"].tolist() == hashes
    assert set(ledger["status"]) == {"ready"}
    for outcomes, content in zip(published, contents, strict=True):
        build = outcomes[DAYS[0]].build_id
        pd.testing.assert_frame_equal(played.content(PLAYERS, DAYS, build), content)

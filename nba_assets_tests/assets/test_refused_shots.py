"""A slate whose shots cannot be read: everything but what is made of shots goes on, and nothing is papered over."""

import datetime as dt
import json

import pandas as pd
import pytest

from nba_assets.contracts.features import FEATURE_COLUMNS, SHOT_FEATURES
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.gate import GateClosed
from nba_assets.sources.port import Problem
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Platform, SlicedSource

pytestmark = pytest.mark.long

FIRST, LAST = dt.date(2024, 10, 22), dt.date(2024, 11, 14)
BUILT = [name for name in TABLES if name not in ("player_points_predictions", "prediction_accuracy")]


@pytest.fixture(scope="module")
def source() -> SlicedSource:
    return SlicedSource(SimulatedLeague(seasons=1), FIRST, LAST)


@pytest.fixture(scope="module")
def lost(source: SlicedSource) -> dt.date:
    """The first full slate after the first two weeks."""
    games = source.read("game_schedule", FIRST + dt.timedelta(days=16), LAST).rows["game_date"].value_counts()
    return min(games[games >= 6].index).date()


@pytest.fixture(scope="module")
def platform(source: SlicedSource, lost: dt.date, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """All tables, without the shots of the lost slate."""
    unread = Problem(lost, "the file of the date cannot be read")
    source.deliver(shot_attempts=lambda rows: rows[rows["game_date"] != pd.Timestamp(lost)])
    source.report(shot_attempts=unread)
    platform = Platform(tmp_path_factory.mktemp("home"), source)
    platform.run(tables=BUILT)
    return platform


def test_the_refused_date_is_rejected_and_holds_nobody_that_reads_it_as_optional(
    platform: Platform, lost: dt.date
) -> None:
    assert platform.statuses("shot_attempts")[lost] == "rejected"
    blocked = {table: [day for day, status in platform.statuses(table).items() if status != "ready"] for table in BUILT}
    assert {table for table, days in blocked.items() if days} == {"shot_attempts"}
    later = platform.rows("player_shot_zones", f"game_date > '{lost}'")
    has_gap = later["absence"].str.contains('"paint_share_last_10": "upstream_missing"')
    assert has_gap.any(), "windows that hold the slate come after it"
    assert not has_gap.all()


def test_what_is_made_of_the_refused_shots_is_missing_upstream_and_nothing_else(
    platform: Platform, lost: dt.date
) -> None:
    on_lost = f"game_date = '{lost}'"
    for table in ("team_offense", "team_defense", "player_game_summary"):
        rows = platform.rows(table, on_lost)
        gone = {name for text in rows["absence"] for name, why in json.loads(text).items() if why == "upstream_missing"}
        assert gone, table
        assert all(name.endswith(("_attempts", "_makes")) or name == "shot_zones_source" for name in gone), table
        assert platform.rows(table, f"{on_lost} AND absence LIKE '%source_unavailable%paint%'").empty
    store = platform.rows("ml_feature_store", f"game_date > '{lost}'")
    others = [name for name in FEATURE_COLUMNS if name not in SHOT_FEATURES]
    assert not store["absence"].str.contains("|".join(f'"{name}": "upstream_missing"' for name in others)).any()
    next_slate = store[store["game_date"] == store["game_date"].min()]
    assert next_slate["absence"].str.contains('"paint_share_last_10": "upstream_missing"').any()


def test_training_is_refused_while_the_slate_is_lost(platform: Platform, lost: dt.date) -> None:
    with pytest.raises(GateClosed, match=f"shot_attempts: {lost}"):
        platform.warehouse.read({"ml_feature_store": ()}, FIRST, LAST, purpose="training", gated=BUILT)


def test_the_repaired_slate_fixes_everything(platform: Platform, source: SlicedSource, lost: dt.date) -> None:
    source.deliver()
    result = platform.run(tables=BUILT, resume=True)
    assert result.success
    for table in ("team_offense", "player_shot_zones", "ml_feature_store"):
        rows = platform.rows(table, f"game_date >= '{lost}'")
        assert not rows["absence"].str.contains("upstream_missing").any(), table
    platform.warehouse.read({"ml_feature_store": ()}, FIRST, LAST, purpose="training", gated=BUILT)
    assert not pd.DataFrame(platform.warehouse.state().stale).any(axis=None)

"""Dagster's own badge "Unsynced": never on a fresh build, and never against the ledger afterwards."""

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.event_log.events import NOT_COMPARED
from nba_assets.partitions import Span
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

pytestmark = pytest.mark.long


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    """Three days of every table, predicted by the baseline; a model is said to have been trained before."""
    league = SimulatedLeague(seasons=1)
    first = league.first_date + dt.timedelta(days=30)
    made = Platform(tmp_path, SlicedSource(league, first, first + dt.timedelta(days=2)))
    train(made)
    result = made.run(tables=list(TABLES), last=made.source.horizon)
    assert result.success, failure_messages(result)
    return made


def train(platform: Platform) -> None:
    """What the model's asset reports of a new version."""
    tags = {"dagster/data_version": NOT_COMPARED.value, "dagster/code_version": "1"}
    platform.instance.report_runless_asset_event(dg.AssetMaterialization(MODEL, tags=tags))


def called_stale(platform: Platform) -> dict[tuple[str, dt.date], list[str]]:
    """Every date of every table that Dagster shows as anything but fresh, with its reasons."""
    graph = platform.definitions.resolve_asset_graph()
    resolver = CachingStaleStatusResolver(platform.instance, graph, LoadingContextForTest(platform.instance))
    found = {}
    for name in TABLES:
        for day in platform.warehouse.days.date:
            key, partition = dg.AssetKey(name), day.isoformat()
            if resolver.get_status(key, partition) is not StaleStatus.FRESH:
                found[name, day] = [cause.reason for cause in resolver.get_stale_causes(key, partition)]
    return found


def test_dagster_calls_nothing_stale_that_the_ledger_calls_current(platform: Platform) -> None:
    assert called_stale(platform) == {}
    day = platform.source.first_date
    train(platform)
    assert called_stale(platform) == {}, "a newer version outdates no prediction of its time"
    platform.warehouse.invalidate(Span("team_offense", day, day), who="ana", why="typo", token=99)
    result = platform.run(day, day, tables=["team_offense"])
    assert result.success, failure_messages(result)
    state = platform.warehouse.state()
    assert state.is_stale("team_defense").any(), "the ledger knows; Dagster may be silent"
    current = {(name, date) for name in TABLES for date in state.days[state.is_ready(name)].date}
    assert not current & set(called_stale(platform))

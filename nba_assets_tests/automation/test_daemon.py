"""The sensors in a real daemon: what the ledger says is shown within a minute, and nobody launches anything."""

import datetime as dt
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.checks.up_to_date import CHECK_NAME as UP_TO_DATE
from nba_assets.claims.claim import Claim
from nba_assets.claims.store import ClaimStore
from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.event_log.backfill_status import ending
from nba_assets.event_log.dagster_state import FAILED, SUCCEEDED, shown_checks, shown_dates
from nba_assets.event_log.outcomes import CHECK_NAME as PARTITION_READY
from nba_assets.settings import Settings
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.dagster_server import BACKFILL, BIN, Server, first_season, running
from nba_assets_tests.dagster_values import as_table

pytestmark = pytest.mark.long

DAYS = 30
WITHIN_SECONDS = 60
INGEST = tuple(name for name, contract in TABLES.items() if contract.ingest)
SAME_DATE = tuple(name for name, contract in TABLES.items() if contract.dataset == "nba_analytics")
LATER = (*(name for name, contract in TABLES.items() if contract.dataset == "nba_precompute"), "ml_feature_store")


def materialize(settings: Settings, tables: tuple[str, ...], first: dt.date, last: dt.date) -> None:
    """A ranged run from Dagster's own command line, in a process of its own."""
    command = ["asset", "materialize", "-m", "nba_assets.definitions", "--select", ",".join(tables)]
    done = subprocess.run(
        [BIN / "dagster", *command, "--partition-range", f"{first}...{last}"], cwd=REPOSITORY, check=False,
        env={**os.environ, **settings.environment()}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


class Home:
    """A month of a simulated league, built while one correction was pending, under a running daemon."""

    server: Server

    def __init__(self, path: Path) -> None:
        settings = first_season(path)
        assert settings.start is not None
        self.first = settings.start
        self.last = self.first + dt.timedelta(days=DAYS)
        league = SimulatedLeague(seasons=1, cache_dir=path / "simulated")
        games = league.read("game_schedule", self.first + dt.timedelta(days=10), self.last).rows
        self.corrected = games["game_date"].min().date()
        self.before = replace(settings, faults=f"late_correction:{self.corrected}:pending")
        self.after = replace(settings, faults=f"late_correction:{self.corrected}:delivered")
        materialize(self.before, (*INGEST, *SAME_DATE, *LATER), self.first, self.last)
        os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
        self.instance = dg.DagsterInstance.get()

    def up_to_date(self) -> dict[str, str]:
        tables = [*INGEST, *SAME_DATE, *LATER]
        return {
            table: check.status
            for table, check in shown_checks(self.instance, UP_TO_DATE, tables).items()
            if check.is_current
        }

    def evaluation(self, table: str) -> dg.AssetCheckEvaluation:
        key = dg.AssetCheckKey(dg.AssetKey(table), UP_TO_DATE)
        (record,) = self.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
        assert record.evaluation is not None
        return record.evaluation

    def results(self, table: str) -> dict[dt.date, str]:
        dates = shown_dates(self.instance, table, PARTITION_READY)
        return {day: date.check.status for day, date in dates.items() if date.check.is_current}

    def days(self, first: dt.date) -> list[dt.date]:
        return [first + dt.timedelta(days=at) for at in range((self.last - first).days + 1)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("home"))
    with home.instance, running(home.before) as home.server:
        yield home


def wait(until: Callable[[], bool], seconds: float = WITHIN_SECONDS) -> None:
    """Until it holds, looking every half second."""
    started = time.monotonic()
    while not until():
        assert time.monotonic() - started < seconds, "it has not come to pass"
        time.sleep(0.5)


def _shows(home: Home, table: str, results: dict[dt.date, str]) -> bool:
    return home.results(table) == results


def test_a_correction_shows_at_every_depth_and_its_repair_too(home: Home) -> None:
    green = dict.fromkeys((*INGEST, *SAME_DATE, *LATER), SUCCEEDED)
    wait(lambda: home.up_to_date() == green, seconds=120)

    materialize(home.after, INGEST, home.corrected, home.corrected)
    red = green | dict.fromkeys((*SAME_DATE, *LATER), FAILED)
    wait(lambda: home.up_to_date() == red)

    below = home.days(home.corrected + dt.timedelta(days=1))
    stale = {key: [home.corrected] for key in SAME_DATE} | dict.fromkeys(LATER, below)
    for table, dates in stale.items():
        shown = dict.fromkeys(home.days(home.first), SUCCEEDED) | dict.fromkeys(dates, FAILED)
        wait(partial(_shows, home, table, shown))

    for table in SAME_DATE:
        rows = [row.data for row in as_table(home.evaluation(table).metadata["stale_ranges"]).records]
        assert rows
        assert {(row["first"], row["last"], row["of"]) for row in rows} == {(str(home.corrected),) * 3}
        assert {row["because_of"] for row in rows} <= set(INGEST)
    for table in LATER:
        evaluation = home.evaluation(table)
        assert evaluation.metadata["stale_dates"].value == len(below)
        assert str(home.corrected) in evaluation.description
    for table in INGEST:
        assert set(home.results(table).values()) == {SUCCEEDED}

    materialize(home.before, (*SAME_DATE, *LATER), home.corrected, home.last)
    wait(lambda: home.up_to_date() == green)
    wait(lambda: all(set(home.results(table).values()) == {SUCCEEDED} for table in TABLES if home.results(table)))


def test_what_is_wiped_in_dagster_is_back(home: Home) -> None:
    key = dg.AssetKey("team_offense")
    keys = {day.isoformat() for day in home.days(home.first)}
    assert home.instance.get_materialized_partitions(key) == keys
    home.instance.wipe_assets([key])
    assert home.instance.get_materialized_partitions(key) == set()
    wait(lambda: home.instance.get_materialized_partitions(key) == keys)
    wait(lambda: home.results("team_offense") == dict.fromkeys(home.days(home.first), SUCCEEDED))


def test_a_backfill_of_two_runs_holds_its_dates_until_it_is_over(home: Home) -> None:
    dates = {"range": {"start": str(home.first), "end": str(home.last)}}
    features = {"assetKey": {"path": ["ml_feature_store"]}, "partitions": dates}
    model = {"assetKey": {"path": [MODEL]}, "partitions": None}
    answer = home.server.ask(BACKFILL, p={"partitionsByAssets": [features, model]})["launchPartitionBackfill"]
    store = ClaimStore(home.before.claims_url)
    owner = f"dagster-backfill:{answer['backfillId']}"

    def mine() -> list[Claim]:
        return [claim for claim in store.recent() if claim.owner == owner]

    wait(lambda: bool(mine()), seconds=120)
    states = []

    def is_over() -> bool:
        over = ending(home.instance, answer["backfillId"])
        states.append(mine()[0].state)
        return bool(over)

    wait(is_over, seconds=240)
    assert set(states[:-1]) == {"active"}, "also between its runs"
    wait(lambda: not mine()[0].is_active)
    (claim,) = mine()
    assert claim.state in ("done", "failed")
    assert len(claim.run_ids) == 2


def test_the_sensors_fail_at_no_tick(home: Home) -> None:
    states = home.instance.all_instigator_state()
    ticks = [
        tick for state in states for tick in home.instance.get_ticks(state.instigator_origin_id, state.selector_id)
    ]
    assert {state.instigator_name for state in states} >= {"ledger", "claims"}
    assert [tick.error for tick in ticks if tick.error] == []

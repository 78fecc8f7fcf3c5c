"""The sensor beside real runs on a few weeks of a simulated league: what runs reported stays, the rest is reported."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import pytest

from nba_assets.automation.mirror.ledger_sensor import Reported, tell
from nba_assets.checks.up_to_date import CHECK_NAME as UP_TO_DATE
from nba_assets.contracts.tables import MODEL, TABLES
from nba_assets.event_log.dagster_state import FAILED, SUCCEEDED, ShownDate, shown_checks, shown_dates
from nba_assets.event_log.outcomes import CHECK_NAME as PARTITION_READY
from nba_assets.partitions import Span
from nba_assets.readiness.delivery_rules import SHRINK
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages, without_game

pytestmark = pytest.mark.long

INGEST = ("game_schedule", "game_results", "team_box_scores", "player_box_scores")


class Watched:
    """A platform and the sensor's cursor on it."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.instance = platform, platform.instance
        self.cursor: str | None = None

    def tick(self) -> Reported:
        reported = tell(self.instance, self.platform.warehouse, self.platform.settings, self.cursor)
        self.cursor = reported.cursor
        return reported

    def settle(self) -> int:
        """Ticks until it is quiet; how many dates were reported."""
        dates = 0
        for _ in range(10):
            reported = self.tick()
            dates += reported.dates
            if reported.cursor:
                return dates
        raise AssertionError("the sensor never comes to rest")

    def verdicts(self) -> dict[str, str]:
        shown = shown_checks(self.instance, UP_TO_DATE, [*TABLES, MODEL])
        return {table: check.status for table, check in shown.items() if check.is_current}

    def date(self, table: str, day: dt.date) -> ShownDate:
        return shown_dates(self.instance, table, PARTITION_READY).get(day, ShownDate())


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Everything built once, the model included; both phases of a season, which its features tell apart."""
    league = SimulatedLeague(seasons=1)
    schedule = league.read("game_schedule", league.first_date, league.horizon).rows
    closing = schedule.loc[schedule["season_type"] == "regular_season", "game_date"].max().date()
    source = SlicedSource(league, closing - dt.timedelta(days=35), closing + dt.timedelta(days=20))
    with dg.DagsterInstance.ephemeral() as instance:
        platform = Platform(tmp_path_factory.mktemp("home"), source, instance)
        result = platform.run()
        assert result.success, failure_messages(result)
        yield Watched(platform)


@pytest.fixture
def late_day(watched: Watched) -> dt.date:
    """The last date with games but one."""
    rows = watched.platform.rows("game_schedule")
    return sorted(rows["game_date"].dt.date.unique())[-2]


def test_after_a_run_over_everything_nothing_is_left_to_tell(watched: Watched) -> None:
    assert watched.verdicts() == dict.fromkeys([*TABLES, MODEL], SUCCEEDED), "the run says so itself"
    reported = watched.tick()
    assert (reported.dates, reported.checks, reported.left) == (0, 0, 0)
    assert watched.tick().cursor == reported.cursor


def test_a_late_game_is_reported_at_every_depth_and_so_is_its_repair(watched: Watched, late_day: dt.date) -> None:
    game = watched.platform.rows("game_schedule", f"game_date = '{late_day}'")["game_id"].iloc[0]
    watched.platform.deliver(**{table: without_game(game) for table in INGEST})
    for table in INGEST:
        span, until = Span(table, late_day, late_day), dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
        watched.platform.warehouse.add_waiver(span, SHRINK, who="ann", why="not played after all", until=until)
    result = watched.platform.run(late_day, late_day, tables=INGEST)
    assert result.success, failure_messages(result)
    watched.settle()
    verdicts = watched.verdicts()
    assert {table for table, status in verdicts.items() if status == FAILED} == {*TABLES, MODEL} - set(INGEST)
    stale = watched.date("team_offense", late_day)
    assert (stale.check.status, stale.check.state_digest) == (FAILED, "stale")

    watched.platform.deliver()
    result = watched.platform.run(late_day, None, tables=INGEST)
    assert result.success, failure_messages(result)
    watched.settle()
    assert watched.date("team_offense", late_day).check.status == FAILED, (
        "changed and changed back: it must be looked at"
    )
    result = watched.platform.run(resume=True)
    assert result.success, failure_messages(result)
    watched.settle()
    assert watched.verdicts() == dict.fromkeys([*TABLES, MODEL], SUCCEEDED)
    assert watched.date("team_offense", late_day).check.status == SUCCEEDED


def test_what_a_person_decides_is_reported(watched: Watched, late_day: dt.date) -> None:
    span = Span("team_offense", late_day, late_day)
    warehouse = watched.platform.warehouse
    before = watched.date("team_offense", late_day)
    warehouse.invalidate(span, who="ann", why="wrong scores", token=warehouse.last_token())
    watched.settle()
    invalid = watched.date("team_offense", late_day)
    assert invalid.check.status == FAILED
    assert invalid.check.state_digest.startswith("rejected")
    assert invalid.data_version == before.data_version, "its rows stand"
    assert watched.verdicts()["player_game_summary"] == FAILED
    assert watched.verdicts()[MODEL] == FAILED
    result = watched.platform.run(resume=True)
    assert result.success, failure_messages(result)
    watched.settle()
    assert watched.date("team_offense", late_day).check.status == SUCCEEDED
    assert watched.verdicts() == dict.fromkeys([*TABLES, MODEL], SUCCEEDED)

"""The live source: a small league on a local server, and the delivered answers of the test data."""

import copy
import datetime as dt
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.audit import Staged, audit
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.status import Status
from nba_assets.settings import from_environment
from nba_assets.sources.nba_stats.client import NbaStatsClient
from nba_assets.sources.nba_stats.source import NbaStatsSource
from nba_assets.sources.port import Delivery, SourceError
from nba_assets.sources.registry import open_source as open_source_of
from nba_assets_tests.sources.nba_stats.server import StatsServer, as_v3, running
from nba_assets_tests.sources.nba_stats.test_responses import PHI, box_score, league_schedule

DAY, GAME = dt.date(2025, 1, 15), "0022400561"
NOW = dt.datetime(2025, 1, 16, 15, tzinfo=dt.UTC)
NYK = 1610612752
BOX, SCHEDULE, CHART = "boxscoretraditionalv3", "scheduleleaguev2", "shotchartdetail"


def schedule_answer(**changes: object) -> dict[str, Any]:
    game = {
        "gameId": GAME, "gameDateEst": "2025-01-15T00:00:00Z", "gameDateTimeUTC": "2025-01-16T00:30:00Z",
        "gameStatusText": "Final/OT", "homeTeam": {"teamId": PHI, "score": 80},
        "awayTeam": {"teamId": NYK, "score": 80}, **changes,
    }  # fmt: skip
    return league_schedule(**game)


def empty_chart() -> dict[str, Any]:
    return {"resultSets": [{"name": "Shot_Chart_Detail", "headers": ["GAME_ID"], "rowSet": []}]}


@pytest.fixture
def server() -> Iterator[StatsServer]:
    with running() as stats:
        stats.answers = {
            (SCHEDULE, ""): schedule_answer(),
            (BOX, GAME): as_v3(box_score(home_first=True), PHI),
            (CHART, GAME): empty_chart(),
        }
        yield stats


@pytest.fixture
def open_source(server: StatsServer, tmp_path: Path) -> Callable[..., NbaStatsSource]:
    def opened(now: dt.datetime = NOW) -> NbaStatsSource:
        client = NbaStatsClient(tmp_path / "cache", server.url, sleep=lambda seconds: None, now=lambda: now)
        return NbaStatsSource(client, dt.date(2024, 10, 1), now=lambda: now)

    return opened


def test_settings_choose_it(tmp_path: Path) -> None:
    settings = from_environment({"NBA_HOME": str(tmp_path), "NBA_SOURCE": "nba_stats", "NBA_START": "2024-10-01"})
    source = open_source_of(settings)
    assert (source.name, source.first_date) == ("nba_stats", dt.date(2024, 10, 1))
    assert source.horizon > dt.date(2025, 1, 1)


def test_it_reaches_to_tomorrow_in_the_east(open_source: Callable[..., NbaStatsSource]) -> None:
    assert open_source(dt.datetime(2025, 1, 16, 3, tzinfo=dt.UTC)).horizon == dt.date(2025, 1, 16)
    assert open_source(dt.datetime(2025, 1, 16, 6, tzinfo=dt.UTC)).horizon == dt.date(2025, 1, 17)
    with pytest.raises(SourceError, match="is not covered"):
        open_source().read("game_schedule", DAY, dt.date(2025, 2, 1))


def test_tables_of_a_date(open_source: Callable[..., NbaStatsSource]) -> None:
    source = open_source()
    read = {
        table: source.read(table, DAY, DAY)
        for table in TABLES
        if TABLES[table].ingest or "raw" in TABLES[table].dataset
    }
    assert [len(read[name].rows) for name in ("game_schedule", "game_results", "team_box_scores")] == [1, 1, 2]
    assert all(delivery.problems == () for delivery in read.values())
    schedule = read["game_schedule"].rows.iloc[0]
    assert (schedule["home_team_id"], schedule["tipoff_utc"]) == (PHI, pd.Timestamp("2025-01-16T00:30Z"))
    teams = read["team_box_scores"].rows.set_index("team")
    assert teams["is_home"].to_dict() == {"NYK": False, "PHI": True}
    assert teams["minutes"].to_dict() == {"NYK": 265.0, "PHI": 265.0}
    players = read["player_box_scores"].rows.set_index("player_id")
    assert players["minutes"].fillna(-1).to_dict() == {11: 41.5, 12: -1.0, 21: 0.5}
    assert players["is_starter"].to_dict() == {11: True, 12: False, 21: False}
    assert players.loc[12, "dnp_reason"] == "DNP - Coach's Decision"
    assert players.loc[12, ["pts", "fga", "plus_minus"]].isna().all(), "zeros of who sat are not statistics"
    assert players.loc[21, "pts"] == 0, "zeros of who played are"
    assert players.loc[11, "player_name"] == "P Starter"
    assert read["shot_attempts"].rows.empty
    for name, delivery in read.items():
        assert list(delivery.rows) == list(TABLES[name].column_names)


def test_a_range_that_was_read_asks_nothing_twice_once_it_has_settled(
    open_source: Callable[..., NbaStatsSource], server: StatsServer
) -> None:
    later = dt.datetime(2025, 1, 25, tzinfo=dt.UTC)
    open_source(later).read("player_box_scores", DAY, DAY)
    open_source(later + dt.timedelta(days=300)).read("team_box_scores", DAY, DAY)
    assert server.asked[(BOX, GAME)] == 1


def test_a_late_correction_is_found_the_morning_after(
    open_source: Callable[..., NbaStatsSource], server: StatsServer
) -> None:
    open_source().read("team_box_scores", DAY, DAY)
    corrected = copy.deepcopy(server.answers[(BOX, GAME)])
    corrected["boxScoreTraditional"]["homeTeam"]["statistics"]["steals"] = 9
    server.answers[(BOX, GAME)] = corrected
    rows = open_source(NOW + dt.timedelta(days=1)).read("team_box_scores", DAY, DAY).rows
    assert rows.set_index("team").loc["PHI", "stl"] == 9


def test_sides_that_contradict_the_schedule_are_a_problem(
    open_source: Callable[..., NbaStatsSource], server: StatsServer
) -> None:
    server.answers[(BOX, GAME)] = as_v3(box_score(home_first=True), NYK)
    delivery = open_source().read("team_box_scores", DAY, DAY)
    assert delivery.rows.empty
    assert "is not the team's side in the schedule" in delivery.problems[0].message


def test_a_final_game_that_is_not_compiled_yet(open_source: Callable[..., NbaStatsSource], server: StatsServer) -> None:
    for side in ("homeTeam", "awayTeam"):
        server.answers[(BOX, GAME)]["boxScoreTraditional"][side]["players"] = []
    delivery = open_source().read("player_box_scores", DAY, DAY)
    assert delivery.rows.empty
    assert f"box score of {GAME} is empty although the game is final" in delivery.problems[0].message


def test_a_box_score_that_is_compiled_after_days_is_found(
    open_source: Callable[..., NbaStatsSource], server: StatsServer
) -> None:
    compiled = copy.deepcopy(server.answers[(BOX, GAME)])
    for side in ("homeTeam", "awayTeam"):
        server.answers[(BOX, GAME)]["boxScoreTraditional"][side]["players"] = []
    late = NOW + dt.timedelta(days=10)
    assert open_source(late).read("player_box_scores", DAY, DAY).rows.empty
    server.answers[(BOX, GAME)] = compiled
    assert len(open_source(late + dt.timedelta(days=1)).read("player_box_scores", DAY, DAY).rows)


@pytest.mark.parametrize("missing", ["boxScoreTraditional", "homeTeam", "statistics", "fieldGoalsMade"])
def test_a_changed_layout_is_reported(
    open_source: Callable[..., NbaStatsSource], server: StatsServer, missing: str
) -> None:
    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without(inner) for name, inner in value.items() if name != missing}
        return [without(inner) for inner in value] if isinstance(value, list) else value

    server.answers[(BOX, GAME)] = without(server.answers[(BOX, GAME)])
    with pytest.raises(SourceError, match=missing):
        open_source().read("team_box_scores", DAY, DAY)


def test_a_chart_of_another_layout_is_reported(open_source: Callable[..., NbaStatsSource], server: StatsServer) -> None:
    server.answers[(CHART, GAME)] = {"resultSets": {"Shot_Chart_Detail": []}}
    with pytest.raises(SourceError, match="not the layout of result sets"):
        open_source().read("shot_attempts", DAY, DAY)


def test_an_interrupted_range_goes_on_where_it_stopped(
    open_source: Callable[..., NbaStatsSource], server: StatsServer
) -> None:
    second = "0022400562"
    answer = schedule_answer()
    games = answer["leagueSchedule"]["gameDates"][0]["games"]
    games.append({**games[0], "gameId": second, "gameDateEst": "2025-01-14T00:00:00Z"})
    server.answers[(SCHEDULE, "")] = answer
    with pytest.raises(SourceError, match="status 404"):
        open_source().read("team_box_scores", dt.date(2025, 1, 14), DAY)
    asked = server.asked[(BOX, GAME)]
    box = copy.deepcopy(server.answers[(BOX, GAME)])
    box["boxScoreTraditional"]["gameId"] = second
    server.answers[(BOX, second)] = box
    rows = open_source().read("team_box_scores", dt.date(2025, 1, 14), DAY).rows
    assert sorted(rows["game_id"]) == [GAME, GAME, second, second]
    assert server.asked[(BOX, GAME)] == max(asked, 1)


@pytest.mark.archive
def test_the_delivered_schedule_and_an_overtime_game(
    shared_data: Path, server: StatsServer, open_source: Callable[..., NbaStatsSource]
) -> None:
    responses = shared_data / "raw" / "single_responses"
    with gzip.open(next((responses / "nbac_schedule_api").glob("*.gz"))) as file:
        server.answers[(SCHEDULE, "")] = json.load(file)
    v2 = json.loads((responses / "nbac_team_boxscore" / "raw_12f99055.json").read_text())
    server.answers[(BOX, GAME)] = as_v3(v2, PHI)
    source = open_source(dt.datetime(2025, 7, 1, tzinfo=dt.UTC))
    schedule = source.read("game_schedule", dt.date(2024, 10, 22), dt.date(2025, 6, 22)).rows
    assert (schedule["season_type"] == "regular_season").sum() == 1230
    one = _Only(source, GAME)
    teams, players = one.read("team_box_scores", DAY, DAY), one.read("player_box_scores", DAY, DAY)
    assert teams.problems == players.problems == ()
    assert teams.rows.set_index("team")["pts"].to_dict() == {"NYK": 125.0, "PHI": 119.0}
    played = players.rows[players.rows["minutes"] > 0]
    assert played.groupby("team_id")["pts"].sum().to_dict() == {NYK: 125.0, PHI: 119.0}
    assert played.groupby("team_id")["is_starter"].sum().to_dict() == {NYK: 5, PHI: 5}
    due = one.read("game_schedule", DAY, DAY).rows
    for name, delivery in (("team_box_scores", teams), ("player_box_scores", players)):
        upstream = {
            "game_schedule": due, "team_box_scores": teams.rows,
            "game_results": one.read("game_results", DAY, DAY).rows,
        }  # fmt: skip
        staged = Staged(conform(TABLES[name], delivery.rows), [DAY], upstream, dt.datetime(2025, 7, 1, tzinfo=dt.UTC))
        verdict = audit(staged, rules_of(TABLES[name]), [])[DAY]
        assert verdict.status is Status.READY, verdict.reasons


class _Only:
    """The source with one game of the date left in its schedule."""

    def __init__(self, source: NbaStatsSource, game_id: str) -> None:
        self._source = source
        for season, (asked, parts) in list(source._schedules.items()):
            first, second = (self._only(game_id, part) for part in parts)
            source._schedules[season] = (asked, (first, second))

    @staticmethod
    def _only(game_id: str, part: Delivery) -> Delivery:
        on_day = part.rows["game_date"] == pd.Timestamp(DAY)
        return Delivery(part.rows[~on_day | part.rows["game_id"].eq(game_id)], part.problems)

    def read(self, table: str, start: dt.date, end: dt.date) -> Delivery:
        return self._source.read(table, start, end)

"""Requests: polite, patient, kept on disk, and clear when nothing helps."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from nba_api.stats.endpoints import BoxScoreTraditionalV3

from nba_assets.sources.nba_stats.client import ATTEMPTS, PAUSE_SECONDS, NbaStatsClient
from nba_assets.sources.port import SourceError
from nba_assets_tests.sources.nba_stats.server import Answer, StatsServer, running

NOW = dt.datetime(2025, 1, 16, 12, tzinfo=dt.UTC)
GAME = "0022400561"
KEY = ("boxscoretraditionalv3", GAME)


@pytest.fixture
def server() -> Iterator[StatsServer]:
    with running() as stats:
        stats.answers[KEY] = {"boxScoreTraditional": {"gameId": GAME}}
        yield stats


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def client(server: StatsServer, tmp_path: Path, slept: list[float]) -> NbaStatsClient:
    return NbaStatsClient(tmp_path / "cache", server.url, sleep=slept.append, now=lambda: NOW)


def ask(client: NbaStatsClient, fresh_since: dt.datetime = NOW - dt.timedelta(hours=6)) -> Mapping[str, Any]:
    return client.ask(BoxScoreTraditionalV3(game_id=GAME, get_request=False), fresh_since=fresh_since)


def test_an_answer_is_not_asked_for_twice(client: NbaStatsClient, server: StatsServer, tmp_path: Path) -> None:
    first = ask(client)
    assert first == ask(client) == {"boxScoreTraditional": {"gameId": GAME}}
    again = NbaStatsClient(tmp_path / "cache", server.url, now=lambda: NOW)
    assert ask(again) == first
    assert server.asked[KEY] == 1


def test_an_answer_older_than_asked_for_is_asked_again(client: NbaStatsClient, server: StatsServer) -> None:
    ask(client)
    ask(client, fresh_since=NOW + dt.timedelta(seconds=1))
    assert server.asked[KEY] == 2


def test_a_torn_file_in_the_cache_is_asked_again(client: NbaStatsClient, server: StatsServer, tmp_path: Path) -> None:
    ask(client)
    (kept,) = (tmp_path / "cache").rglob("*.json")
    kept.write_text(kept.read_text()[:30])
    assert ask(client) == {"boxScoreTraditional": {"gameId": GAME}}
    assert server.asked[KEY] == 2
    assert json.loads(kept.read_text())["parameters"]["GameID"] == GAME
    assert not list((tmp_path / "cache").rglob("*.unfinished"))


@pytest.mark.parametrize(
    "problem",
    [
        (429, b"slow down", {"Retry-After": "7"}),
        (500, b"", {}),
        (503, b"busy", {}),
        (200, b'{"boxScoreTraditional": {"gam', {}),
        (200, b"<html>challenge</html>", {}),
    ],
    ids=["429", "500", "503", "truncated", "no json"],
)
def test_a_passing_problem_is_waited_out(
    client: NbaStatsClient, server: StatsServer, slept: list[float], problem: Answer
) -> None:
    server.problem += [problem, problem]
    assert ask(client) == {"boxScoreTraditional": {"gameId": GAME}}
    assert server.asked[KEY] == 3
    waits = [pause for pause in slept if pause > PAUSE_SECONDS]
    assert waits == ([7.0, 7.0] if problem[0] == 429 else [2.0, 4.0])


def test_a_connection_that_breaks_off_is_tried_again(client: NbaStatsClient, server: StatsServer) -> None:
    server.problem.append((200, b"{}", {"Content-Length": "500"}))
    assert ask(client) == {"boxScoreTraditional": {"gameId": GAME}}


def test_a_lasting_problem_names_endpoint_and_parameters_and_keeps_nothing(
    client: NbaStatsClient, server: StatsServer, tmp_path: Path
) -> None:
    server.problem += [(503, b"", {})] * ATTEMPTS
    with pytest.raises(
        SourceError, match=rf"boxscoretraditionalv3 \(.*GameID={GAME}.*\): status 503, {ATTEMPTS} times"
    ):
        ask(client)
    assert not list((tmp_path / "cache").rglob("*.json"))
    assert ask(client) == {"boxScoreTraditional": {"gameId": GAME}}, "the next call starts afresh"


def test_a_refusal_is_not_repeated(client: NbaStatsClient, server: StatsServer) -> None:
    server.problem.append((403, b"no", {}))
    with pytest.raises(SourceError, match="status 403; check the parameters, or whether this address is blocked"):
        ask(client)
    assert server.asked[KEY] == 1


def test_no_server_at_all(tmp_path: Path, slept: list[float]) -> None:
    client = NbaStatsClient(tmp_path, "http://127.0.0.1:9/{endpoint}", sleep=slept.append, now=lambda: NOW)
    with pytest.raises(SourceError, match=r"no answer \(ConnectionError\)"):
        ask(client)


def test_requests_keep_their_distance_and_say_who_asks(
    client: NbaStatsClient, server: StatsServer, slept: list[float]
) -> None:
    ask(client)
    ask(client, fresh_since=NOW + dt.timedelta(seconds=1))
    assert slept
    assert 0 < slept[0] <= PAUSE_SECONDS
    assert "Mozilla" in server.headers[0]["User-Agent"]


def test_a_cache_that_cannot_be_written(server: StatsServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    client = NbaStatsClient(tmp_path / "file", server.url, now=lambda: NOW)
    with pytest.raises(SourceError, match="cannot be written"):
        ask(client)

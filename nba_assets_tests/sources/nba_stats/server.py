"""A local server that answers like NBA Stats, also badly: with 429, 5xx, broken JSON, nothing, another layout."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, bytes, dict[str, str]]


@dataclass
class StatsServer:
    """Answers by endpoint and game id; `trouble` is given out first, one answer a request."""

    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    problem: list[Answer] = field(default_factory=list)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, endpoint: str, parameters: dict[str, str]) -> Answer:
        key = (endpoint, parameters.get("GameID", ""))
        self.asked[key] += 1
        if self.problem:
            return self.problem.pop(0)
        found = self.answers.get(key, self.answers.get((endpoint, "")))
        if found is None:
            return 404, b"not found", {}
        return 200, json.dumps(found).encode(), {}


@contextmanager
def running() -> Iterator[StatsServer]:
    """A server on a free port of this machine."""
    stats = StatsServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stats))
    stats.url = f"http://127.0.0.1:{server.server_address[1]}/stats/{{endpoint}}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stats
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(stats: StatsServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            stats.headers.append(dict(self.headers))
            status, body, headers = stats.answer(parts.path.rpartition("/")[2], dict(parse_qsl(parts.query)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler


Shape = Callable[[dict[str, Any]], dict[str, Any]]

_V3 = {
    "points": "PTS", "fieldGoalsMade": "FGM", "fieldGoalsAttempted": "FGA", "threePointersMade": "FG3M",
    "threePointersAttempted": "FG3A", "freeThrowsMade": "FTM", "freeThrowsAttempted": "FTA",
    "reboundsOffensive": "OREB", "reboundsDefensive": "DREB", "reboundsTotal": "REB", "assists": "AST",
    "steals": "STL", "blocks": "BLK", "turnovers": "TO", "foulsPersonal": "PF", "plusMinusPoints": "PLUS_MINUS",
}  # fmt: skip


def as_v3(response: dict[str, Any], home: int) -> dict[str, Any]:
    """A box score V2 in the layout of V3: home and away named, statistics nested, names split, zeros for who sat."""
    sets = {part["name"]: [dict(zip(part["headers"], row, strict=True)) for row in part["rowSet"]]
            for part in response["resultSets"]}  # fmt: skip

    def statistics(row: dict[str, Any]) -> dict[str, Any]:
        sat = row["MIN"] is None
        return {"minutes": row["MIN"] or ""} | {name: 0 if sat else row.get(old) for name, old in _V3.items()}

    def person(row: dict[str, Any]) -> dict[str, Any]:
        first, _, family = row["PLAYER_NAME"].partition(" ")
        return {
            "personId": row["PLAYER_ID"], "firstName": first, "familyName": family, "position": row["START_POSITION"],
            "comment": row["COMMENT"], "statistics": statistics(row),
        }  # fmt: skip

    box: dict[str, Any] = {"gameId": sets["TeamStats"][0]["GAME_ID"]}
    for row in sets["TeamStats"]:
        players = [person(player) for player in sets["PlayerStats"] if player["TEAM_ID"] == row["TEAM_ID"]]
        side = "homeTeam" if row["TEAM_ID"] == home else "awayTeam"
        box[side] = {"teamId": row["TEAM_ID"], "players": players, "statistics": statistics(row)}
    return {"meta": {"version": 1}, "boxScoreTraditional": box}

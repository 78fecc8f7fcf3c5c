"""Two games with forty-eight shots as each provider writes them, all players and values invented."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nba_assets.sources.parsing.landing import LandedFile

BOS, NYK, LAL, DEN = 1610612738, 1610612752, 1610612747, 1610612743
TRICODES = {BOS: "BOS", NYK: "NYK", LAL: "LAL", DEN: "DEN"}
DAY = "2024-10-22"
GAMES = {"0022400061": (BOS, NYK), "0022400062": (LAL, DEN)}
"""Home and away of each game."""

PLAYERS = {
    BOS: {1630001: "Ján Kováč", 1630002: "Tom Hart Jr.", 1630003: "J.J. Ash"},
    NYK: {1630011: "Dario Fenwick", 1630012: "Nikola Branmorević", 1630013: "Olu St. Elm"},
    LAL: {1630021: "Herbert Cordale", 1630022: "Ivo Dunford-Lang", 1630023: "Rowan Quillmere III"},
    DEN: {1630031: "Gideon Tolbury", 1630032: "Kofi O'Garwick", 1630033: "Xavi Thornby"},
}
_PLACES = (
    (0.5, 1.0), (-3.0, 5.0), (12.0, 6.0), (-22.8, 3.0), (22.9, -1.0), (5.0, 25.0), (0.0, 0.0), (-10.0, 24.0),
    (7.1, 2.2), (3.9, 0.0), (-2.0, 53.0), (15.0, 11.0),
)  # fmt: skip
"""Feet to the right of the hoop and away from the baseline of a team's twelve attempts."""

_THREES = {3, 4, 5, 7, 10}
_MADE = {0, 2, 3, 6, 7, 9, 11}
_ASSISTED = {0, 3, 6}


@dataclass(frozen=True)
class Shot:
    """One attempt; coordinates in feet."""

    game_id: str
    team_id: int
    player_id: int
    number: int
    period: int
    seconds: int
    made: bool
    three: bool
    x: float
    y: float
    assisted: bool

    @property
    def name(self) -> str:
        return PLAYERS[self.team_id][self.player_id]

    @property
    def distance(self) -> float:
        return math.hypot(self.x, self.y)


def shots() -> list[Shot]:
    """In the order of the games and of their events; the teams of a game take turns."""
    found = []
    for game_id, teams in GAMES.items():
        for at, (x, y) in enumerate(_PLACES):
            for side, team in enumerate(teams):
                player = list(PLAYERS[team])[(at + side) % 3]
                number = 4 + 7 * at + 3 * side
                found.append(
                    Shot(
                        game_id, team, player, number, 1 + at // 3, 700 - 300 * (at % 3) - 50 * side, at in _MADE,
                        at in _THREES, x, y, at in _ASSISTED,
                    )
                )  # fmt: skip
    return found


def schedule() -> pd.DataFrame:
    rows = [{"game_id": game_id, "home_team_id": home, "away_team_id": away} for game_id, (home, away) in GAMES.items()]
    return pd.DataFrame(rows).assign(game_date=pd.Timestamp(DAY).as_unit("ns"), is_postponed=False)


def box() -> pd.DataFrame:
    """player_box_scores of the games, in the columns that shots are judged by, made of the shots."""
    counts: dict[tuple[str, int, int], list[int]] = {}
    for shot in shots():
        line = counts.setdefault((shot.game_id, shot.team_id, shot.player_id), [0, 0, 0, 0])
        for at, counted in enumerate((True, shot.made, shot.three, shot.made and shot.three)):
            line[at] += counted
    rows: list[dict[str, Any]] = [
        {
            "game_id": game_id, "team_id": team, "player_id": player, "player_name": PLAYERS[team][player],
            "minutes": 30.0, **dict(zip(("fga", "fgm", "fg3a", "fg3m"), map(float, line), strict=True)),
        }
        for (game_id, team, player), line in counts.items()
    ]  # fmt: skip
    assists = Counter((shot.game_id, shot.team_id) for shot in shots() if shot.assisted)
    for row in rows:
        row["ast"] = float(assists.pop((row["game_id"], row["team_id"]), 0))
    return pd.DataFrame(rows).assign(game_date=pd.Timestamp(DAY).as_unit("ns"))


Table = tuple[list[str], list[list[str]]]
"""Column names, and rows of cells as text."""


def clean() -> Table:
    rows = [
        {
            "game_id": s.game_id, "game_date": DAY, "team_id": s.team_id, "player_id": s.player_id,
            "event_id": s.number, "period": s.period, "secs_remaining": s.seconds, "is_three": s.three,
            "shot_type_derived": False, "distance_ft": math.floor(s.distance), "loc_x": round(10 * s.x),
            "loc_y": round(10 * s.y), "made": s.made, "assisted": int(s.assisted), "zone_basic": "as the NBA calls it",
        }
        for s in shots()
    ]  # fmt: skip
    return _table(rows)


def detail(teams: Sequence[int] = tuple(TRICODES)) -> Table:
    rows = [
        {
            "GRID_TYPE": "Shot Chart Detail", "GAME_ID": int(s.game_id), "GAME_EVENT_ID": s.number,
            "PLAYER_ID": s.player_id, "PLAYER_NAME": s.name, "TEAM_ID": s.team_id, "PERIOD": s.period,
            "MINUTES_REMAINING": s.seconds // 60, "SECONDS_REMAINING": s.seconds % 60,
            "EVENT_TYPE": "Made Shot" if s.made else "Missed Shot", "ACTION_TYPE": "Jump Shot",
            "SHOT_TYPE": f"{3 if s.three else 2}PT Field Goal", "SHOT_DISTANCE": math.floor(s.distance),
            "LOC_X": round(10 * s.x), "LOC_Y": round(10 * s.y), "SHOT_ATTEMPTED_FLAG": 1,
            "SHOT_MADE_FLAG": int(s.made), "GAME_DATE": DAY.replace("-", ""), "assisted": int(s.assisted),
        }
        for s in shots()
        if s.team_id in teams
    ]  # fmt: skip
    return _table(rows)


def play_by_play(*, is_old: bool = False, with_ids: bool = False) -> Table:
    """BigDataBall's account, of 2017-18 or later, each shot followed by a rebound or a foul."""
    rows = []
    for s in shots():
        distance = f" {round(s.distance)}'" if s.number % 5 else " "
        last = s.name.removesuffix(" Jr.").removesuffix(" III").split()[-1]
        reported = f"{'' if s.made else 'MISS '}{last}{distance}{' 3PT' if s.three else ''} Jump Shot"
        reported += f" (2 PTS){' (Helper 1 AST)' if s.assisted else ''}" if s.made else ""
        clock, elapsed = (f"0:{part // 60:02d}:{part % 60:02d}" for part in (s.seconds, 720 - s.seconds))
        event = {
            "game_id": s.game_id[2:], "data_set": "2024-25", "date": DAY, "period": s.period,
            "remaining_time": clock, "elapsed": elapsed, "play_id": s.number, "team": TRICODES[s.team_id],
        }  # fmt: skip
        nothing = dict.fromkeys(("assist", "player", "points", "result", "type", "shot_distance"), "")
        player = f"{s.player_id}{s.name.lower().replace(' ', '')}" if with_ids else s.name
        rows.append(
            event | {
                "event_type": "shot" if s.made or not is_old else "miss", "assist": "A Helper" if s.assisted else "",
                "player": player, "points": (3 if s.three else 2) * s.made, "result": "made" if s.made else "missed",
                "type": "Jump Shot" if is_old or not s.three else "3pt jump shot",
                "shot_distance": round(s.distance), "original_x": round(10 * s.x), "original_y": round(10 * s.y),
                "description": reported,
            }
        )  # fmt: skip
        other: dict[str, Any] = {"event_type": "rebound", "type": "rebound defensive", "description": "a rebound"}
        if s.made:
            other = {"event_type": "free throw", "result": "made", "points": 1, "description": "a free throw"}
        place = {"original_x": "", "original_y": ""}
        rows.append(event | nothing | {"player": player} | place | other | {"play_id": s.number + 1})
    columns = [name for name in rows[0] if name != "description"]
    return _table([{name: row[name] for name in (*columns, "description")} for row in rows])


def _table(rows: Sequence[Mapping[str, object]]) -> Table:
    return list(rows[0]), [[str(value) for value in row.values()] for row in rows]


def text_of(table: Table, separator: str = ",") -> str:
    names, rows = table
    return "\n".join(separator.join(cells) for cells in (names, *rows)) + "\n"


def landed(path: Path, content: str | bytes) -> LandedFile:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return LandedFile(path.name, path.name, path)

"""A made-up week of four teams in the clean layout: two games on each of four dates; all values invented."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from nba_assets_tests.cells import each_row

BOS, NYK, LAL, DEN = 1610612738, 1610612752, 1610612747, 1610612743
TRICODES = {BOS: "BOS", NYK: "NYK", LAL: "LAL", DEN: "DEN"}
DATES = ("2024-10-22", "2024-10-24", "2024-10-26", "2024-10-28")
_MEETINGS = (((BOS, NYK), (LAL, DEN)), ((BOS, LAL), (NYK, DEN)), ((DEN, BOS), (LAL, NYK)), ((NYK, BOS), (DEN, LAL)))
_FIRST_NAMES = ("Abe", "Ben", "Cal", "Dan", "Eli", "Fin")
_LAST_NAMES = {BOS: "Birch", NYK: "Frost", LAL: "Moor", DEN: "Stone"}

Tables = dict[str, pd.DataFrame]


def games() -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for day, meetings in zip(DATES, _MEETINGS, strict=True):
        for home, away in meetings:
            rows.append(
                {"game_id": f"00224{len(rows) + 1:05d}", "game_date": day, "home_team_id": home, "away_team_id": away,
                 "neutral_site": False, "home_pts": 60, "away_pts": 54, "ot_periods": 0}
            )  # fmt: skip
    return pd.DataFrame(rows)


def player_id(team: int, number: int) -> int:
    return team % 1000 * 100 + number


def player_name(team: int, number: int) -> str:
    return f"{_FIRST_NAMES[number]} {_LAST_NAMES[team]}"


def player_box() -> pd.DataFrame:
    """Six players a team, forty minutes each: ten twos of a home player, nine of a visitor."""
    rows = []
    for game in each_row(games()):
        for team, makes in ((game.home_team_id, 5), (game.away_team_id, 4)):
            for number in range(6):
                free = 0 if makes == 5 else 1
                rows.append(
                    {"game_id": game.game_id, "game_date": game.game_date, "team_id": team,
                     "is_home": team == game.home_team_id, "player_id": player_id(team, number),
                     "player_name": player_name(team, number), "starter": number < 5, "minutes": 40.0,
                     "pts": 2 * makes + free, "fgm": makes, "fga": makes + 2, "fg3m": 0, "fg3a": 0, "ftm": free,
                     "fta": free, "oreb": 1, "dreb": 3, "reb": 4, "ast": 2, "stl": 1, "blk": 0, "tov": 1, "pf": 2,
                     "plus_minus": 5 if team == game.home_team_id else -5}
                )  # fmt: skip
    return pd.DataFrame(rows)


def team_box(box: pd.DataFrame) -> pd.DataFrame:
    counts = [
        "pts",
        "fgm",
        "fga",
        "fg3m",
        "fg3a",
        "ftm",
        "fta",
        "oreb",
        "dreb",
        "reb",
        "ast",
        "stl",
        "blk",
        "tov",
        "pf",
    ]
    return box.groupby(["game_id", "game_date", "team_id", "is_home"], as_index=False)[counts].sum()


def shots(box: pd.DataFrame) -> pd.DataFrame:
    """Every attempt of the box, two of a player's makes assisted."""
    rows: list[dict[str, Any]] = []
    for line in each_row(box):
        for attempt in range(line.fga):
            number = len(rows)
            rows.append(
                {"game_id": line.game_id, "game_date": line.game_date, "team_id": line.team_id,
                 "player_id": line.player_id, "event_id": number % 200, "period": 1 + number % 200 // 50,
                 "secs_remaining": 700 - 10 * (number % 50), "is_three": False, "distance_ft": 5, "loc_x": 30,
                 "loc_y": 40, "made": attempt < line.fgm, "assisted": int(attempt < 2)}
            )  # fmt: skip
    return pd.DataFrame(rows)


def point_lines() -> pd.DataFrame:
    """A line of two players of each team in each game."""
    rows = [
        {"game_id": game.game_id, "game_date": game.game_date, "player_name": player_name(team, number),
         "bookmaker": "bookone", "line": 9.5, "over_price": -110, "under_price": -110}
        for game in each_row(games())
        for team in (game.home_team_id, game.away_team_id)
        for number in (0, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def tables() -> Tables:
    box = player_box()
    return {"games": games(), "team_box": team_box(box), "player_box": box, "shots": shots(box),
            "point_lines": point_lines()}  # fmt: skip


def write(directory: Path, change: Callable[[Tables], object] | None = None) -> Path:
    """The files as CSV, after `change` has altered their tables; a table that is gone has no file."""
    directory.mkdir(parents=True, exist_ok=True)
    made = tables()
    if change is not None:
        change(made)
    for name in ("games", "team_box", "player_box", "shots", "point_lines"):
        (directory / f"{name}.csv").unlink(missing_ok=True)
        if name in made:
            made[name].to_csv(directory / f"{name}.csv", index=False)
    return directory

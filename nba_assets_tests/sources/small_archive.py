"""A league of two games on two dates in both archive layouts, all values invented."""

from pathlib import Path

import pandas as pd

from nba_assets_tests.cells import each_row

BOS, NYK, LAL, DEN = 1610612738, 1610612752, 1610612747, 1610612743
TRICODES = {BOS: "BOS", NYK: "NYK", LAL: "LAL", DEN: "DEN"}
FIRST, SECOND = "2024-10-22", "2024-10-24"
GAMES = (
    ("0022400061", FIRST, BOS, NYK, 110, 100, 0),
    ("0022400071", SECOND, LAL, DEN, 120, 117, 1),
)
"""game_id, date, home, away, home points, away points, overtimes; the second game sits on a third day of the range."""

_LINE = {
    "fgm": 40, "fga": 90, "fg3m": 10, "fg3a": 30, "oreb": 10, "dreb": 30, "reb": 40, "ast": 25,
    "stl": 5, "blk": 5, "tov": 15, "pf": 20,
}  # fmt: skip
"""Counts of a team but for points and free throws; each of its five players has a fifth."""


def _line(pts: int, fifths: int) -> dict[str, int]:
    """The counts of a line with so many points: of a team (5 fifths) or of a player (1); free throws fill up."""
    made = pts - (2 * _LINE["fgm"] + _LINE["fg3m"]) * fifths // 5
    line = {name: value * fifths // 5 for name, value in _LINE.items()}
    return {"pts": pts, **line, "ftm": made, "fta": made + fifths}


def games() -> pd.DataFrame:
    rows = [
        {
            "game_id": game, "game_date": day, "home_team_id": home, "away_team_id": away, "neutral_site": False,
            "home_pts": home_pts, "away_pts": away_pts, "ot_periods": overtimes, "minutes_home": 240.0 + 25 * overtimes,
        }
        for game, day, home, away, home_pts, away_pts, overtimes in GAMES
    ]  # fmt: skip
    return pd.DataFrame(rows)


def team_box() -> pd.DataFrame:
    rows = []
    for game, day, home, away, home_pts, away_pts, _ in GAMES:
        for team, pts in ((away, away_pts), (home, home_pts)):
            rows.append({"game_id": game, "game_date": day, "team_id": team, "is_home": team == home, **_line(pts, 5)})
    return pd.DataFrame(rows)


def player_box() -> pd.DataFrame:
    """Five players a team who share its points, and one listed player who did not play."""
    rows = []
    for game, day, home, away, home_pts, away_pts, overtimes in GAMES:
        for team, pts in ((home, home_pts), (away, away_pts)):
            for number in range(5):
                rows.append(
                    {
                        "game_id": game, "game_date": day, "team_id": team, "is_home": team == home,
                        "player_id": team % 1000 * 100 + number, "player_name": f"{TRICODES[team]} {number}",
                        "starter": True, "minutes": 48.0 + 5 * overtimes, "dnp_reason": None,
                        **_line(pts // 5 + (pts % 5 if number == 0 else 0), 1),
                        "plus_minus": home_pts - away_pts if team == home else away_pts - home_pts,
                    }
                )  # fmt: skip
            rows.append(
                {
                    "game_id": game, "game_date": day, "team_id": team, "is_home": team == home,
                    "player_id": team % 1000 * 100 + 9, "player_name": f"{TRICODES[team]} bench", "starter": False,
                    "minutes": None, "dnp_reason": "coach's decision",
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def write_clean(directory: Path, suffix: str = ".parquet", **tables: pd.DataFrame) -> Path:
    """The three files, those given in `tables` instead of the sound ones."""
    directory.mkdir(exist_ok=True)
    sound = {"games": games(), "team_box": team_box(), "player_box": player_box()}
    for name, table in {**sound, **tables}.items():
        if suffix == ".csv":
            table.to_csv(directory / f"{name}.csv", index=False)
        else:
            table.to_parquet(directory / f"{name}.parquet")
    return directory


def game_log() -> pd.DataFrame:
    """Team rows as LeagueGameLog writes them, MIN a sum of rounded minutes; of the first game the away row is first."""
    rows = []
    for game, day, home, away, home_pts, away_pts, overtimes in GAMES:
        for team, pts in ((away, away_pts), (home, home_pts)):
            rows.append(_log_row(game, day, home, away, team, 241 + 25 * overtimes) | _upper(_line(pts, 5)))
    return pd.DataFrame(rows)


def player_log() -> pd.DataFrame:
    played = player_box().dropna(subset="minutes")
    home = {game: home for game, _, home, *_ in GAMES}
    away = {game: away for game, _, _, away, *_ in GAMES}
    rows = []
    for row in each_row(played):
        minutes = row.minutes + (row.player_id % 100 == 0)  # rounded up
        common = _log_row(row.game_id, row.game_date, home[row.game_id], away[row.game_id], row.team_id, minutes)
        line = {name: int(getattr(row, name)) for name in (*_line(0, 1), "plus_minus")}
        rows.append(common | {"PLAYER_ID": row.player_id, "PLAYER_NAME": row.player_name} | _upper(line))
    return pd.DataFrame(rows)


def write_log(directory: Path, teams: pd.DataFrame | None = None, players: pd.DataFrame | None = None) -> Path:
    directory.mkdir(exist_ok=True)
    (game_log() if teams is None else teams).to_csv(directory / "games_2024-25.csv", index=False)
    (player_log() if players is None else players).to_csv(directory / "player_gamelogs_2024-25.csv", index=False)
    return directory


def _log_row(game: str, day: str, home: int, away: int, team: int, minutes: float) -> dict[str, object]:
    matchup = f"{TRICODES[home]} vs. {TRICODES[away]}" if team == home else f"{TRICODES[away]} @ {TRICODES[home]}"
    return {
        "GAME_ID": game, "GAME_DATE": day, "TEAM_ID": team, "TEAM_ABBREVIATION": TRICODES[team], "MATCHUP": matchup,
        "MIN": int(minutes),
    }  # fmt: skip


def _upper(line: dict[str, int]) -> dict[str, int]:
    return {name.upper(): value for name, value in line.items()}

"""Who should be there by the schedule: team-games that are due or final, and counting them."""

import datetime as dt

import pandas as pd

from nba_assets.readiness.audit import Staged

TEAM_KEY = ["game_id", "team_id"]
PLAYER_KEY = ["game_id", "player_id"]
GAME = ["game_date", "game_id"]
"""A game on a date: one that is moved keeps its id, and a row on either date."""


def dated_keys(rows: pd.DataFrame, keys: list[str]) -> pd.MultiIndex:
    """The rows' keys together with their date."""
    return pd.MultiIndex.from_frame(rows[["game_date", *keys]])


def teams_due(games: pd.DataFrame) -> pd.DataFrame:
    """Two rows per game that is not called off: game_id, game_date, team_id, is_home."""
    games = games[~games["is_postponed"]]
    sides = [
        games[["game_id", "game_date", f"{side}_team_id"]]
        .rename(columns={f"{side}_team_id": "team_id"})
        .assign(is_home=side == "home")
        for side in ("home", "away")
    ]
    return pd.concat(sides, ignore_index=True)


def final_team_games(staged: Staged) -> pd.DataFrame:
    """Team-games that must have rows: of games that are due, not called off, and final."""
    schedule, results = staged.upstream["game_schedule"], staged.upstream["game_results"]
    final = results[results["status"] == "final"]
    return teams_due(schedule[dated_keys(schedule, ["game_id"]).isin(dated_keys(final, ["game_id"]))])


def count_keys(expected: pd.DataFrame, rows: pd.DataFrame, keys: list[str]) -> dict[dt.date, tuple[int, int]]:
    """Per date: how many keys are expected, and how many of them the rows have."""
    found = dated_keys(expected, keys).isin(dated_keys(rows, keys))
    frame = (
        expected.assign(found=found)
        .drop_duplicates(["game_date", *keys])
        .groupby("game_date")["found"]
        .agg(["size", "sum"])
    )
    return {day.date(): (int(size), int(total)) for day, size, total in frame.itertuples()}

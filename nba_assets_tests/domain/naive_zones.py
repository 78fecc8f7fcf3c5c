"""The zone tables computed again, one row after the other, by plain loops over frames: slow and obvious."""

import json
from typing import Any

import numpy as np
import pandas as pd

from nba_assets_tests.builders import League
from nba_assets_tests.domain.naive_precompute import gap_in_last, player_gaps, season_start

ZONES = ("paint", "mid_range", "three")


def players_zones(league: League, row: dict[str, Any]) -> dict[str, Any]:
    """Columns of `player_shot_zones` of one row; NaN for every kind of null."""
    played = league.player_game_summary[league.player_game_summary["minutes_played"] > 0]
    mine = played[(played["player_id"] == row["player_id"]) & (played["game_date"] < row["game_date"])]
    mine = mine.sort_values("game_date")
    gaps = [day for day, known in player_gaps(league, mine, row["player_id"]) if known < row["game_date"]]
    gaps = [day for day in gaps if day < row["game_date"]]
    values: dict[str, Any] = {}
    for n in (10, 20):
        last = mine.tail(n)
        is_gap = gap_in_last(mine, gaps, n) or refused(last, "paint_attempts").any()
        games = last.dropna(subset=["paint_attempts"])
        reported = last.dropna(subset=["assisted_makes"])
        values[f"zone_games_last_{n}"], values[f"assist_games_last_{n}"] = len(games), len(reported)
        total = sum(games[f"{zone}_attempts"].sum() for zone in ZONES)
        for zone in ZONES:
            attempts, makes = games[f"{zone}_attempts"].sum(), games[f"{zone}_makes"].sum()
            values[f"{zone}_attempts_last_{n}"] = attempts
            values[f"{zone}_attempts_per_game_last_{n}"] = over(attempts, len(games), is_gap)
            values[f"{zone}_share_last_{n}"] = over(attempts, total, is_gap)
            values[f"{zone}_fg_pct_last_{n}"] = over(makes, attempts, is_gap)
        makes = reported["assisted_makes"].sum() + reported["unassisted_makes"].sum()
        values[f"assisted_share_last_{n}"] = over(reported["assisted_makes"].sum(), makes, is_gap)
    shares = {zone: round(values[f"{zone}_share_last_10"], 6) for zone in ZONES}
    values["primary_zone"] = (
        None if np.isnan(shares["paint"])
        else "paint" if shares["paint"] >= 0.4
        else "three" if shares["three"] >= 0.4
        else "mid_range" if shares["mid_range"] >= 0.35
        else "balanced"
    )  # fmt: skip
    games = values["zone_games_last_10"]
    values["sample_quality"] = (
        "excellent" if games == 10 else "good" if games >= 7 else "limited" if games >= 5 else "insufficient"
    )
    return values


def refused(rows: pd.DataFrame, column: str) -> pd.Series:
    """Whether each row's shot rows were refused."""
    return rows["absence"].map(lambda text: json.loads(text).get(column) == "upstream_missing")


def over(total: float, count: float, is_gap: bool | np.bool_) -> float:
    return np.nan if is_gap or count == 0 else total / count


def due_teams(league: League) -> list[dict[str, Any]]:
    """Game, date and team of every team that is due."""
    games = league.game_schedule[~league.game_schedule["is_postponed"]]
    rows = [
        {"game_id": game.game_id, "game_date": game.game_date, "team_id": mine, "opponent_team_id": other}
        for game in games.itertuples()
        for mine, other in ((game.home_team_id, game.away_team_id), (game.away_team_id, game.home_team_id))
    ]
    return sorted(rows, key=lambda row: (row["game_date"], row["game_id"], row["team_id"]))


def defense_zones(league: League, row: dict[str, Any], league_teams: int) -> dict[str, Any]:
    """Columns of `team_defense_zones` of one row; NaN for every kind of null."""
    windows = {team: _window(league, team, row["game_date"]) for team in sorted(_teams(league))}
    mine = windows.get(row["team_id"]) or _window(league, row["team_id"], row["game_date"])
    everybody = pd.concat([window[0] for window in windows.values()])
    known = len(everybody) - refused(everybody, PAINT).sum()
    unknown = refused(everybody, PAINT).sum() + sum(len(gaps) for _, gaps in windows.values())
    is_thin = known < 0.95 * (known + unknown)
    with_zones = everybody.dropna(subset=[PAINT])
    is_league = with_zones["team_id"].nunique() >= league_teams
    is_gap = refused(mine[0], PAINT).any() or len(mine[1]) > 0
    values: dict[str, Any] = {
        "zone_games_last_15": mine[0][PAINT].notna().sum(), "league_zone_games_last_15": len(with_zones),
    }  # fmt: skip
    for zone in ZONES:
        attempts, makes = (f"opponent_{zone}_{what}" for what in ("attempts", "makes"))
        own = over(mine[0][makes].sum(), mine[0][attempts].sum(), is_gap)
        of_all = over(with_zones[makes].sum(), with_zones[attempts].sum(), is_thin or not is_league)
        values[f"{zone}_attempts_allowed_last_15"] = mine[0][attempts].sum()
        values[f"{zone}_fg_pct_allowed_last_15"] = own
        values[f"league_{zone}_fg_pct_last_15"] = of_all
        values[f"{zone}_defense_vs_league"] = 100 * (own - of_all)
    versus = [values[f"{zone}_defense_vs_league"] for zone in ZONES]
    is_null = np.isnan(versus).any()
    values["strongest_zone"] = None if is_null else ZONES[int(np.argmin(np.round(versus, 6)))]
    values["weakest_zone"] = None if is_null else ZONES[int(np.argmax(np.round(versus, 6)))]
    return values


PAINT = "opponent_paint_attempts"


def _teams(league: League) -> set[int]:
    due = league.gaps.get("team_defense")
    return set(league.team_defense["team_id"]) | (set() if due is None else set(due["team_id"]))


def _window(league: League, team: int, day: pd.Timestamp) -> tuple[pd.DataFrame, list[pd.Timestamp]]:
    """The team's last 15 known games before the day, and its gaps among them or after."""
    table = league.team_defense
    mine = table[(table["team_id"] == team) & (table["game_date"] < day)].sort_values("game_date")
    due = league.gaps.get("team_defense")
    gaps = [] if due is None else [at for at in due[due["team_id"] == team]["game_date"] if at < day]
    if mine.empty:
        return mine, gaps
    start = mine["game_date"].iloc[-15] if len(mine) >= 15 else season_start(mine["season"].iloc[0])
    return mine.tail(15), [at for at in gaps if at >= start]

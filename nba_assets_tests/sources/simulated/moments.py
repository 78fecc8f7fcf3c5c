"""What makes a league look like the NBA: the numbers by which the simulated one is blocked against the real one."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.sources.port import Source


@dataclass(frozen=True)
class Target:
    """A moment of the NBA 2021-22 to 2024-25, play-in and playoffs included, and by how much the league may differ."""

    value: float
    tolerance: float


TARGETS = {
    "team points, mean": Target(112.94, 2.0),
    "team points, sd": Target(12.70, 1.3),
    "team fga, mean": Target(88.41, 2.0),
    "team fga, sd": Target(7.16, 1.2),
    "team fg pct": Target(0.4687, 0.012),
    "team three share": Target(0.4008, 0.02),
    "team three pct": Target(0.3595, 0.012),
    "team fta, mean": Target(22.19, 1.0),
    "team fta, sd": Target(6.98, 0.7),
    "team ft pct": Target(0.7803, 0.015),
    "team oreb, mean": Target(10.58, 0.6),
    "team dreb, mean": Target(33.21, 1.5),
    "team ast, mean": Target(25.62, 1.2),
    "team stl, mean": Target(7.61, 0.4),
    "team blk, mean": Target(4.84, 0.4),
    "team tov, mean": Target(13.89, 0.6),
    "team tov, sd": Target(3.88, 0.4),
    "team pf, mean": Target(19.30, 1.0),
    "team turnovers of no player": Target(0.7236, 0.08),
    "pace, mean": Target(100.89, 1.5),
    "pace, sd": Target(4.91, 0.7),
    "margin, home mean": Target(2.18, 0.9),
    "margin, sd": Target(15.19, 1.2),
    "margin, season sd": Target(4.90, 1.1),
    "scores, correlation": Target(0.280, 0.08),
    "overtime share": Target(0.0513, 0.012),
    "players a team-game, mean": Target(10.62, 0.4),
    "players a team-game, sd": Target(1.58, 0.25),
    "minutes, mean": Target(22.73, 1.0),
    "minutes, sd": Target(11.04, 0.8),
    "minutes, 10th percentile": Target(5.80, 1.2),
    "minutes, median": Target(23.70, 1.5),
    "minutes, 95th percentile": Target(38.70, 1.8),
    "minutes, autocorrelation": Target(0.743, 0.04),
    "points, mean": Target(10.63, 0.5),
    "points, sd": Target(8.90, 0.5),
    "points, 99th percentile": Target(37.0, 2.0),
    "points, share of zero": Target(0.1189, 0.02),
    "points, autocorrelation": Target(0.605, 0.04),
    "points, autocorrelation at 20 games": Target(0.528, 0.05),
    "points, ewma half-life 6 error": Target(4.617, 0.15),
    "usage, 5th percentile": Target(7.73, 1.0),
    "usage, median": Target(18.76, 1.0),
    "usage, 95th percentile": Target(33.20, 2.0),
    "second nights": Target(0.1745, 0.03),
    "gaps of two days": Target(0.6337, 0.05),
    "dates a regular season": Target(163.0, 3.0),
    "players a season": Target(572.0, 35.0),
}


def league_moments(source: Source, start: dt.date, end: dt.date) -> dict[str, float]:
    """The moments of all games of a source between two dates, by the names of TARGETS."""
    schedule, results, teams, players = (source.read(contract.name, start, end).rows for contract in RAW_TABLES)
    games = schedule.merge(results.drop(columns=["game_date", "absence"]), on="game_id", validate="1:1")
    teams = teams.merge(games[["game_id", "season", "overtime_periods"]], on="game_id", validate="m:1")
    played = players[players["minutes"] > 0].merge(
        games[["game_id", "season", "overtime_periods"]], on="game_id", validate="m:1"
    )
    played = played.sort_values(["player_id", "game_date"], kind="stable", ignore_index=True)
    return _team_moments(teams, played) | _game_moments(games, teams) | _player_moments(played) | _calendar(games)


def _team_moments(teams: pd.DataFrame, played: pd.DataFrame) -> dict[str, float]:
    possessions = teams["fga"] + 0.44 * teams["fta"] + teams["tov"] - teams["oreb"]
    pace = 48 * possessions / (48 + 5 * teams["overtime_periods"])
    by_players = played.groupby(["game_id", "team_id"])["tov"].sum()
    own = teams.set_index(["game_id", "team_id"])["tov"] - by_players
    means = {f"team {name}, mean": teams[name].mean() for name in ("fga", "fta", "oreb", "dreb", "ast", "stl", "blk")}
    means |= {f"team {name}, mean": teams[name].mean() for name in ("tov", "pf")}
    return means | {
        "team points, mean": teams["pts"].mean(),
        "team points, sd": teams["pts"].std(),
        "team fga, sd": teams["fga"].std(),
        "team fta, sd": teams["fta"].std(),
        "team tov, sd": teams["tov"].std(),
        "team fg pct": teams["fgm"].sum() / teams["fga"].sum(),
        "team three share": teams["fg3a"].sum() / teams["fga"].sum(),
        "team three pct": teams["fg3m"].sum() / teams["fg3a"].sum(),
        "team ft pct": teams["ftm"].sum() / teams["fta"].sum(),
        "team turnovers of no player": own.mean(),
        "pace, mean": pace.mean(),
        "pace, sd": pace.std(),
    }


def _game_moments(games: pd.DataFrame, teams: pd.DataFrame) -> dict[str, float]:
    margin = games["home_pts"] - games["away_pts"]
    both = teams.groupby("game_id")["pts"].transform("sum")
    by_season = (2 * teams["pts"] - both).groupby([teams["season"], teams["team_id"]]).mean()
    return {
        "margin, home mean": margin[~games["is_neutral_site"]].mean(),
        "margin, sd": margin.std(),
        "margin, season sd": by_season.groupby("season").std().mean(),
        "scores, correlation": games["home_pts"].corr(games["away_pts"]),
        "overtime share": (games["overtime_periods"] > 0).mean(),
    }


def _player_moments(played: pd.DataFrame) -> dict[str, float]:
    by_player = played.groupby("player_id")
    sizes = played.groupby(["game_id", "team_id"]).size()
    earlier = by_player["pts"].transform(lambda points: points.ewm(halflife=6).mean().shift())
    totals = played.groupby(["game_id", "team_id"])[["fga", "fta", "tov"]].transform("sum")
    used, all_used = (frame["fga"] + 0.44 * frame["fta"] + frame["tov"] for frame in (played, totals))
    usage = 100 * used * (48 + 5 * played["overtime_periods"]) / (played["minutes"] * all_used)
    usage = usage[played["minutes"] >= 12]
    return {
        "players a team-game, mean": sizes.mean(),
        "players a team-game, sd": sizes.std(),
        "players a season": played.groupby("season")["player_id"].nunique().mean(),
        "minutes, mean": played["minutes"].mean(),
        "minutes, sd": played["minutes"].std(),
        "minutes, 10th percentile": float(played["minutes"].quantile(0.10)),
        "minutes, median": played["minutes"].median(),
        "minutes, 95th percentile": float(played["minutes"].quantile(0.95)),
        "minutes, autocorrelation": played["minutes"].corr(by_player["minutes"].shift()),
        "points, mean": played["pts"].mean(),
        "points, sd": played["pts"].std(),
        "points, 99th percentile": float(played["pts"].quantile(0.99)),
        "points, share of zero": (played["pts"] == 0).mean(),
        "points, autocorrelation": played["pts"].corr(by_player["pts"].shift()),
        "points, autocorrelation at 20 games": played["pts"].corr(by_player["pts"].shift(20)),
        "points, ewma half-life 6 error": (played["pts"] - earlier).abs().mean(),
        "usage, 5th percentile": float(usage.quantile(0.05)),
        "usage, median": usage.median(),
        "usage, 95th percentile": float(usage.quantile(0.95)),
    }


def _calendar(games: pd.DataFrame) -> dict[str, float]:
    regular = games[games["season_type"] == "regular_season"]
    sides = regular.melt(["season", "game_date"], ["home_team_id", "away_team_id"], value_name="team_id")
    sides = sides.sort_values(["season", "team_id", "game_date"])
    gaps = sides.groupby(["season", "team_id"])["game_date"].diff().dt.days.dropna()
    return {
        "second nights": np.mean(gaps == 1),
        "gaps of two days": np.mean(gaps == 2),
        "dates a regular season": regular.groupby("season")["game_date"].nunique().mean(),
    }

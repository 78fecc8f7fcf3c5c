"""The precompute windows computed again, one row after the other, by plain loops over frames: slow and obvious."""

import itertools
from typing import Any

import numpy as np
import pandas as pd

from nba_assets_tests.builders import League

DAY = pd.Timedelta(days=1)
ACTIVE = ("active_teammates_minutes", "active_minutes_share", "active_pts_share", "active_pts_rank")


def expected_rows(league: League) -> list[dict[str, Any]]:
    """Game, date, player and team of everybody who is expected."""
    played = league.player_game_summary[league.player_game_summary["minutes_played"] > 0]
    rows = []
    for game in league.game_schedule.itertuples():
        if game.is_postponed:
            continue
        before = played[played["game_date"] < game.game_date]
        for player, games in before.groupby("player_id"):
            latest = games.sort_values("game_date").iloc[-1]
            is_recent = (game.game_date - latest["game_date"]).days <= 60
            if is_recent and latest["team_id"] in (game.home_team_id, game.away_team_id):
                is_home = latest["team_id"] == game.home_team_id
                rows.append(
                    {
                        "game_id": game.game_id, "game_date": game.game_date, "player_id": player,
                        "season": game.season, "team_id": latest["team_id"], "player_name": latest["player_name"],
                        "is_home": is_home,
                        "opponent_team_id": game.away_team_id if is_home else game.home_team_id,
                    }
                )  # fmt: skip
    return sorted(rows, key=lambda row: (row["game_date"], row["game_id"], row["player_id"]))


def form(league: League, row: dict[str, Any]) -> dict[str, float]:
    """Columns of `player_daily_cache` of one row; NaN for every kind of null."""
    played = league.player_game_summary[league.player_game_summary["minutes_played"] > 0]
    mine = played[(played["player_id"] == row["player_id"]) & (played["game_date"] < row["game_date"])]
    mine = mine.sort_values("game_date")
    shooting = ["usage_rate", "fta", "fga", "pts"]
    gaps = [day for day, known in player_gaps(league, mine, row["player_id"]) if known < row["game_date"]]
    gaps = [day for day in gaps if day < row["game_date"]]

    def mean(name: str, games: pd.DataFrame, group: list[str]) -> float:
        return float(games.dropna(subset=group)[name].mean())

    def unless_gap(value: float, games: int) -> float:
        return np.nan if gap_in_last(mine, gaps, games) else value

    line, shot = ["pts", "minutes_played", "reb", "ast", "tov"], ["fga", "fg3a"]
    values = {}
    for n in (3, 5, 7, 10, 20):
        values[f"pts_last_{n}"] = unless_gap(mean("pts", mine.tail(n), line), n)
        values[f"minutes_last_{n}"] = unless_gap(mean("minutes_played", mine.tail(n), line), n)
        values[f"line_games_last_{n}"] = len(mine.tail(n).dropna(subset=line))
    for n in (5, 10, 20):
        values[f"usage_rate_last_{n}"] = unless_gap(mean("usage_rate", mine.tail(n), shooting), n)
        values[f"fga_last_{n}"] = unless_gap(mean("fga", mine.tail(n), shot), n)
        values[f"shot_games_last_{n}"] = len(mine.tail(n).dropna(subset=shot))
    values["avg_usage_rate_last_7_games"] = unless_gap(mean("usage_rate", mine.tail(7), shooting), 7)
    values["usage_games_last_7"] = len(mine.tail(7).dropna(subset=shooting))
    started = mine["is_starter"].tail(10).astype("float64")
    values["starter_share_last_10"] = unless_gap(float(started.mean()), 10)
    values["pts_std_last_10"] = unless_gap(float(mine.tail(10).dropna(subset=line)["pts"].std()), 10)
    shots = mine.tail(10).dropna(subset=shooting)
    chances = float((2 * (shots["fga"] + 0.44 * shots["fta"])).sum())
    values["true_shooting_pct_last_10"] = unless_gap(shots["pts"].sum() / chances if chances else np.nan, 10)
    values["pts_previous_game"] = unless_gap(mean("pts", mine.tail(1), line), 1)
    for half_life in (2, 6, 20):
        values[f"pts_ewma_half_life_{half_life}"] = half_life_mean(mine, gaps, "pts", half_life)
    for short, long in ((2, 15), (6, 40)):
        per_minute = half_life_mean(mine, gaps, "pts", long) / half_life_mean(mine, gaps, "minutes_played", long)
        projected = half_life_mean(mine, gaps, "minutes_played", short) * per_minute
        values[f"projected_pts_half_lives_{short}_{long}"] = projected
    trend = half_life_mean(mine, gaps, "minutes_played", 3) - half_life_mean(mine, gaps, "minutes_played", 10)
    values["minutes_trend_half_lives_3_10"] = trend
    elsewhere = mine[mine["team_id"] != row["team_id"]]
    stint = mine[mine["game_date"] > elsewhere["game_date"].iloc[-1]] if len(elsewhere) else mine
    first = elsewhere["game_date"].iloc[-1] + DAY if len(elsewhere) else season_start(mine["season"].iloc[0])
    stint_gaps = sum(day >= first for day in gaps)
    is_thin = len(stint) < 0.95 * (len(stint) + stint_gaps)
    values["team_stint_games"] = len(stint)
    values["pts_team_stint"] = np.nan if is_thin else mean("pts", stint, line)
    season = mine[mine["season"] == row["season"]]
    values["season_games"], values["career_games"] = len(season), len(mine)
    start = season_start(row["season"])
    team_days = played[(played["team_id"] == row["team_id"]) & (played["game_date"] < row["game_date"])]["game_date"]
    known = team_days[team_days >= start].nunique()
    season_gaps = sum(day >= start for day in gaps)
    is_thin = known < 0.95 * (known + season_gaps)
    values["pts_season"] = np.nan if is_thin else mean("pts", season, line)
    career_gaps = sum(day >= season_start(mine["season"].iloc[0]) for day in gaps)
    is_thin = len(mine) < 0.95 * (len(mine) + career_gaps)
    values["pts_career"] = np.nan if is_thin else mean("pts", mine, line)
    return values


def half_life_mean(mine: pd.DataFrame, gaps: list[pd.Timestamp], name: str, half_life: int) -> float:
    weights = 0.5 ** (np.arange(len(mine))[::-1] / half_life)
    there = mine[["pts", "minutes_played", "reb", "ast", "tov"]].notna().all(axis=1).to_numpy()
    counted = [day for day in gaps if day >= season_start(mine["season"].iloc[0])]
    lost = sum(0.5 ** ((mine["game_date"] > day).sum() / half_life) for day in counted)
    if lost > 0.05 * (lost + weights.sum()) or not there.any():
        return np.nan
    return float(np.average(mine[name][there], weights=weights[there]))


def season_start(season: str) -> pd.Timestamp:
    return pd.Timestamp(f"{season[:4]}-10-01")


def player_gaps(league: League, known: pd.DataFrame, player: int) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Days on which a team of the player was due and is not known, and the day after which that is clear."""
    due = league.gaps.get("player_game_summary")
    found = []
    for day in [] if due is None else sorted(due["game_date"].unique()):
        gone = set(due[due["game_date"] == day]["team_id"])
        before, after = known[known["game_date"] < day], known[known["game_date"] > day]
        if len(before) and before["team_id"].iloc[-1] in gone:
            found.append((day, day))
        elif len(after) and after["team_id"].iloc[0] in gone:
            found.append((day, after["game_date"].iloc[0]))
    return found


def gap_in_last(mine: pd.DataFrame, gaps: list[pd.Timestamp], games: int) -> bool:
    start = mine["game_date"].iloc[-games] if len(mine) >= games else season_start(mine["season"].iloc[0]) - DAY
    return any(day > start for day in gaps)


def context(league: League, row: dict[str, Any]) -> dict[str, float]:
    """Columns of `upcoming_player_context` of one row; NaN for every kind of null."""
    day, played = row["game_date"], league.player_game_summary
    played = played[played["minutes_played"] > 0]
    mine = played[(played["player_id"] == row["player_id"]) & (played["game_date"] < day)].sort_values("game_date")
    gaps = [at for at, known in player_gaps(league, mine, row["player_id"]) if known < day and at < day]
    week, fortnight = mine[mine["game_date"] >= day - 7 * DAY], mine[mine["game_date"] >= day - 14 * DAY]
    latest = mine["game_date"].iloc[-1]
    rest = np.nan if gap_in_last(mine, gaps, 1) else (day - latest).days - 1
    week_gap, fortnight_gap = any(at >= day - 7 * DAY for at in gaps), any(at >= day - 14 * DAY for at in gaps)
    nights = list(fortnight["game_date"])
    pairs = sum(second - first == DAY for first, second in itertools.pairwise(nights))
    values = {
        "rest_days": rest,
        "is_back_to_back": np.nan if np.isnan(rest) else float(rest == 0),
        "games_last_7_days": np.nan if week_gap else len(week),
        "games_last_14_days": np.nan if fortnight_gap else len(fortnight),
        "minutes_last_7_days": np.nan if week_gap else week["minutes_played"].sum(),
        "back_to_backs_last_14_days": np.nan if fortnight_gap else pairs,
    }
    offense, defense = league.team_offense, league.team_defense
    team, opponent = row["team_id"], row["opponent_team_id"]
    values["team_pace_last_10"] = team_mean(league, offense, team, day, "pace", 10)
    values["opponent_pace_last_10"] = team_mean(league, offense, opponent, day, "pace", 10)
    values["pace_differential"] = values["team_pace_last_10"] - values["opponent_pace_last_10"]
    for name, of in (("defensive_rating_last_15", "defensive_rating"), ("pts_allowed_last_15", "opponent_pts")):
        values[f"opponent_{name}"] = team_mean(league, defense, opponent, day, of, 15)
    missed = offense[(offense["team_id"] == team) & (offense["game_date"] > latest) & (offense["game_date"] < day)]
    unknown = [at for at in team_gaps(league, team, day) if at > latest]
    values["team_games_missed"] = np.nan if unknown or gap_in_last(mine, gaps, 1) else len(missed)
    theirs = offense[(offense["team_id"] == opponent) & (offense["game_date"] < day)].sort_values("game_date")
    unknown = team_gaps(league, opponent, day)
    has_gap = any(at > theirs["game_date"].iloc[-1] for at in unknown) if len(theirs) else bool(unknown)
    rest = (day - theirs["game_date"].iloc[-1]).days - 1 if len(theirs) else np.nan
    values["opponent_rest_days"] = np.nan if has_gap else rest
    margins = offense.assign(margin=offense["pts"] - offense["opponent_pts"])
    values["team_margin_previous_game"] = team_mean(league, margins, team, day, "margin", 1)
    for side, of in (("team", team), ("opponent", opponent)):
        values[f"{side}_margin_last_20"] = team_mean(league, margins, of, day, "margin", 20)
        season = margins[(margins["team_id"] == of) & (margins["game_date"] < day)]
        season = season[season["game_date"] >= season_start(row["season"])]
        lost = sum(at >= season_start(row["season"]) for at in team_gaps(league, of, day))
        is_thin = len(season) < 0.95 * (len(season) + lost)
        values[f"{side}_win_pct_season"] = np.nan if is_thin else float((season["margin"] > 0).mean())
    return values


def active_teammates(league: League, row: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, float]:
    """His part beside the expected team-mates who played the team's last known game; NaN for every kind of null."""
    day, team = row["game_date"], row["team_id"]
    played = league.player_game_summary[league.player_game_summary["minutes_played"] > 0]
    games = league.team_offense[(league.team_offense["team_id"] == team) & (league.team_offense["game_date"] < day)]
    last = games["game_date"].max()
    minutes, pts, known, unknown = {}, {}, {}, 0.0
    for mate in (other for other in rows if (other["game_id"], other["team_id"]) == (row["game_id"], team)):
        who = mate["player_id"]
        mine = played[(played["player_id"] == who) & (played["game_date"] < day)].sort_values("game_date")
        gaps = [at for at, clear in player_gaps(league, mine, who) if clear < day and at < day]
        is_whole, is_own = not gap_in_last(mine, gaps, 10), who == row["player_id"]
        if is_own:
            known["own"] = is_whole
        elif mine["game_date"].iloc[-1] != last:
            continue
        elif not is_whole:
            unknown += mine["minutes_played"].tail(10).mean()
            continue
        minutes[who], pts[who] = mine["minutes_played"].tail(10).mean(), mine["pts"].tail(10).mean()
    own_minutes, own_pts = minutes.pop(row["player_id"]), pts.pop(row["player_id"])
    total, scored = sum(minutes.values()), [value for value in pts.values() if not np.isnan(value)]
    newer = [at for at in team_gaps(league, team, day) if games.empty or at > last]
    if newer or not known["own"] or total < 0.95 * (total + unknown) or not scored:
        return dict.fromkeys(ACTIVE, np.nan)
    share = own_pts / (own_pts + sum(scored)) if own_pts + sum(scored) else 0.0
    rank = np.nan if np.isnan(own_pts) else 1 + sum(value > own_pts for value in scored)
    shares = (own_minutes / (own_minutes + total), np.nan if np.isnan(own_pts) else share)
    return dict(zip(ACTIVE, (total, *shares, rank), strict=True))


def team_gaps(league: League, team: int, day: pd.Timestamp) -> list[pd.Timestamp]:
    due = league.gaps.get("team_offense")
    return [] if due is None else [at for at in due[due["team_id"] == team]["game_date"] if at < day]


def team_mean(league: League, table: pd.DataFrame, team: int, day: pd.Timestamp, name: str, games: int) -> float:
    mine = table[(table["team_id"] == team) & (table["game_date"] < day)].sort_values("game_date")
    gaps = team_gaps(league, team, day)
    if mine.empty:
        return np.nan
    return np.nan if gap_in_last(mine, gaps, games) else float(mine[name].tail(games).mean())

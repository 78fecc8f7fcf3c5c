"""Histories for the tests of the precompute tables: hand-worked ones out of a few words, and small random leagues."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.contracts import conformed
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.raw_pregame import INJURY_REPORTS, POINT_LINES
from nba_assets.domain.zones import ASSIST_COUNTS, ZONE_COUNTS

TEAMS = {1: "BOS", 2: "NYK", 3: "PHI", 4: "DEN", 5: "LAL", 6: "MIA"}
LINE = {"pts": 10.0, "fga": 8.0, "fta": 4.0, "fg3a": 3.0, "reb": 5.0, "ast": 2.0, "tov": 1.0, "usage_rate": 20.0}
SHOTS = {"paint_attempts": 4.0, "paint_makes": 2.0, "mid_range_attempts": 1.0, "mid_range_makes": 0.0,
         "three_attempts": 3.0, "three_makes": 1.0, "assisted_makes": 2.0, "unassisted_makes": 1.0}  # fmt: skip
ALLOWED_SHOTS = {"opponent_paint_attempts": 40.0, "opponent_paint_makes": 24.0, "opponent_mid_range_attempts": 15.0,
                 "opponent_mid_range_makes": 6.0, "opponent_three_attempts": 35.0,
                 "opponent_three_makes": 14.0}  # fmt: skip
GAP_COLUMNS = ["game_date", "game_id", "team_id"]


def season_of(date: str | pd.Timestamp) -> str:
    """Season of a date that is no October of 2020."""
    day = pd.Timestamp(date)
    start = day.year if day.month >= 10 else day.year - 1
    return f"{start}-{(start + 1) % 100:02d}"


def game_id(date: str | pd.Timestamp, home: int) -> str:
    return f"{pd.Timestamp(date):%y%m%d}{home:04d}"


def schedule(games: Sequence[tuple[Any, ...]], **facts: object) -> pd.DataFrame:
    """game_schedule of (date, home, away) tuples."""
    rows = [
        {
            "game_id": game_id(date, home), "game_date": pd.Timestamp(date), "season": season_of(date),
            "season_type": "regular_season", "home_team_id": home, "away_team_id": away, "home_team": TEAMS[home],
            "away_team": TEAMS[away], "is_postponed": False,
            "tipoff_utc": pd.Timestamp(date).tz_localize("UTC") + pd.Timedelta(hours=24), **facts,
        }
        for date, home, away in games
    ]  # fmt: skip
    columns = ["game_id", "game_date", "season", "season_type", "home_team_id", "away_team_id", "home_team",
               "away_team", "is_postponed", "tipoff_utc"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    types = {"game_date": "datetime64[ns]", "tipoff_utc": "datetime64[ns, UTC]"}
    return frame.astype({**types, "home_team_id": "int64", "away_team_id": "int64"})


def summary(rows: Sequence[tuple[Any, ...]], **statistics: Sequence[float | None]) -> pd.DataFrame:
    """player_game_summary of (player, team, date) tuples: 30 minutes, `LINE`, `SHOTS`, unless a list says otherwise."""
    frame = pd.DataFrame(rows, columns=["player_id", "team_id", "game_date"])
    frame["game_date"] = pd.to_datetime(frame["game_date"]).astype("datetime64[ns]")
    frame = frame.astype({"player_id": "int64", "team_id": "int64"})
    frame["game_id"] = [game_id(date, team) for date, team in zip(frame["game_date"], frame["team_id"], strict=True)]
    frame["season"] = [season_of(date) for date in frame["game_date"]]
    frame["player_name"] = "Player " + frame["player_id"].astype(str)
    for name, value in {"minutes_played": 30.0, **LINE, **SHOTS}.items():
        frame[name] = np.array(statistics.get(name, [value] * len(frame)), dtype="float64")
    frame["absence"] = "{}"
    frame["is_starter"] = pd.array(statistics.get("is_starter", [True] * len(frame)), dtype="boolean")
    return frame


def team_table(rows: Sequence[tuple[Any, ...]], **statistics: Sequence[float | None]) -> pd.DataFrame:
    """team_offense and team_defense in one frame, of (team, date) tuples."""
    frame = pd.DataFrame(rows, columns=["team_id", "game_date"])
    frame["game_date"] = pd.to_datetime(frame["game_date"]).astype("datetime64[ns]")
    frame = frame.astype({"team_id": "int64"})
    frame["game_id"] = [game_id(date, team) for date, team in zip(frame["game_date"], frame["team_id"], strict=True)]
    frame["season"] = [season_of(date) for date in frame["game_date"]]
    usual = {"pace": 100.0, "offensive_rating": 110.0, "defensive_rating": 112.0, "pts": 115.0,
             "opponent_pts": 113.0, "opponent_effective_fg_pct": 0.5, **ALLOWED_SHOTS}  # fmt: skip
    for name, value in usual.items():
        frame[name] = np.array(statistics.get(name, [value] * len(frame)), dtype="float64")
    return frame.assign(absence="{}")


def no_rows(contract: Contract) -> pd.DataFrame:
    """The contract's table without a row."""
    return conformed.no_rows(contract).rows


def without(rows: pd.DataFrame, hit: np.ndarray, names: Sequence[str], reason: str) -> pd.DataFrame:
    """The rows with null for the named columns, for that reason, where `hit` holds."""
    rows = rows.copy()
    rows.loc[hit, list(names)] = np.nan
    rows.loc[hit, "absence"] = json.dumps(dict.fromkeys(sorted(names), reason))
    return rows


def gap(*team_games: tuple[Any, ...], game: str = "") -> pd.DataFrame:
    """Team-games that were due and are not known, of (team, date) tuples; of a game, where one is named."""
    rows = [(pd.Timestamp(date), game or game_id(date, team), team) for team, date in team_games]
    return pd.DataFrame(rows, columns=GAP_COLUMNS)


@dataclass(frozen=True)
class League:
    """The inputs of the precompute tables over all dates of a small league."""

    game_schedule: pd.DataFrame
    player_game_summary: pd.DataFrame
    team_offense: pd.DataFrame
    team_defense: pd.DataFrame
    gaps: dict[str, pd.DataFrame]
    point_lines: pd.DataFrame = field(default_factory=lambda: no_rows(POINT_LINES))
    injury_reports: pd.DataFrame = field(default_factory=lambda: no_rows(INJURY_REPORTS))

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Every calendar day from the first game to the last."""
        days = self.game_schedule["game_date"]
        return pd.date_range(days.min(), days.max())

    def without(self, days: Sequence[pd.Timestamp]) -> "League":
        """The league with the given days missing from every history: their due team-games are gaps."""
        due = self.game_schedule[self.game_schedule["game_date"].isin(days) & ~self.game_schedule["is_postponed"]]
        sides = [due.rename(columns={f"{side}_team_id": "team_id"})[GAP_COLUMNS] for side in ("home", "away")]
        gone = pd.concat(sides, ignore_index=True)

        def kept(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[~frame["game_date"].isin(days)].reset_index(drop=True)

        return replace(
            self,
            player_game_summary=kept(self.player_game_summary),
            team_offense=kept(self.team_offense),
            team_defense=kept(self.team_defense),
            gaps=dict.fromkeys(("player_game_summary", "team_offense", "team_defense"), gone),
        )

    def without_shots(self, days: Sequence[pd.Timestamp], reason: str = "upstream_missing") -> "League":
        """The league whose games of the given days have no zones: their shot rows were refused, or there are none."""

        def stripped(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
            return without(frame, frame["game_date"].isin(days).to_numpy(), names, reason)

        return replace(
            self,
            player_game_summary=stripped(self.player_game_summary, [*ZONE_COUNTS, *ASSIST_COUNTS]),
            team_defense=stripped(self.team_defense, list(ALLOWED_SHOTS)),
        )


def random_league(seed: int, teams: int = 4, games_per_season: int = 16, seasons: int = 2) -> League:
    """Seasons of a few weeks with back-to-backs, rests, trades, absences, rookies and what sources lack.

    Some players sit out (no row, or a row without minutes), some play zero minutes; a few games lack free throws,
    usage, who started, zones or assists; a postponed game is on the schedule and is never played.
    """
    rng = np.random.default_rng(seed)
    ids = list(TEAMS)[:teams]
    roster = {100 + number: ids[number % teams] for number in range(teams * 4)}
    games, postponed, lines, team_lines = [], [], [], []
    for season in range(seasons):
        day = pd.Timestamp(2022 + season, 10, 20)
        for number in range(games_per_season):
            day += pd.Timedelta(days=int(rng.choice([1, 1, 2, 3, 9])))
            order = [int(team) for team in rng.permutation(ids)]
            pairs = [(day, *order[at : at + 2]) for at in range(0, len(order) - 1, 2)]
            if number == 5:
                postponed.append(pairs.pop())
            games += pairs
            due = set(order[: 2 * len(pairs)])
            if rng.random() < 0.3:
                roster[int(rng.choice(list(roster)))] = int(rng.choice(ids))
            if rng.random() < 0.2:
                roster[100 + len(roster)] = int(rng.choice(ids))
            lines += [(player, team, day) for player, team in roster.items() if team in due and rng.random() < 0.75]
            team_lines += [(team, day) for team in sorted(due)]
    players = _with_defects(rng, summary(lines, **_statistics(rng, len(lines))))
    # a stream of its own, so that shots change nothing else of a league
    shots = np.random.default_rng([seed, 1])
    players = _with_shots(shots, players)
    numbers: dict[str, Any] = {
        name: rng.uniform(*bounds, len(team_lines)).round(3)
        for name, bounds in {"pace": (90, 110), "offensive_rating": (95, 125), "defensive_rating": (95, 125),
                             "opponent_pts": (90, 130), "opponent_effective_fg_pct": (0.4, 0.6),
                             "pts": (90, 130)}.items()
    }  # fmt: skip
    team_rows = _with_allowed_shots(shots, team_table(team_lines, **numbers))
    keys = ["team_id", "game_date", "game_id", "season"]
    due_games = pd.concat([schedule(games), schedule(postponed, is_postponed=True)])
    return League(
        game_schedule=due_games.sort_values(["game_date", "game_id"], ignore_index=True),
        player_game_summary=players.sort_values(["game_date", "game_id", "player_id"], ignore_index=True),
        team_offense=team_rows[[*keys, "pace", "offensive_rating", "pts", "opponent_pts"]],
        team_defense=team_rows.drop(columns=["pace", "offensive_rating", "pts"]),
        gaps={},
    )


def _statistics(rng: np.random.Generator, rows: int) -> dict[str, Any]:
    counts = {name: rng.integers(0, 15, rows).astype("float64") for name in ("fga", "fta", "fg3a", "reb", "ast", "tov")}
    return {
        **counts,
        "minutes_played": rng.uniform(2, 45, rows).round(1),
        "pts": np.floor(rng.random(rows) * (2 * counts["fga"] + counts["fta"])),
        "usage_rate": rng.uniform(0, 45, rows).round(6),
        "is_starter": rng.random(rows) < 0.5,
    }


def _with_defects(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    draw = rng.random(len(rows))
    statistics = ["pts", "fga", "fta", "fg3a", "reb", "ast", "tov", "usage_rate"]
    rows.loc[draw < 0.08, ["minutes_played", *statistics]] = np.nan
    rows.loc[(draw >= 0.08) & (draw < 0.12), "minutes_played"] = 0.0
    rows.loc[(draw >= 0.12) & (draw < 0.18), ["fta", "usage_rate"]] = np.nan
    rows.loc[(draw >= 0.18) & (draw < 0.22), "fga"] = np.nan
    rows.loc[rng.random(len(rows)) < 0.1, "is_starter"] = pd.NA
    return rows


def _with_shots(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    """Shots of each row; of some teams' games there are none, of some games nobody knows the assists."""
    for zone in ("paint", "mid_range", "three"):
        attempts = rng.integers(0, 7, len(rows)) * (rng.random(len(rows)) < 0.8)
        rows[f"{zone}_attempts"] = attempts.astype("float64")
        rows[f"{zone}_makes"] = np.floor(rng.random(len(rows)) * (attempts + 1))
    makes = rows["paint_makes"] + rows["mid_range_makes"] + rows["three_makes"]
    rows["assisted_makes"] = np.floor(rng.random(len(rows)) * (makes + 1))
    rows["unassisted_makes"] = makes - rows["assisted_makes"]
    draw = rng.random(rows["game_id"].nunique())[pd.factorize(rows["game_id"])[0]]
    rows = without(rows, draw < 0.1, ASSIST_COUNTS, "source_unavailable")
    rows = without(rows, draw > 0.85, [*ZONE_COUNTS, *ASSIST_COUNTS], "source_unavailable")
    return without(rows, rows["minutes_played"].isna().to_numpy(), [*ZONE_COUNTS, *ASSIST_COUNTS], "did_not_play")


def _with_allowed_shots(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    for zone in ("paint", "mid_range", "three"):
        attempts = rng.integers(0, 45, len(rows))
        rows[f"opponent_{zone}_attempts"] = attempts.astype("float64")
        rows[f"opponent_{zone}_makes"] = np.floor(rng.random(len(rows)) * (attempts + 1))
    return without(rows, rng.random(len(rows)) < 0.1, list(ALLOWED_SHOTS), "source_unavailable")

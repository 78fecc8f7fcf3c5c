"""Histories for the tests of the precompute tables: hand-worked ones out of a few words, and small random leagues."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

TEAMS = {1: "BOS", 2: "NYK", 3: "PHI", 4: "DEN", 5: "LAL", 6: "MIA"}
LINE = {"pts": 10.0, "fga": 8.0, "fta": 4.0, "fg3a": 3.0, "reb": 5.0, "ast": 2.0, "tov": 1.0, "usage_rate": 20.0}
GAP_COLUMNS = ["game_date", "game_id", "team_id"]


def season_of(date: str | pd.Timestamp) -> str:
    """Season of a date that is no October of 2020."""
    day = pd.Timestamp(date)
    start = day.year if day.month >= 10 else day.year - 1
    return f"{start}-{(start + 1) % 100:02d}"


def game_id(date: str | pd.Timestamp, home: int) -> str:
    return f"{pd.Timestamp(date):%y%m%d}{home:04d}"


def schedule(games: Sequence[tuple], **facts) -> pd.DataFrame:
    """game_schedule of (date, home, away) tuples."""
    rows = [
        {
            "game_id": game_id(date, home), "game_date": pd.Timestamp(date), "season": season_of(date),
            "season_type": "regular_season", "home_team_id": home, "away_team_id": away, "home_team": TEAMS[home],
            "away_team": TEAMS[away], "is_postponed": False, **facts,
        }
        for date, home, away in games
    ]  # fmt: skip
    columns = ["game_id", "game_date", "season", "season_type", "home_team_id", "away_team_id", "home_team",
               "away_team", "is_postponed"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"game_date": "datetime64[ns]", "home_team_id": "int64", "away_team_id": "int64"})


def summary(rows: Sequence[tuple], **statistics: Sequence[float | None]) -> pd.DataFrame:
    """player_game_summary of (player, team, date) tuples: 30 minutes and `LINE`, unless a list says otherwise."""
    frame = pd.DataFrame(rows, columns=["player_id", "team_id", "game_date"])
    frame["game_date"] = pd.to_datetime(frame["game_date"]).astype("datetime64[ns]")
    frame = frame.astype({"player_id": "int64", "team_id": "int64"})
    frame["game_id"] = [game_id(date, team) for date, team in zip(frame["game_date"], frame["team_id"], strict=True)]
    frame["season"] = [season_of(date) for date in frame["game_date"]]
    frame["player_name"] = "Player " + frame["player_id"].astype(str)
    for name, value in {"minutes_played": 30.0, **LINE}.items():
        frame[name] = np.array(statistics.get(name, [value] * len(frame)), dtype="float64")
    frame["is_starter"] = pd.array(statistics.get("is_starter", [True] * len(frame)), dtype="boolean")
    return frame


def team_table(rows: Sequence[tuple], **statistics: Sequence[float | None]) -> pd.DataFrame:
    """team_offense and team_defense in one frame, of (team, date) tuples."""
    frame = pd.DataFrame(rows, columns=["team_id", "game_date"])
    frame["game_date"] = pd.to_datetime(frame["game_date"]).astype("datetime64[ns]")
    frame = frame.astype({"team_id": "int64"})
    frame["game_id"] = [game_id(date, team) for date, team in zip(frame["game_date"], frame["team_id"], strict=True)]
    frame["season"] = [season_of(date) for date in frame["game_date"]]
    usual = {"pace": 100.0, "offensive_rating": 110.0, "defensive_rating": 112.0, "opponent_pts": 113.0,
             "opponent_effective_fg_pct": 0.5}  # fmt: skip
    for name, value in usual.items():
        frame[name] = np.array(statistics.get(name, [value] * len(frame)), dtype="float64")
    return frame


def gap(*team_games: tuple) -> pd.DataFrame:
    """Team-games that were due and are not known, of (team, date) tuples."""
    rows = [(pd.Timestamp(date), game_id(date, team), team) for team, date in team_games]
    return pd.DataFrame(rows, columns=GAP_COLUMNS)


@dataclass(frozen=True)
class League:
    """The inputs of the precompute tables over all dates of a small league."""

    game_schedule: pd.DataFrame
    player_game_summary: pd.DataFrame
    team_offense: pd.DataFrame
    team_defense: pd.DataFrame
    gaps: dict[str, pd.DataFrame]

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


def random_league(seed: int, teams: int = 4, games_per_season: int = 16, seasons: int = 2) -> League:
    """Seasons of a few weeks with back-to-backs, rests, trades, absences, rookies and what sources lack.

    Some players sit out (no row, or a row without minutes), some play zero minutes; a few games lack free throws,
    usage or who started; a postponed game stands on the schedule and is never played.
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
            due = {team for _, home, away in pairs for team in (home, away)}
            if rng.random() < 0.3:
                roster[int(rng.choice(list(roster)))] = int(rng.choice(ids))
            if rng.random() < 0.2:
                roster[100 + len(roster)] = int(rng.choice(ids))
            lines += [(player, team, day) for player, team in roster.items() if team in due and rng.random() < 0.75]
            team_lines += [(team, day) for team in sorted(due)]
    players = _with_defects(rng, summary(lines, **_statistics(rng, len(lines))))
    numbers = {
        name: rng.uniform(*bounds, len(team_lines)).round(3)
        for name, bounds in {"pace": (90, 110), "offensive_rating": (95, 125), "defensive_rating": (95, 125),
                             "opponent_pts": (90, 130), "opponent_effective_fg_pct": (0.4, 0.6)}.items()
    }  # fmt: skip
    team_rows = team_table(team_lines, **numbers)
    due_games = pd.concat([schedule(games), schedule(postponed, is_postponed=True)])
    return League(
        game_schedule=due_games.sort_values(["game_date", "game_id"], ignore_index=True),
        player_game_summary=players.sort_values(["game_date", "game_id", "player_id"], ignore_index=True),
        team_offense=team_rows.drop(columns=["defensive_rating", "opponent_pts", "opponent_effective_fg_pct"]),
        team_defense=team_rows.drop(columns=["pace", "offensive_rating"]),
        gaps={},
    )


def _statistics(rng: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
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

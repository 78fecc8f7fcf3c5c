"""Schedules and box scores made up for the tests of the analytics tables, as the raw contracts declare them."""

from typing import Any

import numpy as np
import pandas as pd

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.raw import BOX_COUNTS, GAME_SCHEDULE, PLAYER_BOX_SCORES, TEAM_BOX_SCORES
from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS, ZONES

LABELS = {1: "BOS", 2: "NYK", 3: "PHI", 4: "DEN", 5: "LAL", 6: "MIA"}
BOX = list(BOX_COUNTS)


def frame(contract: Contract, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows with the contract's columns and types; what a row does not give is null."""
    filled = pd.DataFrame(rows, columns=list(contract.column_names))
    return conform(contract, filled.assign(absence="{}")).rows


def game(game_id: str, home: int, away: int, day: str = "2025-01-15", **facts: object) -> dict[str, Any]:
    """A row of the schedule."""
    return {
        "game_id": game_id, "game_key": f"{game_id}_key", "game_date": day, "season": "2024-25",
        "season_type": "regular_season", "home_team_id": home, "away_team_id": away, "home_team": LABELS[home],
        "away_team": LABELS[away], "is_neutral_site": False, "is_postponed": False, **facts,
    }  # fmt: skip


def team_line(
    game_id: str, team: int, opponent: int, day: str = "2025-01-15", minutes: float = 240, **counts: object
) -> dict[str, Any]:
    """A row of the team box; counts that are not given are zero, home is a flag that the tables must not trust."""
    return {
        "game_id": game_id, "game_date": day, "team_id": team, "team": LABELS[team], "opponent_team_id": opponent,
        "opponent_team": LABELS[opponent], "is_home": True, "minutes": minutes, **dict.fromkeys(BOX, 0), **counts,
    }  # fmt: skip


def player_line(
    game_id: str, team: int, player: int, minutes: float | None, day: str = "2025-01-15", **counts: object
) -> dict[str, Any]:
    """A row of the player box; counts that are not given are zero, without minutes they are null."""
    stated = dict.fromkeys([*BOX, "plus_minus"], None if minutes is None else 0)
    return {
        "game_id": game_id, "game_date": day, "player_id": player, "player_name": f"Player {player}", "team_id": team,
        "team": LABELS[team], "is_starter": False, "minutes": minutes, **stated, **counts,
    }  # fmt: skip


def shot(
    game_id: str, team: int, player: int, zone: str, made: bool, day: str = "2025-01-15", **facts: object
) -> dict[str, Any]:
    """An attempt, assisted if made."""
    return {
        "game_id": game_id, "game_date": day, "team_id": team, "player_id": player, "player_name": f"Player {player}",
        "period": 1, "seconds_remaining": 600, "is_made": made, "is_three": zone == "three", "distance_feet": 9.0,
        "zone": zone, "zone_detail": "above_the_break_three" if zone == "three" else zone,
        "is_assisted": True if made else None, "provider": "simulated", **facts,
    }  # fmt: skip


def schedule_of(*games: dict[str, Any]) -> pd.DataFrame:
    return frame(GAME_SCHEDULE, list(games))


def team_box_of(*lines: dict[str, Any]) -> pd.DataFrame:
    return frame(TEAM_BOX_SCORES, list(lines))


def player_box_of(*lines: dict[str, Any]) -> pd.DataFrame:
    return frame(PLAYER_BOX_SCORES, list(lines))


def shots_of(*attempts: dict[str, Any]) -> pd.DataFrame:
    return frame(SHOT_ATTEMPTS, [{"shot_id": number, **attempt} for number, attempt in enumerate(attempts)])


def random_league(seed: int, days: int = 3) -> dict[str, pd.DataFrame]:
    """A few dates with up to three games each, and everything that real box scores have in them.

    Overtimes, minutes a rounding off, listed players who did not play, zero recorded minutes with and without a
    turnover, statistics that the source lacks, a team box without its opponent, a neutral site. Shots of most games,
    by anyone who is listed, one in ten games without details or assists.
    """
    rng = np.random.default_rng(seed)
    schedule, teams, players, shots = [], [], [], []
    for number in range(days):
        day = f"2025-01-{10 + number}"
        order = rng.permutation(list(LABELS))
        for slot in range(rng.integers(0, 4)):
            home, away = (int(team) for team in order[2 * slot : 2 * slot + 2])
            game_id = f"00224{number:02d}{slot:03d}"
            schedule.append(game(game_id, home, away, day, is_neutral_site=bool(rng.random() < 0.2)))
            overtimes = int(rng.integers(0, 3))
            lone = rng.random() < 0.1
            for team, opponent in ((home, away), (away, home))[: 1 if lone else 2]:
                minutes = 240 + 25 * overtimes + rng.choice([-1.0, 0.0, 0.1])
                teams.append(team_line(game_id, team, opponent, day, minutes, **_counts(rng, 40, [])))
                players += _players(rng, game_id, team, day, 48 + 5 * overtimes)
            shots += _shots(rng, [line for line in players if line["game_id"] == game_id])
    return {
        "game_schedule": schedule_of(*schedule),
        "team_box_scores": team_box_of(*teams),
        "player_box_scores": player_box_of(*players),
        "shot_attempts": shots_of(*shots),
    }


def _counts(rng: np.random.Generator, most: int, unstated: list[str]) -> dict[str, Any]:
    counts = {name: int(rng.integers(0, most + 1)) for name in BOX}
    fg3a, fg2a = counts["fg3a"], counts["fga"]
    fg3m, fg2m = int(rng.integers(0, fg3a + 1)), int(rng.integers(0, fg2a + 1))
    ftm = int(rng.integers(0, counts["fta"] + 1))
    counts |= {"fga": fg2a + fg3a, "fgm": fg2m + fg3m, "fg3m": fg3m, "ftm": ftm, "pts": 2 * fg2m + 3 * fg3m + ftm}
    return {**counts, **dict.fromkeys(unstated)}


def _players(rng: np.random.Generator, game_id: str, team: int, day: str, length: int) -> list[dict[str, Any]]:
    lines = []
    for player in range(100 * team, 100 * team + int(rng.integers(1, 9))):
        kind = rng.choice(["plays", "plays", "plays", "listed", "seconds", "no_minutes"])
        unstated = ["fta", "oreb"] if rng.random() < 0.02 else []
        if kind == "listed":
            reason = str(rng.choice(["Coach's decision", "Injury"])) if rng.random() < 0.5 else None
            lines.append(player_line(game_id, team, player, None, day, dnp_reason=reason, is_starter=None))
            continue
        minutes = {"plays": round(float(rng.uniform(3, length)), 1), "seconds": 0.1, "no_minutes": 0.0}[kind]
        counts = _counts(rng, {"plays": 9, "seconds": 1, "no_minutes": 1}[kind], unstated)
        lines.append(player_line(game_id, team, player, minutes, day, **counts))
    return lines


def _shots(rng: np.random.Generator, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kind = rng.choice(["all", "all", "all", "none", "no_details", "no_assists"])
    facts = {"no_details": {"zone_detail": None}, "no_assists": {"is_assisted": None}}.get(kind, {})
    attempts = []
    for line in lines if kind != "none" else []:
        for _ in range(int(rng.integers(0, 6))):
            zone, made = str(rng.choice(ZONES)), bool(rng.random() < 0.5)
            attempt = shot(line["game_id"], line["team_id"], line["player_id"], zone, made, line["game_date"])
            attempts.append({**attempt, **facts})
    return attempts

"""Points lines and injury reports made up for the tests of what is built on them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.raw_pregame import INJURY_REPORTS, INJURY_STATUSES, NOT_YET_SUBMITTED, POINT_LINES
from nba_assets_tests.builders import League, game_id


def lines(date: str, home: int, rows: Sequence[tuple[Any, ...]], **facts: object) -> pd.DataFrame:
    """point_lines of (player, bookmaker, line, over price, under price) tuples of one game, verified."""
    return _frame(
        POINT_LINES,
        [
            {
                "game_id": game_id(date, home), "game_date": date, "player_name": f"Player {player}",
                "player_id": player, "bookmaker": book, "points_line": line, "over_price": over,
                "under_price": under, "snapshot_at": f"{date}T22:00:00Z", "is_verified_before_tipoff": True, **facts,
            }
            for player, book, line, over, under in rows
        ],
    )  # fmt: skip


def reports(date: str, home: int, rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """injury_reports of (reported at, team, player, status) tuples of one game; without a player nothing is submitted.

    The time is UTC, of the game date where it is a clock time only.
    """
    return _frame(
        INJURY_REPORTS,
        [
            {
                "game_id": game_id(date, home), "game_date": date, "team_id": team, "reason": "Knee",
                "reported_at": at if "T" in at else f"{date}T{at}Z", "player_id": player,
                "player_name": "NOT YET SUBMITTED" if player is None else f"Player {player}",
                "status": NOT_YET_SUBMITTED if player is None else status,
            }
            for at, team, player, status in rows
        ],
    )  # fmt: skip


def _frame(contract: Contract, rows: list[dict[str, Any]]) -> pd.DataFrame:
    filled = pd.DataFrame(rows, columns=list(contract.column_names)).assign(absence="{}")
    return conform(contract, filled).rows


def with_random_reports(league: League, seed: int) -> League:
    """The league with lines and reports of most of its games, some of them after tip-off, some of unknown players."""
    rng = np.random.default_rng([seed, 2])
    schedule = league.game_schedule.copy()
    schedule.loc[rng.random(len(schedule)) < 0.2, "tipoff_utc"] = pd.NaT
    quotes, listed = [], []
    for game in schedule.itertuples():
        day = game.game_date
        players = league.player_game_summary.loc[league.player_game_summary["game_date"] <= day, "player_id"].unique()
        if rng.random() < 0.8 and len(players):
            is_verified = bool(rng.random() < 0.8)
            for book in ("a", "b", "c"):
                for player in rng.choice(players, min(6, len(players)), replace=False):
                    prices = [None if rng.random() < 0.1 else int(rng.choice([-130, -110, 100, 120])) for _ in range(2)]
                    quotes.append(
                        {
                            "game_id": game.game_id, "game_date": day, "player_name": f"P {player}", "bookmaker": book,
                            "player_id": None if rng.random() < 0.1 else player, "over_price": prices[0],
                            "under_price": prices[1], "points_line": float(rng.integers(5, 40)) + 0.5,
                            "is_verified_before_tipoff": is_verified,
                            "snapshot_at": day.tz_localize("UTC") + pd.Timedelta(hours=20) if is_verified else None,
                        }
                    )  # fmt: skip
        if rng.random() < 0.8 and len(players):
            for hours in rng.choice([-6, 10, 16, 17, 18, 23, 24, 25], 3, replace=False):
                for team in (game.home_team_id, game.away_team_id):
                    facts = {"game_id": game.game_id, "game_date": day, "team_id": team, "reason": "Knee",
                             "reported_at": day.tz_localize("UTC") + pd.Timedelta(hours=int(hours))}  # fmt: skip
                    if rng.random() < 0.2:
                        listed.append({**facts, "player_name": "NOT YET SUBMITTED", "status": NOT_YET_SUBMITTED})
                        continue
                    for player in rng.choice(players, min(3, len(players)), replace=False):
                        known = None if rng.random() < 0.1 else player
                        status = str(rng.choice(INJURY_STATUSES))
                        listed.append({**facts, "player_name": f"P {player}", "player_id": known, "status": status})
    return replace(
        league,
        game_schedule=schedule,
        point_lines=_frame(POINT_LINES, quotes),
        injury_reports=_frame(INJURY_REPORTS, listed),
    )

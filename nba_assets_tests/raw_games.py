"""Two sound games a date in every raw table, small enough to work by hand: 110-100 and 110-100, 240 minutes."""

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from nba_assets.contracts.conformed import conform
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.raw import RAW_TABLES
from nba_assets.domain.absence import absence_column

BOS, NYK, LAL, DEN = 1610612738, 1610612752, 1610612747, 1610612743
LABELS = {BOS: "BOS", NYK: "NYK", LAL: "LAL", DEN: "DEN"}
PAIRS = ((BOS, NYK), (LAL, DEN))
"""Home and away of each date's games."""

_SHARE = {
    "fgm": 8, "fga": 18, "fg3m": 2, "fg3a": 6, "fta": 5, "oreb": 2, "dreb": 6, "reb": 8, "ast": 5, "stl": 1,
    "blk": 1, "tov": 3, "pf": 4,
}  # fmt: skip
"""What each of a team's five players did in 48 minutes; the home team's free throws make the difference."""


def game_id(number: int, pair: int) -> str:
    return f"002240{2 * number + pair:04d}"


def player_id(team_id: int, place: int) -> int:
    return team_id % 1000 * 100 + place


def raw_frames(days: Sequence[dt.date]) -> dict[str, pd.DataFrame]:
    """Conformed frames of the four raw tables by name; five players a team, and one listed who did not play."""
    games, results, teams, players = [], [], [], []
    for number, day in enumerate(days):
        for pair, (home, away) in enumerate(PAIRS):
            key = {"game_id": game_id(number, pair), "game_date": pd.Timestamp(day)}
            games.append(
                {
                    **key, "game_key": f"{day:%Y%m%d}_{LABELS[away]}_{LABELS[home]}", "season": "2024-25",
                    "season_type": "regular_season", "tipoff_utc": pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=24),
                    "home_team_id": home, "away_team_id": away, "home_team": LABELS[home], "away_team": LABELS[away],
                    "is_neutral_site": False, "is_postponed": False,
                }
            )  # fmt: skip
            results.append({**key, "status": "final", "home_pts": 110, "away_pts": 100, "overtime_periods": 0})
            for team, other in ((home, away), (away, home)):
                share = {**_SHARE, "ftm": 4 if team == home else 2, "pts": 22 if team == home else 20}
                margin = 10 if team == home else -10
                side = {"team_id": team, "team": LABELS[team]}
                total = {name: 5 * count for name, count in share.items()}
                opponent = {"opponent_team_id": other, "opponent_team": LABELS[other], "is_home": team == home}
                teams.append({**key, **side, **opponent, "minutes": 240.0, **total})
                for place in range(5):
                    player = {"player_id": player_id(team, place), "player_name": f"{LABELS[team]} {place}"}
                    line = {"is_starter": True, "minutes": 48.0, "plus_minus": margin, **share}
                    players.append({**key, **player, **side, **line})
                bench = {"player_id": player_id(team, 9), "player_name": f"{LABELS[team]} bench", "is_starter": False}
                players.append({**key, **bench, **side, "dnp_reason": "coach's decision"})
    by_table = (games, results, teams, players)
    return {contract.name: _conformed(contract, rows) for contract, rows in zip(RAW_TABLES, by_table, strict=True)}


def _conformed(contract: Contract, rows: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).reindex(columns=list(contract.column_names))
    reasons = {name: contract.column(name).nulls[0] for name in contract.nullable_columns}
    return conform(contract, frame.assign(absence=absence_column(frame, reasons))).rows

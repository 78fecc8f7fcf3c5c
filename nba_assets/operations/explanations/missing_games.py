"""Which games a windowed value lacks: team-games that were due on gap dates, out of the schedule and the ledger."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nba_assets.contracts.contract import SCHEDULE, Column
from nba_assets.contracts.tables import TABLES
from nba_assets.operations.explanations.lookups import rows_with
from nba_assets.partitions import label_date, season_of
from nba_assets.readiness.root_cause import root_cause
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse


@dataclass(frozen=True)
class MissingGame:
    """A team-game inside a window that an upstream table does not have, and why it does not."""

    table: str
    date: dt.date
    game_key: str
    team: str
    why: str

    def __str__(self) -> str:
        return f"{self.game_key} ({self.team}): {self.why}"


@dataclass(frozen=True)
class Known:
    """The earlier games of a player or team that a table has outside its gaps: date and team of each, oldest first."""

    dates: tuple[dt.date, ...]
    teams: tuple[int, ...]

    def start_of_window(self, games: int | None) -> dt.date | None:
        """Last date before a window of so many games: that of the n-th last known one; None where it is not known."""
        return self.dates[-games] if games and len(self.dates) >= games else None

    def is_concerned(self, day: dt.date, team: int) -> bool:
        """Whether a game due for a team concerns who played these: he was with it at his last game before, or next."""
        if day in self.dates:
            return False
        after = next((at for at, date in enumerate(self.dates) if date > day), len(self.dates))
        nearby = self.teams[max(after - 1, 0) : after + 1]
        return team in nearby


def known_games(
    warehouse: Warehouse, state: LedgerState, table: str, key: Mapping[str, object], before: dt.date
) -> Known:
    """Earlier games of `key` (player_id or team_id) in a table, played ones where it tells; not those on gaps."""
    contract = TABLES[table]
    has_minutes = "minutes_played" in contract.column_names
    columns = ["game_date", "team_id", *(["minutes_played"] if has_minutes else [])]
    last = before - dt.timedelta(days=1)
    rows = rows_with(warehouse, contract, key, state.days[0].date(), last, columns)
    rows = rows[~rows["game_date"].isin(state.days[state.is_gap(table)])]
    if has_minutes:
        rows = rows[rows["minutes_played"] > 0]
    return Known(tuple(rows["game_date"].dt.date), tuple(int(team) for team in rows["team_id"]))


def missing_games(
    warehouse: Warehouse, state: LedgerState, column: Column, row: Mapping[str, object], day: dt.date
) -> list[MissingGame]:
    """The games that a windowed column of a row lacks, newest first; [] where no gap is left by now."""
    found: list[MissingGame] = []
    for table in dict.fromkeys(source.split(".")[0] for source in column.sources):
        at = state.position(pd.Timestamp(day))
        gaps = state.days[:at][state.is_gap(table)[:at]]
        if len(gaps):
            for key in _entities(table, column, row):
                known = known_games(warehouse, state, table, key, day)
                found += _of_entity(warehouse, state, table, column, key, known, gaps)
    return sorted(set(found), key=lambda game: (game.date, game.game_key, game.team), reverse=True)


def _entities(table: str, column: Column, row: Mapping[str, object]) -> list[dict[str, object]]:
    if table == "player_game_summary" and "player_id" in row:
        return [{"player_id": row["player_id"]}]
    sides = ["opponent_team_id"] if column.name.startswith("opponent_") else ["team_id"]
    if not column.name.startswith(("opponent_", "team_")):
        sides.append("opponent_team_id")
    return [{"team_id": row[side]} for side in sides if side in row]


def _of_entity(
    warehouse: Warehouse,
    state: LedgerState,
    table: str,
    column: Column,
    key: Mapping[str, object],
    known: Known,
    gaps: pd.DatetimeIndex,
) -> Sequence[MissingGame]:
    start = known.start_of_window(column.window_games)
    season = season_of(known.dates[0]) if known.dates else ""
    due = rows_with(warehouse, TABLES[SCHEDULE], {"is_postponed": False}, gaps[0].date(), gaps[-1].date())
    due = due[due["game_date"].isin(gaps)]
    found = []
    for game in due.to_dict("records"):
        day = label_date(game["game_date"])
        is_inside = day > start if start else season_of(day) >= season
        for side in ("home", "away"):
            team = int(game[f"{side}_team_id"])
            is_mine = team == key.get("team_id") if "team_id" in key else known.is_concerned(day, team)
            if is_inside and is_mine:
                why = _why(state, table, state.position(game["game_date"]))
                found.append(MissingGame(table, day, game["game_key"], game[f"{side}_team"], why))
    return found


def _why(state: LedgerState, table: str, at: int) -> str:
    """What is at the root of a gap, and the table that waits for it where that is another one."""
    root = root_cause(state, table, at)
    waiting = f"{state.describe(table, at).partition(': ')[0]}, for " if root != (table, at) else ""
    return waiting + state.describe(*root)

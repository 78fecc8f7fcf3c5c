"""Which games a value lacks: team-games that were due on gap dates, or are quarantined, by schedule and ledger."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nba_assets.contracts.contract import SCHEDULE, Column, Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.contracts.teams import TRICODE_BY_ID
from nba_assets.operations.explanations.lookups import rows_with
from nba_assets.partitions import label_date, season_of
from nba_assets.readiness.quarantine import Quarantined
from nba_assets.readiness.root_cause import root_cause
from nba_assets.readiness.state import LedgerState
from nba_assets.warehouse.port import Warehouse


@dataclass(frozen=True)
class MissingGame:
    """A team-game inside a window that an upstream table does not have, and why it does not."""

    table: str
    date: dt.date
    game_id: str
    game_key: str
    team: str
    why: str

    def __str__(self) -> str:
        return f"{self.game_key} ({self.team}): {self.why}"


@dataclass(frozen=True)
class _TeamGame:
    """A team's game that a table does not have; `quarantined` where that is why, and not a gap of its whole date."""

    date: dt.date
    game_id: str
    game_key: str
    team: int
    quarantined: Quarantined | None = None

    def missing_from(self, state: LedgerState, table: str) -> MissingGame:
        why = _why(state, table, state.position(pd.Timestamp(self.date)))
        if self.quarantined:
            why = f"quarantined in {self.quarantined.root or table}: {self.quarantined.why}"
        team = TRICODE_BY_ID.get(self.team, str(self.team))
        return MissingGame(table, self.date, self.game_id, self.game_key, team, why)


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
    warehouse: Warehouse,
    state: LedgerState,
    contract: Contract,
    column: Column,
    row: Mapping[str, object],
    day: dt.date,
) -> list[MissingGame]:
    """The games that a column of a row lacks, newest first; [] where none is lacking by now.

    Of a history these are the games of its player or teams inside its window, of an input of the date the row's own.
    """
    found: list[MissingGame] = []
    at = state.position(pd.Timestamp(day))
    for table in dict.fromkeys(source.split(".")[0] for source in column.sources):
        lost = _lost(warehouse, state, table, slice(at, at + 1) if table in contract.same_date else slice(0, at))
        if table in contract.same_date:
            of_row = (game for game in lost if (game.game_id, game.team) == (row.get("game_id"), row.get("team_id")))
            found += [game.missing_from(state, table) for game in of_row]
        elif lost:
            for key in _entities(table, column, row):
                known = known_games(warehouse, state, table, key, day)
                found += [game.missing_from(state, table) for game in _concerned(lost, column, key, known)]
    return sorted(set(found), key=lambda game: (game.date, game.game_key, game.team), reverse=True)


def _lost(warehouse: Warehouse, state: LedgerState, table: str, window: slice) -> list[_TeamGame]:
    """The team-games of a window of the calendar that a table does not have."""
    days = state.days[window]
    lost = [
        _TeamGame(day, game_id, game.key_on(day), team, game)
        for (day, game_id), game in state.quarantined(table).items()
        if pd.Timestamp(day) in days
        for team in game.teams
    ]
    gaps = days[state.is_gap(table)[window]]
    if not len(gaps):
        return lost
    due = rows_with(warehouse, TABLES[SCHEDULE], {"is_postponed": False}, gaps[0].date(), gaps[-1].date())
    return lost + [
        _TeamGame(label_date(game["game_date"]), game["game_id"], game["game_key"], int(game[f"{side}_team_id"]))
        for game in due[due["game_date"].isin(gaps)].to_dict("records")
        for side in ("home", "away")
    ]


def _entities(table: str, column: Column, row: Mapping[str, object]) -> list[dict[str, object]]:
    if table == "player_game_summary" and "player_id" in row:
        return [{"player_id": row["player_id"]}]
    sides = ["opponent_team_id"] if column.name.startswith("opponent_") else ["team_id"]
    if not column.name.startswith(("opponent_", "team_")):
        sides.append("opponent_team_id")
    return [{"team_id": row[side]} for side in sides if side in row]


def _concerned(
    lost: Sequence[_TeamGame], column: Column, key: Mapping[str, object], known: Known
) -> Iterator[_TeamGame]:
    """Those of the games that lie inside the window of a player or team."""
    start = known.start_of_window(column.window_games)
    season = season_of(known.dates[0]) if known.dates else ""
    for game in lost:
        is_inside = game.date > start if start else season_of(game.date) >= season
        is_mine = game.team == key.get("team_id") if "team_id" in key else known.is_concerned(game.date, game.team)
        if is_inside and is_mine:
            yield game


def _why(state: LedgerState, table: str, at: int) -> str:
    """What is at the root of a gap, and the table that waits for it where that is another one."""
    root = root_cause(state, table, at)
    waiting = f"{state.describe(table, at).partition(': ')[0]}, for " if root != (table, at) else ""
    return waiting + state.describe(*root)

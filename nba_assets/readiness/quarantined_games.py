"""The quarantined games of all tables: each once, at the table where something is wrong with it."""

import datetime as dt
from dataclasses import dataclass, replace

import pandas as pd

from nba_assets.readiness.contents import games_due, quarantined_in_words
from nba_assets.readiness.quarantine import in_words, on_days
from nba_assets.readiness.state import LedgerState


@dataclass(frozen=True)
class QuarantinedGame:
    """A game that `table` does not publish, for its rules or a person say so, nor the `tables` that are made of it.

    `game` is its name, 'MIA–ATL', `teams` are NBA ids, `reasons` as the ledger has them; `sentence` says how many games
    the table publishes of the date, and why not this one.
    """

    table: str
    date: dt.date
    game_id: str
    game: str
    teams: tuple[int, ...]
    reasons: str
    sentence: str
    tables: tuple[str, ...] = ()

    @property
    def rebuild(self) -> str:
        """The command that publishes the game once it is corrected."""
        return f"nba-assets backfill --from {self.date}"

    @property
    def accept(self) -> str:
        """The command that publishes the game as it was delivered."""
        return f"nba-assets accept {self.game_id} --table {self.table} --reason WHY"

    @property
    def fix(self) -> str:
        """Both ways out, in words."""
        return f"correct it, then {self.rebuild}; or accept it as it was delivered: {self.accept}"


def said_of_date(state: LedgerState, table: str, day: dt.date) -> str:
    """The sentence about a date that is published without a game, and where to look; empty for any other date."""
    said = quarantined_in_words(state, table, state.position(pd.Timestamp(day)))
    return f"{said}. What to do: nba-assets explain {table} {day}" if said else ""


def quarantined_games(state: LedgerState) -> tuple[QuarantinedGame, ...]:
    """Every quarantined game of a ready date, the newest first; the same game in several tables by rules of each.

    One that is quarantined in a table only because of another is counted there, while it still is so there.
    """
    found: dict[tuple[str, dt.date, str], QuarantinedGame] = {}
    due = games_due(state)
    for table in state.contracts:
        here = state.quarantined(table)
        by_day = on_days(here, [day for day, _ in here])
        for (day, game_id), game in here.items():
            at, root = state.position(pd.Timestamp(day)), (game.root, day, game_id)
            if not game.root:
                said = in_words(day, int(due[at]), by_day[day], [game])
                mine = QuarantinedGame(table, day, game_id, game.name, game.teams, game.reasons, said)
                found[table, day, game_id] = mine
            elif root in found:
                found[root] = replace(found[root], tables=(*found[root].tables, table))
    order = list(state.contracts)
    return tuple(
        sorted(found.values(), key=lambda game: (-game.date.toordinal(), order.index(game.table), game.game_id))
    )

"""What people have said of single games: postponed, not played at all, not to be believed, or to be published as it is.

It is in the journal, and is applied whenever the date is built.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nba_assets.partitions import label_date
from nba_assets.readiness.quarantine import GameOfDate, Quarantined

POSTPONED, NOT_PLAYED, AS_DELIVERED = "postponed", "not_played", "as_delivered"
SAYABLE = (POSTPONED, NOT_PLAYED, AS_DELIVERED)
"""`as_delivered` withdraws what was said before."""

DECIDED_TABLES = ("game_schedule", "game_results")

QUARANTINE, ACCEPT = "quarantine", "accept"
"""Operations of the journal: of a table a game is quarantined, and is published as it was delivered."""


@dataclass(frozen=True)
class GameDecision:
    """A game that was due on a date is not played on it: `status` is `postponed` or `not_played`."""

    game_id: str
    game_date: dt.date
    status: str
    who: str
    why: str

    def __str__(self) -> str:
        return f"{self.game_id} is {self.status.replace('_', ' ')}, said by {self.who}: {self.why}"


def decisions_of(journal: pd.DataFrame) -> list[GameDecision]:
    """Everything that was ever said of single games, oldest first, out of the warehouse's journal."""
    entries = journal[journal["operation"].eq("game") & journal["table_name"].eq("game_results")]
    return [
        GameDecision(facts["game_id"], label_date(entry.first_date), facts["status"], str(entry.who), str(entry.why))
        for entry in entries.itertuples()
        for facts in (json.loads(str(entry.detail)),)
    ]


def in_force(said: Sequence[GameDecision]) -> tuple[GameDecision, ...]:
    """The last decision on each game and date, oldest first; none where it was withdrawn."""
    last = {(decision.game_id, decision.game_date): decision for decision in said}
    return tuple(decision for decision in last.values() if decision.status != AS_DELIVERED)


def applied(
    table: str, rows: pd.DataFrame, decisions: Sequence[GameDecision]
) -> tuple[pd.DataFrame, list[GameDecision], list[GameDecision]]:
    """Rows of `game_schedule` or `game_results` as decided; the decisions that were applied, and those contradicted.

    A decision is contradicted by a final score. One whose game is not delivered on its date changes nothing.
    """
    rows, done, contradicted = rows.copy(), [], []
    for decision in decisions:
        mine = rows["game_id"].eq(decision.game_id) & rows["game_date"].eq(pd.Timestamp(decision.game_date))
        if not mine.any():
            continue
        if table == "game_schedule":
            rows.loc[mine, "is_postponed"] = True
        elif rows.loc[mine, "status"].eq("final").any():
            contradicted.append(decision)
            continue
        else:
            rows.loc[mine, "status"] = decision.status
        done.append(decision)
    return rows, done, contradicted


def quarantined_by_people(journal: pd.DataFrame, table: str) -> dict[GameOfDate, Quarantined]:
    """Games of a table that a person has quarantined, and that nobody has accepted since."""
    entries = journal[journal["operation"].isin([QUARANTINE, ACCEPT]) & journal["table_name"].eq(table)]
    found: dict[GameOfDate, Quarantined] = {}
    for entry in entries.itertuples():
        facts = json.loads(str(entry.detail))
        key = (label_date(entry.first_date), facts["game_id"])
        found.pop(key, None)
        if entry.operation == QUARANTINE:
            found[key] = Quarantined(facts["game_id"], tuple(facts["teams"]), f"said by {entry.who}: {entry.why}")
    return found

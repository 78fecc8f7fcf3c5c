"""Quarantined games: what is not published of a date that is, and why. The ledger keeps them with the date."""

import datetime as dt
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.teams import TRICODE_BY_ID
from nba_assets.readiness.counted import counted

GameOfDate = tuple[dt.date, str]
"""Date and game id: a game that is moved keeps its id."""


_IN = re.compile(r"in ([a-z_]+): ")
_RULE = re.compile(r"(?:^|; )(?:[a-z]+(?:_[a-z]+)+: )+")
_ROWS, _THIS_GAME = re.compile(r"^\d+ rows?: "), re.compile(r"game_id=\w+,? ?")


@dataclass(frozen=True)
class Quarantined:
    """A game that a table does not publish: it is a gap of its `teams` (NBA ids) in every window that holds it.

    `reasons` are the failed rules with what they said, or what a person has said. Where another table that this one
    reads has the game quarantined, they start with "in <that table>: ".
    """

    game_id: str
    teams: tuple[int, ...]
    reasons: str

    @property
    def root(self) -> str:
        """The table whose rules the game has failed, or for which a person has spoken; empty where it is this one."""
        found = _IN.match(self.reasons)
        return found[1] if found else ""

    def as_read_from(self, table: str) -> "Quarantined":
        """The same for a reader of a table that has the game quarantined."""
        return self if self.root else replace(self, reasons=f"in {table}: {self.reasons}")

    @property
    def name(self) -> str:
        """The tricodes of its teams, as the schedule has them the visitors first: 'MIA–ATL'."""
        return "–".join(TRICODE_BY_ID.get(team, str(team)) for team in self.teams)

    def key_on(self, day: dt.date) -> str:
        """The readable label of the game, as the schedule has it: YYYYMMDD_AWAY_HOME."""
        return f"{day:%Y%m%d}_{self.name.replace('–', '_')}"

    @property
    def why(self) -> str:
        """The first reason in words, without what the game's name says, and how many reasons there are besides."""
        own = self.reasons.removeprefix(f"in {self.root}: ")
        first, *others = [said for said in _RULE.split(own) if said] or [""]
        first = _THIS_GAME.sub("", _ROWS.sub("", first)).replace(" ()", "")
        return first + (f" (and {counted(len(others), 'more reason')})" if others else "")

    def __str__(self) -> str:
        return f"{self.name} quarantined{f' in {self.root}' if self.root else ''}: {self.why}"


def in_words(day: dt.date, due: int, games: Sequence[Quarantined], named: Sequence[Quarantined] | None = None) -> str:
    """'2025-01-15: 9 of 10 games; MIA–ATL quarantined: <why>'; empty without a quarantined game.

    `due` are the games that the schedule has on the date, those that are called off left out; 0 where it is not known.
    Of the `games` that are quarantined only those are `named`, all without it.
    """
    if not games:
        return ""
    share = [f"{max(due - len(games), 0)} of {counted(due, 'game')}"] if due else []
    return f"{day}: {'; '.join([*share, *map(str, games if named is None else named)])}"


def to_text(games: Iterable[Quarantined]) -> str:
    """As the ledger has them: JSON in order of game id, empty without any."""
    ordered = sorted(games, key=lambda game: game.game_id)
    return json.dumps([vars(game) for game in ordered], separators=(",", ":")) if ordered else ""


def from_text(text: object) -> tuple[Quarantined, ...]:
    """Out of the ledger; none where it has no text, as in rows of an earlier release."""
    if not isinstance(text, str) or not text:
        return ()
    return tuple(Quarantined(game["game_id"], tuple(game["teams"]), game["reasons"]) for game in json.loads(text))


def of_games(rows: pd.DataFrame, games: Collection[GameOfDate]) -> pd.Series:
    """Whether each row is of one of the games; of none where the rows are of no single game."""
    if not games or "game_id" not in rows:
        return pd.Series(False, index=rows.index)
    wanted = pd.MultiIndex.from_tuples([(pd.Timestamp(day), game_id) for day, game_id in games])
    return pd.Series(pd.MultiIndex.from_frame(rows[["game_date", "game_id"]]).isin(wanted), index=rows.index)


def without_games(
    frames: Mapping[str, pd.DataFrame], contract: Contract, games: Collection[GameOfDate]
) -> dict[str, pd.DataFrame]:
    """What a table reads, without the rows of the games in the inputs of the same date; histories stay whole."""
    return {
        name: frame[~of_games(frame, games)].reset_index(drop=True) if games and name in contract.same_date else frame
        for name, frame in frames.items()
    }


def team_games(quarantined: Mapping[GameOfDate, Quarantined]) -> pd.DataFrame:
    """game_date, game_id and team_id of each team of the games: the gaps that they are."""
    rows = [(pd.Timestamp(day), game_id, team) for (day, game_id), game in quarantined.items() for team in game.teams]
    frame = pd.DataFrame(rows, columns=["game_date", "game_id", "team_id"])
    return frame.astype({"game_date": "datetime64[ns]", "game_id": object, "team_id": "int64"})


def on_days(quarantined: Mapping[GameOfDate, Quarantined], days: Sequence[dt.date]) -> dict[dt.date, list[Quarantined]]:
    """The games by date, for the given dates."""
    found: dict[dt.date, list[Quarantined]] = {day: [] for day in days}
    for (day, _), game in quarantined.items():
        if day in found:
            found[day].append(game)
    return found

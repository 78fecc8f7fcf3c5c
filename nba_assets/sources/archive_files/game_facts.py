"""What the files of a delivery state of a game: date, home and away, score, season. Two answers are a contradiction.

A game's id states its season and phase, its date states its season too. Which statement is wrong nobody can tell, so
that a contradicted game rejects every date that it is said to be on, in every table that rests on the schedule.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nba_assets.contracts.stated_twice import GAME_FACTS
from nba_assets.partitions import season_of
from nba_assets.sources.parsing import normalise, schedule_reconciliation
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.port import Problem

NEAR_DAYS = 150
"""Days from the other games within which a date that is not understood counts as covered: the longest pause between
two games is 141 (March to July 2020)."""

AROUND_DAYS = 7
"""Days from the nearest date of a game within which its other dates count as covered too."""


@dataclass(frozen=True)
class Stated:
    """What one table of a delivery states of games: `facts` (game_id and some of `GAME_FACTS`) on the rows' index.

    Null states nothing. `columns` are the provider's names of the facts.
    """

    rows: DeliveredRows
    facts: pd.DataFrame
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Contradiction:
    """A game of which a fact is stated with two values; `dates` are all that it is said to be on."""

    game_id: str
    message: str
    dates: tuple[dt.date, ...]


def contradictions(files: Sequence[Stated]) -> tuple[Contradiction, ...]:
    """The games of which the files do not all state the same, in order of their ids; a game must be in the first."""
    said: dict[str, list[str]] = {}
    for fact, words in GAME_FACTS.items():
        distinct = _distinct(files, fact)
        torn = distinct[distinct.duplicated("game_id", keep=False)]
        for game_id, values in torn.groupby("game_id"):
            said.setdefault(str(game_id), []).append(f"{words} is {' but '.join(_reported(files, fact, values))}")
    dated = _distinct(files, "game_date", with_implied=False)
    for _, unknown in dated[~dated["game_id"].isin(files[0].facts["game_id"])].drop_duplicates("game_id").iterrows():
        words = f"it is in {_place(files, 'game_date', unknown)} but not in {files[0].rows.names}"
        said.setdefault(str(unknown["game_id"]), []).append(words)
    days = dated[dated["game_id"].isin(said)].groupby("game_id")["value"]
    dates = {game_id: tuple(sorted({day.date() for day in values})) for game_id, values in days}
    what = "correct the file that is wrong and materialize the dates again"
    return tuple(
        Contradiction(game_id, f"game {game_id}: {'; '.join(said[game_id])}; {what}", dates.get(game_id, ()))
        for game_id in sorted(said)
    )


def neutral_notes(files: Sequence[Stated]) -> tuple[Problem, ...]:
    """Games at a neutral site whose designated home team the files give differently: the first file's is used."""
    designated = _distinct(files, "designated_home")
    torn = designated[designated["game_id"].duplicated(keep=False)].groupby("game_id")
    dates = _distinct(files, "game_date", with_implied=False).drop_duplicates("game_id").set_index("game_id")["value"]
    return tuple(
        Problem(
            dates[game_id].date(),
            f"game {game_id} at a neutral site: the designated home team is "
            f"{' but '.join(_reported(files, 'designated_home', values))}; the first is used",
        )
        for game_id, values in torn
        if game_id in dates.index
    )


def problems(found: Sequence[Contradiction], first: dt.date, last: dt.date) -> tuple[Problem, ...]:
    """Each contradiction for each of its dates; of a date that is not covered for the nearest one that is."""
    return tuple(
        dict.fromkeys(Problem(min(max(day, first), last), one.message) for one in found for day in one.dates or (last,))
    )


def extent(sound: pd.Series, doubtful: Sequence[Sequence[dt.date]]) -> tuple[dt.date, dt.date]:
    """First and last date covered: of the `sound` dates, and of near ones that have games which are not understood.

    Of each group of `doubtful` dates the nearest counts, and those around it: that a file has a game years ahead covers
    no years. Without a sound date all count.
    """
    if sound.empty:
        every = [day for dates in doubtful for day in dates]
        return min(every), max(every)
    first, last = sound.min().date(), sound.max().date()

    def distance(day: dt.date) -> int:
        return max((first - day).days, (day - last).days, 0)

    for dates in sorted((dates for dates in doubtful if dates), key=lambda dates: min(map(distance, dates))):
        nearest = min(dates, key=distance)
        around = [day for day in dates if abs((day - nearest).days) <= AROUND_DAYS]
        if distance(nearest) <= NEAR_DAYS:
            first, last = min(first, *around), max(last, *around)
    return first, last


def _distinct(files: Sequence[Stated], fact: str, with_implied: bool = True) -> pd.DataFrame:
    """game_id, value and place of each value of the fact that a file states, once for each game."""
    parts = []
    for number, stated in enumerate(files):
        if fact in stated.facts:
            parts.append(_once(stated.facts["game_id"], stated.facts[fact], number))
        if with_implied and fact == "season" and "game_date" in stated.facts:
            dated = _once(stated.facts["game_id"], stated.facts["game_date"], number)
            seasons = {day: season_of(day.date()) for day in dated["value"].drop_duplicates()}
            parts.append(dated.assign(value=dated["value"].map(seasons).astype(object), of="game_date"))
    if with_implied and fact in _OF_IDS:
        ids = pd.concat([stated.facts["game_id"] for stated in files]).dropna().drop_duplicates()
        parts.append(_once(ids, _OF_IDS[fact](ids), -1))
    if not parts:
        return pd.DataFrame({"game_id": [], "value": []})
    return pd.concat(parts, ignore_index=True).drop_duplicates(["game_id", "value"])


_OF_IDS = {"season": normalise.seasons_of_games, "season_type": normalise.season_types_of_games}


def _once(game_ids: pd.Series, values: pd.Series, number: int) -> pd.DataFrame:
    rows = pd.DataFrame({"game_id": game_ids, "value": values}).dropna().drop_duplicates()
    rows = rows[schedule_reconciliation.counted(rows["game_id"])]
    return rows.assign(file=number, row=rows.index, of="")


def _reported(files: Sequence[Stated], fact: str, values: pd.DataFrame) -> list[str]:
    return [f"{_shown(row['value'])} in {_place(files, fact, row)}" for _, row in values.iterrows()]


def _place(files: Sequence[Stated], fact: str, at: pd.Series) -> str:
    if at["file"] < 0:
        return "its id"
    stated = files[at["file"]]
    return f"{stated.rows.place(at['row'])} (column {stated.columns[at['of'] or fact]})"


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return str(int(value)) if isinstance(value, float) else str(value)

"""What the files of a delivery state of a game: date, home and away, score, season. Two answers are a contradiction.

A game's id states its season and phase, its date states its season too. Who was at home and what the score was is
taken from most of three or more statements, and a note says so. Else nobody can tell which is wrong: the game is
quarantined on every date that it is said to be on, in every table that rests on the schedule.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nba_assets.contracts.stated_twice import GAME_FACTS
from nba_assets.partitions import label_date, season_of
from nba_assets.sources.parsing import normalise, schedule_reconciliation
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.port import Problem

SETTLED_FACTS = ("home_team_id", "away_team_id", "home_pts", "away_pts")
"""Facts that a majority of statements settles. A date is none: it decides what was known when."""

MAJORITY = 2
"""Statements that must agree, at least, to outvote another one."""

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
    """A game of which a fact is stated with two values; `dates` and `teams` are all that are said of it."""

    game_id: str
    message: str
    dates: tuple[dt.date, ...]
    teams: tuple[int, ...] = ()


@dataclass(frozen=True)
class Settled:
    """A fact of a game that is stated otherwise once, and alike by most: `value` is theirs."""

    game_id: str
    fact: str
    value: object
    message: str


@dataclass(frozen=True)
class Judged:
    """What becomes of the games of which not everything is stated alike: settled, or contradicted; by game id."""

    settled: tuple[Settled, ...]
    contradictions: tuple[Contradiction, ...]


def settled(files: Sequence[Stated], facts: Iterable[str]) -> tuple[Settled, ...]:
    """What the majority of statements decides of the facts, in their order and that of the game ids."""
    return tuple(_sorted_out(files, facts)[0])


def _sorted_out(files: Sequence[Stated], facts: Iterable[str]) -> tuple[list[Settled], dict[str, list[str]]]:
    """Of what is not stated alike: what the majority decides, and by game id what is said where there is none."""
    decided: list[Settled] = []
    said: dict[str, list[str]] = {}
    for fact in facts:
        for game_id, values, value in _torn(files, fact):
            words = f"{GAME_FACTS[fact]} is {' but '.join(_reported(files, fact, values))}"
            if value is None:
                said.setdefault(game_id, []).append(words)
            else:
                message = f"game {game_id}: {words}; {_shown(value)} is taken, as most say"
                decided.append(Settled(game_id, fact, value, message))
    return decided, said


def with_settled(facts: pd.DataFrame, found: Sequence[Settled]) -> pd.DataFrame:
    """Facts of games (game_id and some of `GAME_FACTS`) with what was settled in them."""
    facts = facts.copy(deep=False)
    for one in found:
        if one.fact in facts:
            facts[one.fact] = facts[one.fact].mask(facts["game_id"].eq(one.game_id), one.value)
    return facts


def settled_notes(files: Sequence[Stated], found: Sequence[Settled]) -> tuple[Problem, ...]:
    """What was settled, on the game's date."""
    if not found:
        return ()
    dates = with_settled(files[0].facts, found).dropna(subset="game_date").drop_duplicates("game_id")
    day = dates.set_index("game_id")["game_date"]
    return tuple(Problem(label_date(day[one.game_id]), one.message, one.game_id) for one in found if one.game_id in day)


def _torn(files: Sequence[Stated], fact: str) -> Iterator[tuple[str, pd.DataFrame, object]]:
    """Games of which the fact is stated with several values: id, `_distinct` rows, and the value of the majority.

    A file that contradicts itself has no vote, and where the first does there is no majority.
    """
    distinct = _distinct(files, fact)
    torn = distinct[distinct.duplicated("game_id", keep=False)]
    if torn.empty:
        return
    votes = _statements(files, fact)
    against_itself = votes.duplicated(["game_id", "file", "of"], keep=False)
    undecided = votes.loc[against_itself & votes["file"].eq(0), "game_id"]
    votes = votes[~against_itself & ~votes["game_id"].isin(undecided)] if fact in SETTLED_FACTS else votes.iloc[:0]
    for game_id, values in torn.groupby("game_id"):
        counts = votes.loc[votes["game_id"] == game_id, "value"].value_counts()
        is_majority = len(counts) > 0 and counts.iloc[0] >= MAJORITY and counts.iloc[0] > counts.iloc[1:].sum()
        yield str(game_id), values, counts.index[0] if is_majority else None


def judged(files: Sequence[Stated]) -> Judged:
    """The games of which the files do not all state the same; a game must be in the first file."""
    decided, said = _sorted_out(files, GAME_FACTS)
    dated = _distinct(files, "game_date", with_implied=False)
    for _, unknown in dated[~dated["game_id"].isin(files[0].facts["game_id"])].drop_duplicates("game_id").iterrows():
        words = f"it is in {_place(files, 'game_date', unknown)} but not in {files[0].rows.names}"
        said.setdefault(str(unknown["game_id"]), []).append(words)
    days = dated[dated["game_id"].isin(said)].groupby("game_id")["value"]
    dates = {game_id: tuple(sorted({day.date() for day in values})) for game_id, values in days}
    if not said:
        return Judged(tuple(decided), ())
    teams = teams_stated(files)
    what = "correct the file that is wrong and materialize the dates again"
    contradicted = tuple(
        Contradiction(
            game_id, f"game {game_id}: {'; '.join(said[game_id])}; {what}", dates.get(game_id, ()),
            teams.get(game_id, ()),
        )
        for game_id in sorted(said)
    )  # fmt: skip
    return Judged(tuple(decided), contradicted)


def teams_stated(files: Sequence[Stated]) -> dict[str, tuple[int, ...]]:
    """All teams that are said to play in each game."""
    sides = pd.concat([_distinct(files, f"{side}_team_id", with_implied=False) for side in ("home", "away")])
    return {
        str(game_id): tuple(sorted({int(team) for team in values}))
        for game_id, values in sides.groupby("game_id")["value"]
    }


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
    """Each contradiction for each of its dates; of a date that is not covered for the nearest one that is.

    Whose two teams are not said is a problem of its dates, for nobody knows whose gap the game is.
    """
    return tuple(
        dict.fromkeys(
            Problem(min(max(day, first), last), one.message, one.game_id if len(one.teams) > 1 else "", one.teams)
            for one in found
            for day in one.dates or (last,)
        )
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
    return _statements(files, fact, with_implied).drop_duplicates(["game_id", "value"])


def _statements(files: Sequence[Stated], fact: str, with_implied: bool = True) -> pd.DataFrame:
    """game_id, value and place of each value of the fact, once for each file and game; the id counts as a file."""
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
        return pd.DataFrame({"game_id": [], "value": [], "file": [], "of": []})
    return pd.concat(parts, ignore_index=True)


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

"""All shot files of an archive as one table: one provider for a game, and a broken file a problem of its dates only."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd

from nba_assets.contracts.raw_shots import SHOT_ATTEMPTS
from nba_assets.partitions import label_date
from nba_assets.sources.parsing import normalise
from nba_assets.sources.parsing.files import read_file
from nba_assets.sources.parsing.landing import LandedFile
from nba_assets.sources.parsing.raw_frames import contract_frame
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.port import Problem, SourceError
from nba_assets.sources.shots.bigdataball import bigdataball
from nba_assets.sources.shots.shotchartdetail import shot_chart_detail
from nba_assets.sources.shots.shots_archive import clean_shots

Parser = Callable[[LandedFile, pd.DataFrame, pd.DataFrame, set[str]], Parsed]


@dataclass(frozen=True)
class _Kind:
    """A kind of shot files: its name, what reads one of them, and the column of their game ids."""

    name: str
    parse: Parser
    game_column: str


_KINDS = (
    _Kind("shots", clean_shots, "game_id"),
    _Kind("shotchartdetail", shot_chart_detail, "GAME_ID"),
    _Kind("bigdataball", bigdataball, "game_id"),
)
"""Best first: a game is taken from the first kind that has attempts of both of its teams."""

SHOT_FILES = {
    "shots": (".", ("shots.parquet", "shots.csv")),
    "shotchartdetail": ("shotchartdetail", ("*.csv",)),
    "bigdataball": ("bigdataball", ("*.csv", "*.csv.gz")),
}
"""Where they lie in an archive: by kind the folder within it, and how they are called."""

_OF_ONE_TEAM = "shotchartdetail"
"""The kind whose files are often of one team's season: half of its games."""

_ATTEMPTS_OFF = 2
"""Attempts of a team by which a whole account may differ from its box score: of 10,514 real ones not one by more."""

_EVENT = ["game_id", "shot_id", "player_id", "period", "seconds_remaining", "is_made", "is_three", "distance_feet"]


def shots(files: Mapping[str, Sequence[LandedFile]], schedule: pd.DataFrame, box: pd.DataFrame) -> Parsed:
    """`shot_attempts` out of the files of each kind (`shots`, `shotchartdetail`, `bigdataball`).

    A game of which a team's chart has that team's attempts, all of them, is left out where nobody has the other
    team's: it has no shots, and a note. A file that cannot be read as a whole is a problem of the dates whose games
    have no shots without it: of its own games where these can be known, else of all. It stops neither other files nor
    other tables.
    """
    accounts: list[pd.DataFrame] = []
    problems: list[Problem] = []
    notes: list[Problem] = []
    broken: list[tuple[str, pd.Series]] = []
    taken: set[str] = set()
    for kind in _KINDS:
        parts = []
        for file in files.get(kind.name, ()):
            try:
                parsed = kind.parse(file, schedule, box, taken)
            except SourceError as error:
                broken.append((str(error), _games_of(file, kind, schedule)))
                continue
            parts += [parsed.rows] if len(parsed.rows) else []
            problems += parsed.problems
            notes += parsed.notes
        if parts:
            accounts.append(_pooled(parts))
            taken |= _complete(accounts[-1])
    rows = _one_account(accounts)
    if files.get(_OF_ONE_TEAM):
        halves = _halves(rows, box)
        notes += _half_notes(rows[halves])
        rows = rows[~halves].reset_index(drop=True)
    for message, games in broken:
        problems += _problems(message, games[~games.isin(rows["game_id"])], schedule)
    return Parsed(rows, tuple(dict.fromkeys(problems)), tuple(notes))


def _pooled(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The files of one kind together. An event that two files tell alike is one; what one file says twice stays."""
    if len(parts) == 1:
        return parts[0]
    pooled = pd.concat(parts, keys=range(len(parts)), names=["file", "row"]).reset_index("file")
    again = pooled.duplicated(_EVENT) & ~pooled.duplicated(["file", *_EVENT])
    return _in_order(pooled[~again].drop(columns="file"))


def _complete(rows: pd.DataFrame) -> set[str]:
    """Games that have attempts of both teams: a file of one team's season is half of its games."""
    sides = rows[["game_id", "team_id"]].drop_duplicates().groupby("game_id").size()
    return set(sides.index[sides >= 2])


def _one_account(accounts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Of each game the first account with both teams, else the first that there is."""
    if len(accounts) < 2:
        return accounts[0] if accounts else _no_shots().copy()
    best: dict[str, int] = {}
    for is_fit in (_complete, lambda rows: set(rows["game_id"])):
        for number, rows in enumerate(accounts):
            best = {game_id: number for game_id in is_fit(rows)} | best
    chosen = [rows[rows["game_id"].map(best).eq(number)] for number, rows in enumerate(accounts)]
    return _in_order(pd.concat(chosen))


def _halves(rows: pd.DataFrame, box: pd.DataFrame) -> pd.Series:
    """Rows of games that have one team's attempts, as many as its players have in the box score, and nobody else's."""
    of_game = rows.groupby("game_id")
    tried, makes = of_game.size(), of_game["is_made"].sum()
    team_id = of_game["team_id"].first()
    due = box.groupby(["game_id", "team_id"])[["fga", "fgm"]].sum()
    due = due.reindex(pd.MultiIndex.from_arrays([team_id.index, team_id])).set_axis(team_id.index)
    is_half = of_game["team_id"].nunique().eq(1) & makes.eq(due["fgm"])
    is_half &= (tried - due["fga"]).abs() <= _ATTEMPTS_OFF
    return rows["game_id"].isin(is_half.index[is_half])


def _half_notes(rows: pd.DataFrame) -> tuple[Problem, ...]:
    games = rows[["game_date", "game_id"]].drop_duplicates().groupby("game_date")["game_id"]
    what = "left out: the chart has the attempts of one of the teams; deliver the other team's chart too"
    return tuple(Problem(label_date(day), f"shots of {', '.join(ids)} {what}") for day, ids in games)


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["game_date", *SHOT_ATTEMPTS.key], kind="stable", ignore_index=True)


def _games_of(file: LandedFile, kind: _Kind, schedule: pd.DataFrame) -> pd.Series:
    """Scheduled games that a broken file is about, as far as it can be read; all that are scheduled if it cannot."""
    due = schedule["game_id"]
    try:
        rows = read_file(file.path, file.name, (kind.game_column,), (kind.game_column,))
    except SourceError:
        return due
    named = normalise.game_ids(rows[kind.game_column]).dropna() if kind.game_column in rows else due.head(0)
    return due[due.isin(named)] if len(named) else due


def _problems(message: str, games: pd.Series, schedule: pd.DataFrame) -> list[Problem]:
    """One Problem for each date of the games: what is published of them stays."""
    days: list[dt.date] = sorted(set(schedule.loc[schedule["game_id"].isin(games), "game_date"].dt.date))
    return [Problem(day, message) for day in days]


@cache
def _no_shots() -> pd.DataFrame:
    return contract_frame(SHOT_ATTEMPTS, pd.DataFrame({name: [] for name in SHOT_ATTEMPTS.column_names}), {})

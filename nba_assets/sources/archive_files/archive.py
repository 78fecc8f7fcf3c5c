"""A directory of box-score files as a source: detects its layout, lands the files, parses them once."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

import pandas as pd

from nba_assets.contracts.raw import PLAYER_BOX_SCORES
from nba_assets.readiness.box_rules import failures
from nba_assets.readiness.contradictions import Broken, broken_between, broken_identities
from nba_assets.sources.archive_files import game_facts
from nba_assets.sources.archive_files.clean_files import TABLES, CleanFiles
from nba_assets.sources.archive_files.leaguegamelog import LeagueGameLog
from nba_assets.sources.archive_files.not_covered import NAME as NOT_COVERED
from nba_assets.sources.archive_files.optional_files import OptionalFiles, land_optional_files
from nba_assets.sources.archive_files.player_identity import identity_problems
from nba_assets.sources.parsing.landing import LandedFile, land
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.port import Delivery, Problem, SourceError
from nba_assets.sources.pregame_reports.pregame_files import ReportTables
from nba_assets.sources.shots.shot_files import shots

PARSER_VERSION = 5
"""Raised whenever the same files give other rows than before."""

_LAYOUTS = (
    "games, team_box and player_box as .parquet or .csv, "
    "or NBA Stats LeagueGameLog games_*.csv and player_gamelogs_*.csv"
)


class Layout(Protocol):
    """A parser of the landed files of one kind of archive."""

    def schedule(self) -> Parsed: ...
    def results(self, schedule: pd.DataFrame) -> Parsed: ...
    def team_boxes(self, schedule: pd.DataFrame) -> Parsed: ...
    def player_boxes(self, schedule: pd.DataFrame) -> Parsed: ...
    @property
    def stated(self) -> list[game_facts.Stated]: ...
    @property
    def judged(self) -> game_facts.Judged: ...
    @property
    def left_out(self) -> frozenset[tuple[str, str]]: ...


@dataclass(frozen=True)
class ArchiveSource:
    """Source over the files of `directory`; unchanged copies of them are kept in `landing`.

    Covers the dates from the first to the last game of the files. Rows come ordered by date and key; duplicated rows
    are delivered as they are. Frames stay in memory for the life of the process. Raises SourceError, on first use,
    when the directory or a file of it cannot be used.
    """

    directory: Path
    landing: Path

    @property
    def name(self) -> str:
        return "archive"

    @property
    def first_date(self) -> dt.date:
        return self._tables.first_date

    @property
    def horizon(self) -> dt.date:
        return self._tables.horizon

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the parser version and the names and digests of the files."""
        lines = [f"archive parser {PARSER_VERSION}", *(f"{file.name} {file.digest}" for file in self._files)]
        lines += [f"{kind}/{file.name} {file.digest}" for kind, files in self._optional_files for file in files]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def left_out(self) -> frozenset[tuple[str, str]]:
        """The phases of seasons that `not_covered.csv` declares."""
        return self._tables.left_out

    def read(self, table: str, start: dt.date, end: dt.date) -> Delivery:
        """Rows and problems of `start` to `end`, both included."""
        if table not in _PARSED_BY_TABLE:
            raise SourceError(f"archive {self.directory}: no table {table!r}; it has {', '.join(_PARSED_BY_TABLE)}")
        if start > end:
            raise SourceError(f"archive {self.directory}: the range {start} to {end} ends before it starts")
        if start < self.first_date or end > self.horizon:
            raise SourceError(
                f"archive {self.directory}: {start} to {end} is not covered; it has {self.first_date} to "
                f"{self.horizon}: choose dates within, or deliver files that cover them"
            )
        parsed = self._tables.parsed(table)
        first, last = parsed.rows["game_date"].searchsorted([pd.Timestamp(start), pd.Timestamp(end + dt.timedelta(1))])
        said = (*parsed.problems, *parsed.notes)
        notes = (*parsed.notes, *outside_calendar(said, self.first_date, self.horizon))
        return Delivery(
            rows=parsed.rows.iloc[first:last].reset_index(drop=True),
            problems=tuple(problem for problem in parsed.problems if start <= problem.game_date <= end),
            notes=tuple(note for note in notes if start <= note.game_date <= end),
        )

    @cached_property
    def _files(self) -> tuple[LandedFile, ...]:
        return land(_find_files(self.directory), self.landing)

    @cached_property
    def _optional_files(self) -> OptionalFiles:
        return land_optional_files(self.directory, self.landing)

    @property
    def _tables(self) -> "_Tables":
        return _tables(self._files, self._optional_files)


class _Tables:
    """The raw tables of one set of landed files, each parsed when first asked for."""

    def __init__(self, files: tuple[LandedFile, ...], optional: OptionalFiles) -> None:
        self._optional = dict(optional)
        names = {file.name.partition(".")[0]: file for file in files}
        self._layout: Layout = (
            CleanFiles(names)
            if set(TABLES) <= set(names)
            else LeagueGameLog(
                [file for file in files if file.name.startswith("games_")],
                [file for file in files if file.name.startswith("player_gamelogs_")],
            )
        )
        due = self._layout.schedule()
        stated, judged = self._layout.stated, self._layout.judged
        contradicted = judged.contradictions
        sound = due.rows["game_date"][~due.rows["game_id"].isin([one.game_id for one in contradicted])]
        doubtful = [*((problem.game_date,) for problem in due.problems), *(one.dates for one in contradicted)]
        if due.rows.empty and not due.problems:
            raise SourceError(f"{files[0].name}: not one usable game; deliver files with games of the NBA")
        self.first_date, self.horizon = game_facts.extent(sound, doubtful)
        found = game_facts.problems(contradicted, self.first_date, self.horizon)
        notes = (*due.notes, *game_facts.neutral_notes(stated), *game_facts.settled_notes(stated, judged.settled))
        teams = game_facts.teams_stated(stated) if due.problems else {}
        unread = tuple(replace(problem, teams=teams.get(problem.game_id, ())) for problem in due.problems)
        self.schedule = replace(due, problems=(*unread, *found), notes=notes)
        """A game that the files contradict stays in the rows: it is quarantined on its dates."""

    @property
    def left_out(self) -> frozenset[tuple[str, str]]:
        return self._layout.left_out

    def parsed(self, table: str) -> Parsed:
        parsed: Parsed = getattr(self, _PARSED_BY_TABLE[table])
        return parsed

    @cached_property
    def results(self) -> Parsed:
        of_score = [one for one in (*self._broken_teams, *self._broken_pairs) if {"pts", "minutes"} & set(one.columns)]
        return self._judged(self._layout.results(self.schedule.rows), *of_score)

    @cached_property
    def team_boxes(self) -> Parsed:
        return self._judged(self._team_boxes, *self._broken_pairs)

    @cached_property
    def _team_boxes(self) -> Parsed:
        return self._layout.team_boxes(self.schedule.rows)

    @cached_property
    def _broken_teams(self) -> tuple[Broken, ...]:
        return tuple(broken_identities(self._team_boxes.rows))

    @cached_property
    def _broken_pairs(self) -> tuple[Broken, ...]:
        """Where teams and their players contradict each other: the audit sees it in the later table only.

        What concerns optional columns alone costs neither table more than those.
        """
        found = broken_between(self.player_boxes.rows, self._team_boxes.rows, self.schedule.rows)
        return tuple(one for one in found if not PLAYER_BOX_SCORES.are_optional(one.columns))

    @cached_property
    def player_boxes(self) -> Parsed:
        parsed = self._layout.player_boxes(self.schedule.rows)
        seasons = self.schedule.rows.drop_duplicates("game_id").set_index("game_id")["season"]
        named = identity_problems(parsed.rows, seasons)
        return self._judged(replace(parsed, problems=(*parsed.problems, *named)))

    @cached_property
    def shots(self) -> Parsed:
        return self._judged(shots(self._optional, self.schedule.rows, self.player_boxes.rows))

    @cached_property
    def point_lines(self) -> Parsed:
        return self._judged(self._reports.point_lines())

    @cached_property
    def injury_reports(self) -> Parsed:
        return self._judged(self._reports.injury_reports())

    @property
    def _reports(self) -> ReportTables:
        schedule, boxes = self.schedule.rows, self.player_boxes.rows
        return ReportTables(self._optional, schedule, boxes, self.first_date, self.horizon)

    def _judged(self, parsed: Parsed, *contradictions: Broken) -> Parsed:
        """What the schedule does not say of a date, or of a game, no table can be complete without."""
        broken = (Problem(it.game_date, f"{it.rule}: {it.message}", it.game_id) for it in failures(contradictions))
        problems = dict.fromkeys((*self.schedule.problems, *parsed.problems, *broken))
        return replace(parsed, problems=tuple(problems))


_PARSED_BY_TABLE = {
    "game_schedule": "schedule",
    "game_results": "results",
    "team_box_scores": "team_boxes",
    "player_box_scores": "player_boxes",
    "shot_attempts": "shots",
    "point_lines": "point_lines",
    "injury_reports": "injury_reports",
}


@lru_cache(maxsize=2)
def _tables(files: tuple[LandedFile, ...], optional: OptionalFiles) -> _Tables:
    """Landed files never change, so that their tables can be shared by every source object of the process."""
    return _Tables(files, optional)


def outside_calendar(said: Sequence[Problem], first: dt.date, last: dt.date) -> tuple[Problem, ...]:
    """What was said of dates that no partition has, as one note on the nearest date for each side of the calendar."""
    notes = []
    for edge, outside in (
        (first, [found for found in said if found.game_date < first]),
        (last, [found for found in said if found.game_date > last]),
    ):
        if outside:
            days = sorted({found.game_date for found in outside})
            notes.append(
                Problem(
                    edge,
                    f"left out: what is of {len(days)} dates outside the calendar ({days[0]} … {days[-1]}); "
                    f"the first of {len(outside)} messages: {outside[0].message}",
                )
            )
    return tuple(notes)


def _find_files(directory: Path) -> list[Path]:
    """The files of the layout that the directory has; other files in it are none of our business."""
    try:
        files = sorted(path for path in directory.iterdir() if path.suffix in (".parquet", ".csv") and path.is_file())
    except FileNotFoundError as error:
        raise SourceError(f"archive {directory} does not exist; give a directory with {_LAYOUTS}") from error
    except NotADirectoryError as error:
        raise SourceError(f"archive {directory} is not a directory; give a directory with {_LAYOUTS}") from error
    except OSError as error:
        raise SourceError(f"archive {directory} cannot be listed: {error.strerror}; check its permissions") from error
    clean = [path for path in files if path.stem in TABLES]
    stems = [path.stem for path in clean]
    if len(stems) > len(set(stems)):
        double = next(stem for stem in stems if stems.count(stem) > 1)
        raise SourceError(f"archive {directory} has {double} as .parquet and as .csv; keep one of them")
    if clean:
        missing = sorted(set(TABLES) - set(stems))
        if missing:
            raise SourceError(f"archive {directory} lacks {', '.join(missing)}; it must hold {_LAYOUTS}")
        return [*clean, *(path for path in files if path.name == f"{NOT_COVERED}.csv")]
    logs = [path for path in files if path.suffix == ".csv" and path.name.startswith(("games_", "player_gamelogs_"))]
    kinds = {path.name.startswith("games_") for path in logs}
    if kinds != {True, False}:
        present = ", ".join(path.name for path in files[:5]) or "no .parquet or .csv file"
        raise SourceError(f"archive {directory} has {present}; it must hold {_LAYOUTS}")
    return logs

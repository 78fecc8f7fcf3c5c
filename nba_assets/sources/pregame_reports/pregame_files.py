"""Files of points lines and injury reports in an archive directory, all of them optional.

A file that cannot be used rejects the dates it may be about, and only in its own table: of a file that is named after
a date the dates around it, of any other every date.
"""

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from nba_assets.sources.parsing.files import read_file
from nba_assets.sources.parsing.landing import LandedFile
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.port import Problem, SourceError
from nba_assets.sources.pregame_reports import injury_report, odds_api, point_lines
from nba_assets.sources.pregame_reports.point_lines import Quotes

LINES, ODDS, INJURIES = "point_lines", "odds_api_player_points", "injury_reports"
"""Kinds of files: a table of lines, the odds of single dates, injury reports."""

REPORT_FILES = {
    LINES: (".", ("point_lines.parquet", "point_lines.csv")),
    ODDS: (ODDS, ("*.csv", "*.json")),
    INJURIES: (INJURIES, ("*.pdf", "*.json")),
}
"""Of each kind the folder within an archive, and how its files are called."""

_DAYS_ABOUT = {ODDS: (-1, 1), INJURIES: (0, 1)}
"""Dates that a file may be about, in days from the date in its name: odds are named after the date in UTC, reports
list the next day's games too."""

_NAME_DATES = (
    (re.compile(r"(?<!\d)(\d{4})[-_](\d\d)[-_](\d\d)(?!\d)"), (0, 1, 2)),
    (re.compile(r"(?<!\d)(\d\d)[-_](\d\d)[-_](\d{4})(?!\d)"), (2, 0, 1)),
)


@dataclass(frozen=True)
class ReportTables:
    """Parser of an archive's files of each kind; it covers `first` to `last` and has this schedule and box scores."""

    files: Mapping[str, Sequence[LandedFile]]
    schedule: pd.DataFrame
    player_boxes: pd.DataFrame
    first: dt.date
    last: dt.date

    def point_lines(self) -> Parsed:
        """`point_lines` of the table of lines and of the odds of single dates, together."""
        outcomes, problems = self._read(ODDS, _READ_ODDS)
        parts: list[Callable[[], Quotes]] = [
            functools.partial(self._quotes_of_table, file) for file in self.files.get(LINES, ())
        ]
        if outcomes:
            parts.append(lambda: point_lines.quotes_of_outcomes(outcomes, self.schedule))
        quotes = []
        for part in parts:
            try:
                quotes.append(part())
            except SourceError as error:
                problems += self._problems(None, (0, 0), error)
        parsed = point_lines.point_lines(quotes, self.schedule, self.player_boxes)
        return replace(parsed, problems=(*parsed.problems, *problems))

    def injury_reports(self) -> Parsed:
        """`injury_reports` of all reports."""
        records, problems = self._read(INJURIES, _READ_INJURIES)
        try:
            parsed = injury_report.injury_reports(records, self.schedule, self.player_boxes)
        except SourceError as error:
            problems += self._problems(None, (0, 0), error)
            parsed = injury_report.injury_reports([], self.schedule, self.player_boxes)
        return replace(parsed, problems=(*parsed.problems, *problems))

    def _quotes_of_table(self, file: LandedFile) -> Quotes:
        columns = (*point_lines.TABLE, *point_lines.TABLE_OPTIONAL)
        table = read_file(file.path, file.name, columns, columns)
        return point_lines.quotes_of_table(file.name, table, self.schedule)

    def _read(
        self, kind: str, readers: Mapping[str, Callable[..., pd.DataFrame]]
    ) -> tuple[list[tuple[str, pd.DataFrame]], list[Problem]]:
        """The rows of each file of a folder under its name, and the problems of those that cannot be read."""
        frames: list[tuple[str, pd.DataFrame]] = []
        problems: list[Problem] = []
        for file in self.files.get(kind, ()):
            day = date_of_name(file.name)
            try:
                rows = readers[file.path.suffix](file.path, file.name, day)
            except SourceError as error:
                problems += self._problems(day, _DAYS_ABOUT[kind], error)
                continue
            if len(rows):
                frames.append((file.name, rows))
        return frames, problems

    def _problems(self, day: dt.date | None, about: tuple[int, int], error: SourceError) -> Iterator[Problem]:
        """The error for every date from the first to the last day about it; for all dates where there is no day."""
        first, last = (self.first, self.last) if day is None else (day + dt.timedelta(days) for days in about)
        return (Problem(stamp.date(), str(error)) for stamp in pd.date_range(first, last))


def date_of_name(name: str) -> dt.date | None:
    """The date in a file name: 2025-01-05 or 01_05_2025 (month first), None without one."""
    for pattern, order in _NAME_DATES:
        if found := pattern.search(name):
            try:
                return dt.date(*(int(found.groups()[place]) for place in order))
            except ValueError:
                continue
    return None


_READ_ODDS = {".csv": odds_api.outcomes_of_csv, ".json": odds_api.outcomes_of_json}
_READ_INJURIES: dict[str, Callable[[Path, str, dt.date | None], pd.DataFrame]] = {
    ".pdf": lambda path, name, _: injury_report.records_of_pdf(path, name),
    ".json": lambda path, name, _: injury_report.records_of_json(path, name),
}

"""The league's injury report as PDF: a table without borders, read cell by cell in the order in which it was drawn.

Date, time, matchup and team are written once and represent the rows below; a long name or reason takes several lines
of its cell; the table goes on over pages without its headings.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nba_assets.sources.port import SourceError

if TYPE_CHECKING:
    from pypdf import PageObject

RECORD = ("date", "gametime", "matchup", "team", "player", "status", "reason")
"""Columns of a record, in the order of the printed table."""

_CARRIED = RECORD[:4]
_HEADINGS = (("Game", "Date"), ("Game", "Time"), ("Matchup",), ("Team",), ("Player", "Name"), ("Current", "Status"),
             ("Reason",))  # fmt: skip
_HEADER = re.compile(r"Injury Report: (\d\d/\d\d/\d\d \d\d:\d\d [AP]M)")
_DAMAGED = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the parser raises for a file that is no sound PDF, beside its own errors."""

Word = tuple[float, str]
"""Place from the left, and text."""


def read_pdf(path: Path, name: str) -> tuple[str, pd.DataFrame]:
    """The time in the report's header, US Eastern ('01/04/24 12:30 PM'), and its records, columns `RECORD`.

    Raises SourceError for a file that is no PDF or not laid out as an injury report.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        pages = [_words(page) for page in PdfReader(path).pages]
    except (PyPdfError, *_DAMAGED) as error:
        raise SourceError(f"{name}: cannot be read as PDF ({error}); deliver the file again") from error
    words = [word for page in pages for word in page]
    printed = _HEADER.search(" ".join(text for _, text in words))
    if printed is None:
        raise SourceError(f"{name}: no header `Injury Report: MM/DD/YY HH:MM PM`; deliver the league's report")
    starts = _column_starts(words, name)
    rows: list[list[str]] = []
    last = len(RECORD)
    for x, text in (word for page in pages for word in _body(page)):
        column = max((number for number, start in enumerate(starts) if start <= x + 1), default=0)
        if column < last:
            rows.append([""] * len(RECORD))
        rows[-1][column] = _joined(rows[-1][column], text)
        last = column
    records = pd.DataFrame(rows, columns=list(RECORD), dtype=object).replace("", None)
    return printed.group(1), records.assign(**{column: records[column].ffill() for column in _CARRIED})


def _words(page: "PageObject") -> list[Word]:
    words: list[Word] = []

    def keep(text: str, _: object, matrix: Sequence[float], *__: object) -> None:
        if text.strip():
            words.append((matrix[4], text.strip()))

    page.extract_text(visitor_text=keep)
    return words


def _column_starts(words: Sequence[Word], name: str) -> list[float]:
    """Left edges of the seven columns, by the headings of the first page."""
    texts = [text for _, text in words]
    headings = [text for heading in _HEADINGS for text in heading]
    for at in range(len(texts)):
        if texts[at : at + len(headings)] == headings:
            firsts = [at + sum(map(len, _HEADINGS[:number])) for number in range(len(_HEADINGS))]
            return [words[first][0] for first in firsts]
    raise SourceError(
        f"{name}: no headings `{' '.join(headings)}`; the layout has changed, the reader of injury reports must follow"
    )


def _body(page: Sequence[Word]) -> list[Word]:
    """Words of the table: without the report's header, the page number and the headings."""
    texts = [text for _, text in page]
    headings = [text for heading in _HEADINGS for text in heading]
    left_out: set[int] = set()
    for at in range(len(texts)):
        if texts[at : at + 2] == ["Injury", "Report:"]:
            left_out |= set(range(at, at + 5))
        elif texts[at] == "Page" and texts[at + 2 : at + 3] == ["of"]:
            left_out |= set(range(at, at + 4))
        elif texts[at : at + len(headings)] == headings:
            left_out |= set(range(at, at + len(headings)))
    return [word for number, word in enumerate(page) if number not in left_out]


def _joined(cell: str, text: str) -> str:
    """Words of a cell; one that ends in a hyphen goes on without a space, also on its next line."""
    is_part = not cell or re.search(r"\S-$", cell)
    return f"{cell}{text}" if is_part else f"{cell} {text}"

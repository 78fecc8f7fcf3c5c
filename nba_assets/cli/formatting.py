"""Facts as a person reads them in a terminal: tables without markup, durations, times."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from nba_assets.readiness.failures import has_end

ROOM = 130
"""Characters of a reason that a table has room for; `explain` and --json have all of it."""


def table_of(titles: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> Table:
    """A table whose cells are shown as they are; lists and dates in them become text."""
    shown = Table(*titles, title=title or None, title_justify="left", show_edge=False, pad_edge=False)
    for row in rows:
        shown.add_row(*(Text(text_of(cell)) for cell in row))
    return shown


def text_of(value: Any) -> str:
    """A fact in words; '' for what is unknown."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(text_of, value))
    if isinstance(value, dt.datetime):
        return "" if pd.isna(value) else time_of(value)
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value == round(value) else f"{value:,.6g}"
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)


def time_of(moment: dt.datetime) -> str:
    """'2026-01-03 21:04' in local time, or only the date where there is no time; 'no end' of what never ends."""
    if moment.tzinfo is None:
        return f"{moment:%Y-%m-%d}"
    if not has_end(moment):
        return "no end"
    return f"{pd.Timestamp(moment).to_pydatetime().astimezone():%Y-%m-%d %H:%M}"


def duration_of(seconds: float | None) -> str:
    """'45 s', '3 min' or '1 h 20 min'; '?' where nothing is known."""
    if seconds is None:
        return "?"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def shortened(text: str) -> str:
    """As much of a reason as a table has room for."""
    return text if len(text) <= ROOM else f"{text[: ROOM - 2]} …"

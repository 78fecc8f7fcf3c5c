"""What the forms of the UI ask, their defaults, and what they say of an answer that cannot be used.

A form is checked when its run starts: RequestError names the field, its value and what to write.
"""

import datetime as dt
from collections.abc import Sequence

import dagster as dg
from pydantic import Field

from nba_assets.errors import RequestError
from nba_assets.operations.backfills.defaults import CHUNK_DAYS
from nba_assets.partitions import Span, date_of
from nba_assets.settings import Settings

DATE = "as 2024-01-31"


def range_of(first: str, last: str, names: Sequence[str] = ("first", "last")) -> tuple[dt.date | None, dt.date | None]:
    """Both ends of a range; an end left empty is None."""
    start, end = (date_of(name, text) if text else None for name, text in zip(names, (first, last), strict=True))
    if start and end and start > end:
        raise RequestError(f"{names[0]} {start} lies after {names[1]} {end}: exchange them")
    return start, end


class Decision(dg.Config):
    """Who decides, and why; both are recorded."""

    why: str = Field(description="The reason. It is recorded, and shown to anyone who finds the dates taken.")
    who: str = Field(default="", description="Your name; default: the user of the server.")

    def by(self, settings: Settings) -> str:
        """Who decides. RequestError when no reason is given."""
        if not self.why.strip():
            raise RequestError("why: it is empty; write the reason in a few words, it is recorded")
        return self.who or settings.who


class BackfillForm(Decision):
    """What to build."""

    tables: list[str] = Field(default=[], description="Tables to build; none: all, with model and predictions.")
    first: str = Field(default="", description=f"First date, {DATE}; default: the first of the source.")
    last: str = Field(default="", description=f"Last date, {DATE}; default: the newest.")
    only: list[str] = Field(
        default=["outdated"],
        description="Which dates: outdated (default), or any of missing, stale, failed; an empty list rebuilds all.",
    )
    with_upstream: bool = Field(default=False, description="Also everything that the tables are made of.")
    workers: int = Field(default=1, ge=1, description="Runs at the same time.")
    chunk_days: int = Field(default=CHUNK_DAYS, ge=1, description="Dates of one run at most.")
    wait_minutes: float = Field(default=0, description="How long to wait when somebody holds the dates; 0: refuse.")
    override: str = Field(default="", description="The reason why older code may build over newer.")

    def dates(self) -> tuple[dt.date | None, dt.date | None]:
        return range_of(self.first, self.last)


class PredictForm(Decision):
    """Which slates to predict again, on the newest injury reports and lines."""

    first: str = Field(default="", description=f"First date, {DATE}; default: today, US Eastern.")
    last: str = Field(default="", description="Last date; default: tomorrow, or `first` where that is given.")

    def dates(self, today: dt.date) -> tuple[dt.date, dt.date]:
        first, last = range_of(self.first, self.last)
        return first or today, last or first or today + dt.timedelta(days=1)


class TrainForm(Decision):
    """What to train."""

    walk_forward_first: str = Field(
        default="", description=f"Train a version for every month from this date on, {DATE}; none: one, on all dates."
    )
    walk_forward_last: str = Field(default="", description=f"Last date of those months, {DATE}; default: the newest.")

    def months(self) -> tuple[dt.date, dt.date] | None:
        """The dates to train for month by month; None for one training on all dates."""
        first, last = range_of(
            self.walk_forward_first, self.walk_forward_last, ("walk_forward_first", "walk_forward_last")
        )
        if last and not first:
            raise RequestError("walk_forward_first: it is empty, though walk_forward_last is not; give both or neither")
        return (first, last or dt.date.max) if first else None


class SpanForm(Decision):
    """Dates of one table."""

    table: str = Field(description="The table, as team_offense.")
    first: str = Field(description=f"First date, {DATE}.")
    last: str = Field(default="", description="Last date; default: the first.")

    def span(self) -> Span:
        first, last = range_of(self.first, self.last)
        if first is None:
            raise RequestError(f"first: it is empty; write the first date, {DATE}")
        return Span(self.table, first, last or first)


class FreezeForm(SpanForm):
    """Dates that nobody shall write for a while."""

    hours: float = Field(default=24, gt=0, description="How long, from now.")

    def until(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(hours=self.hours)


class WaiverForm(FreezeForm):
    """A rule whose failures shall pass for a while."""

    rule: str = Field(description="Name of the rule, as partition_ready shows it; * for every rule of the table.")


class GameForm(Decision):
    """One game of a table."""

    game: str = Field(description="Id of the game, as 0022400061.")
    table: str = Field(description="The table, as team_box_scores.")
    date: str = Field(default="", description=f"Its date, {DATE}; needed where it was due on several.")

    def day(self) -> dt.date | None:
        """Its date; None where that is left to the schedule."""
        return date_of("date", self.date) if self.date else None


class CancelForm(Decision):
    """What to stop."""

    claim: str = Field(description="A run, a claim's id, or its owner.")

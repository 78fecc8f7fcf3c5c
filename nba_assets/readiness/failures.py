"""What fails a rule, and the waivers that let it pass."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Protocol


@dataclass(frozen=True)
class Failure:
    """One rule that does not hold on one date; the message shows where and what to do.

    With a `game_id` it concerns this game of the date alone, without one the whole date; with `columns` these columns
    of the game. One that `asks` is a question,
    no defect: the waiver that answers it taints nothing.
    """

    game_date: dt.date
    rule: str
    message: str
    blocks: bool = False
    asks: bool = False
    game_id: str = ""
    columns: tuple[str, ...] = ()


NO_END = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
"""Until when a waiver goes that nobody has given an end."""


def has_end(until: dt.datetime) -> bool:
    """Whether a waiver until this moment ends by itself."""
    return until < NO_END


class SourceProblem(Protocol):
    """Something of a date, or of one game on it, that a source could not make out; `teams` are the game's by id."""

    @property
    def game_date(self) -> dt.date: ...

    @property
    def message(self) -> str: ...

    @property
    def game_id(self) -> str: ...

    @property
    def teams(self) -> tuple[int, ...]: ...


@dataclass(frozen=True)
class Waiver:
    """Going ahead regardless: a named rule of a table, over dates, until a moment, by somebody for a reason."""

    waiver_id: str
    table: str
    rule: str
    first: dt.date
    last: dt.date
    until: dt.datetime
    who: str = ""
    why: str = ""
    game_id: str = ""
    """The one game that it lets pass; empty for every one."""

    def waives(self, table: str, rule: str, now: dt.datetime) -> bool:
        """Whether it is in force and names the rule of the table; "*" names every rule."""
        return self.table == table and self.rule in (rule, "*") and now < self.until

    def covers(self, table: str, failure: Failure, now: dt.datetime) -> bool:
        is_there = self.first <= failure.game_date <= self.last and self.game_id in ("", failure.game_id)
        return is_there and self.waives(table, failure.rule, now)

    def facts(self) -> dict[str, str]:
        """Everything there is to say of it, as text, for metadata; `until` in UTC."""
        stated = {name: value for name, value in asdict(self).items() if name != "game_id" or value}
        until = str(self.until.astimezone(dt.UTC)) if has_end(self.until) else "no end"
        return {name: str(value) for name, value in stated.items()} | {"until": until}

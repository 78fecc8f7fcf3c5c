"""One delivered table, read column by column; keeps account of the values that could not be understood."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import LARGEST
from nba_assets.contracts.teams import TRICODE_BY_ID
from nba_assets.partitions import label_date
from nba_assets.sources.parsing import normalise
from nba_assets.sources.port import Problem, SourceError

Normaliser = Callable[[pd.Series], tuple[pd.Series, pd.Series]]


class DeliveredRows:
    """The rows of one table, out of one or more files or responses, under the provider's column names.

    A value that is not understood marks its row `bad` and is remembered; `problems` names it for the row's date.
    A column of which nothing is understood is a wrong type: SourceError.
    """

    def __init__(self, parts: Sequence[tuple[str, pd.DataFrame]], columns: Iterable[str]) -> None:
        """`parts` are (name of the file, its rows). Raises SourceError when one of `columns` is missing in a part."""
        for name, rows in parts:
            missing = [column for column in columns if column not in rows]
            if missing:
                raise SourceError(
                    f"{name}: column {', '.join(missing)} is missing (it has: {', '.join(map(str, rows.columns))}); "
                    "deliver the column or correct its name"
                )
        self._names = [name for name, _ in parts]
        self._starts = np.cumsum([0, *[len(rows) for _, rows in parts][:-1]])
        frames = [rows for _, rows in parts]
        self.row_numbers = np.concatenate([rows.index.to_numpy() for rows in frames])
        self.rows = frames[0].copy(deep=False) if len(frames) == 1 else pd.concat(frames)
        self.rows.index = pd.RangeIndex(len(self.rows))
        self.bad = pd.Series(False, index=self.rows.index)
        self._faults: list[tuple[pd.Series, str, str]] = []
        self._left_out: list[tuple[pd.Series, str, str]] = []
        self._games: pd.Series | None = None

    def optional(self, column: str, normaliser: Normaliser, meaning: str) -> pd.Series:
        """The column normalised; what is not `meaning` is null, for nothing needs it, and `notes` names it."""
        values, bad = normaliser(self.rows[column])
        if bad.any():
            self._left_out.append((bad, column, f"is not {meaning}"))
        return values.mask(bad)

    def read(self, column: str, normaliser: Normaliser, meaning: str, *, required: bool = False) -> pd.Series:
        """The column normalised; values that are not `meaning`, and nulls where required, are remembered as faults."""
        values, bad = normaliser(self.rows[column])
        self._mark(bad | values.isna() if required else bad, column, f"is not {meaning}")
        if values.dtype.kind == "f":
            self.fault(values.abs() >= LARGEST, column, f"is not {meaning}, but beyond every number that a table holds")
            values = values.mask(values.abs() >= LARGEST)
        return values

    def dates(self, column: str) -> pd.Series:
        """Game dates; a row without one belongs to no partition, so that its date is unknown: SourceError."""
        values, bad = normalise.dates(self.rows[column])
        if bad.any():
            row = int(np.argmax(bad.to_numpy()))
            raise SourceError(
                f"{self.place(row)}: column {column}: {self._shown(row, column)} is not a date "
                f"({int(bad.sum())} such rows); give US Eastern dates as YYYY-MM-DD"
            )
        return values

    def game_ids(self, column: str) -> pd.Series:
        """10-character NBA game ids; None and a fault where not understood."""
        ids = normalise.game_ids(self.rows[column])
        self._mark(ids.isna(), column, "is not an NBA game id")
        self._games = ids
        return ids

    def team_ids(self, column: str) -> pd.Series:
        """Ids of the thirty teams as float64; another team is a fault."""
        ids, bad = normalise.counts(self.rows[column])
        self._mark(bad | ~ids.isin(TRICODE_BY_ID), column, "is not the id of an NBA team")
        return ids

    def labels(self, column: str) -> pd.Series:
        """Text as delivered; a missing one is a fault."""
        values = self.rows[column].astype(object)
        self.fault(values.isna() | values.eq(""), column, "is not a name")
        return values

    def fault(self, bad: pd.Series, column: str, text: str) -> None:
        """Remembers that `column` of the rows of the mask is not usable, and why."""
        if bad.any():
            self.bad |= bad
            self._faults.append((bad, column, text))

    def problems(self, dates: pd.Series) -> tuple[Problem, ...]:
        """One Problem for each game, column and kind of fault, with a count and the first value as an example.

        Where the game of a row is not understood the problem is of its date.
        """
        games = pd.Series("", index=dates.index) if self._games is None else self._games.fillna("")
        found: dict[tuple[dt.date, str, int], tuple[int, int]] = {}
        for number, (bad, _, _) in enumerate(self._faults):
            faulty = pd.DataFrame({"day": dates[bad].dt.date, "game": games[bad], "row": dates.index[bad]})
            counts = faulty.groupby(["day", "game"])["row"].agg(["min", "size"]).reset_index()
            for day, game_id, row, count in counts.itertuples(index=False):
                found[(day, game_id, number)] = (row, count)
        problems = []
        for (day, game_id, number), (row, count) in sorted(found.items()):
            _, column, text = self._faults[number]
            value = self._shown(row, column)
            more = f" (and {count - 1} more {'of the game' if game_id else 'on this date'})" if count > 1 else ""
            problems.append(
                Problem(
                    day,
                    f"{self.place(row)}: column {column} on {day}: {value} {text}{more}; "
                    "correct the file and materialize the date again",
                    game_id,
                )
            )
        return tuple(problems)

    def notes(self, dates: pd.Series) -> tuple[Problem, ...]:
        """One note for each date and optional column with values that are not understood."""
        return tuple(
            Problem(
                label_date(day),
                f"{self.place(rows.index[0])}: column {column}: {self._shown(rows.index[0], column)} {text}"
                f"{f' (and {len(rows) - 1} more)' if len(rows) > 1 else ''}; left out",
            )
            for bad, column, text in self._left_out
            for day, rows in dates[bad].groupby(dates[bad])
        )

    def _mark(self, bad: pd.Series, column: str, text: str) -> None:
        if len(bad) > 1 and bad.all():
            raise SourceError(
                f"{self._names[0]}: column {column}: no value can be understood; the first, "
                f"{self._shown(0, column)}, {text}; check that this is the right file and column"
            )
        self.fault(bad, column, text)

    @property
    def names(self) -> str:
        """The files that the rows come from."""
        return ", ".join(self._names)

    def place(self, row: int) -> str:
        """File and row number, as a person counts them without the header; a part keeps its numbers as its index."""
        part = int(np.searchsorted(self._starts, row, side="right")) - 1
        return f"{self._names[part]}, row {self.row_numbers[row] + 1}"

    def _shown(self, row: int, column: str) -> str:
        value = self.rows[column][row]
        return repr(value.item() if isinstance(value, np.generic) else value)

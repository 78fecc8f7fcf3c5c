"""What an archive declares that it does not cover: phases of seasons, in a file beside its tables.

Only a declaration leaves games out. That rows are absent never does: such games are missing and reject their dates.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from nba_assets.contracts.raw import SEASON_TYPES
from nba_assets.sources.parsing import normalise
from nba_assets.sources.parsing.files import read_file
from nba_assets.sources.parsing.landing import LandedFile
from nba_assets.sources.port import Problem, SourceError

NAME = "not_covered"
COLUMNS = ("season", "season_type", "reason")


@dataclass(frozen=True)
class NotCovered:
    """Reasons by (season, season type); none by default."""

    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def hits(self, game_ids: pd.Series) -> pd.Series:
        """Whether each game, its id in any form that is understood, lies in a phase that is not covered."""
        return pd.Series([key in self.reasons for key in _phases(game_ids)], index=game_ids.index, dtype=bool)

    def notes(self, game_ids: pd.Series, dates: pd.Series) -> tuple[Problem, ...]:
        """One note per date and phase, with the number of games that were left out."""
        days, _ = normalise.dates(dates)
        left_out = Counter(
            (day.date(), key)
            for day, key in zip(days, _phases(game_ids), strict=True)
            if key in self.reasons and not pd.isna(day)
        )
        return tuple(
            Problem(day, f"{count} games of {key[0]} {key[1]} left out, declared as not covered: {self.reasons[key]}")
            for (day, key), count in sorted(left_out.items())
        )


def read_not_covered(file: LandedFile) -> NotCovered:
    """The declaration. Raises SourceError for a file without its columns, or a phase that is none or has no reason."""
    rows = read_file(file.path, file.name, COLUMNS, COLUMNS)
    missing = [column for column in COLUMNS if column not in rows]
    if missing:
        raise SourceError(f"{file.name}: column {', '.join(missing)} is missing; it has {', '.join(COLUMNS)}")
    reasons = {}
    for number, (season, season_type, reason) in enumerate(rows[list(COLUMNS)].itertuples(index=False), start=1):
        if season_type not in SEASON_TYPES or not str(season)[:4].isdigit() or not reason:
            raise SourceError(
                f"{file.name}, row {number}: season {season!r}, season_type {season_type!r}, reason {reason!r}; give a "
                f"season such as 2016-17, one of {', '.join(SEASON_TYPES)}, and why it is not covered"
            )
        reasons[(str(season), str(season_type))] = str(reason)
    return NotCovered(reasons)


def _phases(game_ids: pd.Series) -> list[tuple[str, str]]:
    ids = normalise.game_ids(game_ids)
    return list(zip(normalise.seasons_of_games(ids), normalise.season_types_of_games(ids), strict=True))

"""What a team's last games amount to before a date: pace, ratings and what it allowed."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.domain.as_of import Earlier, GameLog
from nba_assets.domain.gaps import Gaps, GapView, gap_view, is_thin
from nba_assets.domain.typed_columns import TypedColumns
from nba_assets.domain.windows import last_sums, quotient, sums_since


class TeamForm:
    """The games of each team in a team table (`team_offense` or `team_defense`), before the dates of some rows."""

    def __init__(
        self, table: pd.DataFrame, statistics: Sequence[str], gaps: Gaps, team: np.ndarray, day: np.ndarray
    ) -> None:
        self._gaps = gaps
        self._log = GameLog(table, "team_id", ["season", *statistics])
        self.earlier: Earlier = self._log.earlier(team, day)
        self.gap_view: GapView = gap_view(gaps, self.earlier)

    def add_means(self, columns: TypedColumns, count_name: str, size: int, means: Mapping[str, str]) -> None:
        """Means over the team's last `size` games ({new column: table column}) and how many games they rest on.

        A game counts when all the named columns are there. Without a game null (`short_history`), with games
        that lack a statistic `source_unavailable`, with a gap in the window `upstream_missing`.
        """
        values = {name: self._log.numbers(name) for name in means.values()}
        is_partial = np.isnan(list(values.values())).any(axis=0)
        count = last_sums(self._log, (~is_partial).astype("float64"), [size])[size]
        columns.add(count_name, np.nan_to_num(self.earlier.of(count)).astype("int64"))
        reason = np.where(self.earlier.games > 0, Absence.SOURCE_UNAVAILABLE, Absence.SHORT_HISTORY)
        gap = self.gap_view.in_last(size)
        for name, of in means.items():
            total = last_sums(self._log, np.where(is_partial, np.nan, values[of]), [size])[size]
            columns.add(name, self.earlier.of(quotient(total, count)), reason, gap)

    def add_previous_game(self, columns: TypedColumns, name: str, of: str) -> None:
        """A table column in the team's last game; nulls as of `add_means`."""
        reason = np.where(self.earlier.games > 0, Absence.SOURCE_UNAVAILABLE, Absence.SHORT_HISTORY)
        columns.add(name, self.earlier.of(self._log.numbers(of)), reason, self.gap_view.in_last(1))

    def add_season_mean(self, columns: TypedColumns, name: str, count_name: str, of: str, start: np.ndarray) -> None:
        """Mean of a table column over the team's games since `start` of the season, and how many it rests on.

        Without a game null (`short_history`), where games lack the column `source_unavailable`, and `upstream_missing`
        where under 95 % of the games due since then are known.
        """
        values, earlier = self._log.numbers(of), self.earlier
        count = sums_since(earlier, (~np.isnan(values)).astype("float64"), start)
        columns.add(count_name, count.astype("int64"))
        games = earlier.since(start)
        reason = np.where(games > 0, Absence.SOURCE_UNAVAILABLE, Absence.SHORT_HISTORY)
        thin = is_thin(games, self._gaps.count_between(earlier.entity, start, earlier.day))
        columns.add(name, quotient(sums_since(earlier, np.nan_to_num(values), start), count), reason, thin)

    def rest_days(self) -> np.ndarray:
        """Days since the team's last game minus 1; NaN before its first."""
        return self.earlier.day - self.earlier.of(self._log.day) - 1

    def games_after(self, day: np.ndarray) -> np.ndarray:
        """Number of the team's earlier games after each day."""
        return self.earlier.since(day + 1)

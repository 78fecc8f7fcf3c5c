"""What could not be read when a published date was built: what has failed since is no part of it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Contract
from nba_assets.readiness.losses import TEAM_GAME, team_games_lost
from nba_assets.readiness.quarantine import team_games
from nba_assets.readiness.state import LedgerState


class PastGaps:
    """The gaps of the tables that a contract reads, as they were when one of its dates was built.

    `due` are the team-games of the schedule (game_date, game_id, team_id) on all dates that any of the tables lacks.
    """

    def __init__(self, state: LedgerState, due: pd.DataFrame) -> None:
        self._state, self._due = state, due

    def of(self, contract: Contract, day: pd.Timestamp) -> Mapping[str, pd.DataFrame]:
        """Per table that it reads: game_date, game_id and team_id of what could not be read of it."""
        return {
            table: team_games_lost(self._state, table, was_gap, self._due)[TEAM_GAME]
            for table, was_gap in self._were_gaps(contract, day).items()
        }

    def quarantined(self, table: str) -> pd.DataFrame:
        """game_date, game_id and team_id of the games that are not published of the table's dates."""
        return team_games(self._state.quarantined(table))

    def key(self, contract: Contract, day: pd.Timestamp) -> tuple[bytes, ...]:
        """Equal for dates that could not read the same; games that are quarantined are so for all that is current."""
        return tuple(np.packbits(was_gap).tobytes() for was_gap in self._were_gaps(contract, day).values())

    def _were_gaps(self, contract: Contract, day: pd.Timestamp) -> Mapping[str, np.ndarray]:
        """Per table a flag per date. A gap that has content and began later was read as what is published there."""
        state = self._state
        inputs_build = state.rows[contract.name]["inputs_build"].iloc[state.position(day)]
        return {
            table: state.is_gap(table) & ~((state.content_build[table] > 0) & (state.gap_build[table] > inputs_build))
            for table in dict.fromkeys(read.table for read in contract.reads)
        }

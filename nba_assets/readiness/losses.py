"""The games that a training window lacks: quarantined, or due on rejected and blocked dates; by table, with reasons."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from nba_assets.readiness.quarantine import team_games
from nba_assets.readiness.state import LedgerState

GAME = ["game_date", "game_id"]
TEAM_GAME = [*GAME, "team_id"]
_REASON_LENGTH = 300


def _none() -> pd.DataFrame:
    columns = {**dict.fromkeys(("table", "game_id", "reason"), "object"), "game_date": "datetime64[ns]"}
    return pd.DataFrame({name: pd.Series(dtype=of) for name, of in {**columns, "team_id": "int64"}.items()})


@dataclass(frozen=True)
class Losses:
    """One row per team-game that a table of the window lacks: table, game_date, game_id, team_id, reason.

    `table` is the most upstream one that lacks it. `needed` are lost to a model, `optional` only tables that it reads
    as optional lack. `due` are the team-games of the window by the schedule.
    """

    needed: pd.DataFrame = field(default_factory=_none)
    optional: pd.DataFrame = field(default_factory=_none)
    due: pd.DataFrame = field(default_factory=lambda: _none()[TEAM_GAME])

    @property
    def games(self) -> pd.DataFrame:
        """game_date and game_id of what a model cannot have."""
        return self.needed[GAME].drop_duplicates(ignore_index=True)

    def facts(self) -> dict[str, object]:
        """For a model's metadata: `lost` games of how many `due`, and all of them, those of optional tables apart."""
        return {
            "due": len(self.due[GAME].drop_duplicates()),
            "lost": len(self.games),
            "games": list(listed(self.needed)),
            "games_of_optional_tables": list(listed(self.optional)),
        }


def listed(lost: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Each game once: table, date, game and reason, as text."""
    for row in lost.drop_duplicates(GAME).sort_values(GAME).to_dict("records"):
        reason = row["reason"]
        yield {
            "table": row["table"],
            "date": f"{row['game_date']:%Y-%m-%d}",
            "game": row["game_id"],
            "reason": reason if len(reason) <= _REASON_LENGTH else f"{reason[: _REASON_LENGTH - 1]}…",
        }


def is_lossless(state: LedgerState, tables: Collection[str], window: np.ndarray) -> bool:
    """Whether no table lacks a game on the dates of the window (a flag per date)."""
    days = state.days[window]
    return not any(
        (state.is_gap(table) & window).any()
        or any(days[0] <= pd.Timestamp(day) <= days[-1] for day, _ in state.quarantined(table))
        for table in tables
    )


def losses(
    state: LedgerState,
    tables: Sequence[str],
    needed: Collection[str],
    window: np.ndarray,
    waived: np.ndarray,
    due: pd.DataFrame,
) -> Losses:
    """What the tables (in graph order) lack on the dates of the window; `due` are its team-games by the schedule.

    `window` and `waived` are flags per date. Waived rejected and blocked dates lack nothing: what is published there
    is used. A game that the schedule itself has quarantined was due.
    """
    parts: dict[bool, list[pd.DataFrame]] = {True: [], False: []}
    for table in tables:
        parts[table in needed].append(_lost_in(state, table, window, waived, due))
    of_needed, of_optional = (_first_of_each(parts[kind]) for kind in (True, False))
    also_needed = _keys(of_optional).isin(_keys(of_needed))
    everything = pd.concat([due[TEAM_GAME], of_needed[TEAM_GAME]]).drop_duplicates(ignore_index=True)
    return Losses(of_needed, of_optional[~also_needed].reset_index(drop=True), everything)


def team_games_lost(state: LedgerState, table: str, is_lost: np.ndarray, due: pd.DataFrame) -> pd.DataFrame:
    """Team-games of a table: those of its quarantined games, and those of `due` on the dates that are lost as a whole.

    `is_lost` is a flag per date.
    """
    on_dates = due.loc[due["game_date"].isin(state.days[is_lost]), TEAM_GAME]
    return pd.concat([on_dates, team_games(state.quarantined(table))], ignore_index=True)


def _lost_in(state: LedgerState, table: str, window: np.ndarray, waived: np.ndarray, due: pd.DataFrame) -> pd.DataFrame:
    is_lost = window & ~waived & state.is_gap(table)
    lost = team_games_lost(state, table, is_lost, due)
    lost = lost[lost["game_date"].isin(state.days[window])]
    by_game = {(pd.Timestamp(day), game_id): it.reasons for (day, game_id), it in state.quarantined(table).items()}
    by_date = {state.days[at]: state.describe(table, at) for at in np.flatnonzero(is_lost).tolist()}
    reasons = [
        by_game.get((day, game_id)) or by_date[day]
        for day, game_id in zip(lost["game_date"], lost["game_id"], strict=True)
    ]
    return lost.assign(table=table, reason=pd.Series(reasons, index=lost.index, dtype=object))


def _first_of_each(lost: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Of what several tables lack the most upstream one's account."""
    return pd.concat([_none(), *lost]).drop_duplicates(TEAM_GAME, ignore_index=True)


def _keys(lost: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(lost[TEAM_GAME])

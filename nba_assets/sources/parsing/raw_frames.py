"""From normalised facts to rows of the raw contracts; home and away come from the schedule and nowhere else."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts import raw
from nba_assets.contracts.contract import ABSENCE, Absence, Column, Contract
from nba_assets.contracts.teams import TRICODE_BY_ID
from nba_assets.domain.absence import absence_column
from nba_assets.partitions import tricode_game_key
from nba_assets.sources.parsing import normalise

_CONTRACTS = {contract.name: contract for contract in raw.RAW_TABLES}
_STATISTICS = (*raw.BOX_COUNTS, "plus_minus")


def schedule_rows(games: pd.DataFrame) -> pd.DataFrame:
    """`game_schedule` out of game_id, game_date, home_team_id, away_team_id, is_neutral_site, is_postponed, tipoff_utc.

    Season and season type are those that the NBA wrote into the game id.
    """
    home, away = games["home_team_id"].map(TRICODE_BY_ID), games["away_team_id"].map(TRICODE_BY_ID)
    rows = games.assign(
        game_key=tricode_game_key(games["game_date"], away, home),
        season=normalise.seasons_of_games(games["game_id"]),
        season_type=normalise.season_types_of_games(games["game_id"]),
        home_team=home,
        away_team=away,
    )
    return contract_frame(
        raw.GAME_SCHEDULE, rows, dict.fromkeys(("tipoff_utc", "is_neutral_site"), Absence.SOURCE_UNAVAILABLE)
    )


def result_rows(games: pd.DataFrame) -> pd.DataFrame:
    """`game_results` out of game_id, game_date, status, home_pts, away_pts, overtime_periods."""
    reasons = dict.fromkeys(("home_pts", "away_pts", "overtime_periods"), Absence.NOT_YET_PLAYED)
    return contract_frame(raw.GAME_RESULTS, games, reasons)


def team_rows(lines: pd.DataFrame, schedule: pd.DataFrame) -> pd.DataFrame:
    """`team_box_scores` out of game_id, team_id, minutes and the counts; opponent and home flag by the schedule.

    Every line must belong to a game of `schedule` and to one of its two teams
    (`schedule_reconciliation.match_schedule` sees to it).
    """
    game = schedule_of(lines["game_id"], schedule)
    is_home = lines["team_id"] == game["home_team_id"]
    opponent = game["away_team_id"].where(is_home, game["home_team_id"])
    rows = lines.assign(
        game_date=game["game_date"],
        team=lines["team_id"].map(TRICODE_BY_ID),
        opponent_team_id=opponent,
        opponent_team=opponent.map(TRICODE_BY_ID),
        is_home=is_home,
    )
    return contract_frame(raw.TEAM_BOX_SCORES, rows, dict.fromkeys(raw.BOX_COUNTS, Absence.SOURCE_UNAVAILABLE))


def player_rows(lines: pd.DataFrame, schedule: pd.DataFrame) -> pd.DataFrame:
    """`player_box_scores` out of game_id, team_id, player_id, player_name, is_starter, minutes, dnp_reason, counts.

    A line without minutes is a listed player who did not play. A null statistic of one who played is
    `source_unavailable`.
    """
    rows = lines.assign(
        game_date=schedule_of(lines["game_id"], schedule)["game_date"], team=lines["team_id"].map(TRICODE_BY_ID)
    )
    did_not_play = rows["minutes"].isna()
    of_statistics = np.where(did_not_play, Absence.DID_NOT_PLAY, Absence.SOURCE_UNAVAILABLE)
    return contract_frame(
        raw.PLAYER_BOX_SCORES,
        rows,
        {
            "is_starter": Absence.SOURCE_UNAVAILABLE,
            "minutes": Absence.DID_NOT_PLAY,
            "dnp_reason": np.where(did_not_play, Absence.SOURCE_UNAVAILABLE, Absence.NOT_APPLICABLE),
            **dict.fromkeys(_STATISTICS, of_statistics),
        },
    )


def schedule_of(game_ids: pd.Series, schedule: pd.DataFrame) -> pd.DataFrame:
    """game_date, home_team_id and away_team_id of each game id, null for a game that is not due.

    Two rows of a game that contradict each other are a fault of the schedule; here the game counts as unscheduled.
    """
    facts = ["game_id", "game_date", "home_team_id", "away_team_id"]
    due = schedule.loc[~schedule["is_postponed"].astype(bool), facts].drop_duplicates()
    due = due[~due["game_id"].duplicated(keep=False)].set_index("game_id")
    return due.reindex(game_ids).set_axis(game_ids.index)


def empty_frame(table: str) -> pd.DataFrame:
    """The table without rows, its columns typed."""
    contract = _CONTRACTS[table]
    return contract_frame(contract, pd.DataFrame({name: [] for name in contract.column_names}), {})


def contract_frame(contract: Contract, rows: pd.DataFrame, reasons: Mapping[str, Absence | np.ndarray]) -> pd.DataFrame:
    """Exactly the contract's columns and types, sorted by date and key, with the reason of every null."""
    frame = pd.DataFrame(
        {column.name: _typed(rows[column.name], column) for column in contract.columns if column.name != ABSENCE},
        index=rows.index,
        copy=False,
    )
    if ABSENCE in contract.column_names:
        frame[ABSENCE] = absence_column(frame, reasons) if len(frame) else pd.Series(dtype=object)
    order = ["game_date", *(name for name in contract.key)]
    if is_sorted(frame, order):
        frame.index = pd.RangeIndex(len(frame))
        return frame
    return frame.sort_values(order, kind="stable", ignore_index=True)


def is_sorted(frame: pd.DataFrame, order: list[str]) -> bool:
    """Whether the rows are in this order; most deliveries do, and a million rows of text are slow to sort."""
    equal = np.ones(max(len(frame) - 1, 0), dtype=bool)
    for name in order:
        values = frame[name].to_numpy()
        if (equal & (values[1:] < values[:-1])).any():
            return False
        equal &= values[1:] == values[:-1]
    return True


def _typed(values: pd.Series, column: Column) -> pd.Series:
    if column.type == "integer":
        return values.astype("float64" if column.nullable else "int64")
    if column.type == "boolean":
        return values.astype("boolean" if column.nullable else bool)
    if column.type == "timestamp":
        return pd.to_datetime(values, utc=True).astype("datetime64[ns, UTC]")
    if column.type == "date":
        return values.astype("datetime64[ns]")
    if column.type == "float":
        return values.astype("float64")
    texts = values.astype(object)
    return texts.where(texts.notna(), None) if column.nullable else texts

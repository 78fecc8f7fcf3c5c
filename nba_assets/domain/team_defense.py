"""Table `team_defense`: what a team allowed, game by game; the mirror of `team_offense`."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, Absence
from nba_assets.domain.absence import absence_column, stated_reasons
from nba_assets.domain.ratio import ratio_absence
from nba_assets.domain.team_games import TEAM_GAME
from nba_assets.domain.zones import ZONE_COUNTS

COUNTS = ["pts", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "ast", "tov"]
ALLOWED = {
    **{f"opponent_{name}": name for name in [*COUNTS, "possessions", "pace"]},
    "defensive_rating": "offensive_rating",
    **{f"opponent_{name}": name for name in ["true_shooting_pct", "effective_fg_pct", *ZONE_COUNTS]},
}
"""Column of this table: the column of the opponent's `team_offense` row that it shows."""

IDENTITY = ["game_id", "game_date", "season", "season_type", "team_id", "team", "opponent_team_id", "opponent_team"]
COLUMNS = [*IDENTITY, "is_home", *ALLOWED]


def team_defense(*, team_offense: pd.DataFrame) -> pd.DataFrame:
    """One row per row of `team_offense`: the opponent's numbers of the same game, found by id.

    Units as in `team_offense`; `defensive_rating` is the opponent's points per 100 of its possessions, and
    `opponent_tov` are the turnovers forced. Without the opponent's row everything is null (`upstream_missing`);
    what is null in the opponent's row is null here, for the same reason.
    """
    ours = team_offense[[*IDENTITY, "is_home"]]
    theirs = team_offense[[*TEAM_GAME, *ALLOWED.values(), ABSENCE]].rename(
        columns={"team_id": "opponent_team_id", **{source: column for column, source in ALLOWED.items()}}
    )
    rows = ours.merge(
        theirs, on=["game_date", "game_id", "opponent_team_id"], how="left", validate="m:1", indicator="has_opponent"
    )
    rows = rows.sort_values(TEAM_GAME, ignore_index=True)
    rows[ABSENCE] = absence_column(rows[COLUMNS], _reasons(rows))
    return rows.reindex(columns=[*COLUMNS, ABSENCE])


def _reasons(rows: pd.DataFrame) -> Mapping[str, np.ndarray]:
    alone = rows["has_opponent"] != "both"

    def because(reason: np.ndarray | Absence) -> np.ndarray:
        return np.where(alone, Absence.UPSTREAM_MISSING, reason)

    def of_ratio(*inputs: str) -> np.ndarray:
        return because(ratio_absence(rows[[f"opponent_{name}" for name in inputs]]))

    of_zones = stated_reasons(rows[ABSENCE].fillna("{}"), ZONE_COUNTS)
    return {
        **dict.fromkeys(ALLOWED, because(Absence.SOURCE_UNAVAILABLE)),
        **{f"opponent_{name}": because(reason) for name, reason in of_zones.items()},
        "defensive_rating": of_ratio("pts", "possessions"),
        "opponent_true_shooting_pct": of_ratio("pts", "fga", "fta"),
        "opponent_effective_fg_pct": of_ratio("fgm", "fg3m", "fga"),
    }

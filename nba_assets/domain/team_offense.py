"""Table `team_offense`: what a team did with the ball, game by game."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, DECIMALS, Absence
from nba_assets.domain import zones
from nba_assets.domain.absence import absence_column
from nba_assets.domain.gaps import due_in
from nba_assets.domain.possessions import game_minutes, overtime_periods, pace, possessions, rating
from nba_assets.domain.ratio import ratio_absence
from nba_assets.domain.shooting import effective_fg_pct, true_shooting_pct
from nba_assets.domain.team_games import TEAM_GAME, team_games, with_schedule_facts

BOX = ["pts", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "reb", "ast", "stl", "blk", "tov", "pf"]
ZONE_COLUMNS = [*zones.ZONE_COUNTS, *zones.DETAIL_COUNTS]
IDENTITY = ["game_id", "game_date", "season", "season_type", "team_id", "team", "opponent_team_id", "opponent_team"]
LENGTH = ["is_home", "minutes", "game_minutes", "overtime_periods", "win_flag"]
RATES = ["possessions", "pace", "offensive_rating", "true_shooting_pct", "effective_fg_pct"]
COLUMNS = [
    *IDENTITY, *LENGTH, "pts", "opponent_pts", *BOX[1:], *RATES, *ZONE_COLUMNS, zones.SOURCE,
]  # fmt: skip


def team_offense(
    *,
    game_schedule: pd.DataFrame,
    team_box_scores: pd.DataFrame,
    shot_attempts: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """One row per game and team of the box scores; counts as stated, minutes, percentages as fractions.

    Formulas in `possessions` and `shooting`, over official team totals. A statistic the source lacks is null
    (`source_unavailable`), and so is what is made of it; a ratio over zero is null (`not_applicable`); opponent's
    points are null (`upstream_missing`) where the opponent's box is missing. Shot zones are those of the game's shot
    rows, null without any, for the reason that `zones` says (`gaps`: whose shot rows were refused).
    A row whose game or team the schedule does not know is left out (`team_games.with_schedule_facts`).
    """
    rows = with_schedule_facts(team_box_scores, team_games(game_schedule))
    rows = _with_opponent_points(rows, team_box_scores).sort_values(TEAM_GAME, ignore_index=True)
    rows["overtime_periods"] = overtime_periods(rows["minutes"]).astype("int64")
    rows["game_minutes"] = game_minutes(rows["minutes"])
    rows["win_flag"] = (rows["pts"] > rows["opponent_pts"]).astype("boolean").where(
        rows["pts"].notna() & rows["opponent_pts"].notna()
    )  # fmt: skip
    rows["possessions"] = possessions(fga=rows["fga"], fta=rows["fta"], tov=rows["tov"], oreb=rows["oreb"])
    rows["pace"] = pace(team_possessions=rows["possessions"], minutes_of_game=rows["game_minutes"])
    rows["offensive_rating"] = rating(pts=rows["pts"], team_possessions=rows["possessions"])
    rows["true_shooting_pct"] = true_shooting_pct(pts=rows["pts"], fga=rows["fga"], fta=rows["fta"])
    rows["effective_fg_pct"] = effective_fg_pct(fgm=rows["fgm"], fg3m=rows["fg3m"], fga=rows["fga"])
    rows[["minutes", *RATES]] = rows[["minutes", *RATES]].round(DECIMALS)
    rows = zones.with_zone_counts(rows, shot_attempts, due_in(gaps, "shot_attempts"), "team_id")
    rows[ABSENCE] = absence_column(rows[COLUMNS], _reasons(rows))
    return rows.reindex(columns=[*COLUMNS, ABSENCE])


def _with_opponent_points(rows: pd.DataFrame, team_box_scores: pd.DataFrame) -> pd.DataFrame:
    """The other row of the same game, found by id; `has_opponent` says whether there is one."""
    theirs = team_box_scores[[*TEAM_GAME, "pts"]].set_axis(
        ["game_date", "game_id", "opponent_team_id", "opponent_pts"], axis=1
    )
    joined = rows.merge(
        theirs, on=["game_date", "game_id", "opponent_team_id"], how="left", validate="m:1", indicator="has_opponent"
    )
    return joined.assign(has_opponent=joined["has_opponent"] == "both")


def _reasons(rows: pd.DataFrame) -> Mapping[str, np.ndarray | Absence]:
    unstated = Absence.SOURCE_UNAVAILABLE
    no_opponent = np.where(rows["has_opponent"], unstated, Absence.UPSTREAM_MISSING)
    return {
        **dict.fromkeys([*BOX, "possessions", "pace"], unstated),
        **dict.fromkeys([*ZONE_COLUMNS, zones.SOURCE], rows[zones.ABSENCE_OF_ZONES].to_numpy()),
        "opponent_pts": no_opponent,
        "win_flag": np.where(rows["pts"].isna(), unstated, no_opponent),
        "offensive_rating": ratio_absence(rows[["pts", "possessions"]]),
        "true_shooting_pct": ratio_absence(rows[["pts", "fga", "fta"]]),
        "effective_fg_pct": ratio_absence(rows[["fgm", "fg3m", "fga"]]),
    }

"""Table `player_game_summary`: a player's game with his share in the team's offence."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import ABSENCE, DECIMALS, Absence
from nba_assets.domain import zones
from nba_assets.domain.absence import absence_column
from nba_assets.domain.gaps import due_in
from nba_assets.domain.involvement import chances_used, is_usage_rate_reliable, usage_rate
from nba_assets.domain.ratio import ratio_absence
from nba_assets.domain.shooting import effective_fg_pct, true_shooting_pct
from nba_assets.domain.team_games import TEAM_GAME, team_games, with_schedule_facts

BOX = ["pts", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "reb", "ast", "stl", "blk", "tov", "pf"]
CHANCES = ["fga", "fta", "tov"]
ZONE_COLUMNS = [*zones.ZONE_COUNTS, *zones.ASSIST_COUNTS]
RATES = ["usage_rate", "true_shooting_pct", "effective_fg_pct"]
COLUMNS = [
    "game_id", "game_date", "season", "season_type", "player_id", "player_name",
    "team_id", "team", "opponent_team_id", "opponent_team", "is_home",
    "is_starter", "is_dnp", "dnp_reason", "minutes_played", *BOX, "plus_minus",
    "usage_rate", "is_usage_rate_reliable", "true_shooting_pct", "effective_fg_pct", "game_minutes",
    *ZONE_COLUMNS, zones.SOURCE,
]  # fmt: skip


def player_game_summary(
    *,
    player_box_scores: pd.DataFrame,
    team_offense: pd.DataFrame,
    game_schedule: pd.DataFrame,
    shot_attempts: pd.DataFrame,
    gaps: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """One row per row of the box score; minutes decimal, `usage_rate` in percent (0-100), percentages as fractions.

    Formulas in `involvement` and `shooting`. `is_dnp` marks a listed player without minutes: his statistics are
    null (`did_not_play`), never zero; zero minutes on record are minutes (0.0), with statistics but no usage rate
    (`not_applicable`). Usage rests on the sums over the team's player rows and on the game's length from
    `team_offense`; without that row both are null (`upstream_missing`), and where the source lacks FTA or TOV of
    one player of the team, usage is null for all of them (`source_unavailable`). Shot zones are those of the game's
    shot rows: zeros for anyone who took no shot in a game that has them, null without any, for the reason that `zones`
    says.
    A row whose game or team the schedule does not know is left out (`team_games.with_schedule_facts`).
    """
    games = team_games(game_schedule).merge(
        team_offense[[*TEAM_GAME, "game_minutes"]], on=TEAM_GAME, how="left", validate="m:1"
    )
    rows = with_schedule_facts(player_box_scores, games).sort_values(
        ["game_date", "game_id", "player_id"], ignore_index=True
    )
    rows = rows.rename(columns={"minutes": "minutes_played"})
    rows["is_dnp"] = rows["minutes_played"].isna()
    rows["team_chances"] = _team_chances(rows)
    rows["usage_rate"] = usage_rate(
        chances=chances_used(fga=rows["fga"], fta=rows["fta"], tov=rows["tov"]),
        minutes=rows["minutes_played"],
        team_chances=rows["team_chances"],
        minutes_of_game=rows["game_minutes"],
    )
    rows["true_shooting_pct"] = true_shooting_pct(pts=rows["pts"], fga=rows["fga"], fta=rows["fta"])
    rows["effective_fg_pct"] = effective_fg_pct(fgm=rows["fgm"], fg3m=rows["fg3m"], fga=rows["fga"])
    rows[["minutes_played", *RATES]] = rows[["minutes_played", *RATES]].round(DECIMALS)
    rows["is_usage_rate_reliable"] = is_usage_rate_reliable(rate=rows["usage_rate"], minutes=rows["minutes_played"])
    rows = zones.with_zone_counts(rows, shot_attempts, due_in(gaps, "shot_attempts"), "player_id")
    rows[ZONE_COLUMNS] = rows[ZONE_COLUMNS].where(~rows["is_dnp"])
    rows[ABSENCE] = absence_column(rows[COLUMNS], _reasons(rows))
    return rows.reindex(columns=[*COLUMNS, ABSENCE])


def _team_chances(rows: pd.DataFrame) -> pd.Series:
    """Chances used by all players of the row's team-game; null where one who played lacks a statistic.

    The counts are summed apart and weighted afterwards: whole numbers add up exactly in any order of the rows.
    """
    counted = rows[CHANCES].where(~rows["is_dnp"], rows[CHANCES].fillna(0.0))
    unstated = counted.isna().any(axis=1).rename("unstated")
    sums = (
        pd.concat([counted, unstated], axis=1).groupby([rows[name] for name in TEAM_GAME], sort=False).transform("sum")
    )
    return chances_used(fga=sums["fga"], fta=sums["fta"], tov=sums["tov"]).where(sums["unstated"] == 0)


def _reasons(rows: pd.DataFrame) -> Mapping[str, np.ndarray | Absence]:
    def unless_dnp(reason: np.ndarray | Absence) -> np.ndarray:
        return np.where(rows["is_dnp"], Absence.DID_NOT_PLAY, reason)

    unstated = unless_dnp(Absence.SOURCE_UNAVAILABLE)
    usage = unless_dnp(
        np.select(
            [rows["minutes_played"] == 0, rows["team_chances"].isna(), rows["game_minutes"].isna()],
            [Absence.NOT_APPLICABLE, Absence.SOURCE_UNAVAILABLE, Absence.UPSTREAM_MISSING],
            default=Absence.NOT_APPLICABLE,
        )
    )
    return {
        **dict.fromkeys([*BOX, "plus_minus"], unstated),
        **dict.fromkeys(ZONE_COLUMNS, unless_dnp(rows[zones.ABSENCE_OF_ZONES].to_numpy())),
        "is_starter": Absence.SOURCE_UNAVAILABLE,
        "dnp_reason": np.where(rows["is_dnp"], Absence.SOURCE_UNAVAILABLE, Absence.NOT_APPLICABLE),
        "minutes_played": Absence.DID_NOT_PLAY,
        "usage_rate": usage,
        "is_usage_rate_reliable": usage,
        "true_shooting_pct": unless_dnp(ratio_absence(rows[["pts", "fga", "fta"]])),
        "effective_fg_pct": unless_dnp(ratio_absence(rows[["fgm", "fg3m", "fga"]])),
        "game_minutes": Absence.UPSTREAM_MISSING,
        zones.SOURCE: rows[zones.ABSENCE_OF_ZONES].to_numpy(),
    }

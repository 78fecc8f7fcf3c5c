"""Injury reports as known before each game: who was on the last one, and whom his team had to do without."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.domain.as_of import GameLog, day_numbers
from nba_assets.domain.gaps import Gaps, gap_view
from nba_assets.domain.windows import last_sums, quotient

EASTERN = "America/New_York"
NOON = pd.Timedelta(hours=12)
OUT, DOUBTFUL = "out", "doubtful"
GRAVEST_FIRST = (OUT, DOUBTFUL, "questionable", "probable", "available")
NOT_YET_SUBMITTED = "not_yet_submitted"

TEAM = ["game_id", "team_id"]
STAR_GAMES = 10
"""Games played that make a player known; his averages are over the last so many."""

STAR_POINTS, STAR_MINUTES, STAR_MINUTES_POINTS = 18.0, 28.0, 12.0
"""A star scores at least so many points a game, or plays so many minutes and scores so many."""


@dataclass(frozen=True)
class LastReports:
    """What the last report before tip-off says of each team that had submitted its list.

    `teams` has game_id and team_id of those teams; `listed` has game_id, game_date, team_id, player_id and status, one
    row per listed player whose id is known.
    """

    teams: pd.DataFrame
    listed: pd.DataFrame

    @property
    def out(self) -> pd.DataFrame:
        """game_id and player_id of who is listed out."""
        return self.listed.loc[self.listed["status"] == OUT, ["game_id", "player_id"]]


def last_reports(injury_reports: pd.DataFrame, game_schedule: pd.DataFrame) -> LastReports:
    """The last report before the tip-off of each game due, team by team.

    A report counts when it came before the tip-off; where that is unknown, up to noon US Eastern of the game date. A
    report that names the game covers both teams, but not one that had not submitted its list: for that team an
    earlier report with its list is the last one.
    """
    due = game_schedule[~game_schedule["is_postponed"].astype(bool)]
    facts = ["game_date", "game_id", "tipoff_utc", "home_team_id", "away_team_id"]
    rows = injury_reports.merge(due[facts], on=["game_date", "game_id"], how="inner", validate="m:1")
    rows = rows[is_before_tipoff(rows["reported_at"], rows["tipoff_utc"], rows["game_date"])]
    reports = rows[["game_id", "reported_at", "home_team_id", "away_team_id"]].drop_duplicates()
    covered = reports.melt(["game_id", "reported_at"], value_name="team_id").drop(columns="variable")
    is_pending = rows["status"] == NOT_YET_SUBMITTED
    report = [*TEAM, "reported_at"]
    pending = pd.MultiIndex.from_frame(rows.loc[is_pending, report])
    covered = covered[~pd.MultiIndex.from_frame(covered[report]).isin(pending)]
    teams = covered.groupby(TEAM, as_index=False)[["reported_at"]].max()
    listed = rows[~is_pending & rows["player_id"].notna()].merge(teams, on=report)
    gravity = pd.Categorical(listed["status"], GRAVEST_FIRST, ordered=True)
    listed = listed.assign(gravity=gravity, player_id=listed["player_id"].astype("int64"))
    listed = listed.sort_values(["game_id", "player_id", "gravity"]).drop_duplicates(["game_id", "player_id"])
    return LastReports(teams[TEAM], listed[["game_id", "game_date", "team_id", "player_id", "status"]])


def is_before_tipoff(reported_at: pd.Series, tipoff_utc: pd.Series, game_date: pd.Series) -> pd.Series:
    """Whether each report came before the tip-off, to the second; without one, no later than noon US Eastern."""
    noon = (game_date + NOON).dt.tz_localize(EASTERN)
    return (reported_at < tipoff_utc) | (tipoff_utc.isna() & (reported_at <= noon))


def star_teammates_out(
    rows: pd.DataFrame, reports: LastReports, log: GameLog, gaps: Gaps
) -> tuple[np.ndarray, np.ndarray]:
    """For each row (game_id, team_id, player_id): how many stars of his team are out, and whether that is uncertain.

    A star has played at least ten games before the date and averages over the last ten of them at least 18 points, or
    at least 28 minutes and 12 points. Out are those listed out or doubtful; the player himself does not count. It is
    uncertain where a gap lies in the last ten games of a listed team-mate. `log` has `pts`, `minutes_played` and
    `season`.
    """
    absent = reports.listed[reports.listed["status"].isin((OUT, DOUBTFUL))]
    earlier = log.earlier(absent["player_id"].to_numpy(dtype="int64"), day_numbers(absent["game_date"]))

    def average(name: str) -> np.ndarray:
        values = log.numbers(name)
        total = last_sums(log, values, [STAR_GAMES])[STAR_GAMES]
        count = last_sums(log, (~np.isnan(values)).astype("float64"), [STAR_GAMES])[STAR_GAMES]
        return earlier.of(quotient(total, count))

    points, minutes = average("pts"), average("minutes_played")
    is_star = (points >= STAR_POINTS) | ((minutes >= STAR_MINUTES) & (points >= STAR_MINUTES_POINTS))
    absent = absent.assign(
        is_star=is_star & (earlier.games >= STAR_GAMES), is_uncertain=gap_view(gaps, earlier).in_last(STAR_GAMES)
    )
    counts = []
    for name in ("is_star", "is_uncertain"):
        of_team = absent.groupby(TEAM)[name].sum().astype("int64")
        own = absent.set_index([*TEAM, "player_id"])[name].astype("int64")
        team = of_team.reindex(pd.MultiIndex.from_frame(rows[TEAM]), fill_value=0).to_numpy()
        mine = own.reindex(pd.MultiIndex.from_frame(rows[[*TEAM, "player_id"]]), fill_value=0).to_numpy()
        counts.append(team - mine)
    return counts[0], counts[1] > 0

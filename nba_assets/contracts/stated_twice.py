"""The facts that a delivery states twice, each declared once: they must agree, or what states them is refused.

`IDENTITIES` is what the counts of one box line say of each other, `TEAM_SUMS` what a team's line and those of its
players say of the team.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Identity:
    """Counts of one box line whose weighted sum is zero (`=`) or at least zero (`>=`); a null in them says nothing."""

    weights: Mapping[str, int]
    relation: Literal["=", ">="]
    broken: str
    """What to say of a line that breaks it."""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.weights)


IDENTITIES = (
    Identity({"pts": 1, "fgm": -2, "fg3m": -1, "ftm": -1}, "=", "pts is not 2 fgm + fg3m + ftm"),
    Identity({"reb": 1, "oreb": -1, "dreb": -1}, "=", "reb is not oreb + dreb"),
    Identity({"fga": 1, "fgm": -1}, ">=", "fgm is more than fga"),
    Identity({"fg3a": 1, "fg3m": -1}, ">=", "fg3m is more than fg3a"),
    Identity({"fgm": 1, "fg3m": -1}, ">=", "fg3m is more than fgm"),
    Identity({"fga": 1, "fgm": -1, "fg3a": -1, "fg3m": 1}, ">=", "threes missed are more than all shots missed"),
    Identity({"fta": 1, "ftm": -1}, ">=", "ftm is more than fta"),
)
"""Of `team_box_scores` and `player_box_scores` alike; that fg3a is no more than fga follows."""

IDENTITY_TABLES = ("team_box_scores", "player_box_scores")


@dataclass(frozen=True)
class TeamSum:
    """A count of `team_box_scores` that is the sum of its column over the players of the team.

    The team may have `team_alone` more than its players, as turnovers that are charged to no player.
    """

    column: str
    team_alone: bool = False


TEAM_SUMS = tuple(
    TeamSum(column, team_alone=column == "tov")
    for column in (
        "pts", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "reb", "ast", "stl", "blk", "tov", "pf",
    )
)  # fmt: skip

GAME_FACTS = {
    "game_date": "the date",
    "home_team_id": "the home team",
    "away_team_id": "the away team",
    "is_neutral_site": "whether the site is neutral",
    "home_pts": "the score of the home team",
    "away_pts": "the score of the away team",
    "season": "the season",
    "season_type": "the phase of the season",
}
"""What the files of a delivery state of a game, and how messages call it. Every file that has a column for a fact
states it; the game's id states season and phase, its date the season."""

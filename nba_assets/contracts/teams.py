"""The thirty NBA teams: ids, tricodes, names, and the tricodes other providers use for them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Team:
    """One franchise under the id that stays when it moves or is renamed."""

    team_id: int
    tricode: str
    city: str
    name: str

    @property
    def full_name(self) -> str:
        return f"{self.city} {self.name}"


TEAMS = (
    Team(1610612737, "ATL", "Atlanta", "Hawks"),
    Team(1610612738, "BOS", "Boston", "Celtics"),
    Team(1610612739, "CLE", "Cleveland", "Cavaliers"),
    Team(1610612740, "NOP", "New Orleans", "Pelicans"),
    Team(1610612741, "CHI", "Chicago", "Bulls"),
    Team(1610612742, "DAL", "Dallas", "Mavericks"),
    Team(1610612743, "DEN", "Denver", "Nuggets"),
    Team(1610612744, "GSW", "Golden State", "Warriors"),
    Team(1610612745, "HOU", "Houston", "Rockets"),
    Team(1610612746, "LAC", "LA", "Clippers"),
    Team(1610612747, "LAL", "Los Angeles", "Lakers"),
    Team(1610612748, "MIA", "Miami", "Heat"),
    Team(1610612749, "MIL", "Milwaukee", "Bucks"),
    Team(1610612750, "MIN", "Minnesota", "Timberwolves"),
    Team(1610612751, "BKN", "Brooklyn", "Nets"),
    Team(1610612752, "NYK", "New York", "Knicks"),
    Team(1610612753, "ORL", "Orlando", "Magic"),
    Team(1610612754, "IND", "Indiana", "Pacers"),
    Team(1610612755, "PHI", "Philadelphia", "76ers"),
    Team(1610612756, "PHX", "Phoenix", "Suns"),
    Team(1610612757, "POR", "Portland", "Trail Blazers"),
    Team(1610612758, "SAC", "Sacramento", "Kings"),
    Team(1610612759, "SAS", "San Antonio", "Spurs"),
    Team(1610612760, "OKC", "Oklahoma City", "Thunder"),
    Team(1610612761, "TOR", "Toronto", "Raptors"),
    Team(1610612762, "UTA", "Utah", "Jazz"),
    Team(1610612763, "MEM", "Memphis", "Grizzlies"),
    Team(1610612764, "WAS", "Washington", "Wizards"),
    Team(1610612765, "DET", "Detroit", "Pistons"),
    Team(1610612766, "CHA", "Charlotte", "Hornets"),
)

TEAM_BY_ID = {team.team_id: team for team in TEAMS}
TEAM_BY_TRICODE = {team.tricode: team for team in TEAMS}
TRICODE_BY_ID = {team.team_id: team.tricode for team in TEAMS}

TRICODE_ALIASES = {
    "BRK": "BKN",
    "PHO": "PHX",
    "CHO": "CHA",
    "GS": "GSW",
    "NO": "NOP",
    "NY": "NYK",
    "SA": "SAS",
    "UTAH": "UTA",
    "WSH": "WAS",
}
"""Tricodes of Basketball-Reference and ESPN for the NBA's own."""

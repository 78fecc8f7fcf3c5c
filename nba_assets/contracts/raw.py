"""Contracts of the ingest tables (dataset `nba_raw`): facts as the source stated them."""

from nba_assets.contracts.contract import ABSENCE_COLUMN, Absence, Column, Contract, Read

GAME_ID = Column("game_id", "string", "NBA game id, ten characters with leading zeros.")
GAME_DATE = Column("game_date", "date", "Date of the tip-off, US Eastern; the partition.")
TEAM_ID = Column("team_id", "integer", "NBA team id.")
TEAM = Column("team", "string", "Team tricode, a label and never a key.")
OPPONENT_TEAM_ID = Column("opponent_team_id", "integer", "NBA team id of the opponent.")
OPPONENT_TEAM = Column("opponent_team", "string", "Opponent's tricode, a label.")
IS_HOME = Column("is_home", "boolean", "Whether the team is the home team by the schedule.")
PLAYER_ID = Column("player_id", "integer", "NBA player id.")
PLAYER_NAME = Column("player_name", "string", "Player's name, a label and never a key.")

SEASON_TYPES = ("regular_season", "cup_final", "play_in", "playoffs")
GAME_STATUSES = ("scheduled", "in_progress", "final", "postponed", "not_played")

_COUNTS = {
    "pts": ("Points scored.", 0, 200),
    "fgm": ("Field goals made.", 0, 80),
    "fga": ("Field goals attempted.", 0, 150),
    "fg3m": ("Three-point field goals made.", 0, 40),
    "fg3a": ("Three-point field goals attempted.", 0, 90),
    "ftm": ("Free throws made.", 0, 70),
    "fta": ("Free throws attempted.", 0, 90),
    "oreb": ("Offensive rebounds.", 0, 50),
    "dreb": ("Defensive rebounds.", 0, 80),
    "reb": ("Rebounds.", 0, 110),
    "ast": ("Assists.", 0, 60),
    "stl": ("Steals.", 0, 35),
    "blk": ("Blocks.", 0, 30),
    "tov": ("Turnovers.", 0, 50),
    "pf": ("Personal fouls.", 0, 60),
}
BOX_COUNTS = tuple(_COUNTS)
"""The counting columns of a box score, in the order of a printed one."""


def box_counts(nulls: tuple[Absence, ...]) -> tuple[Column, ...]:
    """Box-score counting columns; `pts` follows the same null rule as the others."""
    return tuple(
        Column(name, "integer", text, unit="count", nulls=nulls, low=low, high=high)
        for name, (text, low, high) in _COUNTS.items()
    )


GAME_SCHEDULE = Contract(
    name="game_schedule",
    dataset="nba_raw",
    grain="one row per game due on the date",
    description="What should exist: games due, tip-off, home and away by NBA id. Only facts known before tip-off.",
    missing="A date without a row has no games.",
    key=("game_id",),
    columns=(
        GAME_ID,
        Column("game_key", "string", "Readable label YYYYMMDD_AWAY_HOME."),
        GAME_DATE,
        Column("season", "string", "Season as 2024-25."),
        Column("season_type", "string", "Phase of the season.", allowed=SEASON_TYPES),
        Column(
            "tipoff_utc",
            "timestamp",
            "Scheduled tip-off in UTC, where the source gives it.",
            nulls=(Absence.SOURCE_UNAVAILABLE,),
            optional=True,
        ),
        Column("home_team_id", "integer", "NBA id of the designated home team."),
        Column("away_team_id", "integer", "NBA id of the away team."),
        Column("home_team", "string", "Home tricode, a label."),
        Column("away_team", "string", "Away tricode, a label."),
        Column(
            "is_neutral_site",
            "boolean",
            "Whether the game is played at a neutral site.",
            nulls=(Absence.SOURCE_UNAVAILABLE,),
            optional=True,
        ),
        Column("is_postponed", "boolean", "Whether the game was called off for this date; the row stays."),
        ABSENCE_COLUMN,
    ),
    code_version=1,
    ingest=True,
)

GAME_RESULTS = Contract(
    name="game_results",
    dataset="nba_raw",
    grain="one row per game due on the date",
    description="Status and final score: what completeness is judged by. Never an input of its own date's features.",
    missing="A scheduled game without a row is overdue.",
    key=("game_id",),
    columns=(
        GAME_ID,
        GAME_DATE,
        Column(
            "status",
            "string",
            "State of the game; not_played is one that was called off for good, as an if-necessary one.",
            allowed=GAME_STATUSES,
        ),
        Column("home_pts", "integer", "Final points of the home team.", "count", (Absence.NOT_YET_PLAYED,), 30, 250),
        Column("away_pts", "integer", "Final points of the away team.", "count", (Absence.NOT_YET_PLAYED,), 30, 250),
        Column("overtime_periods", "integer", "Overtime periods played.", "count", (Absence.NOT_YET_PLAYED,), 0, 10),
        ABSENCE_COLUMN,
    ),
    code_version=2,
    reads=(Read("game_schedule"),),
    ingest=True,
)

TEAM_BOX_SCORES = Contract(
    name="team_box_scores",
    dataset="nba_raw",
    grain="one row per game and team",
    description="Official team totals; they include team turnovers and team rebounds.",
    missing="A final game without both rows is quarantined, and has none.",
    key=("game_id", "team_id"),
    columns=(
        GAME_ID,
        GAME_DATE,
        TEAM_ID,
        TEAM,
        OPPONENT_TEAM_ID,
        OPPONENT_TEAM,
        IS_HOME,
        Column("minutes", "float", "Team minutes, 240 plus 25 per overtime up to rounding.", "minutes", (), 200, 500),
        *box_counts((Absence.SOURCE_UNAVAILABLE,)),
        ABSENCE_COLUMN,
    ),
    code_version=1,
    reads=(Read("game_schedule"), Read("game_results")),
    ingest=True,
)

PLAYER_BOX_SCORES = Contract(
    name="player_box_scores",
    dataset="nba_raw",
    grain="one row per game and player listed in the box score",
    description="Box line as the source stated it. A listed player who did not play has null statistics, not zeros.",
    missing="A player without a row was not listed by the source.",
    key=("game_id", "player_id"),
    columns=(
        GAME_ID,
        GAME_DATE,
        PLAYER_ID,
        PLAYER_NAME,
        TEAM_ID,
        TEAM,
        Column(
            "is_starter",
            "boolean",
            "Whether the player started.",
            nulls=(Absence.SOURCE_UNAVAILABLE,),
            optional=True,
        ),
        Column("minutes", "float", "Minutes played, decimal.", "minutes", (Absence.DID_NOT_PLAY,), 0, 80),
        Column(
            "dnp_reason",
            "string",
            "Why a listed player did not play, as the source put it.",
            nulls=(Absence.NOT_APPLICABLE, Absence.SOURCE_UNAVAILABLE),
            optional=True,
        ),
        *box_counts((Absence.DID_NOT_PLAY, Absence.SOURCE_UNAVAILABLE)),
        Column(
            "plus_minus",
            "integer",
            "Point difference while on court.",
            "points",
            (Absence.DID_NOT_PLAY, Absence.SOURCE_UNAVAILABLE),
            -80,
            80,
            optional=True,
        ),
        ABSENCE_COLUMN,
    ),
    code_version=1,
    reads=(Read("game_schedule"), Read("game_results"), Read("team_box_scores")),
    ingest=True,
)

RAW_TABLES = (GAME_SCHEDULE, GAME_RESULTS, TEAM_BOX_SCORES, PLAYER_BOX_SCORES)

"""Contracts of what is published before a game (dataset `nba_raw`): points lines and injury reports.

Both are optional sources: one that has none delivers no rows, and its partitions are ready and empty.
"""

from nba_assets.contracts.contract import ABSENCE_COLUMN, Absence, Column, Contract, Read
from nba_assets.contracts.raw import GAME_DATE, GAME_ID, PLAYER_NAME, TEAM_ID

NOT_YET_SUBMITTED = "not_yet_submitted"
INJURY_STATUSES = ("out", "doubtful", "questionable", "probable", "available")


def _resolved_player(*nulls: Absence) -> Column:
    return Column(
        "player_id", "integer", "NBA player id, by name among the game's players; null where none or several fit.",
        nulls=(Absence.SOURCE_UNAVAILABLE, *nulls),
    )  # fmt: skip


def _price(side: str) -> Column:
    return Column(
        f"{side}_price", "integer", f"American odds of the {side}.", "american odds", (Absence.SOURCE_UNAVAILABLE,),
        -100_000, 100_000,
    )  # fmt: skip


POINT_LINES = Contract(
    name="point_lines",
    dataset="nba_raw",
    grain="one row per game, player name and bookmaker",
    description="A bookmaker's last points line before tip-off. Snapshots at or after tip-off never enter.",
    missing="A player without a row had no line before tip-off, or the source has no lines of the game.",
    key=("game_id", "player_name", "bookmaker"),
    columns=(
        GAME_ID,
        GAME_DATE,
        Column(PLAYER_NAME.name, "string", "Player's name as the provider wrote it."),
        _resolved_player(),
        Column("bookmaker", "string", "Key of the bookmaker, lower case."),
        Column("points_line", "float", "Points that the player must exceed for the over to win.", "points", (), 0, 80),
        _price("over"),
        _price("under"),
        Column("snapshot_at", "timestamp", "When the line was offered, UTC.", nulls=(Absence.SOURCE_UNAVAILABLE,)),
        Column("is_verified_before_tipoff", "boolean",
               "Whether snapshot_at proves that the line was before tip-off; false where the source has no snapshot "
               "time."),
        ABSENCE_COLUMN,
    ),
    code_version=1,
    reads=(Read("game_schedule"),),
    ingest=True,
)  # fmt: skip

INJURY_REPORTS = Contract(
    name="injury_reports",
    dataset="nba_raw",
    grain="one row per report, game, team and player listed; one per team that had not submitted its list",
    description="The league's injury reports, each with the status as of its time. A report after tip-off is kept "
    "and used by nothing before it.",
    missing="A player without a row in a report that has his game was not listed.",
    key=("game_id", "reported_at", "team_id", "player_name"),
    columns=(
        GAME_ID,
        GAME_DATE,
        Column("reported_at", "timestamp", "Time that the report carries, in UTC."),
        TEAM_ID,
        Column(PLAYER_NAME.name, "string", "Player's name as the report writes it, `Last, First`; `NOT YET SUBMITTED` "
               "in the row of a team without a list."),
        _resolved_player(Absence.NOT_APPLICABLE),
        Column("status", "string", "Status in this report.", allowed=(*INJURY_STATUSES, NOT_YET_SUBMITTED)),
        Column("reason", "string", "Reason as the report puts it.",
               nulls=(Absence.SOURCE_UNAVAILABLE, Absence.NOT_APPLICABLE)),
        ABSENCE_COLUMN,
    ),
    code_version=1,
    reads=(Read("game_schedule"),),
    ingest=True,
)  # fmt: skip

REPORT_TABLES = (POINT_LINES, INJURY_REPORTS)

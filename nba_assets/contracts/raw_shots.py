"""Contract of `shot_attempts` (dataset `nba_raw`): where on the court every field goal was tried, and by whom."""

from nba_assets.contracts.contract import ABSENCE_COLUMN, Absence, Column, Contract, Read
from nba_assets.contracts.raw import GAME_DATE, GAME_ID, PLAYER_ID, PLAYER_NAME, TEAM_ID

ZONES = ("paint", "mid_range", "three")
ZONE_DETAILS = (
    "restricted_area",
    "paint",
    "mid_range",
    "left_corner_three",
    "right_corner_three",
    "above_the_break_three",
    "backcourt_three",
)
SHOT_PROVIDERS = ("nba_shot_detail", "bigdataball", "simulated")
"""Where shots come from, best first; a game has those of one provider only."""

PAINT_FEET = 8
"""A two-point attempt from at most this distance belongs to the paint, whatever the provider calls its area."""

SHOT_ATTEMPTS = Contract(
    name="shot_attempts",
    dataset="nba_raw",
    grain="one row per field-goal attempt",
    description="Place, distance, result and assist of every field-goal attempt; one provider for a game.",
    missing="A game without rows has no shot data (the source is optional); one with rows has all of its attempts.",
    key=("game_id", "shot_id"),
    columns=(
        GAME_ID,
        GAME_DATE,
        Column("shot_id", "integer", "Number of the event in the provider's play-by-play.", "", (), 0, 9999),
        TEAM_ID,
        PLAYER_ID,
        PLAYER_NAME,
        Column("period", "integer", "Quarter, or 4 plus the number of the overtime.", "count", (), 1, 14),
        Column("seconds_remaining", "integer", "Time left in the period.", "seconds", (), 0, 720),
        Column("is_made", "boolean", "Whether the attempt went in."),
        Column("is_three", "boolean", "Whether the event was a three-point attempt, whatever its distance."),
        Column(
            "distance_feet",
            "float",
            "Distance from the hoop as stated, in whole feet: truncated by the NBA, rounded by BigDataBall.",
            "feet",
            (),
            0,
            94,
        ),
        Column(
            "loc_x",
            "float",
            "Sideways from the hoop's centre, to the right as the offence sees it.",
            "feet",
            (Absence.SOURCE_UNAVAILABLE,),
            -26,
            26,
            optional=True,
        ),
        Column(
            "loc_y",
            "float",
            "Away from the baseline, from the hoop's centre.",
            "feet",
            (Absence.SOURCE_UNAVAILABLE,),
            -6,
            90,
            optional=True,
        ),
        Column(
            "zone",
            "string",
            "three if the event was one, else paint at up to 8 feet, else mid_range.",
            allowed=ZONES,
        ),
        Column(
            "zone_detail",
            "string",
            "The zone, with the restricted area and the kinds of three distinguished by the place of the attempt.",
            nulls=(Absence.SOURCE_UNAVAILABLE,),
            allowed=ZONE_DETAILS,
            optional=True,
        ),
        Column(
            "is_assisted",
            "boolean",
            "Whether a made attempt was assisted.",
            nulls=(Absence.NOT_APPLICABLE, Absence.SOURCE_UNAVAILABLE),
            optional=True,
        ),
        Column("provider", "string", "Whose account of the game this is.", allowed=SHOT_PROVIDERS),
        ABSENCE_COLUMN,
    ),
    code_version=1,
    reads=(Read("game_schedule"), Read("player_box_scores")),
    ingest=True,
)

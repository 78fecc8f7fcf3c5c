"""Contracts of the analytics tables (dataset `nba_analytics`): what happened in a game, derived from box scores.

Ranges hold for every game of 2015-16 to 2024-25 with room on both sides; what lies outside is broken data.
"""

from collections.abc import Iterable
from dataclasses import replace

from nba_assets.contracts.contract import ABSENCE_COLUMN, Absence, Column, Contract, Read
from nba_assets.contracts.raw import (
    BOX_COUNTS,
    GAME_DATE,
    GAME_ID,
    IS_HOME,
    OPPONENT_TEAM,
    OPPONENT_TEAM_ID,
    PLAYER_BOX_SCORES,
    SEASON_TYPES,
    TEAM,
    TEAM_BOX_SCORES,
    TEAM_ID,
)
from nba_assets.contracts.raw_shots import SHOT_PROVIDERS, ZONES

UNSTATED = (Absence.SOURCE_UNAVAILABLE,)
UNSTATED_PLAYER = (Absence.DID_NOT_PLAY, Absence.SOURCE_UNAVAILABLE)
WITHOUT_SHOTS = (Absence.SOURCE_UNAVAILABLE, Absence.UPSTREAM_MISSING)
PLAYER_WITHOUT_SHOTS = (Absence.DID_NOT_PLAY, *WITHOUT_SHOTS)
RATIO = (Absence.SOURCE_UNAVAILABLE, Absence.NOT_APPLICABLE)
OF_OPPONENT = (Absence.SOURCE_UNAVAILABLE, Absence.UPSTREAM_MISSING)

_ZONES = {
    "paint": "two-point attempts from 8 feet or nearer",
    "mid_range": "two-point attempts from beyond 8 feet",
    "three": "three-point attempts",
    "restricted_area": "attempts in the restricted area, part of the paint",
    "corner_three": "three-point attempts from the corners, part of the threes",
}
_SHOTS = "shot_attempts"


def _zones(names: Iterable[str], nulls: tuple[Absence, ...]) -> tuple[Column, ...]:
    """Shots taken and made by zone, out of shot rows; null throughout in a game without them."""
    return tuple(
        Column(f"{name}_{what}", "integer", f"{kind}, {_ZONES[name]}.", "count", nulls, 0, 150,
               sources=(f"{_SHOTS}.{'zone' if name in ZONES else 'zone_detail'}", *made))
        for name in names
        for what, kind, made in (("attempts", "Shots taken", ()), ("makes", "Shots made", (f"{_SHOTS}.is_made",)))
    )  # fmt: skip


def _makes(name: str, text: str) -> Column:
    """Makes of a player by whether somebody helped; the game's attempts must all say so."""
    sources = (f"{_SHOTS}.is_made", f"{_SHOTS}.is_assisted")
    return Column(name, "integer", text, "count", PLAYER_WITHOUT_SHOTS, 0, 150, sources=sources)


def _shots(entity: str) -> Read:
    """The shot rows, narrowed: they are ten times as many as any others."""
    return Read(_SHOTS, optional=True, columns=("game_id", "game_date", entity, "zone_detail", "is_assisted"))


_SHOT_ZONES_SOURCE = Column(
    "shot_zones_source", "string", "Provider of the shots behind the zone columns, one a game.", nulls=WITHOUT_SHOTS,
    allowed=SHOT_PROVIDERS, sources=(f"{_SHOTS}.provider",),
)  # fmt: skip
_TRUE_SHOOTING = Column(
    "true_shooting_pct",
    "float",
    "PTS / (2·(FGA + 0.44·FTA)): points per two-point chance, free throws included. Threes alone make 1.5, the most.",
    "fraction",
    RATIO,
    0,
    1.5,
)
_EFFECTIVE_FG = Column(
    "effective_fg_pct",
    "float",
    "(FGM + 0.5·3PM) / FGA: field-goal percentage in which a three counts one and a half; 1.5 is the most.",
    "fraction",
    RATIO,
    0,
    1.5,
)


def _from(table: str, column: Column, *inputs: str) -> Column:
    """The column with its lineage: the named columns of a table, or else the one of the same name."""
    return replace(column, sources=tuple(f"{table}.{name}" for name in inputs or (column.name,)))


def _carried(contract: Contract, names: Iterable[str]) -> tuple[Column, ...]:
    """Columns that are the same in another table."""
    return tuple(_from(contract.name, contract.column(name)) for name in names)


_SIDES = ("home_team_id", "away_team_id")
_LABELS = (*_SIDES, "home_team", "away_team")
_SEASON = (
    _from("game_schedule", Column("season", "string", "Season as 2024-25.")),
    _from("game_schedule", Column("season_type", "string", "Phase of the season.", allowed=SEASON_TYPES)),
)
_OPPONENT_AND_SIDE = (
    _from("game_schedule", TEAM, *_LABELS),
    _from("game_schedule", OPPONENT_TEAM_ID, *_SIDES),
    _from("game_schedule", OPPONENT_TEAM, *_LABELS),
    _from("game_schedule", IS_HOME, *_SIDES),
)

_BOX = "team_box_scores"
TEAM_OFFENSE = Contract(
    name="team_offense",
    dataset="nba_analytics",
    grain="one row per game and team",
    description="What a team did with the ball: possessions, pace, rating, shooting, from official team totals.",
    missing="A final game without both rows is quarantined, and has none.",
    key=("game_id", "team_id"),
    columns=(
        _from(_BOX, GAME_ID),
        _from(_BOX, GAME_DATE),
        *_SEASON,
        _from(_BOX, TEAM_ID),
        *_OPPONENT_AND_SIDE,
        *_carried(TEAM_BOX_SCORES, ["minutes"]),
        _from(
            _BOX,
            Column("game_minutes", "float", "Team minutes / 5, snapped to 48 + 5 per overtime.", "minutes", (), 48, 98),
            "minutes",
        ),
        _from(
            _BOX,
            Column("overtime_periods", "integer", "Overtime periods, out of the team minutes.", "count", (), 0, 10),
            "minutes",
        ),
        _from(_BOX, Column("win_flag", "boolean", "Whether the team scored more than its opponent.", "", OF_OPPONENT),
              "pts"),
        *_carried(TEAM_BOX_SCORES, ["pts"]),
        _from(_BOX, Column("opponent_pts", "integer", "Points of the opponent.", "count", OF_OPPONENT, 0, 200), "pts"),
        *_carried(TEAM_BOX_SCORES, BOX_COUNTS[1:]),
        _from(
            _BOX,
            Column("possessions", "float", "FGA + 0.44·FTA + TOV − OREB.", "possessions", UNSTATED, 50, 220),
            "fga", "fta", "tov", "oreb",
        ),
        _from(
            _BOX,
            Column("pace", "float", "48 · possessions / game_minutes.", "possessions per 48 min", UNSTATED, 60, 150),
            "fga", "fta", "tov", "oreb", "minutes",
        ),
        _from(
            _BOX,
            Column("offensive_rating", "float", "100 · PTS / possessions.", "points per 100 possessions", RATIO,
                   40, 200),
            "pts", "fga", "fta", "tov", "oreb",
        ),
        _from(_BOX, _TRUE_SHOOTING, "pts", "fga", "fta"),
        _from(_BOX, _EFFECTIVE_FG, "fgm", "fg3m", "fga"),
        *_zones(_ZONES, WITHOUT_SHOTS),
        _SHOT_ZONES_SOURCE,
        ABSENCE_COLUMN,
    ),
    code_version=2,
    # No value comes from the player rows: they are read because only there the players' points are compared with the
    # team's. Totals which the players contradict must not become ratings.
    reads=(Read("game_schedule"), Read("team_box_scores"), Read("player_box_scores"), _shots("team_id")),
)  # fmt: skip


def _allowed(name: str, column: str = "") -> Column:
    """The opponent's column of `team_offense`; null without the opponent's row as well."""
    theirs = TEAM_OFFENSE.column(name)
    text = f"Of the opponent: {theirs.description}"
    nulls = tuple(dict.fromkeys((*theirs.nulls, Absence.UPSTREAM_MISSING)))
    return _from(TEAM_OFFENSE.name, replace(theirs, name=column or f"opponent_{name}", description=text, nulls=nulls),
                 name)  # fmt: skip


_ALLOWED_COUNTS = ("pts", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "ast", "tov")
_IDENTITY = (
    "game_id", "game_date", "season", "season_type", "team_id", "team", "opponent_team_id", "opponent_team", "is_home",
)  # fmt: skip
TEAM_DEFENSE = Contract(
    name="team_defense",
    dataset="nba_analytics",
    grain="one row per game and team",
    description="What a team allowed: its opponent's numbers in the same game; `opponent_tov` are turnovers forced.",
    missing="A final game without both rows is quarantined, and has none.",
    key=("game_id", "team_id"),
    columns=(
        *_carried(TEAM_OFFENSE, _IDENTITY),
        *(_allowed(name) for name in _ALLOWED_COUNTS),
        _allowed("possessions"),
        _allowed("pace"),
        _allowed("offensive_rating", "defensive_rating"),
        _allowed("true_shooting_pct"),
        _allowed("effective_fg_pct"),
        *(_allowed(column.name) for column in _zones(ZONES, WITHOUT_SHOTS)),
        ABSENCE_COLUMN,
    ),
    code_version=2,
    reads=(Read("team_offense"),),
)

USAGE_NULLS = (*UNSTATED_PLAYER, Absence.NOT_APPLICABLE, Absence.UPSTREAM_MISSING)
_USAGE_SOURCES = (
    *(f"player_box_scores.{name}" for name in ("fga", "fta", "tov", "minutes", "team_id")),
    "team_offense.game_minutes",
)
_PLAYER = "player_box_scores"
PLAYER_GAME_SUMMARY = Contract(
    name="player_game_summary",
    dataset="nba_analytics",
    grain="one row per game and player listed in the box score",
    description="A player's game: box line, minutes, usage and shooting. Who did not play has nulls, never zeros.",
    missing="A player without a row was not listed by the source.",
    key=("game_id", "player_id"),
    columns=(
        _from(_PLAYER, GAME_ID),
        _from(_PLAYER, GAME_DATE),
        *_SEASON,
        *_carried(PLAYER_BOX_SCORES, ["player_id", "player_name", "team_id"]),
        *_OPPONENT_AND_SIDE,
        *_carried(PLAYER_BOX_SCORES, ["is_starter"]),
        _from(_PLAYER, Column("is_dnp", "boolean", "Whether a listed player did not play (no minutes on record)."),
              "minutes"),
        *_carried(PLAYER_BOX_SCORES, ["dnp_reason"]),
        _from(_PLAYER, replace(PLAYER_BOX_SCORES.column("minutes"), name="minutes_played"), "minutes"),
        *_carried(PLAYER_BOX_SCORES, [*BOX_COUNTS, "plus_minus"]),
        Column(
            "usage_rate",
            "float",
            "100 · (FGA + 0.44·FTA + TOV) · game_minutes / (MIN · the same sum over the team's players). Kept above "
            "100: one shot in one second of play is about 3,000, hence the bound.",
            "percent",
            USAGE_NULLS,
            0,
            10_000,
            sources=_USAGE_SOURCES,
        ),
        Column(
            "is_usage_rate_reliable",
            "boolean",
            "Whether usage_rate is at most 60 and rests on at least 3 minutes.",
            nulls=USAGE_NULLS,
            sources=_USAGE_SOURCES,
        ),
        _from(_PLAYER, replace(_TRUE_SHOOTING, nulls=(Absence.DID_NOT_PLAY, *RATIO)), "pts", "fga", "fta"),
        _from(_PLAYER, replace(_EFFECTIVE_FG, nulls=(Absence.DID_NOT_PLAY, *RATIO)), "fgm", "fg3m", "fga"),
        _from("team_offense", replace(TEAM_OFFENSE.column("game_minutes"), nulls=(Absence.UPSTREAM_MISSING,))),
        *_zones(ZONES, PLAYER_WITHOUT_SHOTS),
        _makes("assisted_makes", "Shots made after an assist."),
        _makes("unassisted_makes", "Shots made without an assist."),
        _SHOT_ZONES_SOURCE,
        ABSENCE_COLUMN,
    ),
    code_version=2,
    reads=(Read("player_box_scores"), Read("team_offense"), Read("game_schedule"), _shots("player_id")),
)  # fmt: skip

ANALYTICS_TABLES = (TEAM_OFFENSE, TEAM_DEFENSE, PLAYER_GAME_SUMMARY)

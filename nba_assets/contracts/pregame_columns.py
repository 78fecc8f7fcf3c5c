"""Columns of `upcoming_player_context` made of points lines and injury reports, as known before tip-off."""

from nba_assets.contracts.contract import Absence, Column
from nba_assets.contracts.raw_pregame import INJURY_STATUSES

_LINES, _REPORTS, _SUMMARY = "point_lines", "injury_reports", "player_game_summary"

_REPORT_NULLS = (Absence.SOURCE_UNAVAILABLE, Absence.NOT_APPLICABLE, Absence.UPSTREAM_MISSING)
_NO_LINE = f"{Absence.NOT_APPLICABLE}: the game has lines, but none of the player"


def _points(name: str, text: str, *sources: str) -> Column:
    made_of = tuple(f"{_LINES}.{source}" for source in ("points_line", *sources))
    return Column(name, "float", text, "points", _REPORT_NULLS, 0, 80, sources=made_of)


def _price(side: str) -> Column:
    text = f"American odds of that {side}."
    return Column(
        f"points_line_best_{side}_price", "integer", text, "american odds", _REPORT_NULLS, -100_000, 100_000,
        sources=(f"{_LINES}.{side}_price",),
    )  # fmt: skip


LINE_COLUMNS = (
    Column("points_line_books", "integer", "Bookmakers with a points line of the player; 0 where only others of his "
           "game have one.", "count", (Absence.SOURCE_UNAVAILABLE, Absence.UPSTREAM_MISSING), 0, 100,
           sources=(f"{_LINES}.bookmaker", f"{_LINES}.player_id")),
    _points("points_line_consensus", f"Points line, median of the bookmakers ({_NO_LINE}).", "player_id"),
    _points("points_line_best_over", "Lowest line whose over can be bet.", "over_price"),
    _price("over"),
    _points("points_line_best_under", "Highest line whose under can be bet.", "under_price"),
    _price("under"),
    Column("points_line_over_probability", "float", "Chance of the over by the prices of both sides without the "
           "bookmaker's margin, each book at its own line; median of the bookmakers.", "fraction", _REPORT_NULLS, 0, 1,
           sources=(f"{_LINES}.over_price", f"{_LINES}.under_price")),
    Column("is_points_line_verified", "boolean", "Whether a snapshot time proves that the lines were before tip-off.",
           "", _REPORT_NULLS, sources=(f"{_LINES}.is_verified_before_tipoff",)),
)  # fmt: skip

INJURY_COLUMNS = (
    Column("injury_status", "string", "Status on the last injury report before tip-off (up to noon US Eastern where "
           "tip-off is unknown); who is out has no row.", "", _REPORT_NULLS, allowed=INJURY_STATUSES[1:],
           sources=(f"{_REPORTS}.status", f"{_REPORTS}.reported_at", f"{_REPORTS}.player_id")),
    Column("star_teammates_out", "integer", "Team-mates whom that report lists out or doubtful, with at least 10 games "
           "before and, over the last 10 of them, at least 18 points or at least 28 minutes and 12 points a game.",
           "count", (Absence.SOURCE_UNAVAILABLE, Absence.UPSTREAM_MISSING), 0, 15,
           sources=(f"{_REPORTS}.status", f"{_REPORTS}.reported_at", f"{_REPORTS}.player_id", f"{_SUMMARY}.pts",
                    f"{_SUMMARY}.minutes_played")),
)  # fmt: skip

"""The grammar of column names as data: docs/naming.md shows it, a test holds every contract against it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from nba_assets.contracts.contract import Column

WINDOW = re.compile(
    r"_(?P<window>previous_game|last_(?P<days>\d+)_days|last_(?P<games>\d+)|season|career|team_stint"
    r"|(?:ewma_)?half_life_\d+|half_lives_\d+_\d+)$"
)
"""The last part of a name: which games before the date the column looks at."""

WINDOWS = {
    "_previous_game": "the game before",
    "_last_N": "the last N played games; N is the contract's `window_games`",
    "_last_N_days": "games on the N days before the date",
    "_season": "this season so far",
    "_career": "everything since the history begins",
    "_team_stint": "since the player came to this team",
    "_ewma_half_life_N": "all games, a game counts half as much N games later",
    "_half_lives_A_B": "two such averages, one of half-life A and one of B, put together",
}
"""The endings that WINDOW reads, and what they mean."""


@dataclass(frozen=True)
class Rule:
    """Exactly the columns for which `holds` are named in this form; the window is taken off the name before."""

    form: str
    pattern: str
    meaning: str
    holds: Callable[[Column], bool]

    def is_kept_by(self, column: Column) -> bool:
        return bool(re.search(self.pattern, stem(column.name))) == self.holds(column)


def stem(name: str) -> str:
    """The name without its window, and without `_allowed`, which says that it is what opponents did."""
    return WINDOW.sub("", name).removesuffix("_allowed")


def _of_unit(*units: str) -> Callable[[Column], bool]:
    return lambda column: column.unit in units


def _of_type(kind: str) -> Callable[[Column], bool]:
    return lambda column: column.type == kind


RULES = (
    Rule("`…_id`", r"_id$", "identifies; an integer without a unit", lambda c: c.type == "integer" and not c.unit),
    Rule("`is_…`", r"^is_", "true or false", _of_type("boolean")),
    Rule("`…_date`", r"_date$", "a date, of US Eastern time", _of_type("date")),
    Rule("`…_at`, `…_utc`", r"_(at|utc)$", "a moment, in UTC", _of_type("timestamp")),
    Rule("`…_json`", r"_json$", "a JSON object", _of_type("json")),
    Rule("`…_pct`, `…_share`, `…_probability`", r"_(pct|share|probability)$", "a fraction, 0 to 1",
         _of_unit("fraction")),
    Rule("`usage_rate…`", r"(?<!is_)usage_rate", "percent, 0 to 100", _of_unit("percent")),
    Rule("`…_vs_league`", r"_vs_league$", "percentage points above the league", _of_unit("percentage points")),
    Rule("`…_rating`", r"_rating$", "points per 100 possessions", _of_unit("points per 100 possessions")),
    Rule("`pace`", r"(^|_)pace(?!_score)", "possessions per 48 minutes", _of_unit("possessions per 48 min")),
    Rule("`…_score`", r"_score$", "an adjustment on a scale of its own", _of_unit("score")),
    Rule("`…_price`", r"_price$", "a price in American odds", _of_unit("american odds")),
    Rule("`…_days`", r"_days$", "a number of days", _of_unit("days")),
    Rule(
        "`minutes`",
        r"(?<!by_)minutes(_played|_std|_trend)?$",
        "minutes played; over games their mean, over days their sum",
        _of_unit("minutes", "minutes per game"),
    ),
)  # fmt: skip
"""How a name says what its numbers are."""

INHERITED = "a name of the old system, which its queries still use"

EXCEPTIONS = {
    "game_id": "a string, for the league writes it with leading zeros",
    "absence": "the reasons of a row's nulls, in every table",
    "top_contributions": "a list, not an object",
    "win_flag": INHERITED,
    "avg_usage_rate_last_7_games": INHERITED,
    "total_composite_adjustment": INHERITED,
    "shot_zone_mismatch_score": INHERITED,
    "pace_differential": INHERITED,
}
"""Columns that break a rule, or end in no window that they have, and why."""

FIXED_WINDOWS = {
    "vs_league": "compared with the league over the 15 games of its zone columns",
    "zone": "the name of a zone, by the zone columns beside it",
    "active_teammates_minutes": "of everybody expected to play, each over the last 10 games",
    "active_minutes_share": "the player's part of that",
    "active_pts_share": "the player's part of that",
    "active_pts_rank": "the player's place in that",
}
"""Endings of columns that leave their window unsaid, for the window is always the same, and which it is."""


def table_of_rules() -> str:
    """The forms and what they mean, as Markdown."""
    lines = ["| name | what it is |", "|---|---|", *(f"| {rule.form} | {rule.meaning} |" for rule in RULES)]
    return "\n".join(lines)


def table_of_windows() -> str:
    return "\n".join(["| ending | games |", "|---|---|", *(f"| `{end}` | {text} |" for end, text in WINDOWS.items())])


def table_of_exceptions() -> str:
    named = {f"`{name}`": why for name, why in EXCEPTIONS.items()}
    named |= {f"`…{name}`": f"no window in the name: {why}" for name, why in FIXED_WINDOWS.items()}
    return "\n".join(["| column | why |", "|---|---|", *(f"| {name} | {why} |" for name, why in named.items())])

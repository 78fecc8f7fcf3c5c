"""Families of columns of the precompute tables: one statistic over several windows, declared once.

Ranges hold for every row of 2021-22 to 2024-25 with room on both sides; what lies outside is broken data.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nba_assets.contracts.contract import Absence, Column

_SUMMARY = "player_game_summary"

FORM_NULLS = (Absence.SHORT_HISTORY, Absence.SOURCE_UNAVAILABLE, Absence.UPSTREAM_MISSING)
RATIO_NULLS = (*FORM_NULLS, Absence.NOT_APPLICABLE)
REST_NULLS = (Absence.SHORT_HISTORY, Absence.UPSTREAM_MISSING)
LOAD_NULLS = (Absence.UPSTREAM_MISSING,)

AVERAGE_USAGE = "avg_usage_rate_last_7_games"
PROJECTION = "usage_rate_by_minutes_half_life_10"


@dataclass(frozen=True)
class _Statistic:
    """What a family of columns averages: its words, unit, upper bound, group of counts and columns it is made of."""

    text: str
    unit: str
    high: float
    group: str
    of: tuple[str, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(f"{_SUMMARY}.{name}" for name in (*self.of, "minutes_played", "game_date"))


_STATISTICS = {
    "pts": _Statistic("Points", "points per game", 110, "line", ("pts",)),
    "minutes": _Statistic("Minutes", "minutes per game", 80, "line", ("minutes_played",)),
    "usage_rate": _Statistic("Usage rate", "percent", 10_000, "usage", ("usage_rate",)),
    "fga": _Statistic("Field goals attempted", "per game", 70, "shot", ("fga",)),
    "fg3a": _Statistic("Three-pointers attempted", "per game", 40, "shot", ("fg3a",)),
    "fta": _Statistic("Free throws attempted", "per game", 50, "usage", ("fta",)),
    "reb": _Statistic("Rebounds", "per game", 50, "line", ("reb",)),
    "ast": _Statistic("Assists", "per game", 35, "line", ("ast",)),
    "tov": _Statistic("Turnovers", "per game", 20, "line", ("tov",)),
    "starter_share": _Statistic("Share of games started", "fraction", 1, "starter", ("is_starter",)),
}
_GROUP_WORDS = {
    "line": "points, rebounds, assists and turnovers",
    "shot": "field-goal and three-point attempts",
    "usage": "usage rate and free-throw attempts",
    "starter": "who started",
}


def average(name: str, statistic: str, text: str, count_column: str | None, window: int | None = None) -> Column:
    """One average of a statistic; `text` says over what."""
    of = _STATISTICS[statistic]
    description = f"{of.text}, {text}."
    return Column(name, "float", description, of.unit, FORM_NULLS, 0, of.high, (), of.sources, window, count_column)


def last(statistic: str, sizes: Iterable[int]) -> tuple[Column, ...]:
    """Means over the last N played games, fewer where fewer exist, across seasons."""
    group = _STATISTICS[statistic].group
    return tuple(
        average(
            AVERAGE_USAGE if (statistic, n) == ("usage_rate", 7) else f"{statistic}_last_{n}",
            statistic, f"mean of the last {n} games played", f"{group}_games_last_{n}", n,
        )
        for n in sizes
    )  # fmt: skip


def half_lives(statistic: str, games: Iterable[int]) -> tuple[Column, ...]:
    """Means over all games played, weights 0.5^(k/h), k = 0 for the latest."""
    counted = f"{_STATISTICS[statistic].group}_games_career"
    return tuple(
        average(f"{statistic}_ewma_half_life_{h}", statistic, f"weighted by 0.5^(k/{h}), k games ago", counted)
        for h in games
    )


def projected_points(pairs: Iterable[tuple[int, int]]) -> tuple[Column, ...]:
    """Minutes of a short half-life times points per minute of a long one."""
    return tuple(
        average(
            f"projected_pts_half_lives_{short}_{long}", "pts",
            f"minutes weighted by 0.5^(k/{short}) times points per minute weighted by 0.5^(k/{long}), k games ago",
            "line_games_career",
        )
        for short, long in pairs
    )  # fmt: skip


def minutes_trends(pairs: Iterable[tuple[int, int]]) -> tuple[Column, ...]:
    """Minutes of a short half-life less those of a long one."""
    return tuple(
        replace(
            average(f"minutes_trend_half_lives_{short}_{long}", "minutes",
                    f"weighted by 0.5^(k/{short}) less those by 0.5^(k/{long}), k games ago", "line_games_career"),
            low=-80,
        )
        for short, long in pairs
    )  # fmt: skip


def team_stint(statistic: str) -> Column:
    """Mean over the games in a row for the team he last played for."""
    text = "mean of the games in a row for the present team"
    return average(f"{statistic}_team_stint", statistic, text, "line_games_team_stint")


def to_date(statistic: str, span: str) -> Column:
    """Mean over the season or the career so far."""
    counted = f"{_STATISTICS[statistic].group}_games_{span}"
    return average(f"{statistic}_{span}", statistic, f"mean of the {span} so far", counted)


def ratios(name: str, text: str, unit: str, high: float, group: str, of: tuple[str, ...]) -> tuple[Column, ...]:
    """Sum over sum of the last 10 and 20 played games."""
    return tuple(
        Column(
            f"{name}_last_{n}", "float", f"{text}, sums over the last {n} games played.", unit, RATIO_NULLS, 0, high,
            sources=tuple(f"{_SUMMARY}.{column}" for column in of),
            window_games=n, count_column=f"{group}_games_last_{n}",
        )
        for n in (10, 20)
    )  # fmt: skip


def deviation(statistic: str) -> Column:
    """Sample standard deviation over the last 10 played games."""
    text = f"sample standard deviation (n-1) over the last 10 games played; {Absence.SHORT_HISTORY} below two"
    return replace(
        average(f"{statistic}_std_last_10", statistic, text, "line_games_last_10", 10),
        unit="points" if statistic == "pts" else "minutes",
    )


def count(name: str, text: str, high: float, *sources: str) -> Column:
    """A count that is never null, of played games unless `sources` say otherwise."""
    return Column(name, "integer", text, "count", (), 0, high, sources=sources or (f"{_SUMMARY}.minutes_played",))


def last_counts(group: str, sizes: Iterable[int]) -> tuple[Column, ...]:
    """How many of the last N games a group's columns rest on."""
    words = _GROUP_WORDS[group]
    return tuple(
        count(f"{group}_games_last_{n}", f"How many of the last {n} games played have {words}.", n) for n in sizes
    )


def counts_to_date(span: str) -> tuple[Column, ...]:
    """How many games of the season or career so far a group's columns rest on."""
    return tuple(
        count(f"{group}_games_{span}", f"Games of the {span} so far that have {_GROUP_WORDS[group]}.", 2500)
        for group in ("line", "shot", "usage")
    )


def team_mean(
    name: str, text: str, unit: str, low: float, high: float, source: str, n: int, count_column: str
) -> Column:
    """Mean over a team's last N games."""
    described = f"{text}, mean of the last {n} games."
    return Column(name, "float", described, unit, FORM_NULLS, low, high, (), (source,), n, count_column)


def team_count(name: str, whose: str, n: int, table: str) -> Column:
    """How many of a team's last N games its columns rest on."""
    return count(name, f"How many of {whose} last {n} games are there.", n, f"{table}.game_id")


def _beside_teammates(name: str, text: str, unit: str, high: float, statistic: str) -> Column:
    sources = (*_STATISTICS[statistic].sources, f"{_SUMMARY}.team_id", "team_offense.game_date")
    return Column(name, "float", text, unit, FORM_NULLS, 0, high, sources=sources, window_games=10)


ACTIVE_TEAMMATES = (
    _beside_teammates("active_teammates_minutes", "Minutes of the active team-mates, means of their last 10 games "
                      "played, summed. Active is who is expected and played the team's last game; the player himself "
                      "does not count.", "minutes per game", 1500, "minutes"),
    _beside_teammates("active_minutes_share", "His minutes over his own and the active team-mates', means of the last "
                      "10 games played.", "fraction", 1, "minutes"),
    _beside_teammates("active_pts_share", "The same of points.", "fraction", 1, "pts"),
    _beside_teammates("active_pts_rank", "1 and the number of active team-mates with more points over their last 10 "
                      "games played.", "rank", 40, "pts"),
)  # fmt: skip
"""A player's part in his team as it last took the floor."""


def _margin(name: str, text: str, n: int, count_column: str | None) -> Column:
    sources = ("team_offense.pts", "team_offense.opponent_pts")
    return Column(name, "float", text, "points", FORM_NULLS, -100, 100, (), sources, n, count_column)


def _strength(side: str, whose: str) -> tuple[Column, ...]:
    return (
        team_count(f"{side}_games_last_20", f"the {whose}'s", 20, "team_offense"),
        _margin(f"{side}_margin_last_20", f"Points by which the {whose} outscored its opponents, mean of the last 20 "
                "games.", 20, f"{side}_games_last_20"),
        count(f"{side}_games_season", f"Games of the {whose} in the season so far.", 130, "team_offense.game_id"),
        Column(f"{side}_win_pct_season", "float", f"Share of the {whose}'s games of the season so far that it won.",
               "fraction", FORM_NULLS, 0, 1, sources=("team_offense.pts", "team_offense.opponent_pts"),
               count_column=f"{side}_games_season"),
    )  # fmt: skip


STRENGTH = (
    Column("team_rest_days", "integer", "Days since the own team's last game minus 1.", "days", REST_NULLS, 0, 400,
           sources=("team_offense.game_date",)),
    _margin("team_margin_previous_game", "Points by which the own team won its last game, below zero if it lost.", 1,
            None),
    *_strength("team", "own team"),
    *_strength("opponent", "opponent"),
)  # fmt: skip
"""How strong both teams are, and how close the last game was: it decides how long the best stay on court."""

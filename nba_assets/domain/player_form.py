"""What each player's games so far amount to, game by game: the statistics behind `player_daily_cache`.

A game counts for a group when all the group's statistics are there, so that one count serves all its columns.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from nba_assets.contracts.game_constants import FREE_THROW_WEIGHT
from nba_assets.domain.as_of import GameLog
from nba_assets.domain.seasons import season_start_days
from nba_assets.domain.windows import Rounds, half_life_decay, last_sums, quotient, running_sums

GROUPS = {
    "line": ("pts", "minutes", "reb", "ast", "tov"),
    "shot": ("fga", "fg3a"),
    "usage": ("usage_rate", "fta", "shooting_chances", "chances_pts", "usage_minutes"),
    "starter": ("starter_share",),
}
"""Statistics that come and go together in the box scores of a source."""

LAST = {
    "pts": (3, 5, 7, 10, 20),
    "minutes": (3, 5, 7, 10, 20),
    "usage_rate": (5, 7, 10, 20),
    "fga": (3, 5, 10, 20),
    "fg3a": (5, 10, 20),
    "fta": (5, 10, 20),
    "reb": (5, 10),
    "ast": (5, 10),
    "tov": (5, 10),
    "starter_share": (10,),
}
"""Means over the last N played games."""

RATIOS = {
    "true_shooting_pct": ("chances_pts", "shooting_chances", (10, 20)),
    "points_per_minute": ("pts", "minutes", (10, 20)),
}
"""Sum over sum of the last N played games."""

STANDARD_DEVIATIONS = {"pts": 10, "minutes": 10}
HALF_LIVES = {
    "pts": (2, 3, 6, 10, 15, 20),
    "minutes": (2, 3, 6, 10),
    "usage_rate": (6,),
    "fga": (6,),
}
PROJECTED_POINTS = ((2, 15), (3, 15), (3, 40), (6, 40))
"""Half-lives of minutes and of points per minute: playing time moves within days, skill within a season."""

MINUTES_TRENDS = ((3, 10), (6, 20))
"""A short and a long half-life of minutes."""

_PARTS = (
    *(("minutes", h) for pair in (*PROJECTED_POINTS, *MINUTES_TRENDS) for h in pair),
    *(("pts", long) for _, long in PROJECTED_POINTS),
)

PROJECTION_HALF_LIFE = 10
PROJECTION = f"usage_rate_by_minutes_half_life_{PROJECTION_HALF_LIFE}"
"""Usage averaged with weights minutes · 0.5^(k/10): what `projected_usage_rate` of the composite factors is."""

SEASON = ("pts", "minutes", "usage_rate", "fga")
CAREER = ("pts",)
PREVIOUS = ("pts", "minutes")
STINT = ("pts", "minutes")

SUMMARY_COLUMNS = ("minutes_played", "pts", "fga", "fta", "fg3a", "reb", "ast", "tov", "usage_rate", "is_starter")
"""Columns of `player_game_summary` that the statistics are made of."""

AVERAGE_USAGE = "avg_usage_rate_last_7_games"


def projected_name(short: int, long: int) -> str:
    """Column of points projected from minutes of one half-life and points per minute of another."""
    return f"projected_pts_half_lives_{short}_{long}"


def trend_name(short: int, long: int) -> str:
    """Column of minutes of a short half-life less those of a long one."""
    return f"minutes_trend_half_lives_{short}_{long}"


def group_of(statistic: str) -> str:
    """The group whose count tells how many games a column of the statistic rests on."""
    return next(group for group, members in GROUPS.items() if statistic in members)


def last_name(statistic: str, size: int) -> str:
    """Column of a mean over the last N games; the one that the old system had keeps its name."""
    return AVERAGE_USAGE if (statistic, size) == ("usage_rate", 7) else f"{statistic}_last_{size}"


def count_name(statistic: str, window: str) -> str:
    """Column that says how many games a window of the statistic rests on."""
    return f"{group_of(statistic)}_games_{window}"


_WINDOWS = (*LAST.items(), *((up, sizes) for up, _, sizes in RATIOS.values()))
SIZES = tuple(sorted({size for _, sizes in _WINDOWS for size in sizes}))
GROUP_SIZES = {
    group: tuple(sorted({size for name, sizes in _WINDOWS for size in sizes if group_of(name) == group}))
    for group in GROUPS
}
TO_DATE_COUNTS = tuple(f"{group}_games_{span}" for span in ("season", "career") for group in ("line", "shot", "usage"))


def statistics(log: GameLog) -> dict[str, np.ndarray]:
    """The statistics of each game, NaN where its group is not complete."""
    pts, fga, fta = log.numbers("pts"), log.numbers("fga"), log.numbers("fta")
    minutes = log.numbers("minutes_played")
    values = {
        "pts": pts,
        "minutes": minutes,
        "fga": fga,
        "fta": fta,
        **{name: log.numbers(name) for name in ("fg3a", "reb", "ast", "tov", "usage_rate")},
        "shooting_chances": 2.0 * (fga + FREE_THROW_WEIGHT * fta),
        "chances_pts": pts.copy(),
        "usage_minutes": minutes.copy(),
        "starter_share": log.numbers("is_starter"),
    }
    for members in GROUPS.values():
        is_partial = np.isnan([values[name] for name in members]).any(axis=0)
        for name in members:
            values[name] = np.where(is_partial, np.nan, values[name])
    return values


def last_counts(log: GameLog, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`<group>_games_last_N`: how many of the last N games have the group's statistics."""
    counts: dict[str, np.ndarray] = {}
    for group, sizes in GROUP_SIZES.items():
        present = (~np.isnan(values[GROUPS[group][0]])).astype("float64")
        counts |= {f"{group}_games_last_{size}": n for size, n in last_sums(log, present, sizes).items()}
    return counts


def last_means(
    log: GameLog, values: Mapping[str, np.ndarray], counts: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, int, np.ndarray]]:
    """Column, N and mean over the last N games, one after the other (all at once are large)."""
    for name, sizes in LAST.items():
        for size, total in last_sums(log, values[name], sizes).items():
            yield last_name(name, size), size, quotient(total, counts[count_name(name, f"last_{size}")])


def last_ratios(log: GameLog, values: Mapping[str, np.ndarray]) -> Iterator[tuple[str, int, str, np.ndarray]]:
    """Column, N, count column and ratio of sums over the last N games."""
    for name, (up, down, sizes) in RATIOS.items():
        over, under = last_sums(log, values[up], sizes), last_sums(log, values[down], sizes)
        for size in sizes:
            yield f"{name}_last_{size}", size, count_name(down, f"last_{size}"), quotient(over[size], under[size])


def half_life_means(rounds: Rounds, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Means with weights 0.5^(k/h) over all games so far, k = 0 at the latest; a null game keeps its place.

    Beside them what is made of two of them: projected points and minutes trends.
    """
    wanted = list(dict.fromkeys([*((name, h) for name, of in HALF_LIVES.items() for h in of), *_PARTS]))
    decay = half_life_decay([h for _, h in wanted])
    stacked = np.column_stack([values[name] for name, _ in wanted])
    sums = running_sums(rounds, stacked, decay)
    weights = running_sums(rounds, (~np.isnan(stacked)).astype("float64"), decay)
    means = quotient(sums, weights)
    of = {key: means[:, at] for at, key in enumerate(wanted)}
    form = {f"{name}_ewma_half_life_{h}": mean for (name, h), mean in of.items()}
    for short, long in PROJECTED_POINTS:
        per_minute = quotient(of["pts", long], of["minutes", long])
        form[projected_name(short, long)] = of["minutes", short] * per_minute
    for short, long in MINUTES_TRENDS:
        form[trend_name(short, long)] = of["minutes", short] - of["minutes", long]
    minutes = values["usage_minutes"]
    by_minutes = np.column_stack([minutes * values["usage_rate"], minutes])
    totals = running_sums(rounds, by_minutes, np.repeat(half_life_decay([PROJECTION_HALF_LIFE]), 2))
    return form | {PROJECTION: quotient(totals[:, 0], totals[:, 1])}


def to_date(log: GameLog, rounds: Rounds, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Means over the season and the career so far, with the games they rest on and `season_games` played."""
    season = season_start_days(log.column("season"))
    goes_on = season == np.r_[season[:1], season[:-1]]
    names = list(dict.fromkeys([*SEASON, *CAREER]))
    stacked = np.column_stack([values[name] for name in names] + [np.ones(len(log))])
    both = np.hstack([stacked, (~np.isnan(stacked)).astype("float64")])
    totals = {
        "season": running_sums(rounds, both, goes_on.astype("float64")[:, None]),
        "career": running_sums(rounds, both, np.ones(both.shape[1])),
    }
    form = {"season_games": totals["season"][:, len(names)]}
    for span, total in totals.items():
        for at, name in enumerate(names):
            count = total[:, len(names) + 1 + at]
            form |= {f"{name}_{span}": quotient(total[:, at], count), count_name(name, span): count}
    return form


def team_stints(log: GameLog, rounds: Rounds, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Means over the games in a row for the team of each game, the games they rest on and `team_stint_games` played."""
    stacked = np.column_stack([values[name] for name in STINT] + [np.ones(len(log))])
    both = np.hstack([stacked, (~np.isnan(stacked)).astype("float64")])
    total = running_sums(rounds, both, (~_begins_stint(log)).astype("float64")[:, None])
    form = {"team_stint_games": total[:, len(STINT)]}
    for at, name in enumerate(STINT):
        count = total[:, len(STINT) + 1 + at]
        form |= {f"{name}_team_stint": quotient(total[:, at], count), count_name(name, "team_stint"): count}
    return form


def stint_since(log: GameLog) -> np.ndarray:
    """Day from which a missing game may belong to each game's stint: after the last one for another team.

    In a first stint it is the start of the season of the first game.
    """
    begins = _begins_stint(log)
    after_last = np.r_[0, log.day[:-1]][: len(log)] + 1
    since = np.where(log.ordinal == 0, season_start_days(log.column("season")), after_last)
    return since[np.maximum.accumulate(np.where(begins, np.arange(len(log)), 0))] if len(log) else since


def _begins_stint(log: GameLog) -> np.ndarray:
    team = log.column("team_id").astype("int64")
    return (log.ordinal == 0) | (team != np.r_[team[:1], team[:-1]])

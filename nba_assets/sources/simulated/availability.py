"""A season day by day: which club each player belongs to, who is out, and how roles and form drift."""

from dataclasses import dataclass

import numpy as np

from nba_assets.sources.simulated.talent import LEAGUE, TEAMS, Players

NO_TEAM = -1
INJURED, RESTED = "DND - Injury/Illness", "DND - Rest"
"""Why the box score says that a listed player was not available."""

LISTED_DAYS = 9
"""A player who is out stays on the list of a game this long; later he is inactive and no row names him."""

_SPELLS_A_SEASON = 5.3
_TRADES = 26


@dataclass(frozen=True)
class Season:
    """State by [player, day]; days count from opening night.

    `team` is a position in TEAM_IDS or NO_TEAM, `out_days` how long a player has been out (0 = available),
    `role_drift` is added to the role, `form` to the log of his share of the shots.
    """

    team: np.ndarray
    out_days: np.ndarray
    role_drift: np.ndarray
    form: np.ndarray


def season_state(players: Players, days: int, trade_days: tuple[int, int], rng: np.random.Generator) -> Season:
    """The whole season's state of everybody; trades fall between the two `trade_days`."""
    drift = _drifting(rng, days, 6.0, 0.42) + _drifting(rng, days, 45.0, 0.42)
    return Season(
        team=_teams(players, days, trade_days, rng),
        out_days=_absences(players, days, rng),
        role_drift=drift,
        form=_drifting(rng, days, 12.0, 0.09),
    )


def _drifting(rng: np.random.Generator, days: int, memory_days: float, scale: float) -> np.ndarray:
    """A stationary walk that forgets within about `memory_days`, one row a player."""
    keep = np.exp(-1 / memory_days)
    steps = rng.normal(0, scale, (days, LEAGUE))
    walk = np.empty((days, LEAGUE))
    walk[0] = steps[0]
    for day in range(1, days):
        walk[day] = keep * walk[day - 1] + np.sqrt(1 - keep**2) * steps[day]
    return walk.T.copy()


def _teams(players: Players, days: int, trade_days: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    team = np.repeat(players.team[:, None], days, axis=1).astype(np.int8)
    for day in np.sort(rng.integers(*trade_days, _TRADES)):
        one, two = rng.choice(TEAMS, 2, replace=False)
        goods = [np.flatnonzero((team[:, day] == club) & ~players.is_late) for club in (one, two)]
        count = int(rng.integers(1, 3))
        value = players.quality + rng.normal(0, 0.6, LEAGUE)
        first = rng.choice(goods[0], count, replace=False)
        for player in first:
            partner = goods[1][np.argmin(np.abs(value[goods[1]] - value[player]))]
            goods[1] = goods[1][goods[1] != partner]
            team[player, day:], team[partner, day:] = two, one
    for player in np.flatnonzero(players.is_late):
        team[player, : int(rng.integers(12, 170))] = NO_TEAM
    return team


def _absences(players: Players, days: int, rng: np.random.Generator) -> np.ndarray:
    """Spells of every length: mostly a game or two, some for months, now and then the season."""
    out = np.zeros((LEAGUE, days), dtype=np.int16)
    spells = rng.poisson(_SPELLS_A_SEASON * players.fragility * np.exp(0.02 * (players.age - 26)))
    player = np.repeat(np.arange(LEAGUE), spells)
    start = rng.integers(-25, days, len(player))
    length = np.exp(rng.normal(1.45, 0.85, len(player)))
    is_long = rng.random(len(player)) < 0.09
    length[is_long] = np.exp(rng.normal(3.8, 0.7, int(is_long.sum())))
    for who, first, last in zip(player, start, start + np.ceil(length).astype(int), strict=True):
        begin, end = max(first, 0), min(last, days)
        if begin < end:
            out[who, begin:end] = np.maximum(out[who, begin:end], np.arange(begin - first, end - first) + 1)
    return out

"""Who is listed, who starts, and how long each is meant to play: all known before tip-off, but for the noise."""

from dataclasses import dataclass

import numpy as np

from nba_assets.sources.simulated.availability import LISTED_DAYS, Season
from nba_assets.sources.simulated.talent import MINUTES_CAP, Players

DRESSED = 13
SURE = 7
"""Players who may dress, and how many of them play for certain when healthy."""

MINUTES_NOISE = 0.60
"""What nobody knows before tip-off, on the logit of minutes."""

_OF_NOISY_LOGIT = (1 + np.pi / 8 * MINUTES_NOISE**2) ** -0.5
"""The mean of a logistic with normal noise is nearly that of a logit smaller by this factor."""

NOT_LISTED = -9.0
_BACK_TO_BACK = -0.08
_VETERAN_AGE, _REST_CHANCE = 31, 0.10


@dataclass(frozen=True)
class Lineups:
    """One row a team-game, one column a dressed player, most important first.

    `player` is a position in Players (0 where `is_dressed` is false). `ability` is the logit of minutes known before
    tip-off, `play_chance` the chance to appear, `expected_minutes` those given that he does. `out_row` and
    `out_player` list who is named as out.
    """

    player: np.ndarray
    is_dressed: np.ndarray
    is_starter: np.ndarray
    ability: np.ndarray
    play_chance: np.ndarray
    expected_minutes: np.ndarray
    out_row: np.ndarray
    out_player: np.ndarray
    is_resting: np.ndarray

    def take(self, rows: np.ndarray) -> "Lineups":
        """Only the team-games of the mask."""
        named = rows[self.out_row]
        position = np.cumsum(rows) - 1
        by_row = ("player", "is_dressed", "is_starter", "ability", "play_chance", "expected_minutes")
        return Lineups(
            **{name: getattr(self, name)[rows] for name in by_row},
            out_row=position[self.out_row[named]],
            out_player=self.out_player[named],
            is_resting=self.is_resting[named],
        )


def lineups(
    players: Players,
    season: Season,
    team: np.ndarray,
    day: np.ndarray,
    back_to_back: np.ndarray,
    tightening: float,
    rng: np.random.Generator,
) -> Lineups:
    """Lineups of team-games; `tightening` above 1 concentrates the minutes on the best, as in the playoffs."""
    days, day_row = np.unique(day, return_inverse=True)
    role = tightening * (players.role[:, None] + season.role_drift[:, days]).T
    belongs = season.team[:, days].T[day_row] == team[:, None]
    out_days = season.out_days[:, days].T[day_row]
    is_veteran = (players.age >= _VETERAN_AGE) & (players.role > 0)
    resting = back_to_back[:, None] & is_veteran & (rng.random(belongs.shape) < _REST_CHANCE * (tightening == 1.0))
    available = belongs & (out_days == 0) & ~resting
    rank = np.where(available, role[day_row], -np.inf)
    best = np.argpartition(-rank, DRESSED, axis=1)[:, :DRESSED]
    values = np.take_along_axis(rank, best, axis=1)
    order = np.lexsort((best, -values), axis=1)
    player = np.take_along_axis(best, order, axis=1)
    values = np.take_along_axis(values, order, axis=1)
    is_dressed = np.isfinite(values)
    player = np.where(is_dressed, player, 0)
    tired = _BACK_TO_BACK * back_to_back[:, None] * (players.age[player] > 29)
    ability = np.where(is_dressed, values + tired, NOT_LISTED)
    first_guess = shared_minutes(ability, is_dressed, 48.0, MINUTES_CAP)
    play_chance = is_dressed / (1 + np.exp(-(first_guess - 8.0) / 2.4))
    play_chance[:, :SURE] = is_dressed[:, :SURE]
    named = belongs & ((out_days > 0) & (out_days <= LISTED_DAYS) | resting)
    out_row, out_player = np.nonzero(named)
    return Lineups(
        player=player,
        is_dressed=is_dressed,
        is_starter=is_dressed & (np.arange(DRESSED) < 5),
        ability=ability,
        play_chance=play_chance,
        expected_minutes=shared_minutes(_OF_NOISY_LOGIT * ability, play_chance, 48.0, MINUTES_CAP),
        out_row=out_row,
        out_player=out_player,
        is_resting=resting[out_row, out_player],
    )


def shared_minutes(ability: np.ndarray, present: np.ndarray, length: float, cap: float) -> np.ndarray:
    """Minutes by ability, at most about `cap` each, so that those present share 5 x `length`.

    `present` is 0 or 1, or a chance to be there, which then weighs the minutes in the sum.
    """
    weight = present.astype(float)
    low, high = np.full(len(ability), -14.0), np.full(len(ability), 14.0)
    level = np.zeros(len(ability))
    for _ in range(40):
        share = 1 / (1 + np.exp(-(ability + level[:, None])))
        short = cap * (weight * share).sum(axis=1) - 5 * length
        low, high = np.where(short < 0, level, low), np.where(short < 0, high, level)
        slope = cap * (weight * share * (1 - share)).sum(axis=1)
        newton = level - short / np.maximum(slope, 1e-9)
        level = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
        if np.abs(short).max() < 1e-9 * length:
            break
    return np.where(weight > 0, cap / (1 + np.exp(-(ability + level[:, None]))), 0.0)

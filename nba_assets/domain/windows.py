"""Statistics over the last games of an entity, as of each game of a log: that game and those before it.

What of it a date may see is `as_of`. Every result is a reduction over one entity's own games in a fixed order
(latest first within a last-N window, earliest first in the running ones), so it does not depend on which other
rows are computed beside it: a date alone and the same date of a long range agree bit for bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from nba_assets.domain.as_of import Earlier, GameLog


def last_sums(log: GameLog, values: np.ndarray, sizes: Sequence[int]) -> dict[int, np.ndarray]:
    """Sum over the last N games for each N of `sizes`, over fewer where fewer exist; NaN adds nothing."""
    padded, slots = _padded(log, _filled(values), max(sizes))
    total = padded.copy()
    sums = {}
    for back in range(max(sizes)):
        if back:
            total[back:] += padded[:-back]
        if back + 1 in sizes:
            sums[back + 1] = total[slots]
    return sums


def last_std(log: GameLog, values: np.ndarray, size: int) -> np.ndarray:
    """Sample standard deviation (n − 1) of the non-null values of the last `size` games; NaN below two of them."""
    present = (~np.isnan(values)).astype("float64")
    count = last_sums(log, present, [size])[size]
    mean = quotient(last_sums(log, values, [size])[size], count)
    padded, slots = _padded(log, _filled(values), size)
    weight, _ = _padded(log, present, size)
    squares = np.zeros(len(values))
    for back in range(size):
        squares += weight[slots - back] * (padded[slots - back] - mean) ** 2
    return np.sqrt(quotient(squares, np.where(count >= 2, count - 1, 0.0)))


@dataclass(frozen=True)
class Rounds:
    """The games of a log in rounds: all first games, then all second games …; entities with most games lead each.

    `order` puts the games so. Each bound is (start, end, start of the round before) of the second and later rounds:
    the i-th game of a round follows the i-th of the round before.
    """

    order: np.ndarray
    bounds: Sequence[tuple[int, int, int]]

    @classmethod
    def of(cls, log: GameLog) -> Self:
        rank = np.empty(len(log.starts), dtype="int64")
        rank[np.argsort(-log.lengths, kind="stable")] = np.arange(len(log.starts))
        order = np.argsort(log.ordinal * len(log.starts) + np.repeat(rank, log.lengths))
        sizes = np.bincount(log.ordinal)
        edges = np.r_[0, np.cumsum(sizes)]
        return cls(order, [(int(edges[n]), int(edges[n + 1]), int(edges[n - 1])) for n in range(1, len(sizes))])


def running_sums(rounds: Rounds, values: np.ndarray, decay: np.ndarray) -> np.ndarray:
    """Total of the games so far, where `decay` is what is left of it when the next game is added; NaN adds nothing.

    `values` is [games × columns]. `decay` is one factor per column (0.5^(1/h) gives the weights 0.5^(k/h), k = 0 at
    the latest game; 1 a plain total), or [games × 1] with one per game (0 starts again).
    """
    totals = _filled(values)[rounds.order]
    left = decay[rounds.order] if decay.ndim == 2 else np.broadcast_to(decay, values.shape)
    for start, end, before in rounds.bounds:
        totals[start:end] += left[start:end] * totals[before : before + end - start]
    result = np.empty_like(totals)
    result[rounds.order] = totals
    return result


def sums_since(earlier: Earlier, values: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Sum of a statistic over each row's earlier games on or after its day, 0 where there are none."""
    count = earlier.since(day)
    total = np.zeros(len(count))
    for back in range(int(count.max(initial=0))):
        total += np.where(back < count, earlier.of(values, back), 0.0)
    return total


def half_life_decay(half_lives: Sequence[float]) -> np.ndarray:
    """What is left of a game's weight one game later, for half-lives counted in games."""
    return 0.5 ** (1.0 / np.asarray(half_lives, dtype="float64"))


def quotient(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """`total / count`, NaN where the count is zero."""
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count != 0)


def _padded(log: GameLog, values: np.ndarray, gap: int) -> tuple[np.ndarray, np.ndarray]:
    """The values with `gap` zeros before each entity, so that no window reaches into another; and their slots."""
    slots = np.arange(len(log)) + gap * np.repeat(np.arange(1, len(log.starts) + 1), log.lengths)
    padded = np.zeros(len(log) + gap * (len(log.starts) + 1))
    padded[slots] = values
    return padded, slots


def _filled(values: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), 0.0, values)

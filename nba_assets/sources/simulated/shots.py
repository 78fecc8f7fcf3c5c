"""The shots behind the box lines: every attempt of a line gets a place, a time and, if it went in, perhaps an assist.

Attempts, makes and threes are those of the line, assisted makes those of the team. Where a player shoots from is his
own: big ones near the hoop, and each with a leaning of his that stays for life. Shares and accuracies of the zones are
those of the NBA from 2021-22 to 2024-25.
"""

import numpy as np
import pandas as pd

from nba_assets.sources.simulated.talent import Players

_TWO_SHARES = np.array([0.482, 0.227, 0.291])
_TWO_ACCURACY = np.array([0.661, 0.433, 0.429])
"""Of two-point attempts: at the rim, elsewhere in the paint, mid-range."""

_TWO_LEANING = np.array([0.40, 0.05, -0.45])
_TWO_BY_SIZE = np.array([0.30, 0.10, -0.30])
_CORNER_SHARE = 0.255
_CORNER_LEANING = 0.6
_BACKCOURT_OF_MISSES = 0.011
_ASSISTED_WEIGHT_TWO, _ASSISTED_WEIGHT_THREE = 1.0, 2.2
_GOLDEN = 0.6180339887498949
_EVENTS_A_SHOT = 3.7
"""Events of a play-by-play for each attempt among them."""


def season_shots(lines: pd.DataFrame, games: pd.DataFrame, players: Players, rng: np.random.Generator) -> pd.DataFrame:
    """One row per attempt of the player lines, in the order of the events of each game, games by date and id."""
    shooting = lines[lines["fga"] > 0]
    counts = _counts(shooting)
    kind = np.repeat(np.tile(np.arange(4), len(shooting)), counts.ravel())
    line = np.repeat(np.arange(len(shooting)), counts.sum(axis=1))
    made, three = kind % 2 == 1, kind >= 2
    position = pd.Index(players.player_id).get_indexer(shooting["player_id"])[line]
    x, y = _places(players, position, made, three, rng)
    game = pd.Index(games["game_id"]).get_indexer(shooting["game_id"])[line]
    period, seconds = _times(games["overtime_periods"].to_numpy()[game], rng)
    team_game = shooting.groupby(["game_id", "team_id"]).ngroup().to_numpy()[line]
    assists = lines.groupby(["game_id", "team_id"])["ast"].sum()
    of_shooting = assists[assists.index.isin(pd.MultiIndex.from_frame(shooting[["game_id", "team_id"]]))]
    assisted = _assisted(made, three, team_game, of_shooting.to_numpy(dtype=int), rng)
    rank_of_game = np.argsort(np.lexsort((games["game_id"], games["game_date"])))[game]
    order = np.lexsort((-seconds, period, rank_of_game))
    first_of_game = np.r_[0, np.flatnonzero(np.diff(rank_of_game[order])) + 1]
    number = np.arange(len(order)) - np.repeat(first_of_game, np.diff(np.r_[first_of_game, len(order)]))
    row = line[order]
    of_line = {name: shooting[name].to_numpy()[row] for name in ("game_id", "game_date", "team_id", "player_id")}
    return pd.DataFrame(
        {
            **of_line,
            "event_id": 4 + (_EVENTS_A_SHOT * number).astype(int),
            "period": period[order],
            "seconds_remaining": seconds[order],
            "made": made[order],
            "three": three[order],
            "distance": np.floor(np.hypot(x, y))[order],
            "x": x[order],
            "y": y[order],
            "assisted": assisted[order],
        }
    )


def _counts(lines: pd.DataFrame) -> np.ndarray:
    """Of each line: missed and made two-point, missed and made three-point attempts."""
    fga, fgm, fg3a, fg3m = (lines[name].to_numpy(dtype=int) for name in ("fga", "fgm", "fg3a", "fg3m"))
    return np.column_stack([fga - fg3a - fgm + fg3m, fgm - fg3m, fg3a - fg3m, fg3m])


def _places(
    players: Players, position: np.ndarray, made: np.ndarray, three: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Feet to the right of the hoop and away from the baseline, in tenths."""
    leaning = 2 * (players.player_id * _GOLDEN % 1) - 1
    size = players.size.clip(-2, 2)
    shares = _TWO_SHARES * np.exp(np.outer(leaning, _TWO_LEANING) + np.outer(size, _TWO_BY_SIZE))
    draw, near, aside = rng.random((3, len(position)))
    zone = np.zeros(len(position), dtype="int8")
    for went_in in (True, False):
        weight = shares * (_TWO_ACCURACY if went_in else 1 - _TWO_ACCURACY)
        bounds = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)[position]
        twos = (made == went_in) & ~three
        zone[twos] = (draw[twos, None] > bounds[twos, :2]).sum(axis=1)
    corner_share = (
        1 / (1 + np.exp(-(np.log(_CORNER_SHARE / (1 - _CORNER_SHARE)) + _CORNER_LEANING * leaning)))[position]
    )
    zone[three] = np.where(draw[three] < corner_share[three], 4, 3)
    zone[three & ~made & (draw > 1 - _BACKCOURT_OF_MISSES)] = 5
    deep = 24.2 - 0.7 * np.log(rng.random((3, len(position)))).sum(axis=0)
    radius = np.choose(zone.clip(0, 3), [3.95 * near**1.1, 4.02 + 4.9 * near**1.2, 9.02 + 12.8 * near**1.3, deep])
    lowest = np.choose(
        zone.clip(0, 3),
        [-np.pi / 2, -np.pi / 6, 0.0, np.maximum(np.arcsin(8.95 / deep), np.arccos(np.minimum(24.8 / deep, 1.0)))],
    )
    angle = lowest + aside * (np.pi - 2 * lowest)
    right = np.where(aside < 0.5, -1, 1)
    x = np.select([zone == 4, zone == 5], [right * (22.1 + 2.3 * near), 48 * aside - 24], radius * np.cos(angle))
    y = np.select([zone == 4, zone == 5], [-4 + 12.5 * near, 42.5 + 35 * near**2], radius * np.sin(angle))
    return x.round(1) + 0.0, y.round(1) + 0.0


def _times(overtimes: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Period and whole seconds left of it, at any moment of the game alike."""
    minute = rng.random(len(overtimes)) * (48 + 5 * overtimes)
    in_overtime = minute >= 48
    period = np.where(in_overtime, 5 + (minute - 48) // 5, 1 + minute // 12).astype(int)
    left = np.where(in_overtime, 5 - (minute - 48) % 5, 12 - minute % 12)
    return period, np.floor(60 * left).astype(int)


def _assisted(
    made: np.ndarray, three: np.ndarray, team_game: np.ndarray, assists: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """As many makes of each team-game as it has assists, threes more often than others."""
    weight = np.where(three, _ASSISTED_WEIGHT_THREE, _ASSISTED_WEIGHT_TWO)
    chance = np.where(made, rng.random(len(made)) ** (1 / weight), -1.0)
    order = np.lexsort((-chance, team_game))
    sizes = np.bincount(team_game, minlength=len(assists))
    rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    assisted = np.zeros(len(made), dtype=bool)
    assisted[order] = rank < np.repeat(assists, sizes)
    return assisted & made

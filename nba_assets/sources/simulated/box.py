"""One stretch of play: a team's possessions become the box lines of those on the floor.

Team totals come first and are dealt out to the players by weight, so that a night of many shots for one is a night
of fewer for the others, as on a real floor. Rows are team-games, home and away alternating.
"""

from dataclasses import dataclass

import numpy as np

from nba_assets.contracts.game_constants import FREE_THROW_WEIGHT
from nba_assets.sources.simulated.talent import Players

FREE_THROWS_A_TRIP = 1.90
TURNOVER_RATE = 0.1305
TEAM_TURNOVERS_A_GAME = 0.72
TRIPS_A_POSSESSION = 0.1158
REBOUND_OWN_MISS = 0.226
REBOUND_THEIR_MISS = 0.905
ASSISTED, STOLEN, BLOCKED = 0.620, 0.577, 0.197
OTHER_FOULS_A_GAME = 10.6
LEAGUE_THREE_SHARE = 0.40
_PLANNED_AGAINST = 2.4
_FOULED_WITHOUT_BONUS = 0.74

COUNTS = ("pts", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "ast", "stl", "blk", "tov", "pf")


@dataclass(frozen=True)
class Rates:
    """Weights and shooting of the players of each team-game, [row, player]; shooting on the logit scale."""

    shots: np.ndarray
    trips: np.ndarray
    turnovers: np.ndarray
    offensive_rebounds: np.ndarray
    defensive_rebounds: np.ndarray
    assists: np.ndarray
    steals: np.ndarray
    blocks: np.ndarray
    fouls: np.ndarray
    three_share: np.ndarray
    two_pct: np.ndarray
    three_pct: np.ndarray
    free_throw_pct: np.ndarray


def rates(players: Players, player: np.ndarray, form: np.ndarray, noise: np.ndarray, minutes: np.ndarray) -> Rates:
    """Rates of the players at positions `player`; `form` and `noise` move the share of the shots.

    A coach whose players would take unusually many or few threes in their `minutes` plans against it.
    """
    shots = players.usage[player] * np.exp(form + noise)
    stake = minutes * players.usage[player]
    three_share = players.three_share[player]
    leaning = (stake * chance(three_share)).sum(axis=1) / stake.sum(axis=1) - LEAGUE_THREE_SHARE
    return Rates(
        shots=shots,
        trips=shots * players.foul_drawing[player],
        turnovers=players.turnovers[player],
        offensive_rebounds=players.offensive_rebounds[player],
        defensive_rebounds=players.defensive_rebounds[player],
        assists=players.assists[player],
        steals=players.steals[player],
        blocks=players.blocks[player],
        fouls=players.fouls[player],
        three_share=three_share - _PLANNED_AGAINST * leaning[:, None],
        two_pct=players.two_pct[player],
        three_pct=players.three_pct[player],
        free_throw_pct=players.free_throw_pct[player],
    )


@dataclass
class Box:
    """Counts [row, player] of a stretch, and the team's own turnovers [row]."""

    counts: dict[str, np.ndarray]
    team_turnovers: np.ndarray

    @property
    def points(self) -> np.ndarray:
        return self.counts["pts"].sum(axis=1)

    @property
    def margin(self) -> np.ndarray:
        """Points more than the opponent's, by row."""
        points = self.points
        return points - points[opponent_rows(len(points))]

    def add(self, other: "Box", rows: np.ndarray | slice) -> None:
        """Adds a stretch that only the team-games of `rows` played."""
        for name, values in other.counts.items():
            self.counts[name][rows] += values
        self.team_turnovers[rows] += other.team_turnovers


def opponent_rows(rows: int) -> np.ndarray:
    """For each of so many team-games the number of its opponent's row."""
    return np.arange(rows) ^ 1


def chance(logit: np.ndarray) -> np.ndarray:
    """The probability of a logit."""
    return 1 / (1 + np.exp(-logit))


def play(
    rates: Rates,
    minutes: np.ndarray,
    possessions: np.ndarray,
    shooting: np.ndarray,
    length: float,
    rng: np.random.Generator,
) -> Box:
    """The box of a stretch of `length` minutes; `shooting` is added to the logit of every shot of a team."""
    other = opponent_rows(len(minutes))
    share = length / 48

    def deal(total: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """`total` things of each row, dealt out by minutes and weight."""
        stake = minutes * weight
        return rng.multinomial(total, stake / stake.sum(axis=1, keepdims=True))

    def uneven(shape: float) -> np.ndarray:
        """A factor about 1 by row, for what varies more from night to night than chance alone explains."""
        return rng.gamma(shape, 1 / shape, len(minutes))

    disorder = uneven(45)
    turnovers = rng.binomial(np.rint(possessions).astype(int), TURNOVER_RATE * disorder)
    team_turnovers = rng.poisson(TEAM_TURNOVERS_A_GAME * share, len(minutes))
    trips = rng.poisson(TRIPS_A_POSSESSION * possessions * uneven(60))
    player_trips = deal(trips, rates.trips)
    fta = 2 * player_trips - rng.binomial(player_trips, 2 - FREE_THROWS_A_TRIP)
    ftm = rng.binomial(fta, chance(rates.free_throw_pct))
    remaining = possessions - turnovers - team_turnovers - FREE_THROW_WEIGHT * fta.sum(axis=1)
    attempts = np.maximum(np.floor(remaining + rng.random(len(minutes))), 1).astype(int)
    fga, fg3a, fgm, fg3m = (np.zeros(minutes.shape, dtype=int) for _ in range(4))
    own_rebounds = np.zeros(len(minutes), dtype=int)
    three_share, two, three = chance(rates.three_share), rates.two_pct, rates.three_pct
    own_rebound = REBOUND_OWN_MISS * disorder
    for second_chance in (True, True, False):
        tried = deal(attempts, rates.shots)
        threes = rng.binomial(tried, three_share)
        made_threes = rng.binomial(threes, chance(three + shooting[:, None]))
        made = made_threes + rng.binomial(tried - threes, chance(two + shooting[:, None]))
        fga, fg3a, fgm, fg3m = fga + tried, fg3a + threes, fgm + made, fg3m + made_threes
        if second_chance:
            attempts = rng.binomial((tried - made).sum(axis=1), own_rebound)
            own_rebounds += attempts
    missed = (fga - fgm).sum(axis=1)
    missed_twos = (fga - fg3a - fgm + fg3m).sum(axis=1)
    fouls = rng.binomial(trips[other], _FOULED_WITHOUT_BONUS) + rng.poisson(OTHER_FOULS_A_GAME * share, len(minutes))
    fresh_legs = np.maximum(minutes, 1) ** -0.5
    counts = {
        "pts": 2 * (fgm - fg3m) + 3 * fg3m + ftm,
        "fgm": fgm,
        "fga": fga,
        "fg3m": fg3m,
        "fg3a": fg3a,
        "ftm": ftm,
        "fta": fta,
        "oreb": deal(own_rebounds, rates.offensive_rebounds),
        "dreb": deal(rng.binomial((missed - own_rebounds)[other], REBOUND_THEIR_MISS), rates.defensive_rebounds),
        "ast": deal(rng.binomial(fgm.sum(axis=1), np.minimum(ASSISTED * uneven(120), 1)), rates.assists),
        "stl": deal(rng.binomial(turnovers[other], np.minimum(STOLEN * uneven(60), 1)), rates.steals),
        "blk": deal(rng.binomial(missed_twos[other], np.minimum(BLOCKED * uneven(16), 1)), rates.blocks),
        "tov": deal(turnovers, rates.turnovers),
        "pf": deal(fouls, rates.fouls * fresh_legs),
    }
    return Box(counts, team_turnovers)


def expected_points(rates: Rates, minutes: np.ndarray, weight: np.ndarray, possessions: np.ndarray) -> np.ndarray:
    """Mean of `pts` by [row, player] for given mean minutes of those who appear, weighed by their chance to."""
    stake = minutes * rates.shots
    shot_share = stake / (weight * stake).sum(axis=1, keepdims=True)
    stake = minutes * rates.trips
    trip_share = stake / (weight * stake).sum(axis=1, keepdims=True)
    threes, two, three = chance(rates.three_share), chance(rates.two_pct), chance(rates.three_pct)
    trips = TRIPS_A_POSSESSION * possessions
    first = possessions * (1 - TURNOVER_RATE) - TEAM_TURNOVERS_A_GAME - FREE_THROW_WEIGHT * FREE_THROWS_A_TRIP * trips
    made = (1 - threes) * two + threes * three
    missing = 1 - (weight * shot_share * made).sum(axis=1)
    again = REBOUND_OWN_MISS * missing
    attempts = first * (1 + again + again**2)
    a_shot = (1 - threes) * 2 * two + threes * 3 * three
    free_throws = FREE_THROWS_A_TRIP * chance(rates.free_throw_pct)
    return attempts[:, None] * shot_share * a_shot + trips[:, None] * trip_share * free_throws

"""Games played out: three quarters, a last one that knows the score, and overtime until somebody leads."""

from dataclasses import dataclass, replace

import numpy as np

from nba_assets.contracts.game_constants import REGULATION_TEAM_MINUTES
from nba_assets.sources.simulated import box
from nba_assets.sources.simulated.availability import Season
from nba_assets.sources.simulated.box import Box, Rates, opponent_rows
from nba_assets.sources.simulated.fixtures import Games
from nba_assets.sources.simulated.lineups import MINUTES_NOISE, Lineups, lineups, shared_minutes
from nba_assets.sources.simulated.talent import MINUTES_CAP, Players

PACE = 101.6
_PACE_NOISE, _TEAM_POSSESSION_NOISE = 3.4, 1.7
_HOME_SHOOTING = 0.028
_TIRED_SHOOTING = -0.012
_TEAM_SHOOTING_NOISE = 0.01
_DEFENCE = 0.05
_SHARE_NOISE = 0.12
_EASING_OFF = 0.010
"""Loss of shooting logit of a leading team in the last quarter, a point of the lead."""

_DECIDED, _UTTERLY = 12.0, 27.0
_ONE_POINT_TO_OVERTIME = 0.50
_FOULS_OUT = 0.42
"""Share of those in foul trouble who are not taken off in time."""

_MIN_STINT = 0.6
"""Minutes below which a coach does not bother to send a player in."""


@dataclass(frozen=True)
class Clubs:
    """What a club adds to its players for a season, by position in TEAM_IDS: shooting, defence and pace."""

    offence: np.ndarray
    defence: np.ndarray
    pace: np.ndarray


def clubs(rng: np.random.Generator, teams: int) -> Clubs:
    """So many clubs of random strength; offence and defence are logits, pace is possessions per 48 minutes."""
    return Clubs(rng.normal(0, 0.084, teams), rng.normal(0, 0.084, teams), rng.normal(0, 1.8, teams))


@dataclass(frozen=True)
class Played:
    """Results of a batch of games. Rows are team-games, home then away of each game; columns are players.

    `seconds` is 0 for who did not appear. `expected_points` is the mean of a player's points given what is known
    before tip-off and that he appears. `plus_minus` sums to five times the margin.
    """

    games: Games
    lineups: Lineups
    seconds: np.ndarray
    box: Box
    plus_minus: np.ndarray
    overtimes: np.ndarray
    expected_points: np.ndarray

    def take(self, chosen: np.ndarray) -> "Played":
        """Only the games of the mask."""
        rows = np.repeat(chosen, 2)
        counts = {name: values[rows] for name, values in self.box.counts.items()}
        return Played(
            games=self.games.take(chosen),
            lineups=self.lineups.take(rows),
            seconds=self.seconds[rows],
            box=Box(counts, self.box.team_turnovers[rows]),
            plus_minus=self.plus_minus[rows],
            overtimes=self.overtimes[chosen],
            expected_points=self.expected_points[rows],
        )


def rested_days(games: Games, last_played: np.ndarray) -> np.ndarray:
    """Whether each team-game is the second night of a back-to-back; `last_played` is updated, by team."""
    tired = np.zeros((len(games), 2), dtype=bool)
    for number in np.argsort(games.day, kind="stable"):
        for side, team in enumerate((games.home[number], games.away[number])):
            tired[number, side] = last_played[team] == games.day[number] - 1
            last_played[team] = games.day[number]
    return tired.ravel()


def play_games(
    players: Players,
    season: Season,
    clubs: Clubs,
    games: Games,
    back_to_back: np.ndarray,
    rng: np.random.Generator,
    tightening: float = 1.0,
) -> Played:
    """Plays games whose outcomes do not depend on each other."""
    team = np.column_stack([games.home, games.away]).ravel()
    day = np.repeat(games.day, 2)
    listed = lineups(players, season, team, day, back_to_back, tightening, rng)
    shape = listed.player.shape
    form = season.form[listed.player, day[:, None]]
    weight = listed.play_chance * listed.expected_minutes
    known = box.rates(players, listed.player, form, np.zeros(shape), weight)
    actual = box.rates(players, listed.player, form, rng.normal(0, _SHARE_NOISE, shape), weight)
    other = opponent_rows(len(team))
    guard = (weight * players.defence[listed.player]).sum(axis=1) / REGULATION_TEAM_MINUTES
    at_home = np.tile([1.0, -1.0], len(games)) * np.repeat(~games.is_neutral, 2)
    shooting = (
        clubs.offence[team]
        - (clubs.defence[team] + _DEFENCE * guard)[other]
        + _HOME_SHOOTING * at_home
        + _TIRED_SHOOTING * back_to_back
    )
    pace = PACE + clubs.pace[team] + clubs.pace[team][other]
    expected = box.expected_points(_shifted(known, shooting), listed.expected_minutes, listed.play_chance, pace)
    shooting = shooting + rng.normal(0, _TEAM_SHOOTING_NOISE, len(team))
    pace = (
        pace + np.repeat(rng.normal(0, _PACE_NOISE, len(games)), 2) + rng.normal(0, _TEAM_POSSESSION_NOISE, len(team))
    )

    ability = listed.ability + rng.normal(0, MINUTES_NOISE, shape)
    appears = rng.random(shape) < listed.play_chance
    minutes = shared_minutes(ability, appears, 36.0, MINUTES_CAP * 0.75)
    minutes = shared_minutes(ability, minutes > _MIN_STINT, 36.0, MINUTES_CAP * 0.75)
    total = box.play(actual, minutes, pace * 0.75, shooting, 36.0, rng)
    last_minutes = _last_quarter(ability, minutes, listed.is_dressed, np.abs(total.margin))
    total.add(
        box.play(actual, last_minutes, pace * 0.25, shooting - _EASING_OFF * total.margin, 12.0, rng), slice(None)
    )
    minutes = minutes + last_minutes
    plus_minus_weight = minutes.copy()
    overtimes = _overtimes(actual, ability, minutes, pace, shooting, total, rng)
    seconds = _whole_seconds(minutes, 14_400 + 1_500 * np.repeat(overtimes, 2))
    fouled_out = (total.counts["pf"] >= 6) & (rng.random(shape) < _FOULS_OUT)
    total.counts["pf"] = np.minimum(total.counts["pf"], np.where(fouled_out, 6, 5))
    return Played(
        games=games,
        lineups=listed,
        seconds=seconds,
        box=total,
        plus_minus=_plus_minus(plus_minus_weight, total.margin, rng),
        overtimes=overtimes,
        expected_points=expected,
    )


def _shifted(rates: Rates, shooting: np.ndarray) -> Rates:
    return replace(rates, two_pct=rates.two_pct + shooting[:, None], three_pct=rates.three_pct + shooting[:, None])


def _last_quarter(ability: np.ndarray, minutes: np.ndarray, is_dressed: np.ndarray, lead: np.ndarray) -> np.ndarray:
    """Minutes of the last quarter: the best in a close game, the end of the bench in a decided one."""
    decided = ((lead - _DECIDED) / (_UTTERLY - _DECIDED)).clip(0, 1)[:, None]
    close = (1 - lead / 10).clip(0, 1)[:, None]
    centred = ability - ability[:, :8].mean(axis=1, keepdims=True)
    wanted = centred * (1 + 0.35 * close - 1.9 * decided)
    wanted = np.where(minutes > 0, wanted, np.minimum(wanted, 1.0) - 2.5 * (1 - decided))
    present = is_dressed & ((minutes > 0) | (decided > 0.15))
    cap = 11.6
    first = shared_minutes(wanted, present, 12.0, cap)
    return shared_minutes(wanted, present & (first > np.where(minutes > 0, 0.3, 0.9)), 12.0, cap)


def _overtimes(
    rates: Rates,
    ability: np.ndarray,
    minutes: np.ndarray,
    pace: np.ndarray,
    shooting: np.ndarray,
    total: Box,
    rng: np.random.Generator,
) -> np.ndarray:
    """Overtime periods of each game; adds them to `minutes` and `total`."""
    overtimes = np.zeros(len(minutes) // 2, dtype=int)
    _draw_level(total, rng)
    tied = np.flatnonzero(total.margin[::2] == 0)
    while len(tied):
        rows = np.column_stack([2 * tied, 2 * tied + 1]).ravel()
        chosen = Rates(**{name: values[rows] for name, values in vars(rates).items()})
        ability_here = ability[rows] * 1.5
        extra = shared_minutes(ability_here, minutes[rows] > 0, 5.0, 4.9)
        extra = shared_minutes(ability_here, extra > 0.5, 5.0, 4.9)
        total.add(box.play(chosen, extra, pace[rows] * 5 / 48, shooting[rows], 5.0, rng), rows)
        minutes[rows] += extra
        overtimes[tied] += 1
        tied = np.flatnonzero(total.margin[::2] == 0)
    return overtimes


def _draw_level(total: Box, rng: np.random.Generator) -> None:
    """Some games that were one point apart become level by a free throw: chance alone gives too few overtimes."""
    counts = total.counts
    missed = counts["fta"] - counts["ftm"]
    trailing = np.flatnonzero((total.margin == -1) & (missed.sum(axis=1) > 0))
    rows = trailing[rng.random(len(trailing)) < _ONE_POINT_TO_OVERTIME]
    player = np.argmax(missed[rows], axis=1)
    counts["ftm"][rows, player] += 1
    counts["pts"][rows, player] += 1


def _whole_seconds(minutes: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Minutes as whole seconds that add up to `total` by row."""
    seconds = np.floor(minutes * 60).astype(int)
    short = total - seconds.sum(axis=1)
    order = np.argsort(-seconds, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return seconds + (rank < short[:, None])


def _plus_minus(minutes: np.ndarray, margin: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Point difference while on court: by minutes, with noise, so that a team's sum is five times its margin."""
    share = 5 * minutes / minutes.sum(axis=1, keepdims=True)
    noise = rng.normal(0, 1, minutes.shape) * 8.0 * np.sqrt((share * (1 - share)).clip(0) * (minutes > 0))
    noise -= share / 5 * noise.sum(axis=1, keepdims=True)
    exact = margin[:, None] * share + noise
    whole = np.floor(exact).astype(int)
    short = 5 * margin - whole.sum(axis=1)
    rank = np.argsort(np.argsort(-(exact - whole + (minutes > 0)), axis=1, kind="stable"), axis=1, kind="stable")
    return whole + (rank < short[:, None])

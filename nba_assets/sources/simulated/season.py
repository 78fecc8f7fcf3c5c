"""A season from opening night to the last game of the finals; each stage follows from the results before it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nba_assets.sources.simulated.availability import Season, season_state
from nba_assets.sources.simulated.calendar import SeasonDates, season_dates
from nba_assets.sources.simulated.fixtures import CONFERENCE_SIZE, Games, regular_season
from nba_assets.sources.simulated.games import Clubs, Played, clubs, play_games, rested_days
from nba_assets.sources.simulated.talent import TEAMS, Players

_BRACKET = ((0, 7), (3, 4), (2, 5), (1, 6))
"""Seeds of the first round, in the order in which winners meet."""

_HOME_COURT = (True, True, False, False, True, False, True)
_PLAYOFF_TIGHTENING = 1.18
_DAYS = 260


@dataclass(frozen=True)
class PlayedSeason:
    """The dates of a season, its players, and the batches of games in the order played."""

    dates: SeasonDates
    players: Players
    batches: tuple[Played, ...]


def play_season(start_year: int, players: Players, seed: int) -> PlayedSeason:
    """Plays one season; every stage draws from its own stream, so that one never disturbs another."""

    def stream(stage: int) -> np.random.Generator:
        return np.random.default_rng([seed, start_year, stage])

    dates = season_dates(start_year, stream(0))
    games = regular_season(dates, stream(1))
    trade_days = (45, (dates.all_star_break[0] - dates.opening).days - 8)
    state = season_state(players, _DAYS, trade_days, stream(2))
    league = _League(players, state, clubs(stream(3), TEAMS), np.full(TEAMS, -9))
    cup_day = (dates.cup_final - dates.opening).days
    before = league.play(games.take(games.day < cup_day), stream(4))
    finalists = [_by_record([before])[conference][0] for conference in (0, 1)]
    cup = league.play(_game(f"006{dates.season[2:4]}00001", cup_day, *finalists, is_neutral=True), stream(5))
    after = league.play(games.take(games.day > cup_day), stream(6))
    seeds, play_in = _play_in(dates, _by_record([before, after]), league, stream)
    playoffs = _playoffs(dates, seeds, _win_counts([before, after]), league, stream)
    return PlayedSeason(dates, players, (before, cup, after, *play_in, *playoffs))


@dataclass(frozen=True)
class _League:
    """Everything that a batch of games depends on."""

    players: Players
    state: Season
    clubs: Clubs
    last_played: np.ndarray

    def play(self, games: Games, rng: np.random.Generator, tightening: float = 1.0) -> Played:
        tired = rested_days(games, self.last_played)
        return play_games(self.players, self.state, self.clubs, games, tired, rng, tightening)


def _game(game_id: str, day: int, home: int, away: int, *, is_neutral: bool = False) -> Games:
    return _joined([(game_id, day, home, away, is_neutral)])


def _joined(rows: list[tuple[str, int, int, int, bool]]) -> Games:
    ids, days, homes, aways, neutral = zip(*rows, strict=True)
    return Games(np.array(ids, dtype=object), np.array(days), np.array(homes), np.array(aways), np.array(neutral))


def _winners(played: Played) -> np.ndarray:
    return np.where(played.box.margin[::2] > 0, played.games.home, played.games.away)


def _win_counts(batches: list[Played]) -> np.ndarray:
    """Wins of each team, with the point difference deciding between equals."""
    wins = np.zeros(TEAMS)
    for played in batches:
        wins += np.bincount(_winners(played), minlength=TEAMS)
        for side, team in enumerate((played.games.home, played.games.away)):
            np.add.at(wins, team, played.box.margin[side::2] / 100_000)
    return wins


def _by_record(batches: list[Played]) -> list[list[int]]:
    """Teams of the East and of the West, best first."""
    wins = _win_counts(batches)
    order = np.argsort(-wins, kind="stable")
    return [[int(team) for team in order if team // CONFERENCE_SIZE == conference] for conference in (0, 1)]


def _play_in(
    dates: SeasonDates,
    freshness_by_model: list[list[int]],
    league: _League,
    stream: Callable[[int], np.random.Generator],
) -> tuple[list[list[int]], list[Played]]:
    """Seeds one to eight of both conferences, and the six games that settled the last two of them."""
    year = dates.season[2:4]
    sevens, nines, deciders = ((day - dates.opening).days for day in dates.play_in)
    rows = []
    for conference, order in enumerate(freshness_by_model):
        rows.append((f"005{year}001{conference}1", sevens, order[6], order[7], False))
        rows.append((f"005{year}001{conference + 2}1", nines, order[8], order[9], False))
    first = league.play(_joined(rows), stream(7), _PLAYOFF_TIGHTENING)
    won = _winners(first)
    rows = []
    for conference, order in enumerate(freshness_by_model):
        loser = order[6] + order[7] - int(won[2 * conference])
        survivor = int(won[2 * conference + 1])
        rows.append((f"005{year}002{conference}1", deciders, loser, survivor, False))
    second = league.play(_joined(rows), stream(8), _PLAYOFF_TIGHTENING)
    eighths = _winners(second)
    seeds = [
        [*order[:6], int(won[2 * conference]), int(eighths[conference])]
        for conference, order in enumerate(freshness_by_model)
    ]
    return seeds, [first, second]


def _playoffs(
    dates: SeasonDates,
    seeds: list[list[int]],
    wins: np.ndarray,
    league: _League,
    stream: Callable[[int], np.random.Generator],
) -> list[Played]:
    """Four rounds of best of seven; of each series only the games that were needed remain."""
    pairs = [(order[high], order[low]) for order in seeds for high, low in _BRACKET]
    batches = []
    for round_number in (1, 2, 3, 4):
        rows = []
        for number, (high, low) in enumerate(pairs):
            for game, (day, at_high) in enumerate(zip(dates.series(round_number, number), _HOME_COURT, strict=True)):
                home, away = (high, low) if at_high else (low, high)
                game_id = f"004{dates.season[2:4]}00{round_number}{number}{game + 1}"
                rows.append((game_id, (day - dates.opening).days, home, away, False))
        played = league.play(_joined(rows), stream(10 + round_number), _PLAYOFF_TIGHTENING)
        winner = _winners(played).reshape(-1, 7)
        high_wins = np.cumsum(winner == np.array(pairs)[:, :1], axis=1)
        low_wins = np.arange(1, 8) - high_wins
        decided = np.maximum(high_wins, low_wins) >= 4
        needed = ~np.column_stack([np.zeros(len(pairs), dtype=bool), decided[:, :-1]])
        batches.append(played.take(needed.ravel()))
        through = [high if high_wins[number, -1] >= 4 else low for number, (high, low) in enumerate(pairs)]
        pairs = [
            (one, two) if wins[one] >= wins[two] else (two, one)
            for one, two in zip(through[:-1:2], through[1::2], strict=True)
        ]
    return batches

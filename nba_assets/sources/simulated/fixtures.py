"""Who plays whom, where and when in the regular season: 82 games a team, 41 at home, spread over its dates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nba_assets.contracts.teams import TEAM_BY_TRICODE
from nba_assets.partitions import EASTERN
from nba_assets.sources.simulated.calendar import SATURDAY, SeasonDates

DIVISIONS = (
    ("BOS", "BKN", "NYK", "PHI", "TOR"),
    ("CHI", "CLE", "DET", "IND", "MIL"),
    ("ATL", "CHA", "MIA", "ORL", "WAS"),
    ("DEN", "MIN", "OKC", "POR", "UTA"),
    ("GSW", "LAC", "LAL", "PHX", "SAC"),
    ("DAL", "HOU", "MEM", "NOP", "SAS"),
)
TEAM_IDS = np.array([TEAM_BY_TRICODE[code].team_id for division in DIVISIONS for code in division])
"""NBA ids; everywhere in this package a team is its position here. The first fifteen are the East."""

CONFERENCE_SIZE = 15
_CENTRAL = ("CHI", "MEM", "MIL", "MIN", "NOP", "OKC", "DAL", "HOU", "SAS")
_MOUNTAIN, _PACIFIC = ("DEN", "UTA", "PHX"), ("GSW", "LAC", "LAL", "POR", "SAC")
_TIP_OFF_HOURS = dict.fromkeys(_CENTRAL, 20.0) | dict.fromkeys(_MOUNTAIN, 21.0) | dict.fromkeys(_PACIFIC, 22.0)
_HOURS = np.array([_TIP_OFF_HOURS.get(code, 19.0) for division in DIVISIONS for code in division])
"""Usual tip-off at home, US Eastern: seven o'clock local time."""


@dataclass(frozen=True)
class Games:
    """Games due: day numbers count from opening night, teams are positions in TEAM_IDS."""

    game_id: np.ndarray
    day: np.ndarray
    home: np.ndarray
    away: np.ndarray
    is_neutral: np.ndarray

    def __len__(self) -> int:
        return len(self.day)

    def take(self, chosen: np.ndarray) -> "Games":
        return Games(*(values[chosen] for values in vars(self).values()))


def regular_season(dates: SeasonDates, rng: np.random.Generator) -> Games:
    """The 1,230 games, in date order, with a few of November and January on neutral ground."""
    home, away = _pairings(rng)
    day = _spread(dates, home, away, rng)
    order = np.lexsort((home, day))
    day, home, away = day[order], home[order], away[order]
    year = dates.season[2:4]
    is_neutral = np.zeros(len(day), dtype=bool)
    for abroad in (18, 93, 95):
        is_neutral[np.searchsorted(day, abroad)] = True
    game_id = np.array([f"002{year}{number:05d}" for number in range(1, len(day) + 1)], dtype=object)
    return Games(game_id, day, home, away, is_neutral)


def tip_offs(game_date: pd.Series, home: np.ndarray, rng: np.random.Generator) -> pd.Series:
    """Tip-off of each game in UTC: an evening at home, some weekend games in the afternoon."""
    matinee = (game_date.dt.weekday >= SATURDAY).to_numpy() & (rng.random(len(home)) < 0.25)
    hours = np.where(matinee, 15.0, _HOURS[home]) + rng.choice([0.0, 0.5], len(home))
    local = game_date + pd.to_timedelta(hours, unit="h")
    return local.dt.tz_localize(EASTERN).dt.tz_convert("UTC")


def _pairings(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Home and away of every game: 4 against the division, 4 or 3 against the conference, 2 against the other one."""
    games = []
    divisions = [rng.permutation(5) + 5 * number for number in range(6)]
    for first in range(30):
        for second in range(first + 1, 30):
            same_conference = first // CONFERENCE_SIZE == second // CONFERENCE_SIZE
            times = 2 if same_conference else 1
            games += [(first, second), (second, first)] * times
    for conference in (0, 3):
        for left, right in ((0, 1), (0, 2), (1, 2)):
            for place in range(5):
                one, two, three = (divisions[conference + left][place], *_rivals(divisions[conference + right], place))
                games.remove((two, one))
                games.remove((one, three))
    return tuple(np.array(games).T)


def _rivals(division: np.ndarray, place: int) -> tuple[int, int]:
    """The two teams of another division that are met three times: once at home twice, once away twice."""
    return division[place], division[(place + 1) % 5]


def _spread(dates: SeasonDates, home: np.ndarray, away: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Day of each game: never three days in a row, few back-to-backs, slates near their targets."""
    days = np.array([(day - dates.opening).days for day in dates.regular])
    room = dates.targets * ((len(home) - CONFERENCE_SIZE) / dates.targets[:-1].sum())
    room[-1] = 0.0
    margin = 4
    plays = np.zeros((30, days[-1] + 1 + 2 * margin))
    met = np.full((30, 30, 4), -99)
    placed = np.full(len(home), -1)

    def place(game: int, day: int) -> None:
        placed[game] = day
        for team, other in ((home[game], away[game]), (away[game], home[game])):
            plays[team, day + margin] = 1
            met[team, other] = np.append(met[team, other][1:], day)

    for game in _closing_night(home, away, rng):
        place(game, days[-1])
    at = days + margin
    for game in rng.permutation(np.flatnonzero(placed < 0)):
        cost = np.zeros(len(days))
        taken = np.zeros(len(days), dtype=bool)
        three_in_a_row = np.zeros(len(days), dtype=bool)
        for team in (home[game], away[game]):
            played = plays[team]
            before, after = played[at - 1], played[at + 1]
            taken |= played[at] > 0
            three_in_a_row |= (before * (played[at - 2] + after) + after * played[at + 2]) > 0
            near = before + after
            crowd = near + played[at - 2] + played[at + 2] + 0.6 * (played[at - 3] + played[at + 3])
            cost += 2.1 * near + 0.9 * np.maximum(crowd - 1.6, 0) ** 2 - 0.3 * (played[at - 2] + played[at + 2])
        for day in met[home[game], away[game]]:
            cost += 1.5 * (np.abs(days - day) < 8)
        scores = np.log(np.maximum(room, 0.00002)) - cost + 0.5 * rng.gumbel(size=len(days))
        scores[three_in_a_row] -= 100.0
        scores[taken] = -np.inf
        chosen = int(np.argmax(scores))
        room[chosen] -= 1
        place(game, days[chosen])
    return placed


def _closing_night(home: np.ndarray, away: np.ndarray, rng: np.random.Generator) -> list[int]:
    """One game of every team: on the last day all thirty play."""
    east, west = rng.permutation(15), rng.permutation(15) + 15
    pairs = [*zip(east[:14:2], east[1:14:2], strict=True), *zip(west[:14:2], west[1:14:2], strict=True)]
    pairs.append((east[14], west[14]))
    games = {(int(one), int(two)): number for number, (one, two) in enumerate(zip(home, away, strict=True))}
    return [games[(int(one), int(two))] for one, two in pairs]

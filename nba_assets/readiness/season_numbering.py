"""Games that are nowhere: what the league's own numbering of a regular season requires, against what is there.

The NBA numbers the games of a regular season from 1 on (0022400001 is the first of 2024-25) and lets no number out, but
for the seasons in `EXCEPTIONS`. In a season that is covered from its first game to its last every number must be there.
Of one that is covered from its first game to some day a number counts whose neighbours are there: a hint, for the game
may have been moved to a later day. Of one that is covered from some day on nothing is required.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from nba_assets.contracts.tables import MODEL
from nba_assets.partitions import season_of
from nba_assets.readiness.failures import Waiver
from nba_assets.readiness.gate import TRAINING_RULE, GateClosed
from nba_assets.readiness.quarantine import GameOfDate, Quarantined

COLUMNS = ("game_id", "game_date", "season_type", "home_team_id", "away_team_id", "is_postponed")
"""Of game_schedule, what is needed of each game."""


@dataclass(frozen=True)
class Numbering:
    """A regular season: its last number, numbers never played, first and last day, and games of every team."""

    last: int = 1230
    never_played: Collection[int] = ()
    opens: tuple[int, int] = (10, 1)
    """Month and day by which a source that covers the season from its beginning must begin."""
    ends: tuple[int, int] = (4, 20)
    """Month and day by which every regular season is over."""
    team_games: tuple[int, int] = (82, 82)


EXCEPTIONS: Mapping[str, Numbering] = {
    "2011-12": Numbering(990, (), (12, 20), (4, 27), (66, 66)),
    "2012-13": Numbering(never_played=(1214,), team_games=(81, 82)),
    "2019-20": Numbering(1318, (707, 972, *range(974, 1231)), ends=(8, 15), team_games=(63, 75)),
    "2020-21": Numbering(1080, (), (12, 20), (5, 17), (72, 72)),
}
"""Lockout; the game after the Boston bombing; the season cut off in March 2020 and ended in August; 72 games."""

NEIGHBOURS = 8
"""Numbers on either side of a gap that are looked at; half of them must be there."""

MARGIN_DAYS = 4
"""Days before the last covered date within which a number's absence says nothing: games are not numbered strictly by
date."""

EDGE_SHARE = 0.9
"""Share of the numbers before the earliest game (after the latest one) that must be there on other days before it is
taken for the season's first (last): Cup games have the first numbers, or the last, and are played in between."""

EDGE_DAYS = 30
"""Days of it from the first day that a season may begin, and from the last that it may end: Cup games are farther."""


@dataclass(frozen=True)
class SeasonGap:
    """Games of a season that are nowhere. `first` and `last` are the covered dates between which they must have been.

    `is_whole`: the season is covered from end to end, so that nothing explains their absence. `teams` have another
    number of games than the league plays, by id, where all numbers are there.
    """

    season: str
    missing: tuple[str, ...]
    first: dt.date
    last: dt.date
    is_whole: bool
    teams: Mapping[int, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """The gap in words, with the ids or the teams."""
        if not self.missing:
            teams = ", ".join(f"{team} has {count}" for team, count in self.teams.items())
            return f"{self.season}: teams with another number of games than the season has: {teams}"
        count = "1 game is" if len(self.missing) == 1 else f"{len(self.missing)} games are"
        return f"{self.season}: {count} nowhere by the league's numbering: {', '.join(_runs(self.missing))}"


def season_gaps(
    games: pd.DataFrame,
    first: dt.date,
    last: dt.date,
    *,
    left_out: Collection[tuple[str, str]] = (),
    unknown: Collection[dt.date] = (),
    quarantined: Mapping[GameOfDate, Quarantined] = MappingProxyType({}),
) -> tuple[SeasonGap, ...]:
    """The gaps of every season that the dates from `first` to `last` touch, in order.

    `games` are rows of game_schedule on these dates, postponed ones included (game_id, game_date, season_type,
    home_team_id, away_team_id, is_postponed). `left_out` are seasons and season types that the source declares as not
    covered. A season with an `unknown` date, whose schedule is not ready, is not judged: the date is refused already.
    Games that the schedule has `quarantined` are known, and no gap.
    """
    torn = {season_of(day) for day in unknown}
    games = pd.concat([games[list(COLUMNS)], _known_of(quarantined)], ignore_index=True) if quarantined else games
    inside = games[games["game_date"].between(pd.Timestamp(first), pd.Timestamp(last))]
    seasons = inside["game_id"].astype(str).str[3:5]
    found = []
    for start in range(int(season_of(first)[:4]), int(season_of(last)[:4]) + 1):
        name = f"{start}-{(start + 1) % 100:02d}"
        if (name, "regular_season") not in left_out and name not in torn:
            found.append(_gap(inside[seasons == f"{start % 100:02d}"], name, start, first, last))
    return tuple(gap for gap in found if gap is not None)


def _known_of(quarantined: Mapping[GameOfDate, Quarantined]) -> pd.DataFrame:
    """Rows of the regular-season games among them that have two teams; who is at home is not known, and not asked."""
    rows = [
        (game_id, pd.Timestamp(day), "regular_season", *game.teams, False)
        for (day, game_id), game in quarantined.items()
        if game_id.startswith("002") and len(game.teams) == 2
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _gap(games: pd.DataFrame, season: str, start: int, first: dt.date, last: dt.date) -> SeasonGap | None:
    rules = EXCEPTIONS.get(season, Numbering())
    opens, ends = dt.date(start, *rules.opens), dt.date(start + 1, *rules.ends)
    regular = games[games["season_type"] == "regular_season"]
    dates = regular.groupby(regular["game_id"].str[5:].astype(int))["game_date"].max()
    wanted = [number for number in range(1, rules.last + 1) if number not in set(rules.never_played)]
    missing = [number for number in wanted if number not in dates.index]
    covers_start = first <= opens or _is_edge(dates, wanted, opens, is_first=True)
    is_played_out = bool(games["season_type"].isin(("play_in", "playoffs")).any())
    covers_end = last >= ends or is_played_out or _is_edge(dates, wanted, ends, is_first=False)
    is_whole = covers_start and covers_end
    if not is_whole:
        missing = _among_neighbours(missing, wanted, dates, last) if covers_start else []
    teams = _other_counts(regular, rules.team_games) if is_whole and not missing else {}
    if not missing and not teams:
        return None
    ids = tuple(f"002{start % 100:02d}{number:05d}" for number in missing)
    return SeasonGap(season, ids, max(first, opens), min(last, ends), is_whole, teams)


def _is_edge(dates: pd.Series, wanted: Sequence[int], bound: dt.date, *, is_first: bool) -> bool:
    """Whether the earliest (the latest) game there is must be the season's first (last), within a month of `bound`."""
    if dates.empty:
        return False
    edge = int(str(dates.idxmin() if is_first else dates[::-1].idxmax()))
    if abs(dates[edge] - pd.Timestamp(bound)) > pd.Timedelta(days=EDGE_DAYS):
        return False
    beyond = [number for number in wanted if (number < edge if is_first else number > edge)]
    return len(dates.index.intersection(beyond)) >= EDGE_SHARE * len(beyond)


def _among_neighbours(missing: Sequence[int], wanted: Sequence[int], dates: pd.Series, last: dt.date) -> list[int]:
    """The missing numbers that lie between numbers which are there, in order of date, well before the last date."""
    place = {number: at for at, number in enumerate(wanted)}
    late = pd.Timestamp(last) - pd.Timedelta(days=MARGIN_DAYS)
    found: list[int] = []
    for run in _consecutive([place[number] for number in missing]):
        sides = [wanted[max(0, run[0] - NEIGHBOURS) : run[0]], wanted[run[-1] + 1 : run[-1] + 1 + NEIGHBOURS]]
        known = [dates.reindex(list(side)).dropna() for side in sides]
        if all(len(there) * 2 >= len(side) > 0 for there, side in zip(known, sides, strict=True)):
            below, above = (there.sort_values().iloc[len(there) // 2] for there in known)
            if below <= above <= late:
                found += [wanted[at] for at in run]
    return found


def _other_counts(regular: pd.DataFrame, team_games: tuple[int, int]) -> dict[int, int]:
    """Teams whose number of games is not one that the season has."""
    played = regular[~regular["is_postponed"].astype(bool)].drop_duplicates("game_id")
    counts = pd.concat([played["home_team_id"], played["away_team_id"]]).value_counts().sort_index()
    odd = counts[(counts < team_games[0]) | (counts > team_games[1])]
    return {int(team): int(count) for team, count in odd.items()}


def _consecutive(places: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for at in places:
        if runs and at == runs[-1][-1] + 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _runs(ids: Sequence[str]) -> list[str]:
    """Ids in words, consecutive ones as a range."""
    runs = _consecutive([int(game_id) for game_id in ids])
    return [f"{run[0]:010d}" if len(run) == 1 else f"{run[0]:010d} … {run[-1]:010d}" for run in runs]


def require_whole_seasons(
    gaps: Sequence[SeasonGap], waivers: Sequence[Waiver], now: dt.datetime, purpose: str
) -> tuple[Waiver, ...]:
    """The waivers of the training rule that let gaps of whole seasons pass; GateClosed for one that none covers.

    A waiver covers a gap when it covers every date between which the games must have been.
    """
    used: dict[str, Waiver] = {}
    blockers = []
    for gap in (gap for gap in gaps if gap.is_whole):
        fits = [waiver for waiver in waivers if waiver.waives(MODEL, TRAINING_RULE, now)]
        covering = [waiver for waiver in fits if waiver.first <= gap.first and gap.last <= waiver.last]
        if covering:
            used[covering[0].waiver_id] = covering[0]
        else:
            blockers.append({"table": "game_schedule", "date": f"{gap.first} … {gap.last}", "reason": str(gap)})
    if blockers:
        raise GateClosed(
            f"{purpose} is refused: games of its window are nowhere. "
            f"{'; '.join(blocker['reason'] for blocker in blockers)}. Deliver them, declare what is not covered in "
            f"not_covered.csv, or waive {TRAINING_RULE} of {MODEL} for these dates, then retry.",
            blockers,
        )
    return tuple(used.values())

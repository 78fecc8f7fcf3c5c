"""Named faults of a delivery, as real providers have made them; each changes what it says and nothing else."""

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nba_assets.contracts.teams import TRICODE_BY_ID
from nba_assets.sources.port import SourceError
from nba_assets.sources.simulated.feed import Feed
from nba_assets.sources.simulated.pregame_faults import REPORT_EFFECTS, REPORT_FAULTS
from nba_assets.sources.simulated.shot_faults import SHOT_EFFECTS, SHOT_FAULTS, with_baskets_shot

DETAILS: dict[str, tuple[str, ...]] = {
    "missing_game": ("",),
    "partial_slate": ("",),
    "swapped_home_away": ("",),
    "mixed_game_id_formats": ("known", "unmatched", "garbled"),
    "duplicated_rows": ("",),
    "minutes_as_text": ("clock", "garbage"),
    "renamed_player_key": ("prefixed", "unknown"),
    "late_correction": ("delivered", "pending"),
    "overtime": ("1", "2", "3", "4"),
    "outage": ("",),
    **SHOT_FAULTS,
    **REPORT_FAULTS,
}
"""Kinds of faults and their variants, the usual one first."""

_UNDERSTOOD = {
    ("mixed_game_id_formats", "known"),
    ("minutes_as_text", "clock"),
    ("renamed_player_key", "prefixed"),
    ("late_correction", "pending"),
    ("shots_renamed", "prefixed"),
}


@dataclass(frozen=True)
class Fault:
    """One fault on one date; where it concerns a single game, that is the date's first by game id.

    missing_game: no box line of the game. partial_slate: box lines of one game of the slate only.
    swapped_home_away: the team lines of the game call the visitors the home team. duplicated_rows: its box lines come
    twice. mixed_game_id_formats: its box lines carry the id in other forms (known), an id that no schedule has
    (unmatched), or something that is no id (garbled). minutes_as_text: 'MM:SS' on the whole date (clock), or '12:75'
    once besides (garbage). renamed_player_key: '9000001arloashford' (prefixed), or once only 'arloashford' (unknown).
    late_correction: a basket more for one of the winners, in lines and score (delivered); before that (pending)
    nothing differs. overtime: the game goes to so many overtimes. outage: a live league cannot be reached on the
    morning of the date; any other delivers as ever. Those of its shots are in `shot_faults`,
    of lines and injury reports in `report_faults`.
    """

    kind: str
    game_date: dt.date
    detail: str = ""

    def __post_init__(self) -> None:
        if self.kind not in DETAILS:
            raise SourceError(f"fault {self.kind!r} is not known; choose one of {', '.join(DETAILS)}")
        if not self.detail:
            object.__setattr__(self, "detail", DETAILS[self.kind][0])
        if self.detail not in DETAILS[self.kind]:
            variants = ", ".join(filter(None, DETAILS[self.kind])) or "none"
            raise SourceError(f"fault {self.kind}: variant {self.detail!r} is not known; there are: {variants}")

    @property
    def is_understood(self) -> bool:
        """Whether parsing restores what was meant, so that no delivered fact differs."""
        return (self.kind, self.detail) in _UNDERSTOOD

    def __str__(self) -> str:
        return ":".join(filter(None, (self.kind, self.game_date.isoformat(), self.detail)))


def parse_fault(text: str) -> Fault:
    """A fault out of 'kind:YYYY-MM-DD' or 'kind:YYYY-MM-DD:variant'. Raises SourceError naming what is wrong."""
    kind, _, rest = text.strip().partition(":")
    day, _, detail = rest.partition(":")
    try:
        return Fault(kind, dt.date.fromisoformat(day), detail)
    except ValueError:
        raise SourceError(f"fault {text.strip()!r}: write it as kind:YYYY-MM-DD or kind:YYYY-MM-DD:variant") from None


def parse_faults(text: str) -> tuple[Fault, ...]:
    """Faults separated by commas; none for an empty text."""
    return tuple(parse_fault(part) for part in text.split(",") if part.strip())


def check_dates(faults: Sequence[Fault], games: pd.DataFrame) -> None:
    """Raises SourceError for a fault that cannot happen on its date."""
    slates = games.groupby("game_date").size()
    for fault in faults:
        slate = int(slates.get(pd.Timestamp(fault.game_date), 0))
        needed = 2 if fault.kind == "partial_slate" else 1
        if slate < needed:
            raise SourceError(f"fault {fault}: the date has {slate} games, {needed} needed; choose another date")
        if fault.kind == "overtime":
            played = _first_game(games[games["game_date"] == pd.Timestamp(fault.game_date)])["overtime_periods"]
            if played > int(fault.detail):
                raise SourceError(f"fault {fault}: the game has {played} overtimes already; ask for more")


def with_faults(feed: Feed, faults: tuple[Fault, ...]) -> Feed:
    """The feed as the provider sends it with the faults on dates that it has; the given feed is not changed."""
    for fault in faults:
        day = pd.Timestamp(fault.game_date)
        today = _on(feed, functools.partial(_is_of, day=day))
        if len(today.games):
            rest = _on(feed, functools.partial(_is_of, day=day, is_rest=True))
            game_id = _first_game(today.games)["game_id"]
            feed = _joined(rest, _EFFECTS[fault.kind](today, game_id, fault.detail))
    return feed


def _first_game(games: pd.DataFrame) -> pd.Series:
    return games.sort_values("game_id").iloc[0]


def _is_of(frame: pd.DataFrame, *, day: pd.Timestamp, is_rest: bool = False) -> pd.Series:
    return frame["game_date"] != day if is_rest else frame["game_date"] == day


def _on(feed: Feed, chosen: Callable[[pd.DataFrame], pd.Series]) -> Feed:
    return Feed(**{name: frame[chosen(frame)].copy() for name, frame in vars(feed).items()})


def _joined(one: Feed, two: Feed) -> Feed:
    joined = {}
    for name, frame in vars(one).items():
        filled = [part for part in (frame, getattr(two, name)) if len(part)]
        joined[name] = pd.concat(filled, ignore_index=True) if filled else frame
    return Feed(**joined)


def _missing_game(feed: Feed, game_id: str, _: str) -> Feed:
    return _with_lines(feed, lambda lines: lines[lines["game_id"] != game_id])


def _partial_slate(feed: Feed, game_id: str, _: str) -> Feed:
    return _with_lines(feed, lambda lines: lines[lines["game_id"] == game_id])


def _duplicated_rows(feed: Feed, game_id: str, _: str) -> Feed:
    return _with_lines(feed, lambda lines: pd.concat([lines, lines[lines["game_id"] == game_id]], ignore_index=True))


def _with_lines(feed: Feed, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Feed:
    return replace(feed, team_lines=change(feed.team_lines), player_lines=change(feed.player_lines))


def _swapped_home_away(feed: Feed, game_id: str, _: str) -> Feed:
    lines = feed.team_lines
    of_game = lines["game_id"] == game_id
    return replace(feed, team_lines=lines.assign(is_home=lines["is_home"] ^ of_game))


def _mixed_game_id_formats(feed: Feed, game_id: str, detail: str) -> Feed:
    game = feed.games[feed.games["game_id"] == game_id].iloc[0]
    away, home = TRICODE_BY_ID[game["away_team_id"]], TRICODE_BY_ID[game["home_team_id"]]
    readable = f"{game['game_date']:%Y%m%d}_{away}_{home}"
    known: dict[str, list[object]] = {
        "known": [game_id[2:], int(game_id), readable],
        "unmatched": [f"{game_id[:5]}9{game_id[6:]}"],
        "garbled": [f"GAME-{int(game_id[5:])}", game_id],
    }
    forms = known[detail]

    def renamed(lines: pd.DataFrame) -> pd.DataFrame:
        of_game = np.flatnonzero(lines["game_id"] == game_id)
        ids = lines["game_id"].to_numpy(dtype=object, copy=True)
        for number, row in enumerate(of_game):
            ids[row] = forms[number % len(forms)]
        return lines.assign(game_id=ids)

    return _with_lines(feed, renamed)


def _minutes_as_text(feed: Feed, game_id: str, detail: str) -> Feed:
    lines = feed.player_lines
    seconds = (lines["minutes"] * 60).round()
    played = seconds.notna().to_numpy()
    text = np.full(len(lines), None, dtype=object)
    text[played] = [f"{value // 60}:{value % 60:02d}" for value in seconds[played].astype(int)]
    if detail == "garbage":
        text[np.argmax(played & (lines["game_id"] == game_id))] = "12:75"
    return replace(feed, player_lines=lines.assign(minutes=text))


def _renamed_player_key(feed: Feed, game_id: str, detail: str) -> Feed:
    lines = feed.player_lines
    of_game = np.flatnonzero(lines["game_id"] == game_id)
    keys = lines["player_id"].to_numpy(dtype=object, copy=True)
    names = lines["player_name"].str.lower().str.replace(r"[^a-z]", "", regex=True).to_numpy()
    for row in of_game:
        keys[row] = f"{keys[row]}{names[row]}"
    if detail == "unknown":
        keys[of_game[0]] = names[of_game[0]]
    return replace(feed, player_lines=lines.assign(player_id=keys))


def _late_correction(feed: Feed, game_id: str, detail: str) -> Feed:
    if detail == "pending":
        return feed
    game = feed.games[feed.games["game_id"] == game_id].iloc[0]
    winner = "home" if game["home_pts"] > game["away_pts"] else "away"
    lines = feed.player_lines
    of_winner = (lines["game_id"] == game_id) & (lines["team_id"] == game[f"{winner}_team_id"]) & lines["pts"].notna()
    scorer = lines.index == lines.index[of_winner][0]
    return _with_baskets(feed, game_id, scorer, {game[f"{winner}_team_id"]: 1}, attempts=1)


def _overtime(feed: Feed, game_id: str, detail: str) -> Feed:
    """Each added overtime gives the starters five minutes, and a basket in two attempts to four of them."""
    games, lines = feed.games, feed.player_lines
    game = games[games["game_id"] == game_id].iloc[0]
    added = int(detail) - int(game["overtime_periods"])
    starters = (lines["game_id"] == game_id) & lines["is_starter"]
    scorers = starters & (starters.groupby([lines["game_id"], lines["team_id"]]).cumsum() <= 4)
    teams = feed.team_lines
    longer = replace(
        feed,
        games=games.assign(overtime_periods=games["overtime_periods"] + added * (games["game_id"] == game_id)),
        team_lines=teams.assign(minutes=teams["minutes"] + 25 * added * (teams["game_id"] == game_id)),
        player_lines=lines.assign(minutes=lines["minutes"] + 5 * added * starters),
    )
    baskets = dict.fromkeys((game["home_team_id"], game["away_team_id"]), 4)
    for _ in range(added):
        longer = _with_baskets(longer, game_id, scorers.to_numpy(), baskets, attempts=2)
    return longer


def _with_baskets(feed: Feed, game_id: str, scorers: np.ndarray, baskets: dict[int, int], *, attempts: int) -> Feed:
    """One two-point basket more for each scorer, in so many attempts; team lines and score follow."""
    lines, teams, games = feed.player_lines, feed.team_lines, feed.games
    team_baskets = (teams["game_id"] == game_id) * teams["team_id"].map(baskets).fillna(0).astype(int)
    of_game = games["game_id"] == game_id
    each = {"pts": 2, "fgm": 1, "fga": attempts}
    return replace(
        feed,
        shots=with_baskets_shot(feed, scorers, attempts),
        player_lines=lines.assign(**{name: lines[name] + count * scorers for name, count in each.items()}),
        team_lines=teams.assign(**{name: teams[name] + count * team_baskets for name, count in each.items()}),
        games=games.assign(
            **{
                f"{side}_pts": games[f"{side}_pts"]
                + 2 * of_game * games[f"{side}_team_id"].map(baskets).fillna(0).astype(int)
                for side in ("home", "away")
            }
        ),
    )


_EFFECTS: dict[str, Callable[[Feed, str, str], Feed]] = {
    "missing_game": _missing_game,
    "partial_slate": _partial_slate,
    "swapped_home_away": _swapped_home_away,
    "mixed_game_id_formats": _mixed_game_id_formats,
    "duplicated_rows": _duplicated_rows,
    "minutes_as_text": _minutes_as_text,
    "renamed_player_key": _renamed_player_key,
    "late_correction": _late_correction,
    "overtime": _overtime,
    "outage": lambda feed, _game_id, _detail: feed,
    **SHOT_EFFECTS,
    **REPORT_EFFECTS,
}

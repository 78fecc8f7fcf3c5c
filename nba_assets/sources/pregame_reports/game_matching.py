"""Which scheduled game a report without NBA ids is about, and which of its players a name means."""

import re
from collections.abc import Callable

import pandas as pd

from nba_assets.contracts.teams import TEAMS
from nba_assets.partitions import label_date
from nba_assets.sources.parsing.normalise import by_distinct_value
from nba_assets.sources.parsing.player_names import resolve_all, resolve_full_names
from nba_assets.sources.port import Problem

League = Callable[[pd.Series], pd.DataFrame]
"""game_id, player_id and player_name of everybody in the league by the date of each of the game ids."""

_ALIASES = {"losangelesclippers": 1610612746}
_TEAM_BY_NAME = {re.sub(r"[^a-z0-9]", "", team.full_name.lower()): team.team_id for team in TEAMS} | _ALIASES


def team_ids_of_names(names: pd.Series) -> pd.Series:
    """NBA ids of full team names such as 'Los Angeles Clippers', spaces and case aside; NaN for any other team."""
    return by_distinct_value(names, lambda name: _TEAM_BY_NAME.get(re.sub(r"[^a-z0-9]", "", str(name).lower()))).astype(
        "float64"
    )


def scheduled_games(meetings: pd.DataFrame, schedule: pd.DataFrame) -> pd.Series:
    """Game id of each row's game_date and home_team_id, away_team_id, None where the schedule has no such game.

    Providers disagree on who is at home at a neutral site, so that either order of the teams is the game.
    """
    due = _pairs(schedule).assign(game_id=schedule["game_id"].to_numpy()).drop_duplicates(_PAIR, keep="last")
    games = _pairs(meetings).merge(due, on=_PAIR, how="left", validate="m:1")["game_id"].set_axis(meetings.index)
    return games.astype(object).where(games.notna(), None)


def meetings(facts: pd.DataFrame) -> pd.Series:
    """One text for the two teams of each row, whichever is at home; None where one of them is not known."""
    pairs = _pairs(facts).set_index(facts.index)
    text = pairs["one"].astype(str) + " " + pairs["two"].astype(str)
    return text.astype(object).where(facts[["home_team_id", "away_team_id"]].notna().all(axis=1), None)


def left_behind(dates: pd.Series, games: pd.Series, is_scheduled: pd.Series) -> pd.Series:
    """Rows of games that are not on the schedule of their date, of dates on which at least as many others are.

    Such a game was moved or called off after the row was written: it costs itself. Where most games of a date are not
    scheduled, the date is wrong. `games` says which game a row is of, null where that is not understood.
    """
    facts = pd.DataFrame({"date": dates, "game": games, "is_scheduled": is_scheduled}).dropna()
    counts = facts.drop_duplicates().groupby("date")["is_scheduled"].agg(["size", "sum"])
    few = counts.index[counts["size"] - counts["sum"] <= counts["sum"]]
    return ~is_scheduled & games.notna() & dates.isin(few)


def players_of_games(games: pd.Series, schedule: pd.DataFrame, player_boxes: pd.DataFrame) -> pd.DataFrame:
    """game_id, player_id and player_name of anyone who a report on one of the games may mean.

    Those are the players whom a box score had listed for one of its two teams in that season by the game's date, or
    in the season before.
    """
    boxes = player_boxes.merge(schedule[["game_id", "season"]].drop_duplicates("game_id"), on="game_id")
    spells = boxes.groupby(["team_id", "season", "player_id"], as_index=False).agg(
        since=("game_date", "min"), player_name=("player_name", "last")
    )
    due = schedule[schedule["game_id"].isin(games)].drop_duplicates("game_id", keep="last")
    sides = due.melt(["game_id", "game_date", "season"], ["home_team_id", "away_team_id"], value_name="team_id")
    found = []
    for is_earlier in (True, False):
        wanted = sides.assign(season=sides["season"].map(season_before)) if is_earlier else sides
        mine = wanted.merge(spells, on=["team_id", "season"])
        found.append(mine[is_earlier | (mine["since"] <= mine["game_date"])])
    players = pd.concat(found)[["game_id", "player_id", "player_name"]]
    return players.drop_duplicates(["game_id", "player_id"], keep="last")


def players_of_league(games: pd.Series, schedule: pd.DataFrame, player_boxes: pd.DataFrame) -> pd.DataFrame:
    """game_id, player_id and player_name of every player of the league by the date of one of the games.

    Those whom a box score had listed by then in that season, for any team, or in the season before.
    """
    seasons = schedule[["game_id", "season"]].drop_duplicates("game_id")
    boxes = player_boxes.merge(seasons, on="game_id")
    spells = boxes.groupby(["season", "player_id"], as_index=False).agg(
        since=("game_date", "min"), player_name=("player_name", "last")
    )
    due = schedule[schedule["game_id"].isin(games)].drop_duplicates("game_id", keep="last")
    due = due[["game_id", "game_date", "season"]]
    now = due.merge(spells, on="season")
    earlier = due.assign(season=due["season"].map(season_before)).merge(spells, on="season")
    players = pd.concat([earlier, now[now["since"] <= now["game_date"]]])
    return players[["game_id", "player_id", "player_name"]].drop_duplicates(["game_id", "player_id"], keep="last")


def unresolved(rows: pd.DataFrame) -> tuple[Problem, ...]:
    """One note for each date with names that are nobody's: how many, of how many names, and which."""
    names = rows.drop_duplicates(["game_date", "player_name"])
    notes = []
    for day, those in names.groupby("game_date"):
        unknown = those.loc[those["player_id"].isna(), "player_name"]
        if len(unknown):
            said = f"{len(unknown)} of {len(those)} names are of no player: {', '.join(sorted(unknown))}"
            notes.append(Problem(label_date(day), said))
    return tuple(notes)


def season_before(season: str) -> str:
    """'2023-24' for '2024-25'."""
    start = int(season[:4]) - 1
    return f"{start}-{(start + 1) % 100:02d}"


def player_ids(named: pd.DataFrame, players: pd.DataFrame, league: League | None = None) -> pd.Series:
    """NBA id of each row's player_name among the `players` of its game_id, NaN where it is nobody's or ambiguous.

    Most names are written as the NBA writes them; only the others are looked at one by one. A full name that nobody of
    the game has means the one player of the `league` who has it, if one alone has: he was traded, and has not played
    for his new team yet.
    """
    plain = by_distinct_value(named["player_name"], lambda name: re.sub(r"^([^,]+), *([^,]+)$", r"\2 \1", str(name)))
    names = named[["game_id"]].assign(player_name=plain)
    once = players[~players.duplicated(["game_id", "player_name"], keep=False)]
    ids = names.merge(once, on=["game_id", "player_name"], how="left")["player_id"].set_axis(named.index)
    rest = named.loc[ids.isna(), ["game_id", "player_name"]]
    if len(rest):
        ids = ids.fillna(resolve_all(rest, players[players["game_id"].isin(rest["game_id"])]))
    rest = named.loc[ids.isna(), ["game_id", "player_name"]]
    if len(rest) and league is not None:
        ids = ids.fillna(resolve_full_names(rest, league(rest["game_id"])))
    return ids.astype("float64")


_PAIR = ["game_date", "one", "two"]


def _pairs(meetings: pd.DataFrame) -> pd.DataFrame:
    teams = meetings[["home_team_id", "away_team_id"]].astype("float64")
    return pd.DataFrame(
        {"game_date": meetings["game_date"].to_numpy(), "one": teams.min(axis=1).to_numpy(),
         "two": teams.max(axis=1).to_numpy()}
    )  # fmt: skip

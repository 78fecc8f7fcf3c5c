"""Who a player id is: over a whole delivery it has one name, and a name within a team and season has one id.

Where that is contradicted the rarer reading is refused on its dates: two players' ids exchanged, a line under another's
id, a player under a second one. Names that are spelled or suffixed otherwise are the same name.
"""

from collections.abc import Hashable, Iterator
from typing import Any

import pandas as pd

from nba_assets.sources.parsing.normalise import by_distinct_value
from nba_assets.sources.parsing.player_names import name_key
from nba_assets.sources.port import Problem

RENAMED_GAMES = 5
"""Games that a player must have under each of two names, one after the other, before the second is taken for his new
name. Of 1,452 players of ten seasons not one has two names: the league writes the new one into old games too."""


def identity_problems(lines: pd.DataFrame, seasons: pd.Series) -> tuple[Problem, ...]:
    """One Problem for each contradicted line of `player_box_scores` rows; `seasons` are by game id."""
    named = lines[["game_date", "game_id", "team_id", "team", "player_id", "player_name"]].assign(
        key=by_distinct_value(lines["player_name"], name_key), season=lines["game_id"].map(seasons)
    )
    return tuple(dict.fromkeys((*_two_names(named), *_two_ids(named))))


def _two_names(named: pd.DataFrame) -> Iterator[Problem]:
    pairs = named[["player_id", "key"]].drop_duplicates()
    torn = named[named["player_id"].isin(pairs["player_id"][pairs["player_id"].duplicated()])]
    for player_id, rows in torn.groupby("player_id"):
        counts = rows["key"].value_counts()
        if len(counts) == 2 and counts.min() >= RENAMED_GAMES and _one_after_the_other(rows, named):
            continue
        for row in _rarer(rows, "key"):
            other = rows.loc[rows["key"] != row["key"], "player_name"].iloc[0]
            yield _problem(row, f"player_id {player_id} is {row['player_name']} here, but {other} elsewhere")


def _one_after_the_other(rows: pd.DataFrame, named: pd.DataFrame) -> bool:
    """Whether a player has his second name from some date on, and nobody else has either."""
    keys = rows.sort_values("game_date")["key"]
    owners = named.loc[named["key"].isin(keys), "player_id"].nunique()
    return owners == 1 and int(keys.ne(keys.shift()).sum()) == 2


def _two_ids(named: pd.DataFrame) -> Iterator[Problem]:
    who = ["season", "team_id", "key"]
    pairs = named[[*who, "player_id"]].drop_duplicates()
    torn = named.merge(pairs.loc[pairs[who].duplicated(), who].drop_duplicates(), on=who)
    for _, rows in torn.groupby(who):
        for row in _rarer(rows, "player_id"):
            other = rows.loc[rows["player_id"] != row["player_id"], "player_id"].iloc[0]
            yield _problem(row, f"{row['player_name']} has player_id {row['player_id']} here, but {other} elsewhere")


def _rarer(rows: pd.DataFrame, column: str) -> list[dict[Hashable, Any]]:
    """The rows whose value is not the most frequent one; all of them where no value is."""
    counts = rows[column].value_counts()
    usual = counts.index[counts == counts.max()]
    return (rows[~rows[column].isin(usual)] if len(usual) == 1 else rows).to_dict("records")


def _problem(row: dict[Hashable, Any], what: str) -> Problem:
    day = row["game_date"].date()
    return Problem(
        day,
        f"player lines on {day}: {what} in this delivery (game {row['game_id']}, {row['team']}); correct the file and "
        "materialize the date again",
        str(row["game_id"]),
    )

"""Named faults of the shots of a game, as providers of play-by-play have made them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from nba_assets.sources.simulated.feed import Feed

SHOT_FAULTS: dict[str, tuple[str, ...]] = {
    "shots_missing": ("game", "partial"),
    "shots_renamed": ("unmatched", "prefixed"),
    "shots_layout": ("",),
}
"""Kinds of faults and their variants, the usual one first.

shots_missing: no shots of the game (game), or those of the first half only (partial). shots_renamed: three in five of
its shots carry a key that is no player's (unmatched), or each the name behind the id (prefixed). shots_layout: the
distance comes under another name on the whole date, so that there is none where it is looked for.
"""

RENAMED_OF_FIVE = 3
_UNKNOWN_IDS = 500_000


def _shots_missing(feed: Feed, game_id: str, detail: str) -> Feed:
    shots = feed.shots
    gone = (shots["game_id"] == game_id) & ((shots["period"] > 2) | (detail == "game"))
    return replace(feed, shots=shots[~gone])


def _shots_renamed(feed: Feed, game_id: str, detail: str) -> Feed:
    shots = feed.shots
    of_game = (shots["game_id"] == game_id).to_numpy()
    if detail == "unmatched":
        renamed = of_game & (np.cumsum(of_game) % 5 < RENAMED_OF_FIVE)
        return replace(feed, shots=shots.assign(player_id=shots["player_id"] + _UNKNOWN_IDS * renamed))
    names = feed.player_lines.drop_duplicates("player_id").set_index("player_id")["player_name"]
    plain = shots["player_id"].map(names).str.lower().str.replace(r"[^a-z]", "", regex=True)
    keys = shots["player_id"].astype(object)
    return replace(feed, shots=shots.assign(player_id=keys.mask(of_game, keys.astype(str) + plain)))


def _shots_layout(feed: Feed, _game_id: str, _detail: str) -> Feed:
    return replace(feed, shots=feed.shots.assign(distance=np.nan))


SHOT_EFFECTS: dict[str, Callable[[Feed, str, str], Feed]] = {
    "shots_missing": _shots_missing,
    "shots_renamed": _shots_renamed,
    "shots_layout": _shots_layout,
}


def with_baskets_shot(feed: Feed, scorers: np.ndarray, attempts: int) -> pd.DataFrame:
    """The shots with one made lay-up more for each scorer among the player lines, in so many attempts."""
    lines = feed.player_lines[scorers]
    added = lines.loc[lines.index.repeat(attempts), ["game_id", "game_date", "team_id", "player_id"]]
    last = feed.shots.groupby("game_id")[["event_id", "period"]].max()
    added = added[added["game_id"].isin(last.index)]
    number = added.groupby("game_id").cumcount()
    added = added.assign(
        event_id=added["game_id"].map(last["event_id"]) + 4 * (1 + number),
        period=added["game_id"].map(last["period"]),
        seconds_remaining=0,
        made=np.arange(len(added)) % attempts == 0,
        three=False,
        distance=1.0,
        x=0.0,
        y=1.0,
        assisted=False,
    )
    return pd.concat([feed.shots, added[feed.shots.columns]], ignore_index=True)

"""Faults of points lines and injury reports, as providers have made them.

lines_after_tipoff: every line of the date's first game is one taken during the game. lines_unknown_names: the names of
the date's lines are nobody's (all), or those of one player (one). injuries_missing: no report of the date.
injuries_layout: status and reason have changed places in the date's reports.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from nba_assets.sources.simulated.feed import Feed

REPORT_FAULTS: dict[str, tuple[str, ...]] = {
    "lines_after_tipoff": ("",),
    "lines_unknown_names": ("all", "one"),
    "injuries_missing": ("",),
    "injuries_layout": ("",),
}
"""Kinds of faults and their variants, the usual one first."""


def _after_tipoff(feed: "Feed", game_id: str, _: str) -> "Feed":
    quotes = feed.point_lines
    late = quotes["commence_time"] + pd.Timedelta(minutes=35)
    of_game = quotes["game_id"] == game_id
    return replace(feed, point_lines=quotes.assign(snapshot_time=quotes["snapshot_time"].where(~of_game, late)))


def _unknown_names(feed: "Feed", game_id: str, detail: str) -> "Feed":
    quotes = feed.point_lines
    names = quotes["player_name"]
    wrong = names.eq(names[quotes["game_id"] == game_id].iloc[0]) if detail == "one" else names.notna()
    return replace(feed, point_lines=quotes.assign(player_name=names.where(~wrong, "Nobody " + names.str[::-1])))


def _missing_reports(feed: "Feed", _: str, __: str) -> "Feed":
    return replace(feed, injury_reports=feed.injury_reports.iloc[:0])


def _other_layout(feed: "Feed", _: str, __: str) -> "Feed":
    records = feed.injury_reports
    return replace(feed, injury_reports=records.assign(status=records["reason"], reason=records["status"]))


REPORT_EFFECTS: dict[str, Callable[["Feed", str, str], "Feed"]] = {
    "lines_after_tipoff": _after_tipoff,
    "lines_unknown_names": _unknown_names,
    "injuries_missing": _missing_reports,
    "injuries_layout": _other_layout,
}

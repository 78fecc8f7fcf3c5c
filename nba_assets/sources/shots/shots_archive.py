"""The clean archive's shots file (.parquet or .csv): shot detail keyed by NBA ids."""

from dataclasses import replace

import numpy as np
import pandas as pd

from nba_assets.sources.parsing import normalise, raw_frames
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.parsing.files import read_file
from nba_assets.sources.parsing.landing import LandedFile
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.port import Problem
from nba_assets.sources.shots.shot_rows import parsed_shots, tenths_of_feet, without_games

_COLUMNS = {
    "game_id": "game_id",
    "team_id": "team_id",
    "player_id": "player_id",
    "shot_id": "event_id",
    "period": "period",
    "seconds_remaining": "secs_remaining",
    "is_made": "made",
    "is_three": "is_three",
    "distance_feet": "distance_ft",
    "loc_x": "loc_x",
    "loc_y": "loc_y",
}
_DATE = {"game_date": "game_date"}
_OPTIONAL = (*_DATE, "assisted", "shot_type_derived")

_ARC_FEET, _STRAIGHT_FEET, _STRAIGHT_TO_FEET = 23.75, 22.0, 8.95
"""The three-point line: radius of its arc, distance of its straight parts, and how far from the hoop these reach."""

_DOUBT_FEET = 0.25
"""How near the line a type derived from the place may be wrong. In 2021-22 all 164 that were lay within 0.17 feet."""


def clean_shots(file: LandedFile, schedule: pd.DataFrame, box: pd.DataFrame, taken: set[str]) -> Parsed:
    """Shots of the games that are not in `taken`.

    `assisted` may be missing, and so may `shot_type_derived`. It marks attempts whose type the provider did not
    deliver, so that it was derived from the place; where the box score counts other threes, the attempts nearest to
    the line give way. Raises SourceError for a file out of shape.
    """
    columns = (*_COLUMNS.values(), *_OPTIONAL)
    rows = read_file(file.path, file.name, columns, columns)
    rows = rows.assign(**{column: None for column in _OPTIONAL if column not in rows})
    shots = DeliveredRows([(file.name, without_games(rows, file.name, "game_id", taken))], _COLUMNS.values())
    flags = {
        name: shots.read(_COLUMNS[name], normalise.booleans, "true or false", required=True)
        for name in ("is_made", "is_three")
    }
    numbers = {
        name: shots.read(_COLUMNS[name], normalise.counts, "a whole number", required=True)
        for name in ("shot_id", "period", "seconds_remaining", "distance_feet")
    }
    facts = pd.DataFrame(
        {
            "game_id": shots.game_ids("game_id"),
            "team_id": shots.team_ids("team_id"),
            "player_id": shots.read("player_id", normalise.player_ids, "an NBA player id"),
            **numbers,
            **flags,
            **{name: shots.read(name, tenths_of_feet, "tenths of feet") for name in ("loc_x", "loc_y")},
            "is_assisted": shots.read("assisted", normalise.booleans, "true or false"),
        }
    )
    derived = shots.read("shot_type_derived", normalise.booleans, "true or false").eq(1)
    settled = settled_types(facts, derived, box)
    own_date, _ = normalise.dates(shots.rows["game_date"])
    placed = facts.assign(is_three=settled)
    parsed = parsed_shots(shots, placed, _COLUMNS | _DATE, own_date, schedule, box, "nba_shot_detail")
    return replace(parsed, notes=_settled_notes(facts["game_id"][settled.ne(facts["is_three"])], schedule))


def _settled_notes(game_ids: pd.Series, schedule: pd.DataFrame) -> tuple[Problem, ...]:
    """For each game the number of attempts whose derived type was put right."""
    counts = game_ids.value_counts(sort=False)
    days = raw_frames.schedule_of(pd.Series(counts.index), schedule)["game_date"].dropna()
    return tuple(
        Problem(day.date(), f"shots of {counts.index[at]}: {counts.iloc[at]} types derived from the place put right by "
                "the box score")
        for at, day in zip(days.index, days, strict=True)
    )  # fmt: skip


def settled_types(facts: pd.DataFrame, is_derived: pd.Series, box: pd.DataFrame) -> pd.Series:
    """`is_three` of each shot, with derived types put right by the box score (player_box_scores) where it decides.

    Of a player's makes in a game, and of his misses, as many attempts change as the box score counts more or fewer
    threes: derived ones within `_DOUBT_FEET` of the line, the nearest first. Where there are not enough of them
    nothing changes.
    """
    three = facts["is_three"]
    keys = ["game_id", "player_id", "is_made"]
    in_doubt = facts[is_derived & (_feet_from_line(facts) <= _DOUBT_FEET)]
    if in_doubt.empty:
        return three
    lacking = _threes_lacking(facts[facts["game_id"].isin(in_doubt["game_id"])], box)
    rows = in_doubt[[*keys, "is_three"]].assign(near=_feet_from_line(in_doubt), row=in_doubt.index)
    rows = rows.merge(lacking, on=keys)
    rows = rows[rows["is_three"].eq(1) == rows["lacking"].lt(0)].sort_values("near", kind="stable")
    of_player = rows.groupby(keys)["near"]
    enough = of_player.transform("size") >= rows["lacking"].abs()
    changing = rows.loc[enough & (of_player.cumcount() < rows["lacking"].abs()), "row"]
    return three.where(~three.index.isin(changing), 1 - three)


def _threes_lacking(facts: pd.DataFrame, box: pd.DataFrame) -> pd.DataFrame:
    """Threes by the box score less threes by the shots, of each player's makes and misses that have shots at all."""
    keys = ["game_id", "player_id", "is_made"]
    lines = box[["game_id", "player_id"]].assign(made=box["fg3m"], missed=box["fg3a"] - box["fg3m"])
    lines = lines.drop_duplicates(["game_id", "player_id"])
    due = pd.concat(
        [
            lines[["game_id", "player_id"]].assign(is_made=float(made), due=lines[name])
            for name, made in (("made", True), ("missed", False))
        ]
    )
    counted = facts.groupby(keys, as_index=False)["is_three"].sum().merge(due, on=keys)
    counted["lacking"] = counted["due"] - counted["is_three"]
    return counted.loc[counted["lacking"].fillna(0).ne(0), [*keys, "lacking"]]


def _feet_from_line(facts: pd.DataFrame) -> pd.Series:
    x, y = facts["loc_x"].abs(), facts["loc_y"]
    return pd.Series(np.where(y <= _STRAIGHT_TO_FEET, x - _STRAIGHT_FEET, np.hypot(x, y) - _ARC_FEET), x.index).abs()

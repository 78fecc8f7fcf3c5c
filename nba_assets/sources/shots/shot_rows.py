"""From a provider's normalised shots to rows of `shot_attempts`: who shot, in which game, and from which zone.

A parser pushes facts: game_id, team_id, player_id, shot_id, period, seconds_remaining,
is_made, is_three and is_assisted (1.0, 0.0 or NaN), distance_feet, and the place loc_x and loc_y in feet.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.contracts.raw_shots import PAINT_FEET, SHOT_ATTEMPTS, ZONE_DETAILS, ZONES
from nba_assets.sources.parsing import normalise, raw_frames, schedule_reconciliation
from nba_assets.sources.parsing.column_parser import DeliveredRows, Normaliser
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.port import SourceError

RESTRICTED_AREA_FEET = 4.0
"""Radius of the restricted area; the NBA names every two-point attempt from nearer so."""

CORNER_FEET = 8.8
"""Distance from the hoop's centre, away from the baseline, at which the straight line of the corner three ends."""

BACKCOURT_FEET = 42.0
"""Distance from the hoop's centre, away from the baseline, at which the NBA calls an attempt one from the backcourt."""

_BEYOND_REASON = 2**31
"""Whole numbers from here on are no ids, events or times, and would not stay what they are as whole numbers."""

_ROUNDED_UP_FEET, _TRUNCATED_FEET = 0.55, 1.05
"""What a place may be nearer or farther than its distance, whole feet: NBA Stats truncates, BigDataBall rounds."""


def tenths_of_feet(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Feet out of the whole tenths that providers write; a place that is 'unknown' is null, not bad."""
    numbers, bad = normalise.counts(values.mask(values.eq("unknown")))
    return numbers / 10, bad


def meaning_of(words: Mapping[str, float]) -> Normaliser:
    """A normaliser of texts that may only be one of the words, in any case."""

    def normaliser(values: pd.Series) -> tuple[pd.Series, pd.Series]:
        meanings = {value: words.get(str(value).strip().lower()) for value in values.unique()}
        numbers = values.map(meanings).astype("float64")
        return numbers, numbers.isna()

    return normaliser


def without_games(rows: pd.DataFrame, name: str, column: str, taken: set[str]) -> pd.DataFrame:
    """The rows of games that no better provider has taken, under their row numbers. Raises SourceError for none."""
    if rows.empty:
        raise SourceError(f"{name}: has no rows; deliver the file again")
    if not taken or column not in rows:
        return rows
    return rows[~normalise.game_ids(rows[column]).isin(taken)]


def parsed_shots(
    delivered: DeliveredRows,
    facts: pd.DataFrame,
    columns: Mapping[str, str],
    own_date: pd.Series,
    schedule: pd.DataFrame,
    box: pd.DataFrame,
    provider: str,
) -> Parsed:
    """The rows of one delivery: of scheduled games, by players of their `box` (player_box_scores), consistent.

    `columns` says which of the provider's columns a fact came from, for the problems.
    """
    for name in ("player_id", "shot_id", "period", "seconds_remaining"):
        delivered.fault(facts[name].abs() >= _BEYOND_REASON, columns[name], "is beyond reason")
    day = schedule_reconciliation.match_schedule(delivered, columns["game_id"], facts, schedule, own_date)
    team_id, player_name = _box_lines(facts, box)
    known = facts["game_id"].notna() & facts["player_id"].notna() & schedule_reconciliation.counted(facts["game_id"])
    unlisted = known & team_id.isna()
    delivered.fault(unlisted, columns["player_id"], "is a player whom the box score of the game does not list")
    other_team = known & ~unlisted & facts["team_id"].notna() & facts["team_id"].ne(team_id)
    delivered.fault(other_team, columns["team_id"], "is not the shooter's team in the box score of the game")
    _check_place(delivered, facts, columns)
    lines = pd.DataFrame({**facts, "player_name": player_name, "game_date": day}, copy=False)
    other_day = own_date.notna() & own_date.ne(day) & known
    delivered.fault(other_day, columns["game_date"], "is not the date on which the schedule has the game")
    return Parsed(shot_rows(schedule_reconciliation.usable(delivered, lines), provider), delivered.problems(day))


def shot_rows(facts: pd.DataFrame, provider: str) -> pd.DataFrame:
    """`shot_attempts` out of facts, game_date and player_name, with the zones by event, distance and place."""
    made, three = facts["is_made"].eq(1), facts["is_three"].eq(1)
    zone = np.where(three, 2, np.where(facts["distance_feet"] <= PAINT_FEET, 0, 1))
    stated = {
        "is_made": made,
        "is_three": three,
        "is_assisted": facts["is_assisted"].where(made),
        "zone": _words(zone, ZONES),
        "zone_detail": _words(_detail_codes(facts, zone), ZONE_DETAILS),
        "provider": _words(np.zeros(len(facts), dtype="int8"), (provider,)),
    }
    reasons: dict[str, Absence | np.ndarray] = {
        **dict.fromkeys(("loc_x", "loc_y", "zone_detail"), Absence.SOURCE_UNAVAILABLE),
        "is_assisted": np.where(made, Absence.SOURCE_UNAVAILABLE, Absence.NOT_APPLICABLE),
    }
    # not by `assign`, which copies a million rows for each table that they pass through
    rows = pd.DataFrame({**facts, **stated}, index=facts.index, copy=False)
    return raw_frames.contract_frame(SHOT_ATTEMPTS, rows, reasons)


def _detail_codes(facts: pd.DataFrame, zone: np.ndarray) -> np.ndarray:
    """Positions in ZONE_DETAILS; -1 for a three whose place is not known."""
    x, y = facts["loc_x"].to_numpy(), facts["loc_y"].to_numpy()
    kind = np.select(
        [np.isnan(x) | np.isnan(y), y >= BACKCOURT_FEET, y >= CORNER_FEET, x < 0],
        [-1, ZONE_DETAILS.index("backcourt_three"), ZONE_DETAILS.index("above_the_break_three"),
         ZONE_DETAILS.index("left_corner_three")],
        ZONE_DETAILS.index("right_corner_three"),
    )  # fmt: skip
    distance = np.where(np.isnan(x) | np.isnan(y), facts["distance_feet"], np.hypot(x, y))
    near = (zone == 0) & (distance < RESTRICTED_AREA_FEET)
    of_twos = np.array([ZONE_DETAILS.index("paint"), ZONE_DETAILS.index("mid_range"), -1])[zone]
    return np.where(zone == 2, kind, np.where(near, ZONE_DETAILS.index("restricted_area"), of_twos))


def _words(codes: np.ndarray, words: tuple[str, ...]) -> np.ndarray:
    """The word of each code, None for -1: the same few objects throughout, which keeps a million rows small."""
    return np.array([*words, None], dtype=object)[codes]


def _box_lines(facts: pd.DataFrame, box: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Team id and name of each shot's player in the box score of its game, null where it does not list him."""
    games = pd.Index(facts["game_id"].dropna().unique())
    lines = box[box["game_id"].isin(games)]
    lines = lines[~pd.Series(_keys(lines, games), lines.index).duplicated()]
    at = pd.Index(_keys(lines, games)).get_indexer(_keys(facts, games))
    team_ids = np.append(lines["team_id"].to_numpy(dtype="float64"), np.nan)  # the last element is nobody's: at -1
    names = np.array([*lines["player_name"], None], dtype=object)
    return pd.Series(team_ids[at], facts.index), pd.Series(names[at], facts.index)


def _keys(rows: pd.DataFrame, games: pd.Index) -> np.ndarray:
    """One whole number for game and player of each row: a million pairs of text and number are slow to join."""
    player_ids = rows["player_id"].where(rows["player_id"].lt(_BEYOND_REASON), 0).to_numpy(dtype="int64")
    return games.get_indexer(pd.Index(rows["game_id"])) * _BEYOND_REASON + player_ids


def _check_place(delivered: DeliveredRows, facts: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """Distance and place must agree, but for threes that old files put under the basket: there the event counts."""
    half = facts["loc_x"].isna() != facts["loc_y"].isna()
    delivered.fault(half, columns["loc_x"], "is one half of a place: the other coordinate is missing")
    rest = np.hypot(facts["loc_x"], facts["loc_y"]) - facts["distance_feet"]
    apart = rest.lt(-_ROUNDED_UP_FEET) | rest.gt(_TRUNCATED_FEET)
    misplaced_three = facts["is_three"].eq(1) & (facts["distance_feet"] <= PAINT_FEET)
    delivered.fault(apart & ~misplaced_three, columns["distance_feet"], "feet is not the distance of the stated place")

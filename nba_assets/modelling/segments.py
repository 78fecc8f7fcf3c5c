"""Who a row of the model is about: tiers by recent minutes, and the segments that every figure is broken down by."""

import numpy as np
import pandas as pd

MINUTES = "minutes_last_10"
ROTATION_MINUTES = 15
STARTER_MINUTES = 28
"""Mean minutes of the last 10 games from which a player counts as rotation, and as a starter."""
SCORER_POINTS = 10
SEASON_START_GAMES = 10
TIERS = ("bench", "rotation", "starters")
ROOKIES = "rookies"
SEASON_COLUMNS = {"season_games", "career_games"}
POPULATIONS = ("all", "rotation_up", "scorers")
GROUP_NAMES = (*POPULATIONS, *TIERS[::-1], ROOKIES, "season_start", "back_to_backs", "playoffs")
"""Populations, then segments, in the order in which they are shown."""


def tiers(frame: pd.DataFrame) -> np.ndarray:
    """The tier of each row of feature values: one of `TIERS`, "" where its recent minutes are null or no column."""
    if MINUTES not in frame:
        return np.full(len(frame), "", dtype=object)
    minutes = frame[MINUTES].to_numpy(dtype="float64", na_value=np.nan)
    tier = np.select([minutes >= STARTER_MINUTES, minutes >= ROTATION_MINUTES, minutes >= 0], TIERS[::-1], "")
    return tier.astype(object)


def calibration_groups(frame: pd.DataFrame) -> np.ndarray:
    """The group of each row of feature values by which intervals are calibrated: `ROOKIES`, or else its tier.

    Rookies apart, because with the widening of their tiers their interval covered 84 % of outcomes on the archive.
    """
    group = tiers(frame)
    if set(frame) >= SEASON_COLUMNS:
        group[_are_rookies(frame)] = ROOKIES
    return group


def segments(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Boolean mask of every segment over rows of feature values; a segment without its columns is left out.

    The tiers; rookies: all games of the player's history are of this season, and history is older than that;
    back_to_backs: second nights; season_start: the player's first 10 games of a season; playoffs: play-in included.
    A null is in no segment.
    """
    tier = tiers(frame)
    found = {name: tier == name for name in TIERS} if MINUTES in frame else {}
    if set(frame) >= SEASON_COLUMNS:
        found[ROOKIES] = _are_rookies(frame)
        found["season_start"] = _numbers(frame, "season_games") < SEASON_START_GAMES
    for name, column in (("back_to_backs", "is_back_to_back"), ("playoffs", "is_postseason")):
        if column in frame:
            found[name] = _numbers(frame, column) == 1
    return found


def populations(baselines: pd.DataFrame) -> dict[str, np.ndarray]:
    """Masks of the three sets of rows that models are compared on, over rows of `naive_baselines`.

    They go by recent form as the box scores have it, so that players without a feature row are in them.
    """
    rotation, scorers = (
        _numbers(baselines, MINUTES) >= ROTATION_MINUTES,
        _numbers(baselines, "last_10") >= SCORER_POINTS,
    )
    return dict(zip(POPULATIONS, (np.ones(len(baselines), dtype=bool), rotation, scorers), strict=True))


def _are_rookies(frame: pd.DataFrame) -> np.ndarray:
    return np.asarray(_numbers(frame, "season_games") == _numbers(frame, "career_games"))


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    return np.asarray(frame[name].to_numpy(dtype="float64", na_value=np.nan))

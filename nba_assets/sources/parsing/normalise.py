"""What providers write for ids, dates, minutes and counts, brought to one form.

Every function is vectorised and never guesses: a value it does not understand is None, or is marked
in the returned `bad` mask, and is never silently turned into a null that looks like an absence.
"""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from nba_assets.contracts.teams import TEAM_BY_TRICODE, TRICODE_ALIASES

_GAME_ID = re.compile(r'(?:=")?(?:00)?([1-6]\d{7})(?:\.0+)?"?')
_CLOCK = re.compile(r"(\d{1,3})(?:\.0+)?:([0-5]\d)(?:\.\d+)?")
_ISO_DURATION = re.compile(r"PT(?=\d)(?:(\d{1,3})M)?(?:([0-5]?\d(?:\.\d+)?)S)?")
_DECIMAL = re.compile(r"\d+(?:\.\d*)?(?:e-?\d+)?")
_PLAYER_ID = re.compile(r"(\d+)(?:\.0+)?(?:[^\W\d_].*)?")
_SEASON_LABEL = re.compile(r"((?:19|20)\d\d)-(?:\d\d)?\d\d|[1-6]((?:19|20)\d\d)(?:\.0)?")
_BOOLEANS = {"true": 1.0, "1": 1.0, "1.0": 1.0, "false": 0.0, "0": 0.0, "0.0": 0.0}
_NOTHING = frozenset({"", "-"})
_TRICODES = {**{code: code for code in TEAM_BY_TRICODE}, **TRICODE_ALIASES}
_SEASON_TYPE_OF_PREFIX = {
    "002": "regular_season",
    "004": "playoffs",
    "005": "play_in",
    "006": "cup_final",
}
_SEASON_TYPE_LABELS = {
    "regularseason": "regular_season",
    "playoffs": "playoffs",
    "playin": "play_in",
    "cupfinal": "cup_final",
    "nbacupfinal": "cup_final",
    "istchampionship": "cup_final",
}

_GAME_STATUSES = {
    "scheduled": "scheduled",
    "final": "final",
    "postponed": "postponed",
    **dict.fromkeys(("notplayed", "neverplayed", "cancelled", "canceled", "unnecessary", "ifnecessary"), "not_played"),
}


def game_ids(values: pd.Series) -> pd.Series:
    """NBA game ids as 10-character strings; None for anything that is not one.

    Understood: '0022400061', '22400061', 22400061, 42400407.0 and the spreadsheet form '="0021700033"'.
    """
    return by_distinct_value(values, _game_id)


def season_types(values: pd.Series) -> pd.Series:
    """Season type of each provider label such as 'Regular Season' or 'Play-In'; None when unknown."""
    return by_distinct_value(
        values,
        lambda value: _SEASON_TYPE_LABELS.get(re.sub(r"[^a-z]", "", str(value).lower())),
    )


def season_types_of_games(ids: pd.Series) -> pd.Series:
    """Season type by the prefix of a 10-character game id; None for preseason, All-Star and other exhibitions."""
    return by_distinct_value(ids, lambda value: _SEASON_TYPE_OF_PREFIX.get(str(value)[:3]))


def seasons_of_games(ids: pd.Series) -> pd.Series:
    """Season such as '2024-25' by the two digits after the prefix of a 10-character game id."""
    return by_distinct_value(ids, _season)


def season_labels(values: pd.Series) -> pd.Series:
    """Season such as '2024-25' of each label (2024-25, 2024-2025, or 22024 of NBA Stats); None where not understood."""
    return by_distinct_value(values, _season_label)


def game_statuses(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """scheduled, final, postponed or not_played of each provider word, and the mask of words that are none.

    An if-necessary game is not due before its provider calls it scheduled.
    """
    words = by_distinct_value(values, lambda value: _GAME_STATUSES.get(re.sub(r"[^a-z]", "", str(value).lower())))
    return words, values.notna() & words.isna()


def tricodes(values: pd.Series) -> pd.Series:
    """NBA tricode of each provider tricode (BRK -> BKN); None for a team that is not one of the thirty."""
    return by_distinct_value(values, lambda value: _TRICODES.get(str(value).strip().upper()))


def minutes(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Decimal minutes, and the mask of values that are not minutes.

    Understood: numbers, '32', '32.5', 'MM:SS', 'MMM:SS', 'PT32M15.00S'. None, '' and '-' are null, not bad.
    Seconds outside 0-59 and negative values are bad.
    """
    return _numbers(values, _minutes)


def counts(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Whole numbers as float64, and the mask of values that are not whole numbers; None and '' are null, not bad."""
    return _numbers(values, _whole)


def booleans(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """1.0 for true, 0.0 for false, and the mask of other values; None and '' are null, not bad."""
    return _numbers(values, lambda value: _BOOLEANS.get(str(value).strip().lower()))


def player_ids(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """NBA player ids as float64, and the mask of values without one.

    A digits-first key such as '1630552jalenjohnson' gives its number. A missing id is bad: the row has no key.
    """
    ids, bad = _numbers(values, _player_id)
    return ids, bad | ids.isna()


def dates(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Calendar dates at midnight without a time zone, and the mask of values that are not dates.

    Understood: timestamps, '2024-10-22', '20241022', '10/22/2024', and these with a midnight behind them. A time of
    day is bad, because cutting it off could move the game to another date. A missing date is bad too.
    """
    if pd.api.types.is_datetime64_dtype(values.dtype):
        bad = values.isna() | (values != values.dt.normalize())
        return values.astype("datetime64[ns]").mask(bad), bad
    parsed = pd.to_datetime(by_distinct_value(values, _date)).astype("datetime64[ns]")
    return parsed, parsed.isna()


def by_distinct_value(values: pd.Series, convert: Callable[[object], object]) -> pd.Series:
    """`convert` applied once to each distinct value: columns of keys repeat theirs many times."""
    codes, distinct = _distinct(values)
    converted = np.empty(len(distinct) + 1, dtype=object)
    for position, value in enumerate(distinct):
        converted[position] = convert(value)
    return pd.Series(converted[codes], index=values.index, dtype=object)


def _distinct(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The code of each value, -1 for null, and the distinct values as they are: an Index makes a float32 a float."""
    codes, distinct = pd.factorize(values)
    return codes, np.asarray(distinct)


def _numbers(values: pd.Series, convert: Callable[[object], float | None]) -> tuple[pd.Series, pd.Series]:
    """Float64 values and the mask of those for which `convert` found no meaning (None)."""
    codes, distinct = _distinct(values)
    converted = np.full(len(distinct) + 1, np.nan)
    bad = np.zeros(len(distinct) + 1, dtype=bool)
    for position, value in enumerate(distinct):
        if isinstance(value, str) and value.strip() in _NOTHING:
            continue
        number = convert(value)
        bad[position] = number is None
        converted[position] = np.nan if number is None else number
    return pd.Series(converted[codes], index=values.index), pd.Series(bad[codes], index=values.index)


def _game_id(value: object) -> str | None:
    found = _GAME_ID.fullmatch(_text(value))
    return f"00{found.group(1)}" if found else None


def _season(game_id: object) -> str | None:
    digits = str(game_id)[3:5]
    if not digits.isdigit():
        return None
    start = int(digits)
    century = 19 if start >= 46 else 20
    return f"{century}{start:02d}-{(start + 1) % 100:02d}"


def _season_label(value: object) -> str | None:
    found = _SEASON_LABEL.fullmatch(_text(value))
    start = int(found.group(1) or found.group(2)) if found else 0
    return f"{start}-{(start + 1) % 100:02d}" if start else None


def _minutes(value: object) -> float | None:
    text = _text(value)
    if clock := _CLOCK.fullmatch(text):
        return int(clock.group(1)) + int(clock.group(2)) / 60
    if duration := _ISO_DURATION.fullmatch(text):
        return int(duration.group(1) or 0) + float(duration.group(2) or 0) / 60
    return float(text) if _DECIMAL.fullmatch(text) else None


def _whole(value: object) -> float | None:
    text = _text(value)
    return float(text) if re.fullmatch(r"-?\d+(\.0*)?", text) else None


def _player_id(value: object) -> float | None:
    found = _PLAYER_ID.fullmatch(_text(value))
    return float(found.group(1)) if found and int(found.group(1)) > 0 else None


def _date(value: object) -> pd.Timestamp | None:
    text = re.sub(r"[T ]00:00(:00(\.0+)?)?Z?$", "", _text(value))
    for pattern, form in (
        (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"),
        (r"\d{8}", "%Y%m%d"),
        (r"\d{1,2}/\d{1,2}/\d{4}", "%m/%d/%Y"),
    ):
        if re.fullmatch(pattern, text):
            parsed = pd.to_datetime(text, format=form, errors="coerce")
            return None if pd.isna(parsed) else parsed
    return None


def _text(value: object) -> str:
    """The value as printed, so that the float32 34.1 is 34.1 and not 34.09999847; a boolean is no number."""
    return "" if isinstance(value, bool | np.bool_) else str(value).strip()

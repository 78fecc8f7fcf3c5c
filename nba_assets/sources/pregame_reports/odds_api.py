"""Player markets of The Odds API: the CSV files of a date, and the JSON of one event or of many.

Both become one frame of outcomes, the columns as the CSV names them, each with the moment of its snapshot where the
file tells it. Times are UTC with their zone; prices come as American or as decimal odds.
"""

import datetime as dt
import json
import re
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import LARGEST
from nba_assets.sources.parsing.files import read_file
from nba_assets.sources.port import SourceError

POINTS = "player_points"
MARKET = re.compile(r"(?:h2h|spreads|totals|outrights|player|alternate|team)(?:_[a-z0-9]+)*")
"""What the key of a market looks like."""

SNAPSHOT, FILE_DATE = "snapshot_time", "file_date"
"""Columns of the moment at which the outcome was offered and of the date of its file; null where none is given."""

_DELIVERED = ("player", "market", "bookmaker", "side", "line", "price", "home_team", "away_team", "commence_time")
OUTCOME = (*_DELIVERED, SNAPSHOT, FILE_DATE)


Kind = TypeVar("Kind")


def outcomes_of_csv(path: Path, name: str, file_date: dt.date | None) -> pd.DataFrame:
    """`OUTCOME` of a CSV file in long form. Raises SourceError for a file that is not one."""
    rows = read_file(path, name, {*_DELIVERED, SNAPSHOT}, (*_DELIVERED, SNAPSHOT))
    missing = [column for column in _DELIVERED if column not in rows]
    if missing:
        raise SourceError(f"{name}: column {', '.join(missing)} is missing; deliver the column or correct its name")
    texts = rows.reindex(columns=[*_DELIVERED, SNAPSHOT]).astype(object)
    return texts.where(texts.notna() & (texts != ""), None).assign(**{FILE_DATE: file_date})


def outcomes_of_json(path: Path, name: str, file_date: dt.date | None) -> pd.DataFrame:
    """`OUTCOME` of the response of one event or a list of events, historical or live.

    A historical response tells its snapshot, a live one the last update of each market. Raises SourceError for a file
    that is not JSON or not such a response.
    """
    try:
        response = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(f"{name}: cannot be read as JSON ({error}); deliver the file again") from error
    is_historical = isinstance(response, dict) and "data" in response
    events = response["data"] if is_historical else response
    snapshot = response.get("timestamp") if is_historical else None
    if is_historical and not snapshot:
        raise SourceError(f"{name}: a response with `data` but without `timestamp`: deliver it as the API gave it")
    rows: list[tuple[object, ...]] = []
    for event in events if isinstance(events, list) else [events]:
        facts = [_member(event, key, str, name) for key in ("home_team", "away_team", "commence_time")]
        for book in _member(event, "bookmakers", list, name):
            for market in _member(book, "markets", list, name):
                offered = flat(snapshot or market.get("last_update"))
                key = _member(market, "key", str, name)
                for outcome in _member(market, "outcomes", list, name):
                    side = _member(outcome, "name", str, name)
                    player, point, price = (flat(outcome.get(at)) for at in ("description", "point", "price"))
                    rows.append((player, key, _member(book, "key", str, name), side, point, price, *facts, offered))
    return pd.DataFrame(rows, columns=[*_DELIVERED, SNAPSHOT], dtype=object).assign(**{FILE_DATE: file_date})


def american_odds(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """American odds as whole numbers, and the mask of values that are no odds; null is no price, not bad.

    American odds are at least 100 or at most -100; a number above 1 and below 100 is decimal odds.
    """
    text = values.astype(object).where(values.notna(), None)
    numbers = _floats(text).replace([np.inf, -np.inf], np.nan)
    is_american = (numbers.abs() >= 100) & (numbers.abs() < LARGEST)
    is_decimal = (numbers > 1) & (numbers < 100)
    profit = numbers - 1
    with np.errstate(divide="ignore"):
        converted = np.where(profit >= 1, 100 * profit, -100 / profit)
    odds = numbers.where(is_american, pd.Series(converted, index=values.index)).where(is_american | is_decimal)
    is_null = text.isna() | text.eq("")
    return odds.round(), ~is_null & odds.isna()


def decimal_odds(american: pd.Series) -> pd.Series:
    """What a stake of one pays back in all."""
    return 1 + (american / 100).where(american > 0, -100 / american)


def flat(value: object) -> object:
    """A JSON value; a list, an object or a truth value as its text, which no column understands."""
    return json.dumps(value) if isinstance(value, list | dict | bool) else value


def _member(of: object, key: str, kind: type[Kind], name: str) -> Kind:
    """A member of a JSON object, of the kind it must have."""
    value = of.get(key) if isinstance(of, dict) else None
    if not isinstance(value, kind):
        raise SourceError(
            f"{name}: an event, bookmaker, market or outcome has no `{key}` ({json.dumps(of)[:120]}); deliver odds of "
            "events as the API gave them"
        )
    return value


def instants(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Moments in UTC, and the mask of values that are none; null is no moment, not bad.

    Understood is ISO 8601 with its zone ('2025-01-01T00:10:00Z'): a time without one could be of another date.
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.dt.tz_convert("UTC").astype("datetime64[ns, UTC]"), values.isna() & False
    text = values.astype(object).where(values.notna(), None).map(lambda value: None if value == "" else value)
    has_zone = text.astype(str).str.fullmatch(r".*\d(?:Z|[+-]\d\d:?\d\d)")
    moments = pd.to_datetime(text.where(has_zone, None), utc=True, format="ISO8601", errors="coerce")
    return moments.astype("datetime64[ns, UTC]"), text.notna() & moments.isna()


def points(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Lines as float64, and the mask of values that are no finite numbers from 0 on; null is not bad."""
    text = values.astype(object).where(values.notna(), None)
    numbers = _floats(text)
    is_number = (numbers >= 0) & (numbers < LARGEST)
    return numbers.where(is_number), text.notna() & text.ne("") & ~is_number


def _floats(values: pd.Series) -> pd.Series:
    """Float64 of texts and numbers, NaN for what is none; whole numbers of JSON have no largest one."""
    sized = values.map(lambda value: str(value) if isinstance(value, int) else value)
    return pd.to_numeric(sized, errors="coerce").astype("float64")

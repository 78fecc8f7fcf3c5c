"""BigDataBall play-by-play: every event of a game, players by name, NBA ids without zeros or in spreadsheet form.

Two layouts of a shot: until some time in 2018 `shot` and `miss` with the type 'Jump Shot', whose description alone
says 3PT; later `shot` with the result made or missed and the type '3pt jump shot'. Names may have the NBA id in front.
The account tells everything twice, so that a file whose columns no longer mean what they did contradicts itself.
"""

import re

import numpy as np
import pandas as pd

from nba_assets.contracts.teams import TEAM_BY_TRICODE
from nba_assets.sources.parsing import normalise
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.parsing.files import read_file
from nba_assets.sources.parsing.landing import LandedFile
from nba_assets.sources.parsing.player_names import plain_letters, resolve_all
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.shots.shot_rows import meaning_of, parsed_shots, tenths_of_feet, without_games

_COLUMNS = {
    "game_id": "game_id",
    "team_id": "team",
    "player_id": "player",
    "shot_id": "play_id",
    "period": "period",
    "seconds_remaining": "remaining_time",
    "elapsed": "elapsed",
    "is_made": "result",
    "points": "points",
    "event": "event_type",
    "type": "type",
    "distance_feet": "shot_distance",
    "loc_x": "original_x",
    "loc_y": "original_y",
    "assist": "assist",
    "description": "description",
    "game_date": "date",
}
_SHOTS = ("shot", "miss")
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)")
_SUFFIX = r"(?:jr|sr|ii|iii|iv)$"
_CUT_OFF = r"(?:'|\b3P?T?)\s*$"
_QUARTER_SECONDS, _OVERTIME_SECONDS = 720, 300
_TEAM_IDS = {code: team.team_id for code, team in TEAM_BY_TRICODE.items()}


def bigdataball(file: LandedFile, schedule: pd.DataFrame, box: pd.DataFrame, taken: set[str]) -> Parsed:
    """Shots of the games that are not in `taken`. Raises SourceError for a file out of shape."""
    rows = read_file(file.path, file.name, _COLUMNS.values(), _COLUMNS.values())
    events = DeliveredRows([(file.name, without_games(rows, file.name, "game_id", taken))], _COLUMNS.values())
    shots = DeliveredRows([(file.name, _shots(events))], _COLUMNS.values())
    text = {name: shots.rows[column].fillna("").str.strip() for name, column in _COLUMNS.items()}
    shots.fault(~text["event"].str.lower().isin(_SHOTS), "event_type", "is no shot, but the row has what a shot has")
    numbers = {
        name: shots.read(_COLUMNS[name], normalise.counts, "a whole number", required=True)
        for name in ("shot_id", "period", "distance_feet", "points")
    }
    made = shots.read("result", meaning_of({"made": 1.0, "missed": 0.0}), "made or missed")
    named = pd.DataFrame({"game_id": shots.game_ids("game_id"), "player_name": text["player_id"]})
    player_ids = resolve_all(named, box[box["game_id"].isin(named["game_id"])])
    shots.fault(player_ids.isna() & named["game_id"].notna(), "player", "is the name of no player of the game")
    three = text["description"].str.contains("3PT").astype("float64")
    facts = pd.DataFrame(
        {
            "game_id": named["game_id"],
            "team_id": shots.read("team", _team_ids, "the tricode of an NBA team"),
            "player_id": player_ids,
            "shot_id": numbers["shot_id"],
            "period": numbers["period"],
            "seconds_remaining": shots.read("remaining_time", _seconds, "a time on the clock"),
            "is_made": made,
            "is_three": three,
            "distance_feet": numbers["distance_feet"],
            **{name: shots.read(_COLUMNS[name], tenths_of_feet, "tenths of feet") for name in ("loc_x", "loc_y")},
            "is_assisted": text["assist"].ne("").astype("float64"),
        }
    )
    _check_account(shots, facts, text, numbers["points"])
    own_date, _ = normalise.dates(shots.rows["date"])
    return parsed_shots(shots, facts, _COLUMNS, own_date, schedule, box, "bigdataball")


def _shots(events: DeliveredRows) -> pd.DataFrame:
    """The rows of shots, and of other events that have what only a shot has: a distance, or a result."""
    rows = events.rows.set_axis(events.row_numbers)
    kind = rows["event_type"].fillna("").str.strip().str.lower()
    has_result = rows["result"].fillna("").ne("") & kind.ne("free throw")
    return rows[kind.isin(_SHOTS) | has_result | rows["shot_distance"].fillna("").ne("")]


def _check_account(shots: DeliveredRows, facts: pd.DataFrame, text: dict[str, pd.Series], points: pd.Series) -> None:
    """What a row says twice must agree: in its columns, and in the description of the event."""
    description, made, three = text["description"], facts["is_made"].eq(1), facts["is_three"].eq(1)
    shots.fault(description.str.contains(_CUT_OFF), "description", "is cut off")
    shots.fault(description.str.contains("MISS") == made, "result", "is not what the description tells")
    shots.fault(
        description.str.contains("PTS)", regex=False) != made, "description", "does not tell whether points were made"
    )
    shots.fault(text["event"].str.lower().eq("miss") & made, "event_type", "contradicts the result")
    shots.fault(
        text["type"].str.lower().str.startswith("3pt") & ~three, "type", "is a three, but not in the description"
    )
    shots.fault(points != np.where(made, np.where(three, 3, 2), 0), "points", "are not those of the attempt")
    described_assist = description.str.contains("AST)", regex=False)
    shots.fault(described_assist != text["assist"].ne(""), "assist", "is not what the description tells")
    elapsed = shots.read("elapsed", _seconds, "a time of the period")
    length = np.where(facts["period"] > 4, _OVERTIME_SECONDS, _QUARTER_SECONDS)
    shots.fault((facts["seconds_remaining"] + elapsed) != length, "remaining_time", "and elapsed are not a period")
    shots.fault(~_tells_of(description, text["player_id"]), "player", "is not the shooter of the description")


def _tells_of(description: pd.Series, names: pd.Series) -> pd.Series:
    """Whether a word of each description is the end of the shooter's name, suffixes aside."""
    shooters = names.map(plain_letters).str.replace(" ", "")
    ends = pd.DataFrame({"whole": shooters, "bare": shooters.str.replace(_SUFFIX, "", regex=True)}).to_numpy()
    words = description.map(plain_letters).str.split()
    found = [any(name.endswith(word) for word in said for name in both) for said, both in zip(words, ends, strict=True)]
    return pd.Series(found, description.index, dtype=bool)


def _team_ids(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    ids = normalise.tricodes(values).map(_TEAM_IDS).astype("float64")
    return ids, ids.isna()


def _seconds(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Seconds of '0:11:47', '00:11:47' or '11:47'."""
    seconds = values.map({value: _seconds_of(value) for value in values.unique()}).astype("float64")
    return seconds, seconds.isna()


def _seconds_of(value: object) -> float | None:
    found = _CLOCK.fullmatch(str(value).strip())
    return (
        sum(int(part or 0) * unit for part, unit in zip(found.groups(), (3600, 60, 1), strict=True)) if found else None
    )

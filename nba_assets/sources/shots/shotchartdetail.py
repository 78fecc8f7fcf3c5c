"""NBA Stats ShotChartDetail: one row per attempt, integer game ids without zeros, a file often of one team only."""

import pandas as pd

from nba_assets.sources.parsing import normalise
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.parsing.files import read_file
from nba_assets.sources.parsing.landing import LandedFile
from nba_assets.sources.parsing.player_names import resolve_all
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.shots.shot_rows import meaning_of, parsed_shots, tenths_of_feet, without_games

_COLUMNS = {
    "game_id": "GAME_ID",
    "team_id": "TEAM_ID",
    "player_id": "PLAYER_ID",
    "shot_id": "GAME_EVENT_ID",
    "period": "PERIOD",
    "seconds_remaining": "MINUTES_REMAINING",
    "minutes": "MINUTES_REMAINING",
    "seconds": "SECONDS_REMAINING",
    "is_made": "SHOT_MADE_FLAG",
    "is_three": "SHOT_TYPE",
    "distance_feet": "SHOT_DISTANCE",
    "loc_x": "LOC_X",
    "loc_y": "LOC_Y",
    "event": "EVENT_TYPE",
    "player_name": "PLAYER_NAME",
    "game_date": "GAME_DATE",
    "tried": "SHOT_ATTEMPTED_FLAG",
}
_TRIED = "SHOT_ATTEMPTED_FLAG"
_ASSISTED = "assisted"
_EVENTS = {"made shot": 1.0, "missed shot": 0.0}
_TYPES = {"3pt field goal": 1.0, "2pt field goal": 0.0}


def shot_chart_detail(file: LandedFile, schedule: pd.DataFrame, box: pd.DataFrame, taken: set[str]) -> Parsed:
    """Shots of the games that are not in `taken`; a column `assisted`, which some collections add, is used if there.

    Raises SourceError for a file out of shape.
    """
    columns = (*_COLUMNS.values(), _ASSISTED)
    return shots_of_chart(file.name, read_file(file.path, file.name, columns, columns), schedule, box, taken)


def shots_of_chart(name: str, rows: pd.DataFrame, schedule: pd.DataFrame, box: pd.DataFrame, taken: set[str]) -> Parsed:
    """Shots of a chart whose columns are text, out of the file or answer `name`."""
    if _ASSISTED not in rows:
        rows = rows.assign(**{_ASSISTED: None})
    shots = DeliveredRows([(name, without_games(rows, name, "GAME_ID", taken))], _COLUMNS.values())
    whole = {
        fact: shots.read(_COLUMNS[fact], normalise.counts, "a whole number", required=True)
        for fact in ("shot_id", "period", "minutes", "seconds", "distance_feet")
    }
    made = shots.read("SHOT_MADE_FLAG", normalise.booleans, "0 or 1", required=True)
    event = shots.read("EVENT_TYPE", meaning_of(_EVENTS), "Made Shot or Missed Shot")
    shots.fault(made.notna() & event.notna() & made.ne(event), "EVENT_TYPE", "contradicts SHOT_MADE_FLAG")
    tried = shots.read(_TRIED, normalise.booleans, "0 or 1", required=True)
    shots.fault(tried.eq(0), _TRIED, "is not 1, as that of every attempt is")
    shots.fault(whole["seconds"].gt(59) | whole["seconds"].lt(0), "SECONDS_REMAINING", "is not seconds of a minute")
    facts = pd.DataFrame(
        {
            "game_id": shots.game_ids("GAME_ID"),
            "team_id": shots.team_ids("TEAM_ID"),
            "player_id": shots.read("PLAYER_ID", normalise.player_ids, "an NBA player id"),
            "shot_id": whole["shot_id"],
            "period": whole["period"],
            "seconds_remaining": 60 * whole["minutes"] + whole["seconds"],
            "is_made": made,
            "is_three": shots.read("SHOT_TYPE", meaning_of(_TYPES), "2PT or 3PT Field Goal"),
            "distance_feet": whole["distance_feet"],
            **{axis: shots.read(_COLUMNS[axis], tenths_of_feet, "tenths of feet") for axis in ("loc_x", "loc_y")},
            "is_assisted": shots.read(_ASSISTED, normalise.booleans, "0 or 1"),
        }
    )
    named = pd.DataFrame({"game_id": facts["game_id"], "player_name": shots.rows["PLAYER_NAME"]})
    means = resolve_all(named, box[box["game_id"].isin(facts["game_id"])])
    other = means.notna() & facts["player_id"].notna() & means.ne(facts["player_id"])
    shots.fault(other, "PLAYER_ID", "is not the id of PLAYER_NAME in the box score of the game")
    own_date, _ = normalise.dates(shots.rows["GAME_DATE"])
    return parsed_shots(shots, facts, _COLUMNS, own_date, schedule, box, "nba_shot_detail")

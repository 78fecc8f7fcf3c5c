"""Injury reports out of the league's PDF or its records as JSON: who is listed how, as of the report's time."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from nba_assets.contracts.contract import Absence
from nba_assets.contracts.raw_pregame import INJURY_REPORTS, INJURY_STATUSES, NOT_YET_SUBMITTED
from nba_assets.contracts.teams import TEAM_BY_TRICODE, TRICODE_ALIASES
from nba_assets.partitions import EASTERN, label_date
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.parsing.normalise import by_distinct_value
from nba_assets.sources.parsing.raw_frames import contract_frame
from nba_assets.sources.parsing.schedule_reconciliation import Parsed
from nba_assets.sources.port import Problem, SourceError
from nba_assets.sources.pregame_reports import game_matching
from nba_assets.sources.pregame_reports.game_matching import League
from nba_assets.sources.pregame_reports.injury_pdf import RECORD, read_pdf
from nba_assets.sources.pregame_reports.odds_api import flat

REPORTED_AT = "reported_at"
USED = ("date", "matchup", "team", "player", "status", "reason")
"""Columns of a record that are used; the game's time is the schedule's."""

MOVED = "are left out: the game is not on the schedule of the date, it was moved or called off"
UNSUBMITTED = "NOT YET SUBMITTED"
_NAMED_AFTER = re.compile(r"(\d{4})-(\d\d)-(\d\d)_(\d\d)(?:_?(\d\d))?([AP]M)")
_HALF_PAST = 30
"""Minute of a report whose file name gives the hour only: the league's hourly reports carry half past it."""


def records_of_pdf(path: Path, name: str) -> pd.DataFrame:
    """`RECORD` and `REPORTED_AT` of a PDF; the time is that of its header. Raises SourceError as `read_pdf` does."""
    printed_at, records = read_pdf(path, name)
    try:
        local = dt.datetime.strptime(printed_at, "%m/%d/%y %I:%M %p")  # noqa: DTZ007 - Eastern, see below
    except ValueError as error:
        raise SourceError(f"{name}: the header's time {printed_at!r} is none; deliver the report again") from error
    return records.assign(**{REPORTED_AT: utc_of_eastern(local)})


def records_of_json(path: Path, name: str) -> pd.DataFrame:
    """`RECORD` and `REPORTED_AT` of a list of records, or of an object with `report_time` and `records`.

    `report_time` is ISO 8601 and US Eastern where it has no zone; without it, the time is in the file name
    (Injury-Report_2024-01-04_12PM.json). Raises SourceError for a file that is not JSON or has no such records.
    """
    try:
        report = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(f"{name}: cannot be read as JSON ({error}); deliver the file again") from error
    has_time = isinstance(report, dict)
    records = report.get("records") if has_time else report
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise SourceError(f"{name}: no list of records; deliver records with {', '.join(RECORD)}")
    reported_at = _stated_time(report.get("report_time"), name) if has_time else time_of_name(name)
    if reported_at is None:
        raise SourceError(
            f"{name}: no report time; give `report_time`, or name the file as Injury-Report_2024-01-04_12PM.json"
        )
    lacking = [column for column in USED if any(column not in record for record in records)]
    if lacking:
        raise SourceError(f"{name}: records without {', '.join(lacking)}; deliver the key or correct its name")
    rows = [{column: flat(record.get(column)) for column in RECORD} for record in records]
    return pd.DataFrame(rows, columns=list(RECORD), dtype=object).assign(**{REPORTED_AT: reported_at})


def time_of_name(name: str) -> pd.Timestamp | None:
    """The report time that a file name of the league tells (…_2024-01-04_12PM, …_2025-12-22_05_30PM)."""
    found = _NAMED_AFTER.search(name)
    if found is None:
        return None
    year, month, day, hour, minute, half = found.groups()
    try:
        local = dt.datetime.strptime(f"{year}-{month}-{day} {hour} {half}", "%Y-%m-%d %I %p")  # noqa: DTZ007
        return utc_of_eastern(local.replace(minute=int(minute or _HALF_PAST)))
    except ValueError:
        return None


def utc_of_eastern(local: dt.datetime) -> pd.Timestamp:
    """The moment of a US Eastern clock time; of an hour that the clock shows twice, the later one."""
    return pd.Timestamp(local.replace(tzinfo=ZoneInfo(EASTERN), fold=1).astimezone(dt.UTC))


def injury_reports(
    files: Sequence[tuple[str, pd.DataFrame]], schedule: pd.DataFrame, player_boxes: pd.DataFrame
) -> Parsed:
    """`injury_reports` of all files of records, each under its name.

    Raises SourceError where nothing of a column is understood, or where the date of a record is not.
    """
    if not files:
        return Parsed(
            contract_frame(INJURY_REPORTS, pd.DataFrame({name: [] for name in INJURY_REPORTS.column_names}), {})
        )
    delivered = DeliveredRows(files, [*USED, REPORTED_AT])
    facts = _facts(delivered)
    facts["game_id"] = game_matching.scheduled_games(facts, schedule)
    has_games, unscheduled = facts["game_date"].isin(schedule["game_date"]), facts["game_id"].isna()
    is_moved = game_matching.left_behind(facts["game_date"], game_matching.meetings(facts), ~unscheduled)
    wrong = unscheduled & has_games & ~is_moved & ~delivered.bad
    delivered.fault(wrong, "matchup", "is no game on the schedule of the date")
    notes = tuple(
        Problem(label_date(day), f"{len(part)} records {what} (the first: {delivered.place(part.index[0])})")
        for what, mask in (("are of a date without games", unscheduled & ~has_games), (MOVED, is_moved))
        for day, part in facts[mask].groupby("game_date")
    )
    rows = facts[~unscheduled & ~delivered.bad].drop_duplicates([*INJURY_REPORTS.key, "status"])
    players = game_matching.players_of_games(rows["game_id"], schedule, player_boxes)
    frame = injury_rows(rows, players, lambda games: game_matching.players_of_league(games, schedule, player_boxes))
    notes += game_matching.unresolved(frame[frame["status"] != NOT_YET_SUBMITTED])
    return Parsed(frame, delivered.problems(facts["game_date"]), notes=notes)


def injury_rows(rows: pd.DataFrame, players: pd.DataFrame, league: League | None = None) -> pd.DataFrame:
    """`injury_reports` out of records with game_id, game_date, reported_at, team_id, player_name, status, reason.

    `league` is whom else a full name may mean (`game_matching.player_ids`).
    """
    is_pending = rows["status"].eq(NOT_YET_SUBMITTED)
    rows = rows.assign(player_id=game_matching.player_ids(rows[~is_pending], players, league))
    of_nulls = np.where(is_pending, Absence.NOT_APPLICABLE, Absence.SOURCE_UNAVAILABLE)
    return contract_frame(INJURY_REPORTS, rows, {"player_id": of_nulls, "reason": of_nulls})


def _facts(delivered: DeliveredRows) -> pd.DataFrame:
    """Records brought to one form; what is not understood is a fault of its row."""
    given = {column: by_distinct_value(delivered.rows[column], _text) for column in USED}
    away, home = (by_distinct_value(given["matchup"], side).astype("float64") for side in (_away, _home))
    team = game_matching.team_ids_of_names(given["team"])
    is_pending = given["player"].isna() & given["reason"].eq(UNSUBMITTED)
    status = by_distinct_value(given["status"], lambda text: str(text).lower())
    delivered.fault(away.isna() | home.isna(), "matchup", "is no matchup of two NBA teams, as MIL@SAS")
    delivered.fault(~(team.eq(away) | team.eq(home)) & ~delivered.bad, "team", "is no team of the matchup")
    delivered.fault(given["player"].isna() & ~is_pending & ~delivered.bad, "player", "is missing")
    delivered.fault(~status.isin(INJURY_STATUSES) & ~is_pending & ~delivered.bad, "status", "is no status of a report")
    return pd.DataFrame(
        {
            "game_date": delivered.dates("date"),
            "home_team_id": home,
            "away_team_id": away,
            "team_id": team,
            "reported_at": pd.to_datetime(delivered.rows[REPORTED_AT], utc=True),
            "player_name": given["player"].where(~is_pending, UNSUBMITTED),
            "status": status.where(~is_pending, NOT_YET_SUBMITTED),
            "reason": given["reason"].where(~is_pending, None),
        }
    )


def _text(value: object) -> str | None:
    """Trimmed text; None for an empty one."""
    return str(value).strip() or None


def _away(matchup: object) -> int | None:
    return _team(str(matchup).split("@")[0]) if str(matchup).count("@") == 1 else None


def _home(matchup: object) -> int | None:
    return _team(str(matchup).split("@")[1]) if str(matchup).count("@") == 1 else None


def _team(tricode: str) -> int | None:
    code = tricode.strip().upper()
    team = TEAM_BY_TRICODE.get(TRICODE_ALIASES.get(code, code))
    return team.team_id if team else None


def _stated_time(text: object, name: str) -> pd.Timestamp | None:
    if text is None:
        return time_of_name(name)
    try:
        moment = dt.datetime.fromisoformat(str(text))
    except ValueError as error:
        raise SourceError(f"{name}: report_time {text!r} is no time; write it as 2024-01-04T12:30:00-05:00") from error
    return utc_of_eastern(moment) if moment.tzinfo is None else pd.Timestamp(moment.astimezone(dt.UTC))

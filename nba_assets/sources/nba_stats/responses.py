"""Single responses of NBA Stats and the NBA schedule, as JSON already loaded, to rows of the raw contracts.

A box score V2 does not say who is at home and lists the teams in any order; its parser takes the schedule as an
argument, and without the game's schedule row there are no box rows, but a Problem.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nba_assets.contracts.raw import BOX_COUNTS
from nba_assets.sources.archive_files import leaguegamelog
from nba_assets.sources.parsing import normalise, raw_frames, schedule_reconciliation
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.port import Delivery, SourceError

Response = Mapping[str, Any]

_BOX_NAMES = {column: "TO" if column == "tov" else column.upper() for column in BOX_COUNTS}
_TEAM_COLUMNS = ("GAME_ID", "TEAM_ID", "MIN", *_BOX_NAMES.values())
_PLAYER_COLUMNS = (*_TEAM_COLUMNS, "PLAYER_ID", "PLAYER_NAME", "START_POSITION", "COMMENT", "PLUS_MINUS")
_HEADER_COLUMNS = (
    "GAME_DATE_EST",
    "GAME_ID",
    "GAME_STATUS_ID",
    "GAME_STATUS_TEXT",
    "HOME_TEAM_ID",
    "VISITOR_TEAM_ID",
    "LIVE_PERIOD",
)
_SCHEDULE_FIELDS = {
    "gameId": "gameId",
    "gameDateEst": "gameDateEst",
    "gameDateTimeUTC": "gameDateTimeUTC",
    "gameStatus": "gameStatus",
    "gameStatusText": "gameStatusText",
    "postponedStatus": "postponedStatus",
    "isNeutral": "isNeutral",
    "homeTeam.teamId": "homeTeamId",
    "homeTeam.score": "homeScore",
    "awayTeam.teamId": "awayTeamId",
    "awayTeam.score": "awayScore",
}
_STATUSES = {1.0: "scheduled", 2.0: "in_progress", 3.0: "final"}
_POSTPONED_TEXTS = ("PPD", "POSTPONED")
_FINAL_TEXT = r"^\s*FINAL(?:/(?P<ot>OT)(?P<number>\d*))?\s*$"
_UNDECIDED_TEAM = 0


def box_score_v2(response: Response, schedule: pd.DataFrame, day: pd.Timestamp) -> tuple[Delivery, Delivery]:
    """Rows of `team_box_scores` and `player_box_scores` of a box score V2 asked for on account of `day`.

    `schedule` holds `game_schedule` rows, the game's among them. Minutes are to the second; a player without minutes
    did not play, and COMMENT says why.
    """
    teams = DeliveredRows([_result_set(response, "TeamStats")], _TEAM_COLUMNS)
    team_lines = _box_lines(teams).assign(
        minutes=teams.read("MIN", normalise.minutes, "minutes (MM:SS)", required=True)
    )
    players = DeliveredRows([_result_set(response, "PlayerStats")], _PLAYER_COLUMNS)
    comment = players.rows["COMMENT"].fillna("").astype(str).str.strip()
    player_lines = _box_lines(players).assign(
        player_id=players.read("PLAYER_ID", normalise.player_ids, "an NBA player id"),
        player_name=players.labels("PLAYER_NAME"),
        is_starter=players.rows["START_POSITION"].fillna("").ne("").astype(float),
        minutes=players.read("MIN", normalise.minutes, "minutes (MM:SS)"),
        plus_minus=players.read("PLUS_MINUS", normalise.counts, "a whole number"),
    )
    player_lines["dnp_reason"] = comment.where(player_lines["minutes"].isna() & comment.ne(""), None)
    schedule_reconciliation.check_did_not_play(players, "MIN", player_lines)
    deliveries = []
    for box, lines, build in (
        (teams, team_lines, raw_frames.team_rows),
        (players, player_lines, raw_frames.player_rows),
    ):
        dates = schedule_reconciliation.match_schedule(
            box, "GAME_ID", lines, schedule, pd.Series(pd.Timestamp(day), index=lines.index)
        )
        usable = schedule_reconciliation.usable(box, lines)
        deliveries.append(Delivery(build(usable, schedule), box.problems(dates)))
    return deliveries[0], deliveries[1]


def league_schedule(response: Response) -> tuple[Delivery, Delivery]:
    """Rows of `game_schedule` and `game_results` of the league's season schedule.

    Exhibitions are left out, and so are playoff games whose teams are not yet known: they are not due.
    """
    try:
        listed = [game for date in response["leagueSchedule"]["gameDates"] for game in date["games"]]
    except (KeyError, TypeError) as error:
        raise SourceError(f"league schedule: not a schedule response ({error!r} is missing); fetch it again") from error
    games = pd.json_normalize(listed) if listed else pd.DataFrame(columns=list(_SCHEDULE_FIELDS))
    games = games.rename(columns=_SCHEDULE_FIELDS)
    games = _decided(games, "homeTeamId", "awayTeamId")
    rows = DeliveredRows([("league schedule", games)], tuple(_SCHEDULE_FIELDS.values()))
    day = rows.dates("gameDateEst")
    text = rows.rows["gameStatusText"].astype(str).str.strip().str.upper()
    tipoff = pd.to_datetime(rows.rows["gameDateTimeUTC"], utc=True, errors="coerce")
    rows.fault(tipoff.isna(), "gameDateTimeUTC", "is not a time")
    facts = pd.DataFrame(
        {
            "game_id": rows.game_ids("gameId"),
            "game_date": day,
            "home_team_id": rows.team_ids("homeTeamId"),
            "away_team_id": rows.team_ids("awayTeamId"),
            "is_neutral_site": rows.optional("isNeutral", normalise.booleans, "true or false"),
            "is_postponed": rows.rows["postponedStatus"].eq("Y") | text.isin(_POSTPONED_TEXTS),
            "tipoff_utc": tipoff.mask(text.eq("TBD")),
        }
    )
    facts["status"] = _status(rows, "gameStatus", facts["is_postponed"])
    final = facts["status"].eq("final")
    periods = text.str.extract(_FINAL_TEXT)
    facts["overtime_periods"] = _overtimes(periods).where(final)
    rows.fault(final & ~text.str.match(_FINAL_TEXT), "gameStatusText", "does not say how many overtimes were played")
    for column, name in (("home_pts", "homeScore"), ("away_pts", "awayScore")):
        facts[column] = rows.read(name, normalise.counts, "a number of points").where(final)
    return _schedule_and_results(rows, "gameId", facts)


def scoreboard_v2(response: Response) -> tuple[Delivery, Delivery]:
    """Rows of `game_schedule` and `game_results` of one date's scoreboard V2.

    It gives neither tip-off in UTC nor neutral sites: `is_neutral_site` is false for want of a sign.
    """
    name, header = _result_set(response, "GameHeader")
    rows = DeliveredRows([(name, _decided(header, "HOME_TEAM_ID", "VISITOR_TEAM_ID"))], _HEADER_COLUMNS)
    text = rows.rows["GAME_STATUS_TEXT"].astype(str).str.strip().str.upper()
    facts = pd.DataFrame(
        {
            "game_id": rows.game_ids("GAME_ID"),
            "game_date": rows.dates("GAME_DATE_EST"),
            "home_team_id": rows.team_ids("HOME_TEAM_ID"),
            "away_team_id": rows.team_ids("VISITOR_TEAM_ID"),
            "is_neutral_site": False,
            "is_postponed": text.isin(_POSTPONED_TEXTS),
            "tipoff_utc": pd.NaT,
        }
    )
    facts["status"] = _status(rows, "GAME_STATUS_ID", facts["is_postponed"])
    final = facts["status"].eq("final")
    periods = rows.read("LIVE_PERIOD", normalise.counts, "a number of periods")
    rows.fault(final & ~periods.ge(4), "LIVE_PERIOD", "is too few periods for a final game")
    facts["overtime_periods"] = (periods - 4).where(final)
    points = _line_score_points(response)
    for column, team in (("home_pts", "home_team_id"), ("away_pts", "away_team_id")):
        keys = pd.MultiIndex.from_frame(facts[["game_id", team]])
        facts[column] = points.reindex(keys).set_axis(facts.index).where(final)
    return _schedule_and_results(rows, "GAME_ID", facts)


def league_game_log(response: Response, schedule: pd.DataFrame) -> Delivery:
    """Rows of `player_box_scores` (PlayerOrTeam P) or `team_box_scores` (T) of a LeagueGameLog response."""
    part = _result_set(response, "LeagueGameLog")
    of_players = "PLAYER_ID" in part[1]
    parsed = (leaguegamelog.player_boxes if of_players else leaguegamelog.team_boxes)([part], schedule)
    return Delivery(parsed.rows, parsed.problems)


def league_game_log_schedule(response: Response) -> Delivery:
    """Rows of `game_schedule` of the games in a LeagueGameLog response, by its MATCHUP column."""
    parsed = leaguegamelog.schedule([_result_set(response, "LeagueGameLog")])
    return Delivery(parsed.rows, parsed.problems)


def _result_set(response: Response, name: str) -> tuple[str, pd.DataFrame]:
    sets = response.get("resultSets") if isinstance(response, Mapping) else None
    for candidate in sets or ():
        if candidate["name"] == name:
            return name, pd.DataFrame(candidate["rowSet"], columns=candidate["headers"])
    present = ", ".join(candidate["name"] for candidate in sets or ()) or "none"
    raise SourceError(f"NBA Stats response: no result set {name} (it has: {present}); fetch it again")


def _box_lines(box: DeliveredRows) -> pd.DataFrame:
    counts = {column: box.read(name, normalise.counts, "a whole number") for column, name in _BOX_NAMES.items()}
    return pd.DataFrame({"game_id": box.game_ids("GAME_ID"), "team_id": box.team_ids("TEAM_ID"), **counts})


def _decided(games: pd.DataFrame, *team_columns: str) -> pd.DataFrame:
    """The games that count and whose two teams are known."""
    if not {"gameId", "GAME_ID"} & set(games) or not set(team_columns) <= set(games):
        return games
    id_column = "gameId" if "gameId" in games else "GAME_ID"
    ids = normalise.game_ids(games[id_column])
    undecided = games[list(team_columns)].isin([_UNDECIDED_TEAM]).any(axis=1)
    return games[(ids.isna() | schedule_reconciliation.counted(ids)) & ~undecided]


def _status(rows: DeliveredRows, column: str, is_postponed: pd.Series) -> pd.Series:
    number = rows.read(column, normalise.counts, "a status number")
    rows.fault(~number.isin(_STATUSES), column, "is not a status (1 scheduled, 2 in progress, 3 final)")
    return number.map(_STATUSES).mask(is_postponed, "postponed")


def _overtimes(periods: pd.DataFrame) -> pd.Series:
    """0 for 'Final', 1 for 'Final/OT', n for 'Final/OTn'."""
    numbered = pd.to_numeric(periods["number"], errors="coerce")
    return numbered.fillna(periods["ot"].notna().astype(float))


def _line_score_points(response: Response) -> pd.Series:
    score = DeliveredRows([_result_set(response, "LineScore")], ("GAME_ID", "TEAM_ID", "PTS"))
    keys = [score.game_ids("GAME_ID"), score.team_ids("TEAM_ID")]
    points = pd.Series(score.read("PTS", normalise.counts, "a number of points").to_numpy(), index=keys)
    return points[~points.index.duplicated()]


def _schedule_and_results(rows: DeliveredRows, id_column: str, facts: pd.DataFrame) -> tuple[Delivery, Delivery]:
    schedule_reconciliation.check_schedule(rows, id_column, facts)
    scored = facts["home_pts"].notna() & facts["away_pts"].notna()
    schedule = raw_frames.schedule_rows(facts[~rows.bad])
    rows.fault(facts["status"].eq("final") & ~scored, id_column, "is a final game without both scores")
    problems = rows.problems(facts["game_date"])
    return Delivery(schedule, problems), Delivery(raw_frames.result_rows(facts[~rows.bad]), problems)

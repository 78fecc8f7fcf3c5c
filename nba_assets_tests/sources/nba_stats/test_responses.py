"""Single NBA Stats responses, hand-made with invented values, and the delivered ones of the test data."""

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nba_assets.sources.archive_files.archive import ArchiveSource
from nba_assets.sources.nba_stats import responses
from nba_assets.sources.port import SourceError

PHI, NYK, BOS, TOR = 1610612755, 1610612752, 1610612738, 1610612761
DAY = pd.Timestamp("2025-01-15")
COUNTS = ["FGM", "FGA", "FG3M", "FG3A", "FTM", "FTA", "OREB", "DREB", "REB", "AST", "STL", "BLK", "TO", "PF", "PTS"]
LINE = [30, 80, 8, 25, 12, 15, 9, 30, 39, 20, 6, 4, 13, 18]


def schedule(home: int = PHI, away: int = NYK) -> pd.DataFrame:
    return responses.scoreboard_v2(scoreboard([("0022400561", home, away, 3, "Final/OT", 5, 90, 80)]))[0].rows


def scoreboard(games: list[tuple[str, int, int, int, str, int, int, int]]) -> dict[str, Any]:
    """Games as (id, home, away, status id, status text, periods, home points, away points); away lines come first."""
    header = [[f"{DAY:%Y-%m-%dT00:00:00}", *game[:1], *game[3:5], *game[1:3], game[5]] for game in games]
    lines = [[game[0], team, pts] for game in games for team, pts in ((game[2], game[7]), (game[1], game[6]))]
    columns = ["GAME_DATE_EST", "GAME_ID", "GAME_STATUS_ID", "GAME_STATUS_TEXT"]
    return {
        "resultSets": [
            {
                "name": "GameHeader",
                "headers": [*columns, "HOME_TEAM_ID", "VISITOR_TEAM_ID", "LIVE_PERIOD"],
                "rowSet": header,
            },
            {"name": "LineScore", "headers": ["GAME_ID", "TEAM_ID", "PTS"], "rowSet": lines},
        ]
    }


def box_score(*, home_first: bool) -> dict[str, Any]:
    """An overtime game NYK at PHI whose teams come in either order."""
    players = [
        ["0022400561", PHI, 11, "P Starter", "G", "", "41:30", *LINE, 80, 5],
        ["0022400561", PHI, 12, "P Bench", "", "DNP - Coach's Decision", None, *[None] * 16],
        ["0022400561", NYK, 21, "N Bench", "", "", "0:30", *[0] * 15, -2],
    ]
    teams = [["0022400561", PHI, "265:00", *LINE, 80], ["0022400561", NYK, "265:00", *LINE, 80]]
    order = 1 if home_first else -1
    columns = ["PLAYER_ID", "PLAYER_NAME", "START_POSITION", "COMMENT", "MIN"]
    return {
        "resultSets": [
            {
                "name": "PlayerStats",
                "headers": ["GAME_ID", "TEAM_ID", *columns, *COUNTS, "PLUS_MINUS"],
                "rowSet": players[::order],
            },
            {"name": "TeamStats", "headers": ["GAME_ID", "TEAM_ID", "MIN", *COUNTS], "rowSet": teams[::order]},
        ]
    }


def league_schedule(**changes: object) -> dict[str, Any]:
    game = {
        "gameId": "0022400061", "gameDateEst": "2024-10-22T00:00:00Z", "gameDateTimeUTC": "2024-10-23T02:00:00Z",
        "gameStatus": 3, "gameStatusText": "Final", "postponedStatus": "N", "isNeutral": False,
        "homeTeam": {"teamId": BOS, "score": 110}, "awayTeam": {"teamId": NYK, "score": 100},
    }  # fmt: skip
    return {"leagueSchedule": {"gameDates": [{"gameDate": "10/22/2024 00:00:00", "games": [{**game, **changes}]}]}}


def test_home_and_away_are_the_schedules_in_either_row_order() -> None:
    first = responses.box_score_v2(box_score(home_first=True), schedule(), DAY)
    second = responses.box_score_v2(box_score(home_first=False), schedule(), DAY)
    for one, other in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one.rows, other.rows)
        assert one.problems == other.problems == ()
    teams = first[0].rows.set_index("team")
    assert teams["is_home"].to_dict() == {"NYK": False, "PHI": True}
    assert teams["minutes"].to_dict() == {"NYK": 265.0, "PHI": 265.0}
    assert teams["opponent_team"].to_dict() == {"NYK": "PHI", "PHI": "NYK"}


def test_home_and_away_turn_with_the_schedule_and_with_nothing_else() -> None:
    rows = responses.box_score_v2(box_score(home_first=True), schedule(home=NYK, away=PHI), DAY)[0].rows
    assert rows.set_index("team")["is_home"].to_dict() == {"NYK": True, "PHI": False}


def test_a_schedule_that_contradicts_itself_decides_nothing() -> None:
    torn = pd.concat([schedule(), schedule(home=NYK, away=PHI)], ignore_index=True)
    assert responses.box_score_v2(box_score(home_first=True), torn, DAY)[0].rows.empty


def test_without_the_schedule_row_there_are_no_box_rows() -> None:
    for delivery in responses.box_score_v2(box_score(home_first=True), schedule().head(0), DAY):
        assert delivery.rows.empty
        assert delivery.problems[0].game_date == dt.date(2025, 1, 15)
        assert "is a game that the schedule does not have" in delivery.problems[0].message


def test_players_starter_minutes_and_reason_not_to_play() -> None:
    rows = responses.box_score_v2(box_score(home_first=True), schedule(), DAY)[1].rows.set_index("player_id")
    assert rows["minutes"].fillna(-1).to_dict() == {11: 41.5, 12: -1.0, 21: 0.5}
    assert rows["is_starter"].to_dict() == {11: True, 12: False, 21: False}
    assert rows["dnp_reason"].to_dict() == {11: None, 12: "DNP - Coach's Decision", 21: None}
    assert rows.loc[12, ["pts", "plus_minus"]].isna().all()
    assert rows.loc[21, "pts"] == 0
    assert rows.loc[11, "tov"] == 13


def test_minutes_not_understood_reject_the_date() -> None:
    response = box_score(home_first=True)
    response["resultSets"][0]["rowSet"][0][6] = "41:75"
    problems = responses.box_score_v2(response, schedule(), DAY)[1].problems
    assert "PlayerStats, row 1: column MIN on 2025-01-15: '41:75' is not minutes" in problems[0].message


@pytest.mark.parametrize(("text", "overtimes"), [("Final", 0), ("Final/OT", 1), ("Final/OT2", 2), ("FINAL/OT4 ", 4)])
def test_league_schedule_of_a_final_game(text: str, overtimes: int) -> None:
    games, results = responses.league_schedule(league_schedule(gameStatusText=text))
    (game,) = games.rows.to_dict("records")
    assert (game["game_key"], game["season"], game["season_type"]) == ("20241022_NYK_BOS", "2024-25", "regular_season")
    assert game["tipoff_utc"] == pd.Timestamp("2024-10-23 02:00", tz="UTC")
    (result,) = results.rows.to_dict("records")
    assert (result["status"], result["home_pts"], result["away_pts"]) == ("final", 110, 100)
    assert result["overtime_periods"] == overtimes


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"gameStatus": 1, "gameStatusText": "7:30 pm ET"}, "scheduled"),
        ({"gameStatus": 2, "gameStatusText": "Q3 5:00"}, "in_progress"),
        ({"gameStatus": 1, "gameStatusText": "PPD"}, "postponed"),
        ({"gameStatus": 1, "gameStatusText": "", "postponedStatus": "Y"}, "postponed"),
    ],
)
def test_a_game_that_is_not_final_has_no_score(changes: dict[str, object], status: str) -> None:
    games, results = responses.league_schedule(league_schedule(**changes))
    assert games.problems == ()
    assert games.rows["is_postponed"].tolist() == [status == "postponed"]
    assert results.rows["status"].tolist() == [status]
    assert results.rows[["home_pts", "away_pts", "overtime_periods"]].isna().all(axis=None)


def test_a_tipoff_to_be_determined_is_unavailable() -> None:
    games, _ = responses.league_schedule(league_schedule(gameStatus=1, gameStatusText="TBD"))
    assert games.rows["absence"].tolist() == ['{"tipoff_utc": "source_unavailable"}']


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"gameId": "0012400001"}, id="preseason"),
        pytest.param({"gameId": "0032400004", "homeTeam": {"teamId": 1610616855, "score": 40}}, id="all-star"),
        pytest.param({"gameId": "0042400401", "homeTeam": {"teamId": 0, "score": 0}}, id="teams-not-yet-known"),
    ],
)
def test_games_that_are_not_due_are_left_out(changes: dict[str, object]) -> None:
    games, results = responses.league_schedule(league_schedule(**changes))
    assert games.rows.empty
    assert results.rows.empty
    assert games.problems == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"homeTeam": {"teamId": 5, "score": 110}}, "column homeTeamId on 2024-10-22: 5 is not the id of an NBA team"),
        ({"gameStatusText": "Finished"}, "does not say how many overtimes"),
        ({"gameStatus": 9}, "column gameStatus on 2024-10-22: 9 is not a status"),
        ({"homeTeam": {"teamId": NYK, "score": 110}}, "is a game of a team against itself"),
        ({"gameDateTimeUTC": "soon"}, "column gameDateTimeUTC on 2024-10-22: 'soon' is not a time"),
    ],
)
def test_schedule_values_not_understood_are_problems(changes: dict[str, object], message: str) -> None:
    _, results = responses.league_schedule(league_schedule(**changes))
    assert message in " ".join(problem.message for problem in results.problems)


def test_scoreboard() -> None:
    games, results = responses.scoreboard_v2(
        scoreboard(
            [("0022400561", PHI, NYK, 3, "Final/OT", 5, 90, 80), ("0022400562", TOR, BOS, 1, "7:30 pm ET", 0, 0, 0)]
        )
    )
    assert games.problems == results.problems == ()
    assert games.rows["game_key"].tolist() == ["20250115_NYK_PHI", "20250115_BOS_TOR"]
    assert results.rows["status"].tolist() == ["final", "scheduled"]
    assert results.rows["home_pts"].fillna(-1).tolist() == [90, -1]
    assert results.rows["away_pts"].fillna(-1).tolist() == [80, -1]
    assert results.rows["overtime_periods"].fillna(-1).tolist() == [1, -1]


@pytest.mark.parametrize(
    ("parse", "response", "message"),
    [
        pytest.param(responses.league_schedule, {"meta": {}}, "not a schedule response", id="schedule"),
        pytest.param(responses.scoreboard_v2, {"resultSets": []}, "no result set GameHeader", id="scoreboard"),
        pytest.param(responses.scoreboard_v2, {"message": "throttled"}, "no result set GameHeader", id="error-text"),
    ],
)
def test_another_response_is_refused(parse: Any, response: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        parse(response)


def test_a_missing_header_is_named() -> None:
    response = box_score(home_first=True)
    response["resultSets"][1]["headers"][2] = "MINUTES"
    with pytest.raises(SourceError, match="TeamStats: column MIN is missing"):
        responses.box_score_v2(response, schedule(), DAY)


def delivered(shared_data: Path, name: str) -> dict[str, Any]:
    (path, *_) = sorted((shared_data / "raw" / "single_responses").glob(name))
    content = path.read_bytes()
    return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)


@pytest.mark.archive
def test_the_reversed_overtime_game_of_new_york_at_philadelphia(shared_data: Path) -> None:
    response = delivered(shared_data, "nbac_team_boxscore/*.json")
    games, results = responses.scoreboard_v2(delivered(shared_data, "nbac_scoreboard_v2/raw_06a65a50.json"))
    team_stats = next(part for part in response["resultSets"] if part["name"] == "TeamStats")
    assert team_stats["rowSet"][0][1] == PHI, "the home team comes first in this response"
    teams, players = responses.box_score_v2(response, games.rows, DAY)
    for part in response["resultSets"]:
        part["rowSet"] = part["rowSet"][::-1]
    turned_teams, turned_players = responses.box_score_v2(response, games.rows, DAY)
    pd.testing.assert_frame_equal(teams.rows, turned_teams.rows)
    pd.testing.assert_frame_equal(players.rows, turned_players.rows)
    rows = teams.rows.set_index("team")
    assert rows["is_home"].to_dict() == {"NYK": False, "PHI": True}
    assert rows["minutes"].to_dict() == {"NYK": 265.0, "PHI": 265.0}
    assert players.rows.groupby("team")["pts"].sum().to_dict() == rows["pts"].to_dict() == {"NYK": 125, "PHI": 119}
    assert players.rows.groupby("team")["is_starter"].sum().to_dict() == {"NYK": 5, "PHI": 5}
    result = results.rows.set_index("game_id").loc["0022400561"]
    assert (result["home_pts"], result["away_pts"], result["overtime_periods"]) == (119, 125, 1)


@pytest.mark.archive
def test_the_delivered_schedules(shared_data: Path) -> None:
    games, results = responses.league_schedule(delivered(shared_data, "nbac_schedule_api/*.gz"))
    assert games.problems == results.problems == ()
    assert games.rows["season_type"].value_counts().to_dict() == {
        "regular_season": 1230, "playoffs": 84, "play_in": 6, "cup_final": 1,
    }  # fmt: skip
    assert results.rows["status"].eq("final").all()
    local = games.rows["tipoff_utc"].dt.tz_convert("America/New_York").dt.tz_localize(None).dt.normalize()
    assert local.eq(games.rows["game_date"]).all()
    preseason, _ = responses.league_schedule(delivered(shared_data, "nbac_schedule_cdn/*.json"))
    assert preseason.rows.empty


@pytest.mark.archive
def test_the_delivered_game_log_agrees_with_the_schedule(shared_data: Path) -> None:
    log = delivered(shared_data, "nbac_player_boxscore/*.json")
    games, _ = responses.league_schedule(delivered(shared_data, "nbac_schedule_api/*.gz"))
    by_matchup = responses.league_game_log_schedule(log)
    due = games.rows[games.rows["game_date"] == "2025-03-15"]
    compared = ["game_id", "game_date", "home_team_id", "away_team_id"]
    pd.testing.assert_frame_equal(by_matchup.rows[compared], due[compared].reset_index(drop=True))
    players = responses.league_game_log(log, games.rows)
    assert (len(players.rows), players.problems) == (157, ())


@pytest.mark.archive
def test_the_leagues_schedule_confirms_home_and_neutral_sites_of_the_game_log(
    shared_data: Path, tmp_path: Path
) -> None:
    source = ArchiveSource(shared_data / "raw" / "nba_stats_leaguegamelog", tmp_path)
    logged = source.read("game_schedule", dt.date(2024, 10, 22), source.horizon).rows
    games, _ = responses.league_schedule(delivered(shared_data, "nbac_schedule_api/*.gz"))
    due = games.rows[games.rows["season_type"] == "regular_season"].reset_index(drop=True)
    compared = ["game_id", "game_date", "home_team_id", "away_team_id", "is_neutral_site"]
    pd.testing.assert_frame_equal(logged[compared], due[compared])

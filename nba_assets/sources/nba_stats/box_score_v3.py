"""Box score V3 of NBA Stats, as loaded JSON, to rows of the raw contracts.

Home and away are named, minutes to the second, starters by position, and a comment for who did not play.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nba_assets.sources.parsing import normalise, raw_frames, schedule_reconciliation
from nba_assets.sources.parsing.column_parser import DeliveredRows
from nba_assets.sources.port import Delivery, SourceError

_COUNTS = {
    "pts": "points",
    "fgm": "fieldGoalsMade",
    "fga": "fieldGoalsAttempted",
    "fg3m": "threePointersMade",
    "fg3a": "threePointersAttempted",
    "ftm": "freeThrowsMade",
    "fta": "freeThrowsAttempted",
    "oreb": "reboundsOffensive",
    "dreb": "reboundsDefensive",
    "reb": "reboundsTotal",
    "ast": "assists",
    "stl": "steals",
    "blk": "blocks",
    "tov": "turnovers",
    "pf": "foulsPersonal",
}
_TEAM_FIELDS = ("gameId", "teamId", "side", "minutes", *_COUNTS.values())
_PLAYER_FIELDS = (*_TEAM_FIELDS, "personId", "firstName", "familyName", "position", "comment", "plusMinusPoints")


def box_score_v3(response: Mapping[str, Any], schedule: pd.DataFrame, day: pd.Timestamp) -> tuple[Delivery, Delivery]:
    """Rows of `team_box_scores` and `player_box_scores` of a game asked for on account of `day`.

    `schedule` holds `game_schedule` rows, the game's among them; that the response names other sides than the
    schedule is a fault of its rows. A player without minutes did not play, and the comment says why. Raises
    SourceError for another layout.
    """
    teams, players = _flat(response)
    team_box = DeliveredRows([("box score V3, teams", teams)], _TEAM_FIELDS)
    team_lines = _lines(team_box).assign(
        minutes=team_box.read("minutes", normalise.minutes, "minutes (MM:SS)", required=True)
    )
    player_box = DeliveredRows([("box score V3, players", players)], _PLAYER_FIELDS)
    comment = player_box.rows["comment"].fillna("").astype(str).str.strip()
    names = player_box.rows["firstName"].fillna("") + " " + player_box.rows["familyName"].fillna("")
    player_box.rows["name"] = names.str.strip()
    player_lines = _lines(player_box).assign(
        player_id=player_box.read("personId", normalise.player_ids, "an NBA player id", required=True),
        player_name=player_box.labels("name"),
        is_starter=player_box.rows["position"].fillna("").ne("").astype(float),
        minutes=player_box.read("minutes", normalise.minutes, "minutes (MM:SS)"),
        plus_minus=player_box.read("plusMinusPoints", normalise.counts, "a whole number"),
    )
    absent = player_lines["minutes"].isna()
    player_lines.loc[absent, [*_COUNTS, "plus_minus"]] = None
    player_lines["dnp_reason"] = comment.where(absent & comment.ne(""), None)
    deliveries = []
    for box, lines, build in (
        (team_box, team_lines, raw_frames.team_rows),
        (player_box, player_lines, raw_frames.player_rows),
    ):
        dates = schedule_reconciliation.match_schedule(
            box, "gameId", lines, schedule, pd.Series(day, index=lines.index)
        )
        _check_sides(box, lines, schedule)
        deliveries.append(Delivery(build(schedule_reconciliation.usable(box, lines), schedule), box.problems(dates)))
    return deliveries[0], deliveries[1]


def is_empty(response: Mapping[str, Any]) -> bool:
    """Whether the response has the shape of a box score without a single player, as before a game is compiled."""
    box = response.get("boxScoreTraditional")
    if not isinstance(box, dict):
        return False
    return not any((box.get(side) or {}).get("players") for side in ("homeTeam", "awayTeam"))


def _flat(response: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One record per team and per player, with the side that the response puts it on."""
    teams, players = [], []
    try:
        box = response["boxScoreTraditional"]
        for side in ("home", "away"):
            team = box[f"{side}Team"]
            keys = {"gameId": box["gameId"], "teamId": team["teamId"], "side": side}
            teams.append({**team["statistics"], **keys})
            players += [{**player["statistics"], **_person(player), **keys} for player in team["players"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise SourceError(
            f"box score V3: not the layout of a box score ({error!r}); NBA Stats may have changed it: look at the "
            "answer under the cache directory, and mend the parser"
        ) from error
    return pd.DataFrame(teams), pd.DataFrame(players, columns=None if players else list(_PLAYER_FIELDS))


def _person(player: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in player.items() if name != "statistics"}


def _lines(box: DeliveredRows) -> pd.DataFrame:
    counts = {column: box.read(name, normalise.counts, "a whole number") for column, name in _COUNTS.items()}
    return pd.DataFrame({"game_id": box.game_ids("gameId"), "team_id": box.team_ids("teamId"), **counts})


def _check_sides(box: DeliveredRows, lines: pd.DataFrame, schedule: pd.DataFrame) -> None:
    home = raw_frames.schedule_of(lines["game_id"], schedule)["home_team_id"]
    states_home = box.rows["side"].eq("home")
    box.fault(
        home.notna() & states_home.ne(lines["team_id"].eq(home)), "side", "is not the team's side in the schedule"
    )

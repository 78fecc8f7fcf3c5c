"""The simulated provider's frames as rows of the raw contracts; what is not understood is a problem of its date."""

import pandas as pd

from nba_assets.contracts import raw
from nba_assets.contracts.contract import Absence
from nba_assets.contracts.teams import TRICODE_BY_ID
from nba_assets.partitions import label_date, tricode_game_key
from nba_assets.sources.parsing import normalise, raw_frames
from nba_assets.sources.port import Delivery, Problem
from nba_assets.sources.shots.shot_rows import shot_rows
from nba_assets.sources.simulated.feed import STATISTICS, Feed


def schedule(feed: Feed) -> Delivery:
    """The feed's games as `game_schedule`."""
    return Delivery(raw_frames.schedule_rows(feed.games))


def results(feed: Feed) -> Delivery:
    """The feed's games as `game_results`."""
    return Delivery(raw_frames.result_rows(feed.games))


def team_boxes(feed: Feed) -> Delivery:
    """Home and away as the provider states them: whether the schedule agrees is for readiness to judge."""
    lines = feed.team_lines
    game_ids, problems = _game_ids(lines, feed.games)
    opponents = _opponents(game_ids, lines["team_id"], feed.games)
    rows = lines.assign(
        game_id=game_ids,
        team=lines["team_id"].map(TRICODE_BY_ID),
        opponent_team_id=opponents,
        opponent_team=opponents.map(TRICODE_BY_ID),
    )
    reasons = dict.fromkeys(raw.BOX_COUNTS, Absence.SOURCE_UNAVAILABLE)
    frame = raw_frames.contract_frame(raw.TEAM_BOX_SCORES, rows[game_ids.notna()], reasons)
    return Delivery(frame, tuple(problems))


def player_boxes(feed: Feed) -> Delivery:
    """The feed's player lines as `player_box_scores`; a value that is not understood is a problem of its row."""
    lines = feed.player_lines
    game_ids, problems = _game_ids(lines, feed.games)
    minutes, bad_minutes = normalise.minutes(lines["minutes"])
    player_ids, bad_players = normalise.player_ids(lines["player_id"])
    problems += _problems(lines, "minutes", bad_minutes, "is not minutes (32, 32.5 or MM:SS)")
    problems += _problems(lines, "player_id", bad_players, "has no NBA player id in front")
    rows = lines.assign(
        game_id=game_ids, minutes=minutes, player_id=player_ids, team=lines["team_id"].map(TRICODE_BY_ID)
    )[game_ids.notna() & ~bad_minutes & ~bad_players]
    reasons = dict.fromkeys(("minutes", *STATISTICS), Absence.DID_NOT_PLAY)
    reasons |= {"dnp_reason": Absence.NOT_APPLICABLE, "is_starter": Absence.SOURCE_UNAVAILABLE}
    return Delivery(raw_frames.contract_frame(raw.PLAYER_BOX_SCORES, rows, reasons), tuple(problems))


def shots(feed: Feed) -> Delivery:
    """Shots as delivered, also of players whom the box score does not list: that is for readiness to judge."""
    events = feed.shots
    player_ids, bad_players = normalise.player_ids(events["player_id"])
    distances, bad_distances = normalise.counts(events["distance"])
    bad_distances |= distances.isna()
    problems = _problems(events, "player_id", bad_players, "has no NBA player id in front")
    problems += _problems(events, "distance", bad_distances, "is not a distance in feet")
    listed, _ = normalise.player_ids(feed.player_lines["player_id"])
    names = feed.player_lines["player_name"].set_axis(listed)
    names = names[names.index.notna() & ~names.index.duplicated()]
    facts = pd.DataFrame(
        {
            **{name: events[name] for name in ("game_id", "game_date", "team_id", "period", "seconds_remaining")},
            "shot_id": events["event_id"],
            "player_id": player_ids,
            "player_name": player_ids.map(names).fillna("unknown"),
            "is_made": events["made"].astype("float64"),
            "is_three": events["three"].astype("float64"),
            "distance_feet": distances,
            "loc_x": events["x"],
            "loc_y": events["y"],
            "is_assisted": events["assisted"].astype("float64"),
        },
        copy=False,
    )
    bad = bad_players | bad_distances
    return Delivery(shot_rows(facts[~bad] if bad.any() else facts, "simulated"), tuple(problems))


PARSERS = {
    "game_schedule": schedule,
    "game_results": results,
    "team_box_scores": team_boxes,
    "player_box_scores": player_boxes,
    "shot_attempts": shots,
}


def _game_ids(lines: pd.DataFrame, games: pd.DataFrame) -> tuple[pd.Series, list[Problem]]:
    """NBA game ids; a readable YYYYMMDD_AWAY_HOME counts where the schedule has that game."""
    ids = normalise.game_ids(lines["game_id"])
    if ids.isna().any():
        home, away = games["home_team_id"].map(TRICODE_BY_ID), games["away_team_id"].map(TRICODE_BY_ID)
        keys = tricode_game_key(games["game_date"], away, home)
        by_key = dict(zip(keys, games["game_id"], strict=True))
        ids = ids.where(ids.notna(), lines["game_id"].map(by_key))
    return ids, _problems(lines, "game_id", ids.isna(), "is neither an NBA game id nor a scheduled YYYYMMDD_AWAY_HOME")


def _opponents(game_ids: pd.Series, team_ids: pd.Series, games: pd.DataFrame) -> pd.Series:
    """The other team of the delivered lines of the same game; of the schedule where only one team was delivered."""
    both = games.set_index("game_id")[["home_team_id", "away_team_id"]].sum(axis=1)
    scheduled = game_ids.map(both) - team_ids
    lines = pd.DataFrame({"game_id": game_ids, "team_id": team_ids}).drop_duplicates()
    delivered = game_ids.map(lines.groupby("game_id")["team_id"].sum()) - team_ids
    return scheduled.fillna(delivered).fillna(0).astype("int64")


def _problems(lines: pd.DataFrame, column: str, bad: pd.Series, text: str) -> list[Problem]:
    """One problem for each game, with the first value as an example; of one without an id that counts for its date."""
    found = []
    known = normalise.game_ids(lines["game_id"]).fillna("")
    for (day, game_id), rows in lines[bad].groupby(["game_date", known[bad]]):
        first = rows.iloc[0]
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        message = f"simulated league, {day:%Y-%m-%d}: column {column} of game {first['game_id']}, team "
        message += f"{TRICODE_BY_ID[first['team_id']]}: {first[column]!r} {text}{more}; deliver the date again"
        found.append(Problem(label_date(day), message, str(game_id)))
    return found

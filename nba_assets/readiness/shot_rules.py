"""Rules of `shot_attempts`: a game that has shots has all of them, of one provider, as the box score counts them."""

import datetime as dt
from collections.abc import Iterator, Mapping

import pandas as pd

from nba_assets.partitions import label_date
from nba_assets.readiness import thresholds
from nba_assets.readiness.audit import Staged, TableRules
from nba_assets.readiness.contract_rules import EXAMPLES, failures_by_date
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.schedule_due import GAME, PLAYER_KEY, TEAM_KEY, count_keys, dated_keys, teams_due

_WHAT = {"fga": "attempts", "fgm": "makes", "fg3a": "three-point attempts", "fg3m": "three-point makes"}
_COUNT_RULES = {
    "fga": "attempts_match_box_score",
    "fgm": "makes_match_box_score",
    "fg3a": "three_attempts_match_box_score",
    "fg3m": "three_makes_match_box_score",
}
_EXACT = ("fgm", "fg3m")
_LONGER_THAN_A_PERIOD = 1000


def _only_scheduled_teams(staged: Staged) -> Iterator[Failure]:
    due = teams_due(staged.upstream["game_schedule"])
    teams = staged.rows[["game_date", *TEAM_KEY]].drop_duplicates()
    unknown = teams[~dated_keys(teams, TEAM_KEY).isin(dated_keys(due, TEAM_KEY))]
    what = "team-games are not on the schedule of the date"
    yield from failures_by_date(unknown, "only_scheduled_games", what, TEAM_KEY)


def _one_provider(staged: Staged) -> Iterator[Failure]:
    accounts = staged.rows[[*GAME, "provider"]].drop_duplicates()
    mixed = accounts[accounts.duplicated(GAME, keep=False)]
    yield from failures_by_date(mixed, "one_provider", "accounts of a game that has several", ["game_id", "provider"])


def _counts_match_box_score(staged: Staged) -> Iterator[Failure]:
    """Attempts, makes and threes of every player against the box score, in the games that have shots."""
    players = _compared(staged)
    for count, what in _WHAT.items():
        off = (players[f"shot_{count}"] - players[count]).abs().fillna(0)
        games = players.assign(off=off, differs=off > 0).groupby(GAME)
        worst, differing = games["off"].max(), games["differs"].sum()
        tolerance = 0 if count in _EXACT else thresholds.SHOT_COUNT_TOLERANCE
        failing = (worst > tolerance) | (differing > thresholds.SHOT_PLAYERS_OFF_PER_GAME)
        if failing.any():
            sums = games[[f"shot_{count}", count]].sum().assign(differing=differing, players=games.size())[failing]
            for (day, game_id), part in sums.groupby(level=GAME):
                yield Failure(label_date(day), _COUNT_RULES[count], _message(part, count, what), game_id=str(game_id))


def _message(games: pd.DataFrame, count: str, what: str) -> str:
    first = games.head(EXAMPLES)
    numbers = first[[f"shot_{count}", count, "differing", "players"]].astype(int).itertuples(index=False, name=None)
    shown = "; ".join(
        f"{game_id}: {shots} of {due}, {off} of {players} players off"
        for game_id, (shots, due, off, players) in zip(first.index.get_level_values("game_id"), numbers, strict=True)
    )
    more = ", …" if len(games) > EXAMPLES else ""
    return (
        f"{len(games)} games whose shots are not the box score's {what} ({shown}{more}); deliver all shots of the game "
        "again, with players who can be matched, or none of it"
    )


def _compared(staged: Staged) -> pd.DataFrame:
    """One row per player of the games with shots: what the shots and what the box score count of him."""
    shots, box = staged.rows, staged.upstream["player_box_scores"]
    keys = ["game_date", *PLAYER_KEY]
    flags = pd.DataFrame(
        {
            "shot_fga": 1,
            "shot_fgm": shots["is_made"],
            "shot_fg3a": shots["is_three"],
            "shot_fg3m": shots["is_made"] & shots["is_three"],
        },
        index=shots.index,
    )
    counted = flags.groupby([shots[key] for key in keys], sort=False).sum().reset_index()
    of_games = box[dated_keys(box, ["game_id"]).isin(dated_keys(counted, ["game_id"]))]
    lines = of_games.loc[of_games["minutes"].notna(), [*keys, *_WHAT]]
    both = counted.merge(lines, on=keys, how="outer", indicator="listed")
    shot_counts = [f"shot_{count}" for count in _WHAT]
    both[shot_counts] = both[shot_counts].fillna(0)
    unlisted = both["listed"].eq("left_only")
    both.loc[unlisted, list(_WHAT)] = 0
    return both


def _assists_match_box_score(staged: Staged) -> Iterator[Failure]:
    """Assisted makes of a team against its assists, in the games whose makes all say whether they were assisted."""
    shots, box = staged.rows, staged.upstream["player_box_scores"]
    makes = shots[shots["is_made"]]
    team = ["game_date", *TEAM_KEY]
    counted = makes.groupby(team)["is_assisted"].agg(["size", "count", "sum"]).astype("float64")
    counted = counted[counted["size"] == counted["count"]].rename(columns={"size": "makes", "sum": "assisted"})
    assists = box.groupby(team)["ast"].sum(min_count=1).rename("assists")
    both = counted.join(assists, how="inner").reset_index()
    off = (both["assisted"] - both["assists"]).abs() > thresholds.ASSISTED_MAKES_OFF_SHARE * both["makes"]
    what = "assisted makes of the team are far from its assists in the box score"
    yield from failures_by_date(
        both[off], "assists_match_box_score", what, [*TEAM_KEY, "assisted", "assists"], ("is_assisted",)
    )


def _events_in_order(staged: Staged) -> Iterator[Failure]:
    """Events follow the clock, but for a few that were entered late: else numbers, periods or times are not theirs."""
    shots = staged.rows[[*GAME, "shot_id", "period", "seconds_remaining"]].sort_values([*GAME, "shot_id"])
    moment = shots["period"] * _LONGER_THAN_A_PERIOD - shots["seconds_remaining"]
    is_back = (moment.diff() < 0) & (shots["game_id"] == shots["game_id"].shift())
    share = is_back.groupby([shots[key] for key in GAME]).mean().rename("share").reset_index()
    wrong = share[share["share"] > thresholds.EVENTS_BACK_IN_TIME_SHARE].round(2)
    yield from failures_by_date(wrong, "events_in_order", "games whose events jump back in time", ["game_id", "share"])


def _counted_games(staged: Staged) -> Mapping[dt.date, tuple[int, int]]:
    """Games that have a box score, and those of them that have shots."""
    return count_keys(
        staged.upstream["player_box_scores"][GAME].drop_duplicates(), staged.rows[GAME].drop_duplicates(), ["game_id"]
    )


SHOT_RULES: dict[str, TableRules] = {
    "shot_attempts": TableRules(
        {
            "only_scheduled_games": _only_scheduled_teams,
            "one_provider": _one_provider,
            **dict.fromkeys(_COUNT_RULES.values(), _counts_match_box_score),
            "assists_match_box_score": _assists_match_box_score,
            "events_in_order": _events_in_order,
        },
        _counted_games,
    )
}

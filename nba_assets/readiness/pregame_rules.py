"""Rules of points lines and injury reports: they belong to scheduled games, came in time, and name known players."""

from collections.abc import Iterator

import pandas as pd

from nba_assets.contracts.raw_pregame import NOT_YET_SUBMITTED
from nba_assets.readiness import thresholds
from nba_assets.readiness.audit import Rule, Staged, TableRules
from nba_assets.readiness.contract_rules import failures_by_date
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.schedule_due import GAME, dated_keys

EASTERN = "America/New_York"


def _of_scheduled_games(staged: Staged) -> Iterator[Failure]:
    schedule = staged.upstream["game_schedule"]
    unknown = staged.rows[~dated_keys(staged.rows, ["game_id"]).isin(dated_keys(schedule, ["game_id"]))]
    what = "the game is not on the schedule of the date"
    yield from failures_by_date(unknown, "only_scheduled_games", what, ["game_id", "player_name"])


def _team_plays_in_game(staged: Staged) -> Iterator[Failure]:
    rows = _with_schedule(staged)
    foreign = rows[(rows["team_id"] != rows["home_team_id"]) & (rows["team_id"] != rows["away_team_id"])]
    what = "the team does not play in the game"
    yield from failures_by_date(foreign, "team_plays_in_game", what, ["game_id", "team_id", "player_name"])


def _before_tipoff(staged: Staged) -> Iterator[Failure]:
    rows = _with_schedule(staged)
    late = rows[rows["snapshot_at"] >= rows["tipoff_utc"]]
    what = "the line is of a snapshot at or after tip-off"
    yield from failures_by_date(late, "before_tipoff", what, ["game_id", "player_name", "bookmaker", "snapshot_at"])
    unproven = rows[rows["is_verified_before_tipoff"] & rows["snapshot_at"].isna()]
    what = "called verified without a snapshot time"
    yield from failures_by_date(unproven, "before_tipoff", what, ["game_id", "player_name", "bookmaker"])


def _prices_are_american_odds(staged: Staged) -> Iterator[Failure]:
    for name in ("over_price", "under_price"):
        wrong = staged.rows[staged.rows[name].abs() < thresholds.SMALLEST_AMERICAN_ODDS]
        what = f"{name} is between -100 and 100: no American odds"
        yield from failures_by_date(
            wrong, "prices_are_american_odds", what, ["game_id", "player_name", "bookmaker", name]
        )


def _near_the_game(staged: Staged) -> Iterator[Failure]:
    reported = staged.rows["reported_at"].dt.tz_convert(EASTERN).dt.tz_localize(None).dt.normalize()
    days = (staged.rows["game_date"] - reported).dt.days
    far = staged.rows[~days.between(-1, thresholds.REPORT_DAYS_AHEAD)]
    what = f"reported more than {thresholds.REPORT_DAYS_AHEAD} days before the game date, or more than one after it"
    yield from failures_by_date(far, "report_near_game", what, ["game_id", "reported_at", "player_name"])


def _names_resolved(share: float) -> Rule:
    """At most so many of a date's names are nobody's; the message lists them."""

    def rule(staged: Staged) -> Iterator[Failure]:
        rows = staged.rows
        if "status" in rows:
            rows = rows[rows["status"] != NOT_YET_SUBMITTED]
        names = rows.drop_duplicates(["game_date", "game_id", "player_name"])
        known = names["player_id"].notna().groupby(names["game_date"]).agg(["size", "sum"])
        for day, total, found in known.itertuples():
            if total - found > share * total:
                unknown = sorted(names.loc[names["player_id"].isna() & (names["game_date"] == day), "player_name"])
                yield Failure(
                    day.date(),
                    "names_resolved",
                    f"{total - found} of {total} names are of no player of the game's teams, at most {share:.0%} may: "
                    f"{', '.join(unknown[:20])}{', …' if len(unknown) > 20 else ''}. Correct the names in the file or "
                    "teach them to sources/parsing/player_names.py.",
                )

    return rule


def _with_schedule(staged: Staged) -> pd.DataFrame:
    facts = [*GAME, "tipoff_utc", "home_team_id", "away_team_id"]
    return staged.rows.merge(staged.upstream["game_schedule"][facts], on=GAME, how="inner", validate="m:1")


REPORT_RULES: dict[str, TableRules] = {
    "point_lines": TableRules(
        {
            "only_scheduled_games": _of_scheduled_games,
            "before_tipoff": _before_tipoff,
            "prices_are_american_odds": _prices_are_american_odds,
            "names_resolved": _names_resolved(thresholds.UNRESOLVED_LINE_NAMES_SHARE),
        }
    ),
    "injury_reports": TableRules(
        {
            "only_scheduled_games": _of_scheduled_games,
            "team_plays_in_game": _team_plays_in_game,
            "report_near_game": _near_the_game,
            "names_resolved": _names_resolved(thresholds.UNRESOLVED_INJURY_NAMES_SHARE),
        }
    ),
}

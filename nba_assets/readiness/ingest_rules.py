"""Rules of the ingest tables: everything the schedule says should exist is there, once, and adds up."""

import datetime as dt
from collections.abc import Iterator, Mapping

import pandas as pd

from nba_assets.contracts.game_constants import OVERTIME_TEAM_MINUTES, REGULATION_TEAM_MINUTES
from nba_assets.partitions import eastern_date, label_date, season_of
from nba_assets.readiness import thresholds
from nba_assets.readiness.audit import Staged, TableRules
from nba_assets.readiness.box_rules import LINE_RULES, PLAYER_RULES
from nba_assets.readiness.contract_rules import failures_by_date
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.schedule_due import GAME, TEAM_KEY, count_keys, dated_keys, final_team_games, teams_due


def _schedule_consistent(staged: Staged) -> Iterator[Failure]:
    games = staged.rows[~staged.rows["is_postponed"]]
    same = games[games["home_team_id"] == games["away_team_id"]]
    yield from failures_by_date(same, "schedule_consistent", "home and away are the same team", ["game_id"])
    due = teams_due(games)
    twice = due[due.duplicated(["game_date", "team_id"])]
    yield from failures_by_date(twice, "schedule_consistent", "a team is due twice on one date", ["game_id", "team_id"])


def _season_matches_date(staged: Staged) -> Iterator[Failure]:
    """The NBA writes the season into the id of a game; it must be that of the date."""
    by_date = {day: season_of(day.date()) for day in staged.rows["game_date"].drop_duplicates()}
    rows = staged.rows.assign(season_of_date=staged.rows["game_date"].map(by_date))
    wrong = rows[rows["season"] != rows["season_of_date"]]
    what = "the season of the game's id is not that of the date"
    yield from failures_by_date(wrong, "season_matches_date", what, ["game_id", "season", "season_of_date"])


def _final_games_are_over(staged: Staged) -> Iterator[Failure]:
    today = pd.Timestamp(eastern_date(staged.now))
    early = staged.rows[(staged.rows["status"] == "final") & (staged.rows["game_date"] > today)]
    what = f"final, but its date is after today, {today.date()}; correct the date"
    yield from failures_by_date(early, "final_games_are_over", what, ["game_id", "home_pts", "away_pts"])


def _results_match_schedule(staged: Staged) -> Iterator[Failure]:
    schedule, rows = staged.upstream["game_schedule"], staged.rows
    due, have = dated_keys(schedule, ["game_id"]), dated_keys(rows, ["game_id"])
    absent = schedule[~due.isin(have)]
    yield from failures_by_date(
        absent, "every_game_has_result", "scheduled, but without a result row", ["game_id", "game_key"]
    )
    unknown = rows[~have.isin(due)]
    yield from failures_by_date(unknown, "every_game_has_result", "not on the schedule of the date", ["game_id"])


def _no_game_overdue(staged: Staged) -> Iterator[Failure]:
    schedule = staged.upstream["game_schedule"]
    games = staged.rows.merge(
        schedule[[*GAME, "tipoff_utc", "is_postponed", "game_key"]], on=GAME, how="inner", validate="m:1"
    )
    assumed = games["game_date"].dt.tz_localize("UTC") + pd.Timedelta(hours=thresholds.TIPOFF_UNKNOWN_HOUR_UTC)
    deadline = games["tipoff_utc"].fillna(assumed) + pd.Timedelta(hours=thresholds.OVERDUE_HOURS)
    open_games = ~games["status"].isin(["final", "postponed", "not_played"]) & ~games["is_postponed"]
    overdue = games[open_games & (deadline < pd.Timestamp(staged.now))]
    for day, late in overdue.groupby("game_date"):
        first = late["game_id"].iloc[0]
        said = f"nba-assets game {first} --postponed (or --not-played) --date {label_date(day)} --reason WHY"
        what = (
            f"neither final nor postponed {thresholds.OVERDUE_HOURS} hours after tip-off. Deliver the score, or say "
            f"what became of the game, in the column `status` of games.csv or with: {said}"
        )
        yield from failures_by_date(late, "no_game_overdue", what, ["game_id", "game_key", "status"])


def _both_teams_of_every_final_game(staged: Staged) -> Iterator[Failure]:
    due = final_team_games(staged)
    absent = due[~dated_keys(due, TEAM_KEY).isin(dated_keys(staged.rows, TEAM_KEY))]
    what = "a final game of the schedule is missing this team; fetch the box score again"
    yield from failures_by_date(absent, "every_final_game_present", what, TEAM_KEY)


def _only_scheduled_teams(staged: Staged) -> Iterator[Failure]:
    schedule = staged.upstream["game_schedule"]
    due = teams_due(schedule)
    rows = staged.rows
    unknown = rows[~dated_keys(rows, TEAM_KEY).isin(dated_keys(due, TEAM_KEY))]
    what = "game and team are not on the schedule of the date (wrong id format, wrong date, or wrong team)"
    yield from failures_by_date(unknown, "only_scheduled_games", what, TEAM_KEY)


def _home_matches_schedule(staged: Staged) -> Iterator[Failure]:
    due = teams_due(staged.upstream["game_schedule"]).rename(columns={"is_home": "scheduled_home"})
    rows = staged.rows.merge(due[[*GAME, "team_id", "scheduled_home"]], on=[*GAME, "team_id"], how="inner")
    wrong = rows[rows["is_home"] != rows["scheduled_home"]]
    what = "home and away differ from the schedule"
    yield from failures_by_date(wrong, "home_matches_schedule", what, [*TEAM_KEY, "is_home"])


def _points_match_final_score(staged: Staged) -> Iterator[Failure]:
    results = staged.upstream["game_results"]
    due = teams_due(staged.upstream["game_schedule"]).merge(
        results[[*GAME, "home_pts", "away_pts"]], on=GAME, how="inner", validate="m:1"
    )
    due["final_pts"] = due["home_pts"].where(due["is_home"], due["away_pts"])
    rows = staged.rows.merge(due[[*GAME, "team_id", "final_pts"]], on=[*GAME, "team_id"], how="inner")
    wrong = rows[rows["pts"].notna() & rows["final_pts"].notna() & (rows["pts"] != rows["final_pts"])]
    what = "team points differ from the final score"
    yield from failures_by_date(wrong, "points_match_final_score", what, [*TEAM_KEY, "pts", "final_pts"])


def _team_minutes_match_periods(staged: Staged) -> Iterator[Failure]:
    results = staged.upstream["game_results"][[*GAME, "overtime_periods"]]
    rows = staged.rows.merge(results, on=GAME, how="inner", validate="m:1")
    due = REGULATION_TEAM_MINUTES + OVERTIME_TEAM_MINUTES * rows["overtime_periods"]
    wrong = rows[(rows["minutes"] - due).abs() > thresholds.TEAM_MINUTES_TOLERANCE]
    what = f"team minutes are not {REGULATION_TEAM_MINUTES} + {OVERTIME_TEAM_MINUTES} per overtime"
    yield from failures_by_date(wrong, "team_minutes_match_periods", what, [*TEAM_KEY, "minutes", "overtime_periods"])


def _counted_due_games(staged: Staged) -> Mapping[dt.date, tuple[int, int]]:
    return count_keys(staged.rows[~staged.rows["is_postponed"]], staged.rows, ["game_id"])


def _counted_games(staged: Staged) -> Mapping[dt.date, tuple[int, int]]:
    return count_keys(staged.upstream["game_schedule"], staged.rows, ["game_id"])


def _counted_team_games(staged: Staged) -> Mapping[dt.date, tuple[int, int]]:
    return count_keys(final_team_games(staged), staged.rows, TEAM_KEY)


INGEST_RULES: dict[str, TableRules] = {
    "game_schedule": TableRules(
        {"schedule_consistent": _schedule_consistent, "season_matches_date": _season_matches_date}, _counted_due_games
    ),
    "game_results": TableRules(
        {
            "every_game_has_result": _results_match_schedule,
            "no_game_overdue": _no_game_overdue,
            "final_games_are_over": _final_games_are_over,
        },
        _counted_games,
    ),
    "team_box_scores": TableRules(
        {
            "every_final_game_present": _both_teams_of_every_final_game,
            "only_scheduled_games": _only_scheduled_teams,
            "home_matches_schedule": _home_matches_schedule,
            "points_match_final_score": _points_match_final_score,
            "team_minutes_match_periods": _team_minutes_match_periods,
            **LINE_RULES,
        },
        _counted_team_games,
    ),
    "player_box_scores": TableRules(
        {
            "every_final_game_present": _both_teams_of_every_final_game,
            "only_scheduled_games": _only_scheduled_teams,
            **PLAYER_RULES,
        },
        _counted_team_games,
    ),
}

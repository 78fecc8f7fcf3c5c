"""Rules of the ingest tables: sound games pass all of them, each fault fails one on its own date, by name."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.raw import PLAYER_BOX_SCORES, RAW_TABLES, TEAM_BOX_SCORES
from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.audit import audit
from nba_assets.readiness.failures import Failure
from nba_assets.readiness.ingest_rules import INGEST_RULES
from nba_assets.readiness.rules import rules_of
from nba_assets.readiness.status import Status
from nba_assets_tests.raw_games import BOS, DEN, NYK, game_id, player_id, raw_frames
from nba_assets_tests.readiness.staged_rows import FIRST, NOW, SECOND, assert_only, staged

GAME = game_id(1, 0)
"""The game BOS-NYK of the second date, in which every fault lies."""
Frames = dict[str, pd.DataFrame]
Fault = Callable[[Frames], None]


def setting(table: str, column: str, value: Any, **where: object) -> Fault:
    """A fault: one column of the game's rows (of those that match) has another value."""

    def spoil(frames: Frames) -> None:
        rows = frames[table]
        hit = rows["game_id"] == GAME
        for name, wanted in where.items():
            hit &= rows[name] == wanted
        assert hit.any(), "the fault must touch something"
        rows.loc[hit, column] = value

    return spoil


def dropping(table: str, **where: object) -> Fault:
    def spoil(frames: Frames) -> None:
        rows = frames[table]
        hit = rows["game_id"] == GAME
        for name, wanted in where.items():
            hit &= rows[name] == wanted
        assert hit.any(), "the fault must touch something"
        frames[table] = rows[~hit]

    return spoil


def in_turn(*faults: Fault) -> Fault:
    def spoil(frames: Frames) -> None:
        for fault in faults:
            fault(frames)

    return spoil


def failures(table: str, frames: Frames, now: dt.datetime = NOW) -> list[Failure]:
    upstream = {name: rows for name, rows in frames.items() if name in {r.table for r in TABLES[table].reads}}
    checked = staged(TABLES[table], frames[table], upstream, now=now)
    return list(INGEST_RULES[table].failures(checked))


@pytest.mark.parametrize("contract", RAW_TABLES, ids=lambda contract: contract.name)
def test_sound_games_are_ready_and_complete(contract: Contract) -> None:
    frames = raw_frames([FIRST, SECOND])
    upstream = {read.table: frames[read.table] for read in contract.reads}
    verdicts = audit(staged(contract, frames[contract.name], upstream), rules_of(contract), [])
    assert {day: verdict.status for day, verdict in verdicts.items()} == {FIRST: Status.READY, SECOND: Status.READY}
    assert {verdict.completeness for verdict in verdicts.values()} == {1.0}
    assert {verdict.rows for verdict in verdicts.values()} == {len(frames[contract.name]) // 2}


CASES = [
    ("game_schedule", "schedule_consistent", setting("game_schedule", "away_team_id", BOS),
     ("same team", GAME), "a team against itself"),
    ("game_schedule", "schedule_consistent", setting("game_schedule", "away_team_id", DEN),
     ("due twice", str(DEN)), "a team due in two games"),
    ("game_schedule", "season_matches_date", setting("game_schedule", "season", "2023-24"),
     (GAME, "season=2023-24, season_of_date=2024-25"), "a game of another season"),
    ("game_results", "every_game_has_result", dropping("game_results"),
     ("without a result row", GAME, "20241204_NYK_BOS"), "no result row"),
    ("game_results", "every_game_has_result", setting("game_results", "game_id", "0022409999"),
     ("0022409999",), "a result of an unknown game"),
    ("game_results", "no_game_overdue", setting("game_results", "status", "in_progress"),
     (GAME, "20241204_NYK_BOS", "in_progress", "12 hours"), "still in progress days later"),
    ("team_box_scores", "every_final_game_present", dropping("team_box_scores", team_id=NYK),
     (GAME, str(NYK), "fetch"), "a team is missing"),
    ("team_box_scores", "only_scheduled_games", setting("team_box_scores", "team_id", DEN, team_id=NYK),
     (GAME, str(DEN)), "a team that is not in the game"),
    ("team_box_scores", "home_matches_schedule", setting("team_box_scores", "is_home", True, team_id=NYK),
     (GAME, str(NYK), "is_home=True"), "home and away swapped"),
    ("team_box_scores", "points_match_final_score", setting("team_box_scores", "pts", 101, team_id=NYK),
     (GAME, str(NYK), "pts=101", "final_pts=100"), "points differ from the score"),
    ("team_box_scores", "team_minutes_match_periods", setting("team_box_scores", "minutes", 265.0, team_id=NYK),
     (GAME, str(NYK), "minutes=265.0", "overtime_periods=0"), "overtime minutes in regulation"),
    ("player_box_scores", "every_final_game_present", dropping("player_box_scores", team_id=NYK),
     (GAME, str(NYK)), "a team without players"),
    ("player_box_scores", "only_scheduled_games", in_turn(
        setting("player_box_scores", "team_id", DEN, player_id=player_id(NYK, 9)),
     ), (GAME, str(DEN)), "a player of a team that is not in the game"),
    ("team_box_scores", "box_line_consistent", setting("team_box_scores", "oreb", 11.0, team_id=NYK),
     (GAME, "team=NYK", "reb is not oreb + dreb", "reb=40.0, oreb=11.0, dreb=30.0"), "rebounds that do not add up"),
    ("player_box_scores", "box_line_consistent", in_turn(
        setting("player_box_scores", "ftm", 6.0, player_id=player_id(NYK, 0)),
        setting("player_box_scores", "fg3m", 1.0, player_id=player_id(NYK, 0)),
        setting("player_box_scores", "pts", 23.0, player_id=player_id(NYK, 0)),
     ), (GAME, "player_name=NYK 0", "ftm is more than fta", "fta=5.0, ftm=6.0"), "more free throws made than tried"),
    ("player_box_scores", "minutes_within_game",
     setting("player_box_scores", "minutes", 48.1, player_id=player_id(NYK, 0)),
     (GAME, "player_name=NYK 0", "minutes=48.1", "game_minutes=48"), "longer than the game"),
    ("player_box_scores", "one_game_per_date", setting(
        "player_box_scores", "player_id", player_id(DEN, 0), player_id=player_id(NYK, 0)
     ), (GAME, f"player_id={player_id(DEN, 0)}, player_name=NYK 0"), "a player of another game"),
    ("player_box_scores", "player_totals_match_team",
     setting("player_box_scores", "ast", 6.0, player_id=player_id(NYK, 0)),
     (GAME, "team=NYK", "team_box_scores.ast=25.0", "sum of player_box_scores.ast=26.0"), "one assist too many"),
    ("player_box_scores", "player_minutes_match_team",
     setting("player_box_scores", "minutes", 47.2, player_id=player_id(NYK, 0)),
     (GAME, "team=NYK", "team_box_scores.minutes=240.0", "player_box_scores.minutes=239.2"), "0.8 minutes too few"),
    ("player_box_scores", "plus_minus_matches_margin",
     setting("player_box_scores", "plus_minus", 61.0, player_id=player_id(NYK, 0)),
     (GAME, "team=NYK", "player_box_scores.plus_minus=21.0", "five_margins=-50.0"), "plus_minus of no such game"),
    ("player_box_scores", "enough_players", in_turn(
        dropping("player_box_scores", player_id=player_id(NYK, 4)),
        dropping("player_box_scores", player_id=player_id(NYK, 9)),
     ), (GAME, "team=NYK", "played=4"), "four players"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "rule", "fault", "fragments"), [pytest.param(*case[:4], id=f"{case[0]}: {case[4]}") for case in CASES]
)
def test_a_fault_fails_its_rule_on_its_date_and_is_named(table: str, rule: str, fault: Fault, fragments: Any) -> None:
    frames = raw_frames([FIRST, SECOND])
    fault(frames)
    found = [failure for failure in failures(table, frames) if failure.rule == rule]
    named = [failure for failure in found if all(fragment in failure.message for fragment in fragments)]
    assert_only(named, SECOND, rule)
    assert {failure.game_date for failure in failures(table, frames)} == {SECOND}


def test_every_rule_has_a_case() -> None:
    by_the_clock = {("game_results", "final_games_are_over")}
    rules = {(table, name) for table, own in INGEST_RULES.items() for name in own.rules}
    assert rules - by_the_clock == {(table, rule) for table, rule, *_ in CASES}


@pytest.mark.parametrize(
    ("now", "is_early"),
    [(dt.datetime(2024, 12, 4, 4, 59, tzinfo=dt.UTC), True), (dt.datetime(2024, 12, 4, 5, 1, tzinfo=dt.UTC), False)],
)
def test_a_final_game_after_today_is_a_fault_by_the_league_clock(now: dt.datetime, is_early: bool) -> None:
    found = failures("game_results", raw_frames([FIRST, SECOND]), now)
    results = raw_frames([FIRST, SECOND])["game_results"]
    games = results.loc[results["game_date"] == pd.Timestamp(SECOND), "game_id"]
    expected = [(SECOND, "final_games_are_over", game_id) for game_id in games] * is_early
    assert [(failure.game_date, failure.rule, failure.game_id) for failure in found] == expected
    assert all(failure.game_id in failure.message and "after today, 2024-12-03" in failure.message for failure in found)


@pytest.mark.parametrize(
    ("hours_after_tipoff", "is_overdue"),
    [pytest.param(11.9, False, id="11.9 h"), pytest.param(12.1, True, id="12.1 h")],
)
def test_a_game_is_overdue_twelve_hours_after_tip_off(hours_after_tipoff: float, is_overdue: bool) -> None:
    frames = raw_frames([FIRST, SECOND])
    setting("game_results", "status", "scheduled")(frames)
    tipoff = dt.datetime(2024, 12, 5, tzinfo=dt.UTC)
    found = failures("game_results", frames, tipoff + dt.timedelta(hours=hours_after_tipoff))
    assert [failure.rule for failure in found] == ["no_game_overdue"] * is_overdue


def test_without_a_tip_off_time_eleven_in_the_evening_eastern_is_assumed() -> None:
    frames = raw_frames([FIRST, SECOND])
    setting("game_results", "status", "scheduled")(frames)
    setting("game_schedule", "tipoff_utc", pd.NaT)(frames)
    assumed = dt.datetime(2024, 12, 5, 4, tzinfo=dt.UTC)
    assert failures("game_results", frames, assumed + dt.timedelta(hours=11.9)) == []
    assert len(failures("game_results", frames, assumed + dt.timedelta(hours=12.1))) == 1


@pytest.mark.parametrize("status", ["scheduled", "in_progress", "postponed"])
def test_only_final_games_need_box_scores(status: str) -> None:
    frames = raw_frames([FIRST, SECOND])
    setting("game_results", "status", status)(frames)
    frames["team_box_scores"] = frames["team_box_scores"].query("game_id != @GAME")
    frames["player_box_scores"] = frames["player_box_scores"].query("game_id != @GAME")
    assert failures("team_box_scores", frames) == []
    assert failures("player_box_scores", frames) == []


def test_a_postponed_game_keeps_its_id_on_both_dates() -> None:
    """The old date has a typed row; the game is played on the new date under the same id."""
    frames = raw_frames([FIRST, SECOND])
    moved = frames["game_schedule"].query("game_id == @GAME").assign(game_date=pd.Timestamp(FIRST), is_postponed=True)
    called_off = frames["game_results"].query("game_id == @GAME").assign(
        game_date=pd.Timestamp(FIRST), status="postponed", home_pts=None, away_pts=None, overtime_periods=None
    )  # fmt: skip
    frames["game_schedule"] = pd.concat([moved, frames["game_schedule"]], ignore_index=True)
    frames["game_results"] = pd.concat([called_off.astype(frames["game_results"].dtypes), frames["game_results"]])
    assert [failure for table in INGEST_RULES for failure in failures(table, frames)] == []


def test_a_result_on_the_wrong_date_is_not_the_game_of_the_schedule() -> None:
    frames = raw_frames([FIRST, SECOND])
    setting("game_results", "game_date", pd.Timestamp(FIRST))(frames)
    found = failures("game_results", frames)
    assert {(failure.game_date, failure.rule) for failure in found} == {
        (FIRST, "every_game_has_result"),
        (SECOND, "every_game_has_result"),
    }


@pytest.mark.parametrize(("minutes", "passes"), [(239.5, True), (240.5, True), (239.0, False), (241.0, False)])
def test_team_minutes_may_be_rounded(minutes: float, passes: bool) -> None:
    frames = raw_frames([FIRST, SECOND])
    setting("team_box_scores", "minutes", minutes)(frames)
    assert (failures("team_box_scores", frames) == []) is passes


def test_overtime_has_25_more_team_minutes() -> None:
    frames = raw_frames([FIRST, SECOND])
    setting("game_results", "overtime_periods", 2)(frames)
    setting("team_box_scores", "minutes", 290.0)(frames)
    assert failures("team_box_scores", frames) == []


@pytest.mark.parametrize(
    ("contract", "found"),
    [pytest.param(TEAM_BOX_SCORES, 2, id="team"), pytest.param(PLAYER_BOX_SCORES, 2, id="player")],
)
def test_completeness_counts_team_games_of_final_games(contract: Contract, found: int) -> None:
    frames = raw_frames([FIRST, SECOND])
    dropping(contract.name, team_id=NYK)(frames)
    upstream = {read.table: frames[read.table] for read in contract.reads}
    verdict = audit(staged(contract, frames[contract.name], upstream), rules_of(contract), [])[SECOND]
    assert (verdict.found, verdict.expected) == (found, 4)
    assert verdict.completeness == 0.5, "of a game without one team the other is not published, either"

"""Status, plan and explanations of a real small platform, compared with the tables themselves."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.errors import RequestError
from nba_assets.operations.explanations.explain import explain
from nba_assets.operations.explanations.explain_downstream import downstream
from nba_assets.operations.json_values import json_value
from nba_assets.operations.plan import plan
from nba_assets.operations.status import status
from nba_assets.partitions import Span
from nba_assets.readiness.contents import Contents
from nba_assets_tests.operations.three_weeks import DAYS, TABLES_BUILT, Weeks


class TestPartition:
    def test_a_blocked_partition_names_the_root_its_games_and_rules_that_were_not_applied(self, weeks: Weeks) -> None:
        found = explain(weeks.warehouse, "team_defense", weeks.gap)
        assert found.status == f"team_defense {weeks.gap} is blocked"
        assert found.reasons[0].startswith(f"blocked: team_box_scores {weeks.gap} is rejected: source_understood")
        assert "every_final_game_present" in found.reasons[0]
        assert found.games["game_id"].tolist() == [weeks.game["game_id"]]
        assert {rule.passed for rule in found.rules} == {None}
        assert found.published == {}
        assert found.attempt["run_id"] == weeks.run_id

    def test_a_rejected_partition_names_the_rule_and_what_it_said(self, weeks: Weeks) -> None:
        found = explain(weeks.warehouse, "team_box_scores", weeks.gap)
        failed = [rule for rule in found.rules if rule.passed is False]
        assert [rule.rule for rule in failed] == ["every_final_game_present", "source_understood"]
        assert weeks.game["game_id"] in failed[0].message
        assert {"unique_key", "team_minutes_match_periods"} <= {rule.rule for rule in found.rules if rule.passed}

    def test_a_date_without_one_of_its_games_says_which_and_why(self, weeks: Weeks) -> None:
        name = f"{weeks.wrong['away_team']}–{weeks.wrong['home_team']}"
        due = len(weeks.rows(f"SELECT 1 FROM nba_raw.game_schedule WHERE game_date = '{weeks.after}'"))
        why = "ast of the team is not that of its players"
        found = explain(weeks.warehouse, "player_box_scores", weeks.after)
        assert found.status.endswith("is ready")
        (reason,) = found.reasons
        said = f"incomplete: {weeks.after}: {due - 1} of {due} games; {name} quarantined: {why}"
        assert reason.startswith(said)
        below = explain(weeks.warehouse, "player_game_summary", weeks.after)
        assert below.reasons[0].startswith(said.replace("quarantined:", "quarantined in player_box_scores:"))
        for one in (found, below):
            (game,) = one.quarantined
            assert (game.table, game.game_id, game.game) == ("player_box_scores", weeks.wrong["game_id"], name)
            assert "player_game_summary" in game.tables
            assert game.accept == f"nba-assets accept {game.game_id} --table player_box_scores --reason WHY"
        assert explain(weeks.warehouse, "team_box_scores", weeks.after).quarantined == ()

    def test_a_ready_partition_tells_what_it_read(self, weeks: Weeks) -> None:
        found = explain(weeks.warehouse, "player_daily_cache", weeks.after)
        assert found.status.endswith("is ready")
        assert all(rule.passed for rule in found.rules)
        schedule, summary, _ = found.inputs
        assert (schedule.table, schedule.dates, schedule.gaps) == ("game_schedule", 1, ())
        assert (summary.first, summary.last) == (weeks.source.first_date, weeks.gap)
        assert [str(gap) for gap in summary.gaps] == [str(weeks.gap)]
        assert summary.newest_content == summary.newest_build <= found.published["inputs_build"]
        assert found.published["rows"] == len(
            weeks.rows(f"SELECT 1 FROM nba_precompute.player_daily_cache WHERE game_date = '{weeks.after}'")
        )

    def test_what_a_person_did_is_reported_with_who_and_why(self, weeks: Weeks, tmp_path: Path) -> None:
        mine = weeks.copied(tmp_path)
        day = weeks.source.first_date + dt.timedelta(days=3)
        until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
        mine.warehouse.invalidate(Span("team_offense", day, day), who="ana", why="wrong pace", token=9)
        mine.warehouse.add_waiver(
            Span("team_offense", day, day), "points_match_shots_made", who="ben", why="ok", until=until
        )
        found = explain(mine.warehouse, "team_offense", day)
        assert found.reasons == ("rejected: invalidated by ana: wrong pace",)
        assert set(found.people["operation"]) == {"invalidate", "waive"}
        assert found.waivers["who"].tolist() == ["ben"]
        below = explain(mine.warehouse, "team_defense", day)
        assert below.reasons[0].startswith(f"stale: team_offense {day} invalidated by ana: wrong pace")
        assert below.to_build.startswith(f"team_offense {day} is rejected: invalidated by ana")

    @pytest.mark.parametrize(
        ("table", "day", "said"),
        [("team_offence", "2024-12-01", "no table 'team_offence'"), ("team_offense", "2019-01-01", "there is")],
    )
    def test_what_does_not_exist_is_refused(self, weeks: Weeks, table: str, day: str, said: str) -> None:
        with pytest.raises(RequestError, match=said):
            explain(weeks.warehouse, table, dt.date.fromisoformat(day))


class TestDownstream:
    def test_same_date_and_later_dates_follow_the_declared_windows(self, weeks: Weeks) -> None:
        day = weeks.gap - dt.timedelta(days=4)
        player = weeks.rows(
            f"SELECT player_id FROM nba_precompute.player_daily_cache WHERE game_date = '{weeks.after}'"
        )["player_id"].iloc[0]
        found = downstream(weeks.warehouse, weeks.settings.models, "team_box_scores", day, {"player_id": str(player)})
        below = {part.table: part for part in found.tables}
        assert {name: part.dates for name, part in below.items() if part.ranges[-1].last == day} == {
            "player_box_scores": 1, "shot_attempts": 1, "team_offense": 1, "team_defense": 1, "player_game_summary": 1
        }  # fmt: skip
        cache = below["player_daily_cache"]
        assert cache.ranges[0].first == day + dt.timedelta(days=1)
        assert cache.dates == (weeks.source.horizon - day).days
        mine = weeks.rows(
            f"SELECT game_date FROM nba_precompute.player_daily_cache WHERE player_id = {player} "
            f"AND game_date > '{day}' ORDER BY game_date"
        )["game_date"]
        assert list(cache.rows_of_key or ()) == list(mine.dt.date)
        assert below["team_offense"].rows_of_key is None

    def test_nothing_was_built_from_what_never_stood(self, weeks: Weeks) -> None:
        found = downstream(weeks.warehouse, weeks.settings.models, "team_box_scores", weeks.gap)
        assert (found.partitions, found.models) == (0, ())


class TestStatus:
    def test_every_date_is_counted_once_and_named_when_not_ready(self, weeks: Weeks) -> None:
        found = status(weeks.warehouse, weeks.store, weeks.settings)
        tables = {table.table: table for table in found.tables}
        for table in found.tables:
            beside = {"tainted", *Contents}
            assert sum(count for word, count in table.counts.items() if word not in beside) == DAYS, table.table
            assert sum(table.counts[word] for word in Contents) <= table.counts["ready"]
        assert tables["team_box_scores"].counts["rejected"] == 1
        assert [str(dates) for dates in tables["team_box_scores"].ranges["rejected"]] == [str(weeks.gap)]
        assert tables["player_points_predictions"].counts["missing"] == DAYS
        assert tables["player_points_predictions"].last_build is None
        assert tables["team_offense"].last_build.run_id == weeks.run_id
        assert (found.claims, found.freezes, found.models, found.roots) == ((), (), (), ())

    def test_a_quarantined_game_is_listed_once_at_its_root(self, weeks: Weeks) -> None:
        found = status(weeks.warehouse, weeks.store, weeks.settings)
        (game,) = found.quarantined
        assert (game.table, game.date, game.game_id) == ("player_box_scores", weeks.after, weeks.wrong["game_id"])
        short = {
            table.table
            for table in found.tables
            if any(part.first <= weeks.after <= part.last for part in table.ranges.get(Contents.INCOMPLETE, ()))
        }
        assert short == {game.table, *game.tables}
        (listed,) = json_value(found)["quarantined"]
        assert (listed["table"], listed["game_id"], listed["teams"]) == (game.table, game.game_id, list(game.teams))

    def test_claims_holds_and_the_roots_of_staleness_are_named(self, weeks: Weeks, tmp_path: Path) -> None:
        mine = weeks.copied(tmp_path)
        day = weeks.source.first_date + dt.timedelta(days=3)
        mine.warehouse.invalidate(Span("team_offense", day, day), who="ana", why="wrong pace", token=9)
        until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        span = Span("team_offense", day, weeks.after)
        mine.store.reserve([span], owner="run:7", kind="run", who="ben", why="fix")
        mine.store.reserve([Span("team_defense", day, day)], owner="freeze:ana", kind="freeze", who="ana", until=until)
        found = status(mine.warehouse, mine.store, mine.settings)
        assert [(claim.who, claim.done, claim.total) for claim in found.claims] == [("ben", 0, 16)]
        assert [(freeze.who, freeze.ends_at) for freeze in found.freezes] == [("ana", until)]
        assert found.roots[0].cause == f"team_offense {day} invalidated by ana: wrong pace"
        stale = {table.table: table.counts["stale"] for table in found.tables if table.counts["stale"]}
        assert found.roots[0].partitions == sum(stale.values())
        assert set(found.roots[0].tables) == set(stale)


class TestPlan:
    def test_what_is_not_ready_is_planned_with_what_it_makes_stale(self, weeks: Weeks) -> None:
        report = plan(weeks.warehouse, weeks.store, weeks.settings.models, source_version=weeks.source.fingerprint)
        planned = {table.table: table for table in report.plan.tables}
        assert set(planned) == set(TABLES) - {"game_schedule", "game_results", "point_lines", "injury_reports"}
        assert planned["team_offense"].days == (weeks.gap,)
        assert planned["player_daily_cache"].days[0] == weeks.after
        assert report.plan.stops == ()
        assert set(report.untimed) == {"xgboost_points_model", "player_points_predictions", "prediction_accuracy"}
        assert report.seconds > 0

    def test_a_late_correction_lists_what_the_ledger_calls_stale(self, weeks: Weeks, tmp_path: Path) -> None:
        mine = weeks.copied(tmp_path)
        day = weeks.source.first_date + dt.timedelta(days=3)
        mine.warehouse.invalidate(Span("team_box_scores", day, day), who="ana", why="late fix", token=9)
        state = mine.warehouse.state()
        report = plan(mine.warehouse, mine.store, mine.settings.models, only=["stale"])
        planned = {table.table: set(table.days) for table in report.plan.tables}
        stale = {name: set(state.days[state.is_stale(name)].date) for name in TABLES}
        gaps = {name: set(state.days[state.is_gap(name)].date) for name in TABLES}
        assert {name: days - gaps[name] for name, days in planned.items() if days - gaps[name]} == {
            name: days for name, days in stale.items() if days
        }
        assert day in planned["team_box_scores"]
        assert (report.hint, report.plan.stops) == ("", ())

    def test_upstream_that_is_blocking_is_named_with_the_way_to_include_it(self, weeks: Weeks) -> None:
        asked: dict[str, Any] = {"tables": ["team_defense"], "only": ["all"]}
        report = plan(weeks.warehouse, weeks.store, weeks.settings.models, **asked)
        assert "team_offense blocks the plan" in report.hint
        assert "add --with-upstream, which builds game_schedule" in report.hint
        fixed = plan(weeks.warehouse, weeks.store, weeks.settings.models, **asked, with_upstream=True)
        assert (fixed.hint, fixed.plan.stops) == ("", ())

    def test_who_holds_planned_dates_is_named(self, weeks: Weeks, tmp_path: Path) -> None:
        mine = weeks.copied(tmp_path)
        blocked = Span("team_offense", weeks.gap, weeks.gap)
        mine.store.reserve([blocked], owner="run:7", kind="run", who="ben", why="by hand")
        report = plan(mine.warehouse, mine.store, mine.settings.models)
        assert [(one.who, one.dates) for one in report.conflicts] == [("ben", str(blocked))]
        elsewhere = plan(mine.warehouse, mine.store, mine.settings.models, tables=["team_box_scores"])
        assert elsewhere.conflicts == ()


def test_all_tables_but_the_predictions_were_built(weeks: Weeks) -> None:
    assert set(weeks.warehouse.ledger()["table_name"]) == set(TABLES_BUILT)

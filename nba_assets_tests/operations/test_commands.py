"""What a person decides has its effect, its claim, its row in the journal; and says what it makes stale."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from nba_assets.claims.errors import ClaimConflict, ClaimNotFound, ClaimsError
from nba_assets.contracts.tables import MODEL
from nba_assets.errors import RequestError
from nba_assets.operations import commands
from nba_assets.operations.backfills.backfill import planned_request
from nba_assets.orchestration.run_tags import ONLY_TAG
from nba_assets.partitions import Span
from nba_assets.readiness.gate import GateClosed
from nba_assets.readiness.up_to_date import up_to_date_verdicts as verdicts
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets.warehouse.port import WarehouseError
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

DAYS = 4
TABLES = [
    "game_schedule", "game_results", "team_box_scores", "player_box_scores", "shot_attempts", "team_offense",
    "team_defense",
]  # fmt: skip
BY = {"who": "Ada", "why": "a doubt"}


@pytest.fixture(scope="module")
def league() -> SimulatedLeague:
    return SimulatedLeague(seasons=1)


@pytest.fixture(scope="module")
def built(league: SimulatedLeague, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    schedule = league.read("game_schedule", league.first_date, league.horizon).rows
    first = schedule["game_date"].min().date()
    platform = Platform(
        tmp_path_factory.mktemp("built"), SlicedSource(league, first, first + dt.timedelta(days=DAYS - 1))
    )
    result = platform.run(tables=TABLES, last=platform.source.horizon)
    assert result.success, failure_messages(result)
    return platform


@pytest.fixture
def platform(built: Platform, tmp_path: Path) -> Platform:
    """The built home, copied, to be changed."""
    shutil.copytree(built.settings.home, tmp_path, dirs_exist_ok=True)
    return Platform(tmp_path, built.source)


@pytest.fixture
def day(platform: Platform) -> dt.date:
    return platform.source.first_date + dt.timedelta(days=1)


def _journal(platform: Platform) -> list[tuple[str, str, str]]:
    return list(platform.warehouse.journal()[["operation", "who", "why"]].itertuples(index=False, name=None))


def _in_hours(hours: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)


def test_invalidated_dates_are_rejected_and_what_was_built_on_them_is_stale(platform: Platform, day: dt.date) -> None:
    effect = commands.invalidate(platform.claims, platform.warehouse, Span("team_box_scores", day, day), **BY)
    assert platform.statuses("team_box_scores")[day] == "rejected"
    stale = {table: [str(part) for part in ranges] for table, ranges in effect.stale}
    built_on_it = ("player_box_scores", "shot_attempts", "team_offense", "team_defense")
    assert stale == {key: [str(day)] for key in built_on_it}
    assert str(effect).endswith(f"Rebuild: nba-assets backfill --from {day}")
    assert _journal(platform) == [("invalidate", "Ada", "a doubt")]
    assert [claim.state for claim in platform.claims.recent() if claim.kind == "operation"] == ["done"]
    platform.run(day, platform.source.horizon, tables=TABLES, tags={ONLY_TAG: "outdated"})
    assert set(platform.statuses("team_defense").values()) == {"ready"}
    assert not any(platform.warehouse.state().is_stale(table).any() for table in TABLES)


@pytest.mark.long
def test_an_attempt_in_vain_opens_the_gate_on_nothing_that_rests_on_an_invalidated_date(
    platform: Platform, day: dt.date
) -> None:
    assert platform.run(tables=["team_defense_zones"], last=platform.source.horizon).success
    commands.invalidate(platform.claims, platform.warehouse, Span("team_offense", day, day), **BY)
    stale = platform.warehouse.state().is_stale("team_defense_zones")
    assert stale.tolist() == [False, False, True, True]
    attempt = platform.run(day, day, tables=["team_defense"])
    assert not attempt.success
    assert platform.statuses("team_defense")[day] == "blocked"
    state = platform.warehouse.state()
    assert state.is_stale("team_defense_zones").tolist() == stale.tolist()
    assert not verdicts(state)["team_defense_zones"].passed
    after = day + dt.timedelta(days=1)
    with pytest.raises(GateClosed, match="team_defense_zones"):
        platform.warehouse.read({"team_defense_zones": []}, after, after, purpose="reading")
    request = planned_request(
        platform.warehouse, ("team_offense", "team_defense", "team_defense_zones"),
        source_version=platform.source.fingerprint, only=("stale",),
    )  # fmt: skip
    assert request is not None
    only = ",".join(request.only)
    assert platform.run(
        request.pending_first, request.pending_last, tables=request.dated, tags={ONLY_TAG: only}
    ).success
    state = platform.warehouse.state()
    assert all(state.is_ready(table).all() for table in request.dated)


@pytest.mark.long
def test_restored_content_is_what_the_build_had_published(platform: Platform, day: dt.date) -> None:
    before = platform.rows("team_box_scores", f"game_date = '{day}'")
    history = platform.warehouse.history("team_box_scores", day)
    platform.deliver(team_box_scores=lambda rows: rows.assign(tov=rows["tov"] + 1))
    platform.run(day, day, tables=["team_box_scores"])
    assert not platform.rows("team_box_scores", f"game_date = '{day}'").equals(before)
    build = int(history["build_id"].iloc[0])
    effect = commands.restore(platform.claims, platform.warehouse, "team_box_scores", day, build, **BY)
    assert platform.rows("team_box_scores", f"game_date = '{day}'").equals(before)
    assert f"the content of build {build} again" in effect.said
    assert effect.fix_command == f"nba-assets backfill --stale --from {day}"
    assert _journal(platform) == [("restore", "Ada", "a doubt")]


@pytest.mark.long
def test_a_blocked_range_keeps_runs_out_but_can_be_repaired(platform: Platform, day: dt.date) -> None:
    span = Span("team_offense", day, day)
    frozen = commands.freeze(platform.claims, platform.warehouse, span, until=_in_hours(1), **BY)
    refused = platform.run(tables=TABLES)
    assert f"nba-assets unfreeze {frozen.id}" in failure_messages(refused)[0]
    commands.invalidate(platform.claims, platform.warehouse, span, **BY)
    commands.unfreeze(platform.claims, platform.warehouse, frozen.id, who="Grace", why="done")
    assert platform.claims.get(frozen.id).state == "released"
    assert platform.run(tables=TABLES, last=platform.source.horizon).success
    assert _journal(platform) == [
        ("freeze", "Ada", "a doubt"), ("invalidate", "Ada", "a doubt"), ("release", "Grace", "done"),
    ]  # fmt: skip


def test_dates_at_work_cannot_be_blocked_invalidated_or_restored(platform: Platform, day: dt.date) -> None:
    span = Span("team_offense", day, day)
    platform.claims.reserve([span], owner="run:x", kind="run", who="Grace", why="at work")
    for refused in (
        lambda: commands.freeze(platform.claims, platform.warehouse, span, until=_in_hours(1), **BY),
        lambda: commands.invalidate(platform.claims, platform.warehouse, span, **BY),
        lambda: commands.restore(platform.claims, platform.warehouse, "team_offense", day, 1, **BY),
    ):
        with pytest.raises(ClaimConflict, match="Grace: at work"):
            refused()
    assert platform.warehouse.journal().empty


def test_what_fails_leaves_no_claim_behind(platform: Platform, day: dt.date) -> None:
    with pytest.raises(WarehouseError, match="build 999"):
        commands.restore(platform.claims, platform.warehouse, "team_offense", day, 999, **BY)
    assert platform.claims.active() == []
    assert platform.claims.recent()[0].state == "failed"


@pytest.mark.parametrize("table", ["team_offence", MODEL])
def test_unknown_tables_and_dates_are_refused(table: str, platform: Platform, day: dt.date) -> None:
    with pytest.raises(RequestError, match=f"no table '{table}'"):
        commands.invalidate(platform.claims, platform.warehouse, Span(table, day, day), **BY)
    outside = platform.source.horizon + dt.timedelta(days=1)
    with pytest.raises(RequestError, match="there is only"):
        commands.freeze(
            platform.claims, platform.warehouse, Span("team_offense", day, outside), until=_in_hours(1), **BY
        )


def test_a_waiver_lets_a_date_pass_and_revoked_it_does_not(platform: Platform, day: dt.date) -> None:
    platform.deliver(team_box_scores=lambda rows: rows.assign(pts=rows["pts"] + 1))
    platform.run(day, day, tables=["team_box_scores"])
    assert platform.statuses("team_box_scores")[day] == "rejected"
    span = Span("team_box_scores", day, day)
    effect = commands.waive(platform.warehouse, span, rule="*", until=_in_hours(1), **BY)
    assert effect.fix_command == f"nba-assets backfill --failed --from {day}"
    platform.run(day, day, tables=["team_box_scores"])
    assert platform.statuses("team_box_scores")[day] == "ready"
    effect = commands.revoke(platform.warehouse, "w1", **BY)
    assert str(span) in effect.said
    platform.run(day, day, tables=["team_box_scores"])
    assert platform.statuses("team_box_scores")[day] == "rejected"
    assert _journal(platform) == [("waive", "Ada", "a doubt"), ("revoke", "Ada", "a doubt")]


def test_a_rule_is_waived_by_its_former_name_and_one_that_the_table_has_not_is_refused(
    platform: Platform, day: dt.date
) -> None:
    span = Span("team_box_scores", day, day)
    effect = commands.waive(platform.warehouse, span, rule="points_as_final_score", until=_in_hours(1), **BY)
    assert f"points_match_final_score of {span} passes" in effect.said
    with pytest.raises(
        RequestError, match=r"has no rule 'points_match_final'; it has .*points_match_final_score.*, and"
    ):
        commands.waive(platform.warehouse, span, rule="points_match_final", until=_in_hours(1), **BY)
    with pytest.raises(RequestError, match=f"{MODEL} has no rule 'points_match_final_score'"):
        commands.waive(
            platform.warehouse, Span(MODEL, day, day), rule="points_match_final_score", until=_in_hours(1), **BY
        )
    assert platform.warehouse.waivers()["rule"].tolist() == ["points_match_final_score"]


def test_a_training_is_waived_by_the_name_of_the_model(platform: Platform, day: dt.date) -> None:
    effect = commands.waive(
        platform.warehouse, Span(MODEL, day, day), rule="training_window_ready", until=_in_hours(1), **BY
    )
    assert effect.fix_command == f"nba-assets backfill --tables {MODEL}"


def test_a_dead_owner_is_over_at_once_and_in_the_journal(platform: Platform, day: dt.date) -> None:
    claim = platform.claims.reserve([Span("team_offense", day, day)], owner="run:x", kind="run", who="Grace")
    platform.claims.end(claim.id, "expired")
    cancelled = commands.cancel(platform.claims, platform.warehouse, str(claim.id), **BY)
    assert "is over: expired" in commands.stopped(cancelled)
    assert _journal(platform) == [("cancel", "Ada", "a doubt")]
    assert json.loads(platform.warehouse.journal()["detail"].iloc[0])["owner"] == "run:x"


def test_a_live_owner_is_asked_to_stop(platform: Platform, day: dt.date) -> None:
    claim = platform.claims.reserve([Span("team_offense", day, day)], owner="run:x", kind="run", who="Grace")
    cancelled = commands.cancel(platform.claims, platform.warehouse, "run:x", **BY)
    assert (cancelled.cancel_who, cancelled.cancel_why) == ("Ada", "a doubt")
    assert "was asked to stop" in commands.stopped(cancelled)
    with pytest.raises(ClaimNotFound):
        commands.cancel(platform.claims, platform.warehouse, "nobody", **BY)
    with pytest.raises(ClaimsError, match="is no freeze"):
        commands.unfreeze(platform.claims, platform.warehouse, claim.id, **BY)

"""The commands that only show, over four days of hand-made tables: words for people, one JSON document for programs."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from nba_assets.claims.store import ClaimStore
from nba_assets.cli import show as showing
from nba_assets.contracts.tables import TABLES
from nba_assets.partitions import Span
from nba_assets.platform import Platform
from nba_assets.settings import Settings
from nba_assets_tests.raw_games import BOS, player_id
from nba_assets_tests.warehouse.raw_publishes import DAYS, DERIVED, publish, publish_raw, warehouse_at, with_minutes

FIRST, SECOND = str(DAYS[0]), str(DAYS[1])
CORRECTION = len(TABLES) + 1
"""Build of the correction: every table was built once before it."""


@dataclass(frozen=True)
class Terminal:
    """Commands on a home of their own."""

    platform: SimpleNamespace

    def __call__(self, *words: str, exit_code: int = 0) -> str:
        result: Result = CliRunner().invoke(showing.show, words)
        assert result.exit_code == exit_code, result.output
        return result.stdout

    def json(self, *words: str, exit_code: int = 0) -> Any:
        return json.loads(self(*words, "--json", exit_code=exit_code))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    settings = Settings(home=tmp_path, who="ana")
    settings.models.mkdir()
    platform = SimpleNamespace(
        settings=settings,
        models=settings.models,
        warehouse=warehouse_at(settings.warehouse, history_start=DAYS[0]),
        claims=ClaimStore(settings.claims_url),
        source=SimpleNamespace(fingerprint="s1"),
    )
    monkeypatch.setattr(showing, "open_platform", lambda: platform)
    return Terminal(platform)


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Every table ready, derived ones without rows; then one date of the team box scores was corrected."""
    path = tmp_path_factory.mktemp("corrected") / "warehouse.duckdb"
    warehouse = warehouse_at(path)
    publish_raw(warehouse)
    for table in DERIVED:
        publish(warehouse, table)
    publish(warehouse, "team_box_scores", [DAYS[1]], rows=with_minutes(241.0), seconds=2.0)
    return path.read_bytes()


@pytest.fixture
def built(run: Terminal, corrected: bytes) -> Terminal:
    run.platform.settings.warehouse.write_bytes(corrected)
    return run


def test_commands_are_added_to_an_application_by_their_own_names(run: Terminal) -> None:
    app = typer.Typer()
    app.command()(lambda: None)
    app.add_typer(showing.show)
    said = CliRunner().invoke(app, ["--help"]).output
    assert all(name in said for name in ("plan", "status", "explain", "claims", "history", "waivers", "journal"))


def test_an_empty_home_can_be_looked_at(run: Terminal) -> None:
    assert "never" in run("status")
    assert "missing" in run("plan")
    assert "Nobody has reserved anything." in run("claims")
    assert "Nobody has decided anything yet." in run("journal")
    assert "No waiver is in force." in run("waivers")
    assert "It was never attempted." in run("history", "team_offense", FIRST)
    assert f"team_offense {FIRST} is missing" in run("explain", "team_offense", FIRST)
    assert run.json("history", "team_offense", FIRST) == []


def test_the_plan_of_a_correction_names_dates_cause_and_order(built: Terminal) -> None:
    said = built("plan", "--stale")
    assert "stale: team_box_scores" in said
    plan = built.json("plan", "--stale")["plan"]
    assert {table["table"]: table["days"] for table in plan["tables"]}["team_offense"] == [SECOND]
    assert [table["wave"] for table in plan["tables"]] == sorted(table["wave"] for table in plan["tables"])
    assert "Nothing of --missing on" in built("plan", "--missing")


def test_the_plan_is_cut_by_tables_and_dates(built: Terminal) -> None:
    plan = built.json("plan", "--no-resume", "--tables", "team_offense,team_defense", "--from", SECOND, "--to", SECOND)
    assert {table["table"]: table["days"] for table in plan["plan"]["tables"]} == {
        "team_offense": [SECOND], "team_defense": [SECOND]
    }  # fmt: skip
    assert "team_box_scores" not in plan["assets"]
    assert "--with-upstream" in built("plan", "--tables", "team_defense")
    assert "team_box_scores" in built.json("plan", "--tables", "team_defense", "--with-upstream")["assets"]


def test_who_is_at_work_and_what_is_frozen_is_shown(built: Terminal) -> None:
    store = built.platform.claims
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    work = store.reserve([Span("team_offense", *DAYS[:2])], owner="run:1", kind="run", who="ben", why="fix")
    store.reserve([Span("team_defense", *DAYS[:2])], owner="freeze:ana", kind="freeze", who="ana", until=until)
    said = " ".join(built("status").split())
    assert "run 1 of run:1 (ben: fix) on team_offense 2024-12-03 … 2024-12-04; 0 of 2 partitions" in said
    assert "freeze 2 of freeze:ana (ana) on team_defense 2024-12-03 … 2024-12-04" in said
    assert f"Stale because: team_box_scores 2024-12-04 changed in build {CORRECTION}" in said
    status = built.json("status")
    assert [claim["claim"] for claim in (*status["claims"], *status["freezes"])] == [1, 2]
    assert "run:1" in built("plan", "--stale"), "the conflict"
    store.end(work.id, "done")
    assert "run:1" not in built("claims")
    assert [claim["state"] for claim in built.json("claims", "--all")] == ["active", "done"]


def test_history_tells_which_attempts_published_and_changed(built: Terminal) -> None:
    rows = built.json("history", "team_box_scores", SECOND)
    assert [(row["attempt_build"], row["published"], row["changed"]) for row in rows] == [
        (CORRECTION, True, True),
        (3, True, True),
    ]
    assert "2024-12-04" in built("history", "team_box_scores", SECOND)


def test_a_partition_is_explained_with_its_inputs_rules_and_people(built: Terminal) -> None:
    warehouse = built.platform.warehouse
    warehouse.invalidate(Span("team_offense", *[DAYS[0]] * 2), who="ana", why="wrong [pace]", token=5)
    said = " ".join(built("explain", "team_offense", FIRST).split())
    assert f"team_offense {FIRST} is rejected" in said
    assert "rejected: invalidated by ana: wrong [pace]" in said
    assert "operation invalidate, who ana, why wrong [pace]" in said
    assert f"team_box_scores {FIRST} is ready; newest build 3, newest content 3, code version 1" in said
    assert "20241203_NYK_BOS (0022400000)" in said
    partition = built.json("explain", "team_defense", SECOND)["partition"]
    assert partition["reasons"] == [
        f"stale: team_box_scores 2024-12-04 changed in build {CORRECTION}, through team_offense"
    ]
    assert {rule["passed"] for rule in partition["rules"]} == {True}
    assert "ana" in built("journal")


def test_an_empty_date_says_whether_there_were_no_games_or_nothing_at_the_source(built: Terminal) -> None:
    said = " ".join(built("explain", "point_lines", FIRST).split())
    assert f"point_lines {FIRST} is ready source has none: 2 games scheduled" in said
    assert "the date is ready, for the table is optional" in said
    said = " ".join(built("status").split())
    assert "Short: 4 dates of point_lines have games and no rows: the source has none." in said
    tables = {table["table"]: table["counts"] for table in built.json("status")["tables"]}
    assert (tables["point_lines"]["source has none"], tables["point_lines"]["no games"]) == (4, 0)
    assert tables["team_box_scores"]["incomplete"] == 0


def test_a_value_and_a_null_are_explained(built: Terminal) -> None:
    bench, starter = player_id(BOS, 9), player_id(BOS, 0)
    said = built("explain", "player_box_scores", FIRST, "--key", f"player_id={bench}", "--column", "pts")
    assert "pts is null (did_not_play): the player was listed and did not play" in said
    assert "pts = 22" in built("explain", "player_box_scores", FIRST, "--key", f"player_id={starter}")
    value = built.json("explain", "player_box_scores", FIRST, "--column", "pts")["value"]
    assert value["counts"] == {"did_not_play": 4}


def test_what_was_built_from_a_partition_is_listed(built: Terminal) -> None:
    found = built.json("explain", "team_box_scores", SECOND, "--downstream")["downstream"]
    dates = {below["table"]: below["dates"] for below in found["tables"]}
    assert (dates["team_offense"], dates["player_daily_cache"]) == (1, 2)
    key = ("--key", f"player_id={player_id(BOS, 0)}")
    assert "rows of player_id=" in built("explain", "team_box_scores", SECOND, "--downstream", *key)


def test_waivers_are_listed_while_they_are_in_force(built: Terminal) -> None:
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    span = Span("team_offense", DAYS[0], DAYS[0])
    waiver = built.platform.warehouse.add_waiver(
        span, "points_match_shots_made", who="ana", why="source is right", until=until
    )
    assert "points_match_shots_made" in built("waivers")
    built.platform.warehouse.revoke_waiver(waiver.waiver_id, "ben", "it was not")
    assert built.json("waivers") == []
    assert [row["state"] for row in built.json("waivers", "--all")] == ["revoked"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["explain", "team_offence", FIRST], "no table 'team_offence'"),
        (["history", "team_offense", "2020-01-01"], "there is 2024-12-03 … 2024-12-06"),
        (["plan", "--tables", "points"], "no table points"),
        (["plan", "--from", "2030-01-01"], "there is 2024-12-03 … 2024-12-06"),
        (["explain", "team_offense", FIRST, "--key", "8"], "give column=value"),
        (["explain", "team_offense", FIRST, "--downstream", "--key", "game_id=1"], "give player_id or team_id"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_remedy(run: Terminal, words: list[str], said: str) -> None:
    assert said in " ".join(run(*words, exit_code=2).split())
    refusal = run.json(*words, exit_code=2)
    assert said in refusal["refused"]
    assert (refusal["code"], refusal["exit_code"]) == ("NBA-102", 2)


def test_a_defect_is_no_refusal_and_shows_its_traceback(run: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ValueError("cannot reindex on an axis with duplicate labels")

    monkeypatch.setattr(type(run.platform.warehouse), "state", broken)
    result = CliRunner().invoke(showing.show, ["status"])
    assert result.exit_code == 1
    assert isinstance(result.exception, ValueError)
    assert "NBA-102" not in result.output


def test_an_environment_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(showing.show, ["status"], env={"NBA_SOURCE": "nowhere", "NBA_HOME": str(tmp_path)})
    assert result.exit_code == 2
    assert result.stdout.startswith("[NBA-101] NBA_SOURCE='nowhere'")


def test_a_source_that_cannot_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = Platform(Settings(home=tmp_path / "home", source="archive", data=tmp_path))
    monkeypatch.setattr(showing, "open_platform", lambda: empty)
    result = CliRunner().invoke(showing.show, ["status", "--json"])
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (2, "NBA-201")

"""One game is accepted as it was delivered, or quarantined by a person: the commands, and rebuilds after them."""

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from nba_assets.cli import app, games, operate, show
from nba_assets.readiness.status import Status
from nba_assets.settings import Settings
from nba_assets_tests.assets.ingested_home import DAYS, INGEST, Home
from nba_assets_tests.sources.small_season import LAL, NYK, Tables, player_id

DAY, GAME, OTHER = DAYS[0], "0022400001", "0022400002"
BOXES = ("team_box_scores", "player_box_scores")


class Desk:
    """The command line on a home of its own, whose dates are ingested by `load`."""

    def __init__(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = Home(place)
        self.settings = Settings(home=place, who="ana")
        self.settings.models.mkdir()
        for module in (games, operate, show):
            monkeypatch.setattr(module, "open_platform", self.platform)

    def platform(self) -> SimpleNamespace:
        return SimpleNamespace(
            settings=self.settings, warehouse=self.home.warehouse, claims=self.home.claims, models=self.settings.models
        )

    def __call__(self, *words: str, exit_code: int = 0) -> str:
        result = CliRunner().invoke(app, words)
        assert result.exit_code == exit_code, result.output
        return " ".join(result.stdout.split())

    def json(self, *words: str) -> Any:
        return json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)

    def quarantined(self, table: str) -> dict[tuple[dt.date, str], str]:
        state = self.home.warehouse.state()
        return {key: game.reasons for key, game in state.quarantined(table).items()}

    def games(self, table: str) -> set[str]:
        return set(self.home.rows(table, f"game_date = '{DAY}'")["game_id"])

    def is_tainted(self, table: str) -> bool:
        return bool(self.home.warehouse.state().tainted[table][0])

    def operations(self) -> list[tuple[str, str]]:
        entries = self.home.warehouse.journal()
        return list(zip(entries["operation"], entries["why"], strict=True))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def longer_than_the_game(tables: Tables, game: str = GAME, team: int = NYK) -> None:
    """A player of the game has the minutes of another besides his own; their team's are right."""
    box = tables["player_box"]
    for number, minutes in ((0, 70.0), (1, 10.0)):
        box.loc[(box["game_id"] == game) & (box["player_id"] == player_id(team, number)), "minutes"] = minutes


def accept(desk: Desk, table: str, exit_code: int = 0, game: str = GAME) -> str:
    return desk("accept", game, "--table", table, "--reason", "the league says so", exit_code=exit_code)


def test_a_game_is_published_as_it_was_delivered_and_taints(desk: Desk) -> None:
    desk.home.deliver(longer_than_the_game)
    assert list(desk.quarantined("player_box_scores")) == [(DAY, GAME)]
    assert desk.games("player_box_scores") == {OTHER}

    said = accept(desk, "player_box_scores")
    assert f"Game {GAME} (NYK–BOS) of {DAY} is published in player_box_scores as it was delivered" in said
    assert "under waiver w1, which has no end" in said
    assert (
        f"Rebuild: nba-assets backfill --tables player_box_scores --no-resume --from {DAY} --to {DAY} "
        f"&& nba-assets backfill --stale --from {DAY}"
    ) in said
    assert desk.games("player_box_scores") == {OTHER}, "not before the rebuild"

    desk.home.load()
    assert desk.quarantined("player_box_scores") == {}
    assert desk.games("player_box_scores") == {GAME, OTHER}
    assert desk.is_tainted("player_box_scores")
    assert not desk.is_tainted("team_box_scores")
    assert desk.operations() == [("accept", "the league says so")]
    shown = desk("waivers")
    assert "no end" in shown
    assert GAME in shown
    (waiver,) = desk.json("waivers")
    assert (waiver["game_id"], waiver["rule"], waiver["first_date"]) == (GAME, "*", str(DAY))
    assert "does not have game '0022400001' quarantined; it has none" in accept(desk, "player_box_scores", 2)


def test_the_waiver_is_of_one_game_alone(desk: Desk) -> None:
    desk.home.deliver(longer_than_the_game)
    accept(desk, "player_box_scores")

    def in_both_games(tables: Tables) -> None:
        longer_than_the_game(tables)
        longer_than_the_game(tables, OTHER, LAL)

    desk.home.deliver(in_both_games)
    assert list(desk.quarantined("player_box_scores")) == [(DAY, OTHER)]


def test_a_game_that_somebody_knows_to_be_wrong(desk: Desk) -> None:
    desk.home.deliver()
    said = desk("quarantine", GAME, "--table", "team_box_scores", "--reason", "the clock stopped")
    assert f"Game {GAME} (NYK–BOS) of {DAY} is quarantined in team_box_scores from the next build on" in said
    assert f"stale now: player_box_scores {DAY}" in said
    assert f"Rebuild: nba-assets backfill --from {DAY}" in said
    state = desk.home.warehouse.state()
    assert state.has_status("team_box_scores", Status.REJECTED).tolist()[0], "the gate is closed until the rebuild"

    desk.home.load()
    state = desk.home.warehouse.state()
    assert all(state.is_ready(table)[0] for table in INGEST)
    assert desk.quarantined("team_box_scores") == {(DAY, GAME): "said by ana: the clock stopped"}
    assert desk.quarantined("player_box_scores") == {
        (DAY, GAME): "in team_box_scores: said by ana: the clock stopped"
    }  # fmt: skip
    assert [desk.games(table) for table in BOXES] == [{OTHER}, {OTHER}]

    said = accept(desk, "player_box_scores", 2)
    assert "quarantined only because team_box_scores has" in said
    assert f"nba-assets accept {GAME} --table team_box_scores --reason WHY" in said
    said = accept(desk, "team_box_scores")
    assert "is judged by the rules of team_box_scores again from the next build on" in said
    desk.home.load()
    assert [desk.games(table) for table in BOXES] == [{GAME, OTHER}, {GAME, OTHER}]
    assert not desk.is_tainted("team_box_scores"), "no rule was passed"
    assert desk.operations() == [
        ("quarantine", "the clock stopped"),
        ("invalidate", f"game {GAME} (NYK–BOS) quarantined: the clock stopped"),
        ("accept", "the league says so"),
    ]


REFUSED = (
    ("accept", GAME, "box", "", "no table 'box'; there are game_schedule"),
    ("quarantine", GAME, "box", "", "no table 'box'; there are game_schedule"),
    ("quarantine", "0022499999", "team_box_scores", "", "the schedule has no game '0022499999'; ids have ten"),
    ("quarantine", GAME, "team_box_scores", DAYS[1], f"the schedule has no game '{GAME}' on {DAYS[1]}"),
    ("accept", "0022499999", "player_box_scores", "",
     f"does not have game '0022499999' quarantined; it has {GAME} (NYK–BOS) of {DAY}"),
    ("accept", GAME, "player_box_scores", DAYS[1], f"quarantined on {DAYS[1]}; it has {GAME} (NYK–BOS) of {DAY}"),
    ("accept", GAME, "team_box_scores", "", f"does not have game {GAME} quarantined, but player_box_scores on {DAY}: "
     f"nba-assets accept {GAME} --table player_box_scores --reason WHY"),
)  # fmt: skip


def test_what_cannot_be_decided_is_refused_with_what_to_write(desk: Desk) -> None:
    desk.home.deliver(longer_than_the_game)
    for command, game, table, date, said in REFUSED:
        words = ("--reason", "why", *(("--date", str(date)) if date else ()))
        assert said in desk(command, game, "--table", table, *words, exit_code=2)
    assert desk.operations() == []

"""`models`, `promote`, `reject` and `rollback`: who may serve, in the pointer, on the card and in the journal."""

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from nba_assets.cli import app
from nba_assets.cli import models as commands
from nba_assets.modelling.cards.card import card_paths
from nba_assets.modelling.registry.artefacts import newest_model
from nba_assets.modelling.registry.decisions import read_decisions
from nba_assets.settings import Settings
from nba_assets_tests.modelling.test_points_model_build import build
from nba_assets_tests.warehouse.raw_publishes import DAYS, warehouse_at

LATER = dt.date(2024, 3, 1)


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two accepted versions; the second was not certainly better, so the first is champion."""
    directory = tmp_path_factory.mktemp("versions")
    build(directory)
    build(directory, ledger_fingerprint="ledger-2")
    return directory


@pytest.fixture
def platform(tmp_path: Path, versions: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    settings = Settings(home=tmp_path, who="ana")
    settings.models.mkdir()
    for path in versions.glob("*.json"):
        (settings.models / path.name).write_bytes(path.read_bytes())
    warehouse = warehouse_at(settings.warehouse, history_start=DAYS[0])
    found = SimpleNamespace(settings=settings, models=settings.models, warehouse=warehouse)
    monkeypatch.setattr(commands, "open_platform", lambda: found)
    return found


def run(*words: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == exit_code, result.output
    return " ".join(result.output.split())


def test_models_shows_every_version_its_status_and_what_it_serves(platform: SimpleNamespace) -> None:
    listed = json.loads(run("models", "--json"))
    assert [(one["model"], one["status"], one["is_champion"]) for one in listed] == [
        ("xgboost_points_v2", "accepted", False), ("xgboost_points_v1", "accepted", True),
    ]  # fmt: skip
    assert [one["serves_from"] for one in listed] == ["2024-02-02", None], "both have seen the same dates"
    assert "champion" in run("models")


def test_a_promotion_moves_the_champion_and_a_rollback_moves_it_back(platform: SimpleNamespace) -> None:
    models = platform.settings.models
    said = run("promote", "xgboost_points_v2", "--reason", "checked the card")
    assert "xgboost_points_v2 is accepted and champion" in said
    assert "nba-assets backfill --no-resume --tables player_points_predictions,prediction_accuracy" in said
    assert read_decisions(models).champion == 2
    said = run("rollback", "--reason", "predictions of centers are off")
    assert "xgboost_points_v2 is rolled back, xgboost_points_v1 is champion" in said
    assert read_decisions(models).champion == 1
    assert newest_model(models, LATER).version == 1
    journal = platform.warehouse.journal()
    assert journal[["operation", "who", "why"]].to_numpy().tolist() == [
        ["promote", "ana", "checked the card"], ["rollback", "ana", "predictions of centers are off"],
    ]  # fmt: skip
    assert json.loads(journal["detail"].iloc[1]) == {
        "version": "xgboost_points_v2", "champion_before": 2, "champion": 1,
    }  # fmt: skip
    assert "Status: **rolled back**" in card_paths(models, 2)[0].read_text()
    assert "Status: **accepted and champion**" in card_paths(models, 1)[0].read_text()


def test_a_rejected_version_serves_no_more(platform: SimpleNamespace) -> None:
    assert newest_model(platform.settings.models, LATER).version == 2
    assert "xgboost_points_v2 is rejected" in run("reject", "2", "--reason", "trained on a wrong feed")
    assert newest_model(platform.settings.models, LATER).version == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param(("promote", "9"), "no model version 9", id="unknown"),
        pytest.param(("promote", "newest"), "'newest' is no version", id="no-number"),
        pytest.param(("reject", "v1"), "version 1 is the champion", id="champion"),
        pytest.param(("rollback",), "no champion to go back to", id="nothing-before"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_not_in_the_journal(
    platform: SimpleNamespace, words: tuple[str, ...], why: str
) -> None:
    assert why in run(*words, "--reason", "because", exit_code=2)
    assert platform.warehouse.journal().empty
    assert len(read_decisions(platform.settings.models).history) == 2


def test_nobody_decides_without_a_reason(platform: SimpleNamespace) -> None:
    run("promote", "2", exit_code=2)
    assert "needs who takes it and why" in run("promote", "2", "--reason", " ", exit_code=2)

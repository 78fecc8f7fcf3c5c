"""What `up_to_date` says of the model: current, behind, stale, unknown; on a ledger of the tables it is made of."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nba_assets.contracts.tables import TABLES
from nba_assets.modelling.registry.artefacts import metadata_path
from nba_assets.modelling.registry.freshness import GATED, model_verdict
from nba_assets.readiness.fingerprint import fingerprint
from nba_assets_tests.readiness.ledgers import HandLedger

WINDOW = {"first_date": "2024-01-01", "last_date": "2024-01-03"}


@pytest.fixture
def ledger() -> HandLedger:
    contracts = {name: TABLES[name] for name in TABLES if name in GATED}
    ledger = HandLedger(contracts)
    for name in contracts:
        ledger.publish(name, 1, 2, 3)
    return ledger


def store(models: Path, ledger: HandLedger, version: int = 1, **changes: Any) -> None:
    """A version trained on days 1 to 3 as they are now."""
    frame = ledger.frame()
    inside = frame["game_date"].between(WINDOW["first_date"], WINDOW["last_date"])
    metadata = {
        "identity": "i", "version": version, "train_before": "2024-01-04", "model_sha256": "s", "accepted": True,
        "model_id": f"xgboost_points_v{version}", "waivers": [],
        "ledger_fingerprint": fingerprint(frame[inside], frame.loc[inside, "status"].eq("rejected")),
        "training_window": {**WINDOW, "inputs_build": ledger.build}, **changes,
    }  # fmt: skip
    models.mkdir(exist_ok=True)
    metadata_path(models, version).write_text(json.dumps(metadata))


def test_no_version_is_nothing_wrong(tmp_path: Path, ledger: HandLedger) -> None:
    verdict = model_verdict(tmp_path / "models", ledger.state())
    assert (verdict.passed, verdict.description) == (True, "No model version is stored yet.")


def test_a_version_on_its_data_passes_and_newer_dates_are_information(tmp_path: Path, ledger: HandLedger) -> None:
    store(tmp_path, ledger, waivers=[{"waiver_id": "w1", "why": "late feed"}])
    verdict = model_verdict(tmp_path, ledger.state())
    assert verdict.passed
    assert verdict.metadata["waivers"] == [{"waiver_id": "w1", "why": "late feed"}]
    assert verdict.metadata["newer_dates"] == 0
    for name in ledger.contracts:
        ledger.publish(name, 4)
    behind = model_verdict(tmp_path, ledger.state())
    assert behind.passed
    assert "1 date after it" in behind.description
    assert behind.state_digest != verdict.state_digest


def test_a_correction_inside_the_window_fails_it_with_tables_and_dates(tmp_path: Path, ledger: HandLedger) -> None:
    store(tmp_path, ledger)
    ledger.publish("player_box_scores", 2)
    verdict = model_verdict(tmp_path, ledger.state())
    assert not verdict.passed
    assert f"player_box_scores 2024-01-02 changed up to build {ledger.build}" in verdict.description
    assert "player_game_summary 2024-01-02 is stale or not ready" in verdict.description
    rows = {row["table"]: row for row in verdict.tables["changes"]}
    assert rows["player_box_scores"]["build"] == str(ledger.build)
    assert rows["ml_feature_store"] == {
        "table": "ml_feature_store", "first": "2024-01-03", "last": "2024-01-03", "dates": 1, "build": "",
    }  # fmt: skip
    store(tmp_path, ledger, version=2)
    for name in ledger.contracts:
        ledger.publish(name, 1, 2, 3, changed=False)
    assert model_verdict(tmp_path, ledger.state()).passed, "the newest version counts"


def test_a_version_of_which_nothing_is_known_or_readable_fails(tmp_path: Path, ledger: HandLedger) -> None:
    store(tmp_path, ledger)
    path = metadata_path(tmp_path, 1)
    metadata = json.loads(path.read_text())
    del metadata["training_window"]
    path.write_text(json.dumps(metadata))
    verdict = model_verdict(tmp_path, ledger.state())
    assert not verdict.passed
    assert "without its training window" in verdict.description
    path.write_text("{")
    assert "unreadable" in model_verdict(tmp_path, ledger.state()).description


def test_dates_without_a_ledger_row_are_not_part_of_the_fingerprint(tmp_path: Path, ledger: HandLedger) -> None:
    ledger.rows = {key: row for key, row in ledger.rows.items() if key[1] != 2}
    store(tmp_path, ledger)
    assert model_verdict(tmp_path, ledger.state()).passed


def test_the_fingerprint_is_that_of_the_training(tmp_path: Path, ledger: HandLedger) -> None:
    store(tmp_path, ledger)
    ledger.publish("player_box_scores", 2)
    for name in ledger.contracts:
        ledger.publish(name, 1, 2, 3, changed=False)
    assert not model_verdict(tmp_path, ledger.state()).passed
    ledger.rows["player_box_scores", 2]["content_hash"] = ledger.rows["player_box_scores", 1]["content_hash"]
    assert pd.notna(ledger.frame()["content_hash"]).all()
    assert model_verdict(tmp_path, ledger.state()).passed, "changed back"


def test_a_date_that_was_lost_and_is_there_with_the_same_content_makes_it_stale(
    tmp_path: Path, ledger: HandLedger
) -> None:
    ledger.fail("injury_reports", 2)
    store(tmp_path, ledger)
    assert model_verdict(tmp_path, ledger.state()).passed, "it was trained without the date"
    ledger.fail("injury_reports", 2)
    assert model_verdict(tmp_path, ledger.state()).passed
    ledger.publish("injury_reports", 2)
    ledger.rows["injury_reports", 2]["content_hash"] = ledger.rows["injury_reports", 1]["content_hash"]
    verdict = model_verdict(tmp_path, ledger.state())
    assert f"injury_reports 2024-01-02 changed up to build {ledger.build}" in verdict.description


def test_what_was_used_of_a_failed_date_under_a_waiver_is_part_of_the_fingerprint(
    tmp_path: Path, ledger: HandLedger
) -> None:
    ledger.fail("injury_reports", 2)
    waiver = {"table": "xgboost_points_model", "first": "2024-01-02", "last": "2024-01-02", "waiver_id": "w1"}
    frame = ledger.frame()
    inside = frame["game_date"].between(WINDOW["first_date"], WINDOW["last_date"])
    store(tmp_path, ledger, waivers=[waiver], ledger_fingerprint=fingerprint(frame[inside]))
    hashes = {name: ledger.rows[name, 3]["content_hash"] for name in ledger.contracts}
    for name in ledger.contracts:
        ledger.publish(name, 3)
        ledger.rows[name, 3]["content_hash"] = hashes[name]
    assert model_verdict(tmp_path, ledger.state()).passed, "changed and changed back"

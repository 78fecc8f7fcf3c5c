"""What a person decides about model versions: promote, reject, roll back; in pointer, card and journal."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from nba_assets import clock
from nba_assets.modelling.cards.card import write_card
from nba_assets.modelling.registry.artefacts import ArtefactError, model_id, read_metadata
from nba_assets.modelling.registry.decisions import DecisionError, Decisions, read_decisions, roll_back
from nba_assets.modelling.registry.decisions import promote as make_champion
from nba_assets.modelling.registry.decisions import reject as make_rejected
from nba_assets.warehouse.port import Warehouse


def version_of(models_dir: Path, text: str) -> int:
    """The stored version that is meant by 3, v3 or xgboost_points_v3. DecisionError when there is none."""
    number = text.rpartition("v")[2]
    if not number.isdigit():
        raise DecisionError(f"{text!r} is no version: give its number, or its name as {model_id(3)}")
    try:
        return int(read_metadata(models_dir, int(number))["version"])
    except ArtefactError as error:
        raise DecisionError(str(error)) from error


def promote(warehouse: Warehouse, models_dir: Path, text: str, *, who: str, why: str) -> str:
    """Make a version champion; it may serve from now on, whatever the rules said of it."""
    version = version_of(models_dir, text)
    before = read_decisions(models_dir).champion
    _decided(warehouse, models_dir, "promote", version, before, who, why, lambda at: make_champion(
        models_dir, version, who=who, why=why, at=at
    ))  # fmt: skip
    train_before = read_metadata(models_dir, version)["train_before"]
    return (
        f"{model_id(version)} is accepted and champion. It may predict dates from {train_before} on, as far as no "
        "accepted version has seen more: `nba-assets models`. " + _rewrite(train_before)
    )


def reject(warehouse: Warehouse, models_dir: Path, text: str, *, who: str, why: str) -> str:
    """A version is not to serve again."""
    version = version_of(models_dir, text)
    before = read_decisions(models_dir).champion
    _decided(warehouse, models_dir, "reject", version, before, who, why, lambda at: make_rejected(
        models_dir, version, who=who, why=why, at=at
    ))  # fmt: skip
    return f"{model_id(version)} is rejected. " + _rewrite(read_metadata(models_dir, version)["train_before"])


def rollback(warehouse: Warehouse, models_dir: Path, *, who: str, why: str) -> str:
    """The champion is not to serve again; the champion before it takes its place."""
    left = read_decisions(models_dir).champion
    after = _decided(warehouse, models_dir, "rollback", left or 0, left, who, why, lambda at: roll_back(
        models_dir, who=who, why=why, at=at
    ))  # fmt: skip
    assert left is not None, "roll_back refuses without a champion"
    train_before = read_metadata(models_dir, left)["train_before"]
    return f"{model_id(left)} is rolled back, {model_id(after.champion or 0)} is champion. {_rewrite(train_before)}"


def _decided(
    warehouse: Warehouse, models_dir: Path, operation: str, version: int, before: int | None, who: str, why: str,
    decide: Callable[[dt.datetime], Decisions],
) -> Decisions:  # fmt: skip
    after = decide(clock.now())
    detail = {"version": model_id(version), "champion_before": before, "champion": after.champion}
    warehouse.record(operation, who, why, [], detail)
    for touched in {version, before, after.champion}:
        if touched is not None and "groups" in read_metadata(models_dir, touched):
            write_card(models_dir, touched)
    return after


def _rewrite(train_before: str) -> str:
    tables = "player_points_predictions,prediction_accuracy"
    command = f"nba-assets backfill --no-resume --tables {tables} --from {train_before}"
    return f"Published predictions are not rewritten: {command}"

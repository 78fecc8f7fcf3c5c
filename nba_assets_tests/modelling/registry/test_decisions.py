"""Decisions on versions: signed, kept in order, whole after a crash, and undone by a rollback."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nba_assets.modelling.registry.decisions import (
    POINTER,
    DecisionError,
    Status,
    promote,
    read_decisions,
    reject,
    roll_back,
    settle,
)

AT = dt.datetime(2024, 6, 1, 8, tzinfo=dt.UTC)
ANN: dict[str, Any] = {"who": "ann", "why": "looked at the card", "at": AT}
ACCEPTED, REJECTED = {"status": "accepted"}, {"status": "rejected"}


def settled(models_dir: Path, version: int, status: Status = Status.ACCEPTED, is_champion: bool = True) -> Any:
    beats = read_decisions(models_dir).champion
    return settle(models_dir, version, status, beats=beats, is_champion=is_champion, why="rules", at=AT)


def test_a_version_takes_over_only_from_the_champion_that_it_was_compared_with(tmp_path: Path) -> None:
    settled(tmp_path, 1)
    promote(tmp_path, 2, **ANN)
    late = settle(tmp_path, 3, Status.ACCEPTED, beats=1, is_champion=True, why="rules", at=AT)
    assert (late.champion, late.status(3, REJECTED)) == (2, Status.ACCEPTED)


def test_before_any_decision_a_version_is_what_its_metadata_say(tmp_path: Path) -> None:
    decided = read_decisions(tmp_path)
    assert decided.champion is None
    found = [decided.status(1, facts) for facts in (ACCEPTED, REJECTED, {"accepted": True}, {"accepted": False})]
    assert found == [Status.ACCEPTED, Status.REJECTED, Status.ACCEPTED, Status.REJECTED]


def test_the_pointer_file_has_the_champion_and_every_decision(tmp_path: Path) -> None:
    settled(tmp_path, 1)
    settled(tmp_path, 2, Status.AWAITING_DECISION, is_champion=False)
    promote(tmp_path, 2, **ANN)
    stored = json.loads((tmp_path / POINTER).read_text())
    assert stored["champion"] == 2
    assert [(one["version"], one["status"], one["champion"], one["who"]) for one in stored["history"]] == [
        (1, "accepted", 1, "training"), (2, "awaiting_decision", 1, "training"), (2, "accepted", 2, "ann"),
    ]  # fmt: skip
    assert stored["history"][2]["why"] == "looked at the card"
    assert stored["history"][2]["at"] == "2024-06-01T08:00:00+00:00"


def test_training_again_does_not_undo_what_a_person_decided(tmp_path: Path) -> None:
    settled(tmp_path, 1)
    settled(tmp_path, 2)
    roll_back(tmp_path, **ANN)
    assert settled(tmp_path, 2).champion == 1
    assert read_decisions(tmp_path).status(2, ACCEPTED) is Status.ROLLED_BACK


def test_a_rollback_goes_to_the_last_champion_that_is_still_accepted(tmp_path: Path) -> None:
    for version in (1, 2, 3):
        settled(tmp_path, version)
    reject(tmp_path, 2, **ANN)
    decided = roll_back(tmp_path, **ANN)
    assert (decided.champion, decided.status(3, ACCEPTED)) == (1, Status.ROLLED_BACK)
    with pytest.raises(DecisionError, match="no champion to go back to"):
        roll_back(tmp_path, **ANN)
    assert promote(tmp_path, 3, **ANN).champion == 3


def test_the_champion_cannot_be_rejected(tmp_path: Path) -> None:
    settled(tmp_path, 1)
    with pytest.raises(DecisionError, match="version 1 is the champion"):
        reject(tmp_path, 1, **ANN)


@pytest.mark.parametrize("unsigned", [{"who": " "}, {"why": ""}])
def test_nobody_decides_without_name_and_reason(tmp_path: Path, unsigned: dict[str, str]) -> None:
    settled(tmp_path, 1)
    settled(tmp_path, 2)
    decisions: tuple[Callable[..., object], ...] = (
        lambda **by: promote(tmp_path, 1, **by),
        lambda **by: roll_back(tmp_path, **by),
    )
    for decide in decisions:
        with pytest.raises(DecisionError, match="who takes it and why"):
            decide(**(ANN | unsigned))
    assert len(read_decisions(tmp_path).history) == 2


def test_a_full_disk_leaves_the_pointer_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(tmp_path, 1)

    def full(handle: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nba_assets.atomic_files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        settled(tmp_path, 2)
    assert read_decisions(tmp_path).champion == 1


@pytest.mark.parametrize("content", ["{", "[]", '{"history": [{"version": 1}]}'])
def test_an_unreadable_pointer_is_named_and_never_taken_for_none(tmp_path: Path, content: str) -> None:
    (tmp_path / POINTER).write_text(content)
    with pytest.raises(DecisionError, match=r"champion\.json is unreadable"):
        read_decisions(tmp_path)

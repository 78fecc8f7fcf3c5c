"""The stored model versions: what each was trained on, whether that is still published, and which dates it serves."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from nba_assets.modelling.registry.artefacts import (
    ArtefactError,
    model_id,
    read_metadata,
    serving_order,
    stored_versions,
)
from nba_assets.modelling.registry.decisions import Decisions, Status, read_decisions
from nba_assets.modelling.registry.freshness import GATED, ModelFreshness, change_in_words, stored_published
from nba_assets.readiness.counted import counted
from nba_assets.readiness.state import LedgerState


class Freshness(StrEnum):
    """Whether the data that a version was trained on still holds; `behind` is current, and newer dates were built."""

    CURRENT = "current"
    BEHIND = "behind"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ModelStatus:
    """One stored version.

    `first` and `last` bound the training window (None: its metadata do not say), `new_dates` counts dates that
    come after it. `status` says whether it may serve and `is_champion` whether a challenger must beat it. The version
    predicts [serves_from, serves_to]; without `serves_to` the range is open, without `serves_from` it predicts
    nothing: not accepted, or another version serves all its dates. `note` says why the version that predicts the
    newest dates is another one than the champion.
    """

    model: str
    freshness: Freshness
    reason: str
    first: dt.date | None = None
    last: dt.date | None = None
    train_before: dt.date | None = None
    status: Status = Status.REJECTED
    is_champion: bool = False
    waivers: tuple[Any, ...] = ()
    new_dates: int = 0
    serves_from: dt.date | None = None
    serves_to: dt.date | None = None
    test_mae: float | None = None
    trained_at: str = ""
    note: str = ""

    @property
    def is_serving(self) -> bool:
        """Whether it predicts the newest dates."""
        return self.serves_from is not None and self.serves_to is None

    @property
    def role(self) -> str:
        """'champion' or its status in words, and whether it is serving."""
        role = "champion" if self.is_champion else self.status.replace("_", " ")
        return f"{role}, serving" if self.is_serving else role

    def contains(self, days: np.ndarray) -> np.ndarray:
        """Which of the days (datetime64) lie in its training window."""
        if self.first is None or self.last is None:
            return np.zeros(len(days), dtype=bool)
        return (days >= np.datetime64(self.first)) & (days <= np.datetime64(self.last))


def model_statuses(models_dir: Path, state: LedgerState) -> list[ModelStatus]:
    """Every stored version, newest first; one whose metadata cannot be read says so."""
    decided = read_decisions(models_dir)
    readable: dict[int, dict[str, Any]] = {}
    broken: dict[int, str] = {}
    for version in stored_versions(models_dir):
        try:
            readable[version] = read_metadata(models_dir, version)
        except ArtefactError as error:
            broken[version] = str(error)
    order = serving_order(readable, decided)
    serves, notes = _served(order), _notes(order, decided)
    found: list[ModelStatus] = []
    for version in sorted({*readable, *broken}, reverse=True):
        if version in broken:
            found.append(ModelStatus(model_id(version), Freshness.UNKNOWN, broken[version]))
            continue
        metadata = readable[version]
        current = stored_published(models_dir, version, state) if "training_window" in metadata else None
        freshness, reason = _freshness(current)
        serves_from, serves_to = serves.get(version, (None, None))
        found.append(
            ModelStatus(
                model=model_id(version),
                freshness=freshness,
                reason=reason,
                first=current.first if current else None,
                last=current.last if current else None,
                train_before=dt.date.fromisoformat(metadata["train_before"]),
                status=decided.status(version, metadata),
                is_champion=version == decided.champion,
                waivers=tuple(metadata.get("waivers", ())),
                new_dates=current.newer_dates if current else 0,
                serves_from=serves_from,
                serves_to=serves_to,
                test_mae=metadata.get("test_mae"),
                trained_at=str(metadata.get("trained_at", "")),
                note=notes.get(version, ""),
            )
        )
    return found


def _served(order: Sequence[tuple[int, dt.date]]) -> dict[int, tuple[dt.date, dt.date | None]]:
    """First and last date that each version serves; the last is open where no other takes over."""
    takes_over = [None, *(train_before - dt.timedelta(days=1) for _, train_before in order)]
    return {version: (first, last) for (version, first), last in zip(order, takes_over, strict=False)}


def _notes(order: Sequence[tuple[int, dt.date]], decided: Decisions) -> dict[int, str]:
    """Why the newest dates are predicted by another version than the champion, for both; empty where it is the same."""
    champion = decided.champion
    if not order or champion is None or order[0][0] == champion:
        return {}
    serving, train_before = order[0]
    why = next((decision.why for decision in reversed(decided.history) if decision.version == serving), "")
    return {
        serving: f"serves, for of the accepted versions it has seen most (all before {train_before}); champion stays "
        f"{model_id(champion)} until a version is certainly better than it" + (f" ({why})" if why else ""),
        champion: f"is the version to beat; {model_id(serving)} has seen more and serves the newest dates",
    }


def touched_by(models: Sequence[ModelStatus], planned: Mapping[str, Sequence[dt.date]]) -> dict[str, int]:
    """How many of the partitions (dates by table) lie in the training window of each version that holds any."""
    counts = {}
    for model in models:
        count = sum(
            int(model.contains(np.array(days, dtype="datetime64[D]")).sum())
            for table, days in planned.items()
            if table in GATED and len(days)
        )
        if count:
            counts[model.model] = count
    return counts


def _freshness(current: ModelFreshness | None) -> tuple[Freshness, str]:
    if current is None:
        return Freshness.UNKNOWN, "its metadata do not say which window it was trained on; train again"
    window = f"its training window {current.first} … {current.last}"
    if current.is_stale:
        return Freshness.STALE, f"in {window} {'; '.join(map(change_in_words, current.changes))}"
    if current.is_behind:
        return Freshness.BEHIND, f"{counted(current.newer_dates, 'newer date')} after {window}"
    return Freshness.CURRENT, f"{window} is as it was"

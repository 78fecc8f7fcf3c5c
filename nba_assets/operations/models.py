"""The stored model versions: what each was trained on, whether that still stands, and which dates it serves."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from nba_assets.checks.model_up_to_date import GATED, newest_standing
from nba_assets.modelling.artefacts import ArtefactError, model_id, read_metadata, stored_versions
from nba_assets.modelling.standing import Standing
from nba_assets.readiness.date_ranges import in_words
from nba_assets.readiness.state import LedgerState


class Freshness(StrEnum):
    """Whether the data that a version was trained on still stands; `behind` is current, and newer dates stand."""

    CURRENT = "current"
    BEHIND = "behind"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ModelStatus:
    """One stored version.

    `first` and `last` bound the training window (None: its metadata do not say), `new_dates` counts dates that
    stand after it. The version predicts [serves_from, serves_to]; without `serves_to` the range is open, without
    `serves_from` it predicts nothing: not accepted, or a newer version serves all its dates.
    """

    model: str
    freshness: Freshness
    reason: str
    first: dt.date | None = None
    last: dt.date | None = None
    train_before: dt.date | None = None
    accepted: bool = False
    waivers: tuple[Any, ...] = ()
    new_dates: int = 0
    serves_from: dt.date | None = None
    serves_to: dt.date | None = None
    test_mae: float | None = None
    trained_at: str = ""

    def contains(self, days: np.ndarray) -> np.ndarray:
        """Which of the days (datetime64) lie in its training window."""
        if self.first is None or self.last is None:
            return np.zeros(len(days), dtype=bool)
        return (days >= np.datetime64(self.first)) & (days <= np.datetime64(self.last))


def model_statuses(models_dir: Path, state: LedgerState) -> list[ModelStatus]:
    """Every stored version, newest first; one whose metadata cannot be read says so."""
    found: list[ModelStatus] = []
    free_until = dt.date.max
    for version in reversed(stored_versions(models_dir)):
        try:
            metadata = read_metadata(models_dir, version)
        except ArtefactError as error:
            found.append(ModelStatus(model_id(version), Freshness.UNKNOWN, str(error)))
            continue
        train_before = dt.date.fromisoformat(metadata["train_before"])
        serves = bool(metadata["accepted"]) and train_before < free_until
        standing = newest_standing(models_dir, version, state) if "training_window" in metadata else None
        freshness, reason = _freshness(standing)
        found.append(
            ModelStatus(
                model=model_id(version),
                freshness=freshness,
                reason=reason,
                first=standing.first if standing else None,
                last=standing.last if standing else None,
                train_before=train_before,
                accepted=bool(metadata["accepted"]),
                waivers=tuple(metadata.get("waivers", ())),
                new_dates=standing.newer_dates if standing else 0,
                serves_from=train_before if serves else None,
                serves_to=free_until - dt.timedelta(days=1) if serves and free_until != dt.date.max else None,
                test_mae=metadata.get("test_mae"),
                trained_at=str(metadata.get("trained_at", "")),
            )
        )
        free_until = train_before if serves else free_until
    return found


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


def _freshness(standing: Standing | None) -> tuple[Freshness, str]:
    if standing is None:
        return Freshness.UNKNOWN, "its metadata do not say which window it was trained on; train again"
    window = f"its training window {standing.first} … {standing.last}"
    if standing.is_stale:
        changes = [
            f"{change.table} {in_words(change.first, change.last, change.dates)} "
            + ("is stale" if change.build is None else f"changed up to build {change.build}")
            for change in standing.changes
        ]
        return Freshness.STALE, f"in {window} {'; '.join(changes)}"
    if standing.is_behind:
        return Freshness.BEHIND, f"{standing.newer_dates} dates stand after {window}"
    return Freshness.CURRENT, f"{window} stands as it was"

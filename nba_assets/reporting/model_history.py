"""The stored model versions over time: their error beside the naive baselines', and whether they are current."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nba_assets.modelling.baselines import BASELINES
from nba_assets.modelling.evaluation import MODEL
from nba_assets.modelling.registry.artefacts import ArtefactError, model_id, read_metadata, stored_versions
from nba_assets.modelling.registry.freshness import change_in_words, stored_published
from nba_assets.readiness.counted import counted
from nba_assets.readiness.date_ranges import DateRange
from nba_assets.readiness.state import LedgerState


@dataclass(frozen=True)
class ModelVersion:
    """One version. `errors` has the mean absolute error in points on its test rows, the model's own first.

    `window` is what it was trained on, None where its metadata do not say; `said` is its state, in words.
    """

    model: str
    said: str
    is_stale: bool
    accepted: bool = False
    trained_at: str = ""
    train_before: str = ""
    test_rows: int = 0
    window: DateRange | None = None
    errors: Mapping[str, float] = field(default_factory=dict)
    waivers: int = 0

    @property
    def best_baseline(self) -> float | None:
        known = [error for name, error in self.errors.items() if name != MODEL]
        return min(known) if known else None


def model_history(models_dir: Path, state: LedgerState) -> tuple[ModelVersion, ...]:
    """Every stored version, oldest first; one whose files cannot be read says so."""
    return tuple(_version(models_dir, version, state) for version in stored_versions(models_dir))


def _version(models_dir: Path, version: int, state: LedgerState) -> ModelVersion:
    try:
        metadata = read_metadata(models_dir, version)
    except ArtefactError as error:
        return ModelVersion(model_id(version), str(error), is_stale=True)
    freshness = stored_published(models_dir, version, state) if "training_window" in metadata else None
    changes = [change_in_words(change) for change in (freshness.changes if freshness else ())]
    said = "trained before windows were recorded; train again to know"
    if freshness:
        behind = f"; {counted(freshness.newer_dates, 'newer date')} after it" if freshness.is_behind else ""
        said = ("; ".join(changes) if changes else "is current with its training window") + behind
    test = metadata.get("metrics", {}).get("test", {})
    return ModelVersion(
        model=model_id(version),
        said=said,
        is_stale=bool(changes) or freshness is None,
        accepted=bool(metadata["accepted"]),
        trained_at=_short(str(metadata.get("trained_at", ""))),
        train_before=str(metadata["train_before"]),
        test_rows=int(test.get(MODEL, {}).get("rows", 0)),
        window=DateRange(freshness.first, freshness.last) if freshness else None,
        errors={name: float(test[name]["mae"]) for name in (MODEL, *BASELINES) if name in test},
        waivers=len(metadata.get("waivers", ())),
    )


def _short(moment: str) -> str:
    return dt.datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M") if moment else ""

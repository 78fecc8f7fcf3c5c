"""What a model's metadata says: where it came from, what it was trained on, how good it is; and its identity."""

import datetime as dt
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import xgboost

from nba_assets.contracts.contract import DECIMALS
from nba_assets.modelling.cards.facts import facts_of
from nba_assets.modelling.design_matrix import ROW_FILTER, DesignMatrix
from nba_assets.modelling.evaluation import REFERENCE_BASELINE, Evaluation
from nba_assets.modelling.registry.decisions import Status
from nba_assets.modelling.registry.freshness import TrainingWindow
from nba_assets.modelling.registry.promotion import Verdict
from nba_assets.modelling.splits import Split
from nba_assets.modelling.training import CODE_VERSION, MEDIAN, TrainedModel, TrainingSettings


def model_identity(
    matrix: DesignMatrix,
    split: Split,
    settings: TrainingSettings,
    ledger_fingerprint: str,
    waivers: Sequence[Mapping[str, Any]] = (),
) -> str:
    """SHA-256 over everything that decides the booster, the ledger's fingerprint of the training window, and waivers.

    Equal identities mean equal boosters, so a second training can be spared. A model that was trained under a waiver
    is another one than a model of the same rows that needed none.
    """
    parts = {
        "rows": matrix.fingerprint,
        "split": _plain(asdict(split)),
        "settings": _plain(asdict(settings)),
        "ledger": ledger_fingerprint,
        "code": CODE_VERSION,
        "xgboost": xgboost.__version__,
    }
    if waivers:
        parts["waivers"] = [waiver["waiver_id"] for waiver in waivers]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def model_card(
    *,
    matrix: DesignMatrix,
    trained: TrainedModel,
    evaluation: Evaluation,
    verdict: Verdict,
    ledger_fingerprint: str,
    trained_at: dt.datetime,
    waivers: Sequence[Mapping[str, Any]] = (),
    price: Mapping[str, Any] | None = None,
    window: TrainingWindow | None = None,
    provenance: Mapping[str, Any] | None = None,
    losses: Mapping[str, Any] | None = None,
    usage_share: float | None = None,
    previous: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """The metadata of a version, plain JSON values only; MAE in points, null rates and shares as fractions.

    `verdict` is what the rules of promotion say; `trained_at` must carry a time zone. `waivers` are those
    that the training needed or that taint its window: mappings with waiver_id, who, why, until and what they waive;
    `price` is what `waiver_price` measured of them. Without `window` nobody can tell later whether the version is
    current. `provenance` is what the gates looked at (tables, dates, leak_gate) and the config of the training,
    `losses` what `readiness.losses` tells of the games that were left out,
    `usage_share` the share of played rows with a usage rate, `previous` the metadata of the version before.
    """
    if trained_at.tzinfo is None:
        raise ValueError("trained_at needs a time zone")
    reference = evaluation.metrics["test"][REFERENCE_BASELINE]["mae"]
    card = {
        "identity": model_identity(matrix, trained.split, trained.settings, ledger_fingerprint, waivers),
        "status": verdict.status.value,
        "accepted": verdict.status is Status.ACCEPTED,
        "verdict": {
            "why": verdict.why,
            "is_champion": verdict.is_champion,
            "against_champion": asdict(verdict.comparison) if verdict.comparison else None,
        },
        "waivers": [dict(waiver) for waiver in waivers],
        "waiver_price": price,
        "provenance": dict(provenance or {}),
        "trained_at": trained_at.isoformat(),
        "train_before": trained.split.train_before,
        "data_window": {"first_date": matrix.dates.min().date(), "last_date": matrix.dates.max().date()},
        "row_filter": ROW_FILTER,
        "rows": dict(matrix.row_counts),
        "losses": dict(losses or {}),
        "ledger_fingerprint": ledger_fingerprint,
        "row_set_fingerprint": matrix.fingerprint,
        "objective": trained.fits[MEDIAN].objective,
        "best_iteration": trained.fits[MEDIAN].best_iteration,
        "boosters": {name: asdict(fit) for name, fit in trained.fits.items()},
        "interval_widening": dict(trained.model.widening),
        "hyperparameters": asdict(trained.settings),
        "train_mae": evaluation.mae("train"),
        "validation_mae": evaluation.mae("validation"),
        "test_mae": evaluation.test_mae,
        "test_baseline_mae": reference,
        "improvement_pct": 100 * (1 - evaluation.test_mae / reference),
        "beats_baselines": evaluation.beats_baselines,
        "metrics": evaluation.metrics,
        "paired_test_difference": dict(evaluation.paired),
        **facts_of(
            matrix=matrix, split=trained.split, model=trained.model, evaluation=evaluation,
            seed=trained.settings.seed, usage_share=usage_share, previous=previous,
        ),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
            "xgboost": xgboost.__version__,
            "training_code": CODE_VERSION,
        },
    }  # fmt: skip
    if window is not None:
        card["training_window"] = asdict(window)
    return {name: _plain(value) for name, value in card.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return round(float(value), DECIMALS)
    return value

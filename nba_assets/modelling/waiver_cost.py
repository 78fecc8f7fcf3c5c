"""What a training under a waiver costs, measured against the newest version that needed none."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nba_assets.modelling.design_matrix import DesignMatrix
from nba_assets.modelling.evaluation import MODEL, REFERENCE_BASELINE, Evaluation
from nba_assets.modelling.registry.artefacts import load_model, model_id, read_metadata, stored_versions
from nba_assets.modelling.registry.decisions import Status, read_decisions
from nba_assets.modelling.registry.promotion import Comparison, compare
from nba_assets.modelling.splits import Split


def waiver_price(
    models_dir: Path, evaluation: Evaluation, matrix: DesignMatrix, split: Split, seed: int, known: Comparison | None
) -> Mapping[str, Any]:
    """The version's error beside that of the newest accepted version without a waiver, `clean`; None without one.

    `ratio` and `clean_ratio` are test MAE over that of the half-life-6 average, each version on its own test rows with
    the features of its own day: their quotient, less one, is `price`, what damage costs in training and serving
    together. `same_rows` is the paired difference of both versions on the same rows as the tables are now: positive
    when this version is worse, negative when the clean one is, for it has never seen such data; None where they
    cannot be compared. `known` is the comparison with the champion, which the clean version may be.
    """
    ratio, decided = _ratio(evaluation.metrics), read_decisions(models_dir)
    stored = {version: read_metadata(models_dir, version) for version in stored_versions(models_dir)}
    clean = [
        version
        for version, metadata in stored.items()
        if not metadata.get("waivers") and decided.status(version, metadata) is Status.ACCEPTED
    ]
    if not clean:
        return {"ratio": ratio, "clean": None}
    newest = max(clean)
    clean_ratio = _ratio(stored[newest]["metrics"])
    if known is None or known.champion != newest:
        known = compare(load_model(models_dir, newest), evaluation, matrix, split, seed)
    return {
        "ratio": ratio,
        "clean": model_id(newest),
        "clean_ratio": clean_ratio,
        # stored metrics are rounded: no more of the quotient is known; adding 0.0 turns -0.0 into 0.0
        "price": round(ratio / clean_ratio - 1, 6) + 0.0,
        "same_rows": known.paired,
        "said": known.said,
    }


def _ratio(metrics: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> float:
    return float(metrics["test"][MODEL]["mae"] / metrics["test"][REFERENCE_BASELINE]["mae"])

"""What is shown of a model version at a glance, from its stored metadata."""

from collections.abc import Mapping
from typing import Any

from nba_assets.modelling.baselines import BASELINES
from nba_assets.modelling.evaluation import MODEL

METRICS = ("mae", "rmse", "r2", "within_3", "within_5", "bias")


def model_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Headline numbers, waivers, and a Markdown table of the model beside its baselines on the same test rows."""
    return {
        "version": metadata["version"],
        "status": metadata.get("status", "accepted" if metadata["accepted"] else "rejected"),
        "why": metadata.get("verdict", {}).get("why", ""),
        "waivers": metadata.get("waivers", []),
        "objective": metadata["objective"],
        "train_before": metadata["train_before"],
        "test_mae": metadata["test_mae"],
        "improvement_pct": metadata["improvement_pct"],
        "comparison": comparison(metadata),
    }


def comparison(metadata: Mapping[str, Any]) -> str:
    """Markdown table of the test part: one line per predictor, the model first."""
    test = metadata["metrics"]["test"]
    lines = [f"| test rows: {test[MODEL]['rows']} | {' | '.join(METRICS)} |", f"|---|{'---|' * len(METRICS)}"]
    for name in (MODEL, *BASELINES):
        cells = " | ".join("" if test[name][metric] is None else f"{test[name][metric]:.3f}" for metric in METRICS)
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines)

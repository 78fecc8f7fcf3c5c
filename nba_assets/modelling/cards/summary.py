"""What is shown of a model version at a glance, from its stored metadata."""

from collections.abc import Mapping
from typing import Any

from nba_assets.modelling.baselines import BASELINES
from nba_assets.modelling.evaluation import MODEL, REFERENCE_BASELINE
from nba_assets.modelling.segments import POPULATIONS

METRICS = ("mae", "rmse", "r2", "within_3", "within_5", "bias")


def model_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Headline numbers, waivers, what was left out; a Markdown table of model and baselines on the same test rows."""
    return {
        "version": metadata["version"],
        "status": metadata.get("status", "accepted" if metadata["accepted"] else "rejected"),
        "why": metadata.get("verdict", {}).get("why", ""),
        "waivers": metadata.get("waivers", []),
        "rows": metadata.get("rows", {}),
        "losses": metadata.get("losses", {}),
        "objective": metadata["objective"],
        "train_before": metadata["train_before"],
        "test_mae": metadata["test_mae"],
        "improvement_pct": metadata["improvement_pct"],
        "comparison": comparison(metadata),
    }


def comparison(metadata: Mapping[str, Any]) -> str:
    """Markdown table of the test part: per population one line per predictor, the model first.

    `gain` is what the model's MAE is below the predictor's, with a 95 % interval over whole dates.
    """
    lines = [
        f"| test rows | predictor | {' | '.join(METRICS)} | gain of the model |",
        f"|---|{'---|' * (len(METRICS) + 2)}",
    ]
    for population in POPULATIONS:
        group = metadata["groups"].get(population)
        if group is None:
            continue
        for name in (MODEL, *BASELINES):
            metrics = group["metrics"][name]
            cells = " | ".join("" if metrics[metric] is None else f"{metrics[metric]:.3f}" for metric in METRICS)
            lines.append(f"| {population} ({metrics['rows']:,}) | {name} | {cells} | {_gain(group, name)} |")
    return "\n".join(lines)


def _gain(group: Mapping[str, Any], name: str) -> str:
    # a version that was stored by older code has the difference to the reference alone
    paired = group.get("against", {REFERENCE_BASELINE: group["paired"]}).get(name)
    return f"{paired['gain']:.2%} [{paired['gain_low']:.2%}, {paired['gain_high']:.2%}]" if paired else ""

"""The plots of a model card, as PNG, out of a version's metadata alone."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nba_assets.modelling.segments import GROUP_NAMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FEATURES = 15
_DOTS_PER_INCH = 80
COVERAGE_BAND = (0.76, 0.84)
"""Share of outcomes that an 80 % interval may cover in a segment."""


def plots(metadata: Mapping[str, Any]) -> dict[str, bytes]:
    """PNG images by title: calibration of the mean, coverage of the interval, gain by group, contributions."""
    groups = {name: metadata["groups"][name] for name in GROUP_NAMES if name in metadata["groups"]}
    return {
        "Predicted and actual mean": _drawn(lambda axes: _calibration(axes, metadata["calibration"])),
        "Coverage of the 80 % interval": _drawn(lambda axes: _coverage(axes, groups)),
        "Difference of MAE to the half-life-6 average": _drawn(lambda axes: _gain(axes, groups)),
        "Mean |contribution| of features": _drawn(lambda axes: _contributions(axes, metadata["features"])),
    }


def as_markdown(images: Mapping[str, bytes]) -> str:
    """The images as Markdown that holds them itself."""
    return "\n\n".join(
        f"![{title}](data:image/png;base64,{base64.b64encode(image).decode()})" for title, image in images.items()
    )


def _drawn(draw: Callable[["Axes"], None]) -> bytes:
    # imported here, for half a second of every start is too much for what trainings alone need
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    draw(figure.subplots())
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
    return out.getvalue()


def _calibration(axes: "Axes", bins: Sequence[Mapping[str, float]]) -> None:
    predicted, actual = ([one[name] for one in bins] for name in ("predicted", "actual"))
    top = max(*predicted, *actual) * 1.05
    axes.plot([0, top], [0, top], color="lightgrey")
    axes.plot(predicted, actual, "o-")
    axes.set(xlabel="mean predicted, points (tenths of the test rows)", ylabel="mean scored, points")


def _coverage(axes: "Axes", groups: Mapping[str, Mapping[str, Any]]) -> None:
    axes.axvspan(*COVERAGE_BAND, color="lightgrey", alpha=0.5)
    axes.axvline(0.8, color="grey")
    shares = [group["coverage"] for group in groups.values()]
    axes.plot(shares, list(groups), "o")
    axes.invert_yaxis()
    axes.set(xlabel="share of test outcomes inside", xlim=(min(0.7, *shares), max(0.9, *shares)))


def _gain(axes: "Axes", groups: Mapping[str, Mapping[str, Any]]) -> None:
    axes.axvline(0, color="grey")
    for name, group in groups.items():
        paired = group["paired"]
        axes.plot([paired["low"], paired["high"]], [name, name], color="tab:blue")
        axes.plot([paired["difference"]], [name], "o", color="tab:blue")
    axes.invert_yaxis()
    axes.set(xlabel="points, with 95 % interval (negative: the model is better)")


def _contributions(axes: "Axes", features: Sequence[Mapping[str, Any]]) -> None:
    top = sorted(features, key=lambda one: one["mean_contribution"], reverse=True)[:_FEATURES]
    axes.barh([one["name"] for one in top], [one["mean_contribution"] for one in top])
    axes.invert_yaxis()
    axes.set(xlabel="points (TreeSHAP, test rows)")

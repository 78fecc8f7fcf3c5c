"""The charts of the page as Vega-Lite specifications; colours of the theme are filled in by the page's script.

Vega-Lite draws 1,900 dates × 20 tables on a canvas in well under a second and weighs 0.9 MB; Plotly alone is over the
3 MB that a page may have, and Matplotlib's pictures can neither be zoomed nor asked.
"""

from collections.abc import Sequence
from typing import Any

from nba_assets.modelling.evaluation import MODEL
from nba_assets.reporting.cells import STATES
from nba_assets.reporting.facts import QualityFacts
from nba_assets.reporting.model_history import ModelVersion

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

ROW = 19
"""Height of a table's row in pixels."""

Spec = dict[str, Any]


def charts(facts: QualityFacts) -> dict[str, Spec]:
    """Every chart by the id of its place on the page."""
    tables = [table["name"] for table in facts.cells["tables"]]
    return {"map": heat_map(tables), "models": model_errors(facts.models), "durations": durations(facts)}


def heat_map(tables: Sequence[str]) -> Spec:
    """Tables by dates.

    The script passes `cells` (table, from, to, letter, share), `glyphs` (table, middle, glyph) and `cursor` (table,
    from, to, isSeen).
    """
    y = {"field": "table", "type": "nominal", "sort": list(tables), "scale": {"domain": list(tables)}, "title": None}
    across = {
        "x": {"field": "from", "type": "temporal", "scale": {"type": "utc", "nice": False}, "title": None},
        "x2": {"field": "to"},
        "y": {**y, "axis": {"labelLimit": 190, "ticks": False, "domain": False}},
    }
    letters = {"domain": list(STATES), "range": "THEME"}
    return {
        "$schema": SCHEMA,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": ROW * len(tables),
        "layer": [
            {
                "data": {"name": "cells"},
                "mark": {"type": "rect", "tooltip": False},
                "encoding": {
                    **across,
                    "color": {"field": "letter", "type": "nominal", "scale": letters, "legend": None},
                },
            },
            {
                "data": {"name": "glyphs"},
                "mark": {"type": "text", "fontSize": 12, "fontWeight": "bold", "color": "#000", "tooltip": False},
                "encoding": {
                    "x": {"field": "middle", "type": "temporal", "title": None},
                    "y": {**y},
                    "text": {"field": "glyph", "type": "nominal"},
                },
            },
            {
                "data": {"name": "cursor"},
                "mark": {"type": "rect", "fill": None, "stroke": "INK", "strokeWidth": 2, "tooltip": False},
                "encoding": {
                    **across,
                    "strokeOpacity": {"condition": {"test": "datum.isSeen", "value": 1}, "value": 0},
                },
            },
        ],
    }


def model_errors(models: Sequence[ModelVersion]) -> Spec:
    """Mean absolute error on the test rows by version, the model among its baselines; one colour and shape each."""
    rows = [
        {"version": version.model.removeprefix("xgboost_points_"), "predictor": name, "mae": round(error, 4)}
        for version in models
        for name, error in version.errors.items()
    ]
    names = list(dict.fromkeys(row["predictor"] for row in rows))
    order = list(dict.fromkeys(row["version"] for row in rows))
    legend = {"orient": "bottom", "columns": 3, "title": None}
    predictor = {"field": "predictor", "type": "nominal", "legend": legend}
    return {
        "$schema": SCHEMA,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": 260,
        "data": {"values": rows},
        "mark": {"type": "line", "point": {"size": 70, "filled": True}, "tooltip": True},
        "encoding": {
            "x": {
                "field": "version", "type": "ordinal", "sort": order, "title": "model version",
                "axis": {"labelAngle": 0},
            },
            "y": {
                "field": "mae", "type": "quantitative", "scale": {"zero": False, "padding": 12},
                "title": "test error (MAE, points)",
            },
            "color": {**predictor, "scale": {"domain": names, "range": "SERIES"}},
            "shape": {**predictor, "scale": {"domain": names}},
            "strokeWidth": {"condition": {"test": f"datum.predictor === '{MODEL}'", "value": 3}, "value": 1},
            "tooltip": [{"field": name} for name in ("version", "predictor", "mae")],
        },
    }  # fmt: skip


def durations(facts: QualityFacts) -> Spec:
    """Wall time of the newest builds of every table, one mark each, against when they were."""
    order = [name for name in facts.counts if any(build["table"] == name for build in facts.builds)]
    return {
        "$schema": SCHEMA,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": ROW * len(order),
        "data": {"values": list(facts.builds)},
        "transform": [{"calculate": "max(datum.seconds, 0.01)", "as": "wall"}],
        "mark": {"type": "point", "filled": True, "opacity": 0.75, "tooltip": True},
        "encoding": {
            "x": {"field": "wall", "type": "quantitative", "scale": {"type": "log"}, "title": "seconds of a build"},
            "y": {"field": "table", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 190}},
            "size": {
                "field": "dates", "type": "quantitative", "title": "dates in the build", "scale": {"range": [20, 220]},
                "legend": {"orient": "bottom", "columns": 3, "tickCount": 3},
            },
            "color": {"value": "ACCENT"},
            "tooltip": [{"field": "table"}, {"field": "at"}, {"field": "dates"}, {"field": "seconds"}],
        },
    }  # fmt: skip

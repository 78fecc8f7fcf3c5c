"""The page itself: facts, charts, style and script in one HTML file that needs no server and no network."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from nba_assets.atomic_files import write_atomic
from nba_assets.partitions import season_of
from nba_assets.readiness.counted import counted
from nba_assets.reporting.cells import PLAIN, STATES
from nba_assets.reporting.charts import charts
from nba_assets.reporting.facts import RUNS_SHOWN, QualityFacts

FILE_NAME = "data_quality_report.html"

INCIDENTS_SHOWN = 50
"""How many the page carries; what is left out is counted on it."""

GLYPHS = {"r": "", "g": "", "d": "", "u": "∅", "i": "%", "t": "!", "s": "~", "h": "=", "x": "×", "m": "?"}
"""The sign of each state beside its color, for readers who do not tell colors apart."""


def page(facts: QualityFacts, library: str) -> str:
    """The HTML. `library` is the script that draws Vega-Lite (`vega_library`)."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": "{:,}".format, "counted": counted}
    data = {
        "cells": facts.cells,
        "charts": charts(facts),
        "states": STATES,
        "glyphs": GLYPHS,
        "plain": PLAIN,
        "seasons": [{"name": name, **_positions(facts, name)} for name in facts.seasons],
    }
    return environment.from_string(_resource("page.html")).render(
        facts=facts,
        states=STATES,
        glyphs=GLYPHS,
        words={word: letter for letter, word in STATES.items()},
        day=_day_of(facts),
        incidents_shown=INCIDENTS_SHOWN,
        runs_shown=RUNS_SHOWN,
        style=Markup(_resource("page.css")),
        data=_as_data(data),
        library=Markup(library.replace("</script", "<\\/script")),
        script=Markup(_resource("page.js")),
    )


def write_page(facts: QualityFacts, reports: Path) -> Path:
    """Write the page into the directory of reports; anyone who has it open sees the old or the new one whole."""
    reports.mkdir(parents=True, exist_ok=True)
    path = reports / FILE_NAME
    write_atomic(path, page(facts, vega_library(reports)).encode())
    return path


def vega_library(cache_dir: Path) -> str:
    """Vega, Vega-Lite and Vega-Embed as one script; made once per version, for that takes seconds."""
    import vl_convert

    made = cache_dir / f"vega-{vl_convert.__version__}.js"
    if not made.exists():
        write_atomic(made, vl_convert.javascript_bundle().encode())
    return made.read_text(encoding="utf-8")


def _positions(facts: QualityFacts, season: str) -> dict[str, int]:
    """First and last position of a season in the calendar of the cells."""
    day = _day_of(facts)
    inside = [at for at in range(facts.dates.dates) if season_of(day(at)) == season]
    return {"from": inside[0], "to": inside[-1]}


def _day_of(facts: QualityFacts) -> Any:
    first = facts.dates.first.toordinal()
    return lambda at: type(facts.dates.first).fromordinal(first + at)


@cache
def _resource(name: str) -> str:
    return files("nba_assets.reporting").joinpath(name).read_text(encoding="utf-8")


def _as_data(value: Any) -> Markup:
    """JSON that cannot end the script element it is put into."""
    return Markup(json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c"))

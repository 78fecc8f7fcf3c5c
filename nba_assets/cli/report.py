"""`nba-assets report`: the data quality page, rewritten."""

import datetime as dt
import json
from typing import TYPE_CHECKING

import typer

from nba_assets import clock
from nba_assets.cli.opening import console, open_platform, refuse
from nba_assets.cli.options import Json

if TYPE_CHECKING:
    from nba_assets.platform import Platform


def report(as_json: Json = False) -> None:
    """Write the data quality page: one HTML file that opens without a server."""
    from nba_assets.reporting.facts import quality_facts
    from nba_assets.reporting.page import write_page

    platform = open_platform()
    facts = quality_facts(platform.warehouse, platform.models, clock.now())
    try:
        path = write_page(facts, platform.settings.reports)
    except OSError as error:
        refuse(error, as_json=as_json)
    if as_json:
        counts = {"partitions": facts.totals, "incidents": len(facts.incidents)}
        typer.echo(json.dumps({"page": str(path), **counts}, indent=1))
        return
    states = ", ".join(f"{count:,} {word}" for word, count in facts.totals.items())
    console.print(f"{path.as_uri()}\n{len(facts.incidents)} open incidents; partitions: {states}", highlight=False)


def print_report(platform: "Platform") -> None:
    """Where the page lies and how old it is; says how to write it where there is none."""
    from nba_assets.reporting.page import FILE_NAME

    path = platform.settings.reports / FILE_NAME
    if path.exists():
        written = dt.datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        said = f"Data quality page of {written:%Y-%m-%d %H:%M}: {path.as_uri()} (again: nba-assets report)"
    else:
        said = "Data quality page: none yet; `nba-assets report` writes it, or materialize data_quality_report"
    console.print(said, highlight=False, markup=False, soft_wrap=True)

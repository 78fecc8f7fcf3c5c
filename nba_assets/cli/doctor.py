"""`nba-assets doctor`: is everything there that a run needs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nba_assets.cli.opening import console
from nba_assets.cli.options import Json
from nba_assets.errors import code_of, coded

if TYPE_CHECKING:
    from nba_assets.operations.doctor import Finding

STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}


def doctor(as_json: Json = False) -> None:
    """Look at environment, credentials, warehouse, storage, claims, Dagster and source; nothing is changed.

    Exit code 1 when something is broken, 0 also with warnings.
    """
    from nba_assets.operations.json_values import json_value

    findings = _findings()
    if as_json:
        typer.echo(json.dumps(json_value(findings), indent=1, ensure_ascii=False))
    for finding in () if as_json else findings:
        console.print(f"{finding.level:<8}", style=STYLES[finding.level], end="")
        console.print(f"{finding.part:<12} {finding.said}", highlight=False, markup=False, soft_wrap=True)
        if finding.to_do:
            console.print(f"{'':<20} to do: {finding.to_do}", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(int(any(finding.level == "problem" for finding in findings)))


def _findings() -> "tuple[Finding, ...]":
    from nba_assets.operations.doctor import Finding, Level, Outside, examine
    from nba_assets.platform import Platform
    from nba_assets.settings import SettingsError, from_environment, outside_environment
    from nba_assets.sources.port import SourceError
    from nba_assets.sources.registry import calendar

    try:
        platform = Platform(from_environment())
    except SettingsError as error:
        return (Finding("environment", Level.PROBLEM, coded(error), f"{code_of(error)} in docs/errors.md"),)

    def covered() -> str:
        days = calendar(platform.settings, platform.source)
        return f"{platform.source.name}: {days[0].date()} … {days[-1].date()}"

    outside = Outside(
        variables=outside_environment(),
        open_warehouse=lambda: platform.warehouse,
        open_source=covered,
        source_error=SourceError,
        user_home=Path.home(),
    )
    return examine(platform.settings, outside)

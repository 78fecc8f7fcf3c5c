"""The command line `nba-assets`: everything is in operations/, a command only asks and shows."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from nba_assets.cli.backfill import backfill, follow, start
from nba_assets.cli.doctor import doctor
from nba_assets.cli.former import COMMANDS
from nba_assets.cli.games import accept, game, quarantine
from nba_assets.cli.models import models, promote, reject, rollback
from nba_assets.cli.opening import Command, console, open_platform
from nba_assets.cli.operate import cancel, freeze, invalidate, restore, revoke, unfreeze, waive
from nba_assets.cli.report import print_report, report
from nba_assets.cli.show import show
from nba_assets.cli.train import train

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
commands: tuple[Callable[..., None], ...] = (
    backfill, train, follow, cancel, freeze, unfreeze, invalidate, game, quarantine, accept, restore, waive, revoke,
)  # fmt: skip
for command in commands:
    app.command(cls=Command)(command)
for former, today in COMMANDS.items():
    (callback,) = (command for command in commands if command.__name__ == today)
    app.command(former, cls=Command, hidden=True)(callback)
for decision in (models, promote, reject, rollback, report, doctor):
    app.command(cls=Command)(decision)
app.add_typer(show)


@app.command(cls=Command)
def demo() -> None:
    """The whole pipeline on the chosen source, with a summary of what was built."""
    from nba_assets.cli.summary import print_model
    from nba_assets.operations.backfills.backfill import ASSETS, planned_request

    platform = open_platform()
    request = planned_request(platform.warehouse, ASSETS, source_version=platform.source.fingerprint)
    assert request is not None, "the model is tried whenever it is asked for"
    code = start(platform, request)
    print_model(console, platform.models)
    console.print(
        f"\nEverything lies under {platform.settings.home}. To look at it: [bold]make ui[/bold], then "
        "http://localhost:3000"
    )
    raise typer.Exit(code)


@app.command(cls=Command)
def ui(port: Annotated[int, typer.Option(help="Port of the web server.")] = 3000) -> None:
    """Start the Dagster UI and its daemon on the same data."""
    print_report(open_platform())
    dagster = shutil.which("dagster", path=str(Path(sys.executable).parent)) or "dagster"
    raise typer.Exit(
        subprocess.call([dagster, "dev", "-m", "nba_assets.definitions", "-h", "127.0.0.1", "-p", str(port)])
    )


@app.command(cls=Command)
def query(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A script of GoogleSQL SELECTs.")],
) -> None:
    """Run the old system's BigQuery queries, transpiled to DuckDB, on the warehouse."""
    from nba_assets.operations.queries import run_queries

    platform = open_platform()
    for statement, result in run_queries(platform.warehouse, file.read_text()):
        console.print(f"[dim]{statement}[/dim]", highlight=False)
        console.print(result.to_string(index=False, max_rows=40), highlight=False)

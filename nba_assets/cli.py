"""The command line: `nba-assets demo`, `run`, `ui`, `query`. Thin: everything is in operations/."""

import datetime as dt
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nba_assets.operations.home import prepare_home
from nba_assets.settings import Settings, SettingsError, from_environment
from nba_assets.sources.port import SourceError
from nba_assets.warehouse.port import WarehouseError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
console = Console(width=None if sys.stdout.isatty() else 150)

From = Annotated[dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First date; default: first.")]
To = Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last date; default: the newest.")]
NoResume = Annotated[bool, typer.Option("--no-resume", help="Rebuild also what stands as it should.")]
TablesOnly = Annotated[bool, typer.Option("--tables-only", help="Stop before model and predictions.")]


@app.command()
def run(from_: From = None, to: To = None, no_resume: NoResume = False, tables_only: TablesOnly = False) -> None:
    """Build every table of a range of dates, then the model and its predictions.

    What stands as it should is left alone, so that an interrupted run goes on where it stopped. Exit code 1
    when a date was held or rejected or the model was refused; everything else is built all the same.
    """
    settings = _settings()
    if not _launch(settings, from_, to, no_resume, tables_only):
        raise typer.Exit(1)


@app.command()
def demo() -> None:
    """The whole pipeline on the chosen source, with a summary of what was built."""
    settings = _settings()
    succeeded = _launch(settings, None, None, no_resume=False, tables_only=False)
    console.print(
        f"\nEverything lies under {settings.home}. To look at it: [bold]make ui[/bold], then http://localhost:3000"
    )
    if not succeeded:
        raise typer.Exit(1)


@app.command()
def ui(port: Annotated[int, typer.Option(help="Port of the web server.")] = 3000) -> None:
    """Start the Dagster UI and its daemon on the same data."""
    _settings()
    dagster = shutil.which("dagster", path=str(Path(sys.executable).parent)) or "dagster"
    raise typer.Exit(
        subprocess.call([dagster, "dev", "-m", "nba_assets.definitions", "-h", "127.0.0.1", "-p", str(port)])
    )


@app.command()
def query(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A script of GoogleSQL SELECTs.")],
) -> None:
    """Run the old system's BigQuery queries, transpiled to DuckDB, on the warehouse."""
    from nba_assets.definitions import open_warehouse
    from nba_assets.operations.queries import run_queries
    from nba_assets.sources.registry import open_source

    settings = _settings()
    for statement, result in run_queries(open_warehouse(settings, open_source(settings)), file.read_text()):
        console.print(f"[dim]{statement}[/dim]", highlight=False)
        console.print(result.to_string(index=False, max_rows=40), highlight=False)


def _settings() -> Settings:
    try:
        settings = from_environment()
        prepare_home(settings)
    except SettingsError as error:
        _refuse(error)
    return settings


def _launch(
    settings: Settings, from_: dt.datetime | None, to: dt.datetime | None, no_resume: bool, tables_only: bool
) -> bool:
    # Loading the definitions opens the source; imported here so that `--help` stays quick.
    from nba_assets.definitions import main_job, open_warehouse, tables_job
    from nba_assets.operations.launch import Step, launch_range
    from nba_assets.operations.summary import print_model, print_tables
    from nba_assets.sources.registry import open_source

    started = time.monotonic()
    try:
        source = open_source(settings)
        warehouse = open_warehouse(settings, source)
    except (SourceError, WarehouseError) as error:
        _refuse(error)
    days = warehouse.days
    covered_first, covered_last = days[0].date(), days[-1].date()
    first = max(from_.date(), covered_first) if from_ else covered_first
    last = min(to.date(), covered_last) if to else covered_last
    if first > last:
        _refuse(ValueError(f"{source.name} covers {covered_first} … {covered_last}; nothing of that was asked for"))
    if (from_ and first != from_.date()) or (to and last != to.date()):
        console.print(f"Only {covered_first} … {covered_last} is covered; the rest of the range does not exist.")
    console.print(f"{source.name}: {first} … {last}, {(last - first).days + 1} dates")

    def show(step: Step) -> None:
        mark = "[green]✓[/green]" if step.succeeded else "[red]✗[/red]"
        console.print(f"{mark} {step.key:28} {step.seconds:6.1f} s   [dim]{time.monotonic() - started:5.0f} s[/dim]")

    job = tables_job if tables_only else main_job
    launch = launch_range(job, first, last, resume=not no_resume, on_step=show)
    print_tables(console, warehouse.ledger(), launch, (last - first).days + 1)
    for reason in launch.failures:
        console.print(f"[red]{reason}[/red]", highlight=False, markup=True)
    if not tables_only:
        print_model(console, settings)
    console.print(
        f"{'Done' if launch.succeeded else 'Done, but not everything'} in {time.monotonic() - started:.0f} s."
    )
    return launch.succeeded


def _refuse(error: Exception) -> None:
    console.print(f"[red]{error}[/red]", highlight=False)
    raise typer.Exit(2)


if __name__ == "__main__":
    app()

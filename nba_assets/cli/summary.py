"""Tables for the terminal: how far a backfill is, how it ended, what it changed, and the newest model."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nba_assets.modelling.baselines import BASELINES
from nba_assets.modelling.cards.summary import METRICS
from nba_assets.modelling.evaluation import MODEL
from nba_assets.modelling.registry.artefacts import read_metadata, stored_versions
from nba_assets.operations.backfills.progress import AssetProgress, Progress, Step
from nba_assets.operations.backfills.result import Result
from nba_assets.readiness.counted import counted
from nba_assets.readiness.run_outcomes import OUTCOMES

COLUMNS_NAMED = 6


def progress_table(assets: Sequence[AssetProgress], title: str) -> Table:
    """Per asset: dates done, rate, seconds spent and expected."""
    table = Table("", "table", "dates", "dates/s", "seconds", "left", title=title, title_justify="left")
    for asset in assets:
        is_over = asset.is_failed or asset.refused or asset.done == asset.total
        table.add_row(
            "…" if asset.is_working else mark(asset) if is_over else "",
            asset.asset,
            f"{asset.done} / {asset.total}" + (f", {asset.refused} refused" if asset.refused else ""),
            "" if asset.rate is None else f"{asset.rate:,.0f}",
            f"{asset.seconds:.1f}",
            "" if asset.expected is None or asset.done == asset.total else f"{asset.expected:.0f}",
        )
    return table


def mark(found: AssetProgress | Step) -> str:
    """How dates ended so far: ✓ all built, ! some refused, ✗ all refused or the step failed."""
    dates = found.dates if isinstance(found, Step) else found.done
    return sign_of(dates if found.is_failed else found.refused, dates)


def sign_of(bad: int, dates: int) -> str:
    """✓ where none of the dates is bad, ✗ where all of them are, ! between."""
    return "[green]✓[/green]" if not bad else "[red]✗[/red]" if bad >= dates else "[yellow]![/yellow]"


def end_time(state: Progress, now: dt.datetime) -> str:
    """'end about 21:04:10 (in 35 s), not counting xgboost_points_model', or that nothing is known yet."""
    if state.seconds_left is None:
        return "end not known yet"
    end = now + dt.timedelta(seconds=state.seconds_left)
    rest = f", not counting {', '.join(state.uncounted)}" if state.uncounted else ""
    return f"end about {end.astimezone():%H:%M:%S} (in {state.seconds_left:.0f} s){rest}"


def print_result(console: Console, result: Result) -> None:
    """Per table: how the dates asked for ended; then what changed, and why what failed."""
    words = [word for word in (*OUTCOMES, "current", "left") if any(row[word] for row in result.tables)]
    table = Table("", "table", title=f"{counted(result.dates, 'date')} asked for")
    for title in (*words, "rows published", "seconds"):
        table.add_column(title, justify="right")
    for row in result.tables:
        counts = [str(row[word]) for word in words]
        refused, fine = row["blocked"] + row["rejected"], row["built"] + row["unchanged"] + row["current"]
        sign = sign_of(refused + row["left"], refused + row["left"] + fine)
        table.add_row(sign, str(row["table"]), *counts, f"{row['rows_published']:,}", f"{row['seconds']:.1f}")
    if result.tables:
        console.print(table)
    _print_changes(console, result)
    for reason in result.failures:
        console.print(f"[red]{reason}[/red]", highlight=False)


def _print_changes(console: Console, result: Result) -> None:
    if not result.changes:
        console.print("No content changed.")
        return
    titles = ("table", "new dates", "changed dates", "rows added", "removed", "changed", "columns touched")
    table = Table(*titles, title="What changed")
    for change in result.changes:
        columns = change["columns"]
        more = f" and {len(columns) - COLUMNS_NAMED} more" if len(columns) > COLUMNS_NAMED else ""
        unknown = "" if change["is_known"] else " (former rows not kept)"
        table.add_row(
            change["table"],
            f"{change['new']:,}",
            f"{change['changed']:,}{unknown}",
            *(f"{change[name]:,}" for name in ("rows_added", "rows_removed", "rows_changed")),
            ", ".join(columns[:COLUMNS_NAMED]) + more,
        )
    console.print(table)


def print_model(console: Console, models: Path) -> None:
    """The newest model version beside its baselines on the same test rows."""
    versions = stored_versions(models)
    if not versions:
        console.print("No model version is stored yet.")
        return
    metadata = read_metadata(models, versions[-1])
    test = metadata["metrics"]["test"]
    split = metadata["split"]
    title = f"{metadata['model_id']} on {test[MODEL]['rows']:,} test rows after {split['validation_end']}"
    table = Table("predictor", *METRICS, title=title)
    for name in (MODEL, *BASELINES):
        cells = ["" if test[name][metric] is None else f"{test[name][metric]:.3f}" for metric in METRICS]
        table.add_row(name, *cells, style="bold" if name == MODEL else "")
    console.print(table)
    if not metadata["accepted"]:
        why = metadata.get("verdict", {}).get("why", "it does not beat all five baselines on the test rows")
        console.print(f"Not accepted, so that it serves no predictions: {why}.", highlight=False, markup=False)

"""What a run made, read back from the ledger and the stored models: the end of `demo` and `run`."""

import pandas as pd
from rich.console import Console
from rich.table import Table

from nba_assets.checks.last_run import WORDS, outcome_counts
from nba_assets.contracts.tables import TABLES
from nba_assets.modelling.artefacts import read_metadata, stored_versions
from nba_assets.modelling.baselines import BASELINES
from nba_assets.modelling.evaluation import MODEL
from nba_assets.modelling.model_metadata import METRICS
from nba_assets.operations.launch import Launch
from nba_assets.settings import Settings


def print_tables(console: Console, ledger: pd.DataFrame, launch: Launch, asked: int) -> None:
    """Per table: how the dates of the run ended, how many rows stand, how long the step took."""
    counts = outcome_counts(ledger, launch.run_id)
    seconds = {step.key: step.seconds for step in launch.steps}
    standing = ledger[ledger["status"] == "ready"].groupby("table_name")["rows"].sum()
    table = Table("table", *WORDS, "current", "failed", "rows standing", "seconds", title=f"{asked} dates asked for")
    for name in TABLES:
        if name not in seconds:
            continue
        row = counts.loc[name] if name in counts.index else pd.Series(0, index=list(WORDS))
        attempted = int(row["built"] + row["unchanged"] + row["held"] + row["rejected"])
        crashed = any(step.key == name and not step.succeeded for step in launch.steps)
        failed = asked - attempted if crashed else 0
        current = 0 if crashed else asked - attempted
        table.add_row(
            name,
            *(str(int(row[word])) for word in WORDS),
            str(current),
            str(failed),
            f"{int(standing.get(name, 0)):,}",
            f"{seconds[name]:.1f}",
        )
    console.print(table)


def print_model(console: Console, settings: Settings) -> None:
    """The newest model version beside its baselines on the same test rows."""
    versions = stored_versions(settings.models)
    if not versions:
        console.print("No model version is stored yet.")
        return
    metadata = read_metadata(settings.models, versions[-1])
    test = metadata["metrics"]["test"]
    split = metadata["split"]
    title = f"{metadata['model_id']} on {test[MODEL]['rows']:,} test rows after {split['validation_end']}"
    table = Table("predictor", *METRICS, title=title)
    for name in (MODEL, *BASELINES):
        cells = ["" if test[name][metric] is None else f"{test[name][metric]:.3f}" for metric in METRICS]
        table.add_row(name, *cells, style="bold" if name == MODEL else "")
    console.print(table)
    if not metadata["accepted"]:
        console.print(
            "Not accepted: it does not beat all five baselines on the test rows, so it serves no predictions."
        )

"""Predictions of history beside the bookmakers' lines, on the rows that have both.

    NBA_HOME=... python -m nba_assets_tests.benchmarks.lines [first] [last]

Reads `prediction_accuracy` of a home whose months were predicted by `nba-assets train --walk-forward`: every version
was made of nothing from its month on. Prints errors of line, model, their mean and the naive average, and how often
the side that the edge speaks for won, with 95 % intervals over dates; for all rows, for the regular players among
them and by size of the edge.
"""

import sys

import duckdb
import pandas as pd
from rich.console import Console
from rich.table import Table

from nba_assets.modelling.block_bootstrap import ratio_interval
from nba_assets.modelling.monitoring import accuracy, against_lines
from nba_assets.settings import from_environment

FIRST, LAST = "2024-10-22", "2025-01-12"
LEAST_EDGES = (0.0, 1.0, 2.0, 3.0)


def graded(first: str, last: str) -> pd.DataFrame:
    """Rows of prediction_accuracy on [first, last]."""
    with duckdb.connect(str(from_environment().warehouse), read_only=True) as connection:
        query = "FROM nba_predictions.prediction_accuracy WHERE game_date BETWEEN ? AND ? ORDER BY ALL"
        return connection.execute(query, [first, last]).df()


def main(first: str, last: str) -> None:
    console, rows = Console(width=150), graded(first, last)
    everybody = accuracy(rows)
    console.print(
        f"{first} … {last}: {everybody.rows} played, {everybody.coverage:.1%} predicted by a model; MAE "
        f"{everybody.mae:.3f} = {everybody.ratio:.4f} of the half-life-6 average's {everybody.baseline_mae:.3f} "
        f"[{everybody.ratio_low:.4f}, {everybody.ratio_high:.4f}]; 80 % interval covers {everybody.inside:.1%}; bias "
        f"of the mean {everybody.bias:+.2f}; versions {', '.join(sorted(rows['model_version'].dropna().unique()))}"
    )
    table = Table("edge at least", "rows", "line", "model", "mean of both", "ewma 6", "decided", "right", "95 %")
    for least in LEAST_EDGES:
        found = against_lines(rows, least)
        errors = (f"{error:.3f}" for error in (found.line, found.model, found.average, found.baseline))
        interval = f"{found.low:.1%} … {found.high:.1%}"
        table.add_row(f"{least:g}", f"{found.rows:,}", *errors, f"{found.decided:,}", f"{found.hit_rate:.1%}", interval)
    console.print(table)
    both = rows[(rows["prediction_source"] == "model") & rows["line_error"].notna()]
    behind = both["error"].abs() - both["line_error"].abs()
    low, high = ratio_interval(both["game_date"], behind, behind.notna())
    console.print(f"model minus line: {behind.mean():+.3f} points [{low:+.3f}, {high:+.3f}]")
    quoted = rows[rows["line_error"].notna() & rows["error"].notna()]
    console.print(
        f"with those whom no version predicted, graded by the naive average: {len(quoted):,} rows, line "
        f"{quoted['line_error'].abs().mean():.3f}, ours {quoted['error'].abs().mean():.3f}"
    )
    verified = both["is_points_line_verified"].astype("float64").mean()
    console.print(f"{verified:.1%} of the lines are proven by their snapshot time to stand before tip-off")


if __name__ == "__main__":
    main(*(sys.argv[1:] or [FIRST, LAST]))

"""What each table of a long history costs: bare computation, the warehouse's share, and Dagster's.

    make benchmark SOURCE=archive DATA=<dir>

Builds the history once in a temporary home through the main job, with timers around the domain functions and the
warehouse; then runs the same domain functions one after another in plain pandas, without warehouse or Dagster.
"""

import datetime as dt
import os
import resource
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from rich.console import Console
from rich.table import Table

from nba_assets import definitions
from nba_assets.contracts.conformed import Conformed, conform
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.tables import TABLES
from nba_assets.home import prepare_home
from nba_assets.platform import open_warehouse
from nba_assets.readiness.audit import Verdict
from nba_assets.settings import from_environment
from nba_assets.sources.port import Delivery
from nba_assets.sources.registry import open_source
from nba_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from nba_assets.warehouse.port import Attempt, Published, Warehouse, Window

console = Console(width=150)
Compute = Callable[..., pd.DataFrame | Delivery]

spent: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))


@contextmanager
def _timed(table: str, share: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        spent[table][share] += time.perf_counter() - start


def _timed_warehouse(warehouse: Warehouse) -> Warehouse:
    read, publish = warehouse.read_window, warehouse.publish

    def timed_read(contract: Contract, days: Sequence[dt.date], **more: Any) -> Window:
        with _timed(contract.name, "warehouse"):
            return read(contract, days, **more)

    def timed_publish(
        window: Window, rows: Conformed, verdicts: Mapping[dt.date, Verdict], attempt: Attempt
    ) -> dict[dt.date, Published]:
        with _timed(window.contract.name, "warehouse"):
            return publish(window, rows, verdicts, attempt)

    warehouse.read_window, warehouse.publish = timed_read, timed_publish  # type: ignore[method-assign]
    return warehouse


def _timed_compute(name: str, compute: Compute) -> Compute:
    def timed(*arguments: Any) -> pd.DataFrame | Delivery:
        with _timed(name, "compute"):
            return compute(*arguments)

    return timed


def measure(first: dt.date | None, last: dt.date | None) -> None:
    """Print the table of shares for one build of [first, last]."""
    settings = replace(from_environment(), home=Path(tempfile.mkdtemp(prefix="nba-benchmark-")))
    prepare_home(settings)
    source = open_source(settings)
    assets = [
        replace(asset, compute=_timed_compute(asset.contract.name, asset.compute)) for asset in definitions.TABLE_ASSETS
    ]
    definitions.TABLE_ASSETS = tuple(assets)
    defs = definitions.build_definitions(settings, source, _timed_warehouse(open_warehouse(settings, source)))
    days = defs.resources["warehouse"].days
    first, last = first or days[0].date(), last or days[-1].date()
    tags = {
        "dagster/asset_partition_range_start": first.isoformat(),
        "dagster/asset_partition_range_end": last.isoformat(),
    }
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    start = time.perf_counter()
    with dg.DagsterInstance.get() as instance:
        result = defs.resolve_job_def("main").execute_in_process(
            instance=instance, tags=tags, run_config=quiet, raise_on_error=False
        )
        wall = time.perf_counter() - start
        steps = {s.step_key: s.end_time - s.start_time for s in instance.get_run_step_stats(result.run_id)}
    plain = _plain(settings.home, days, first, last)
    _print(steps, plain, wall, result.success, f"{source.name} {first} … {last}")
    shutil.rmtree(settings.home)


def _plain(home: Path, days: pd.DatetimeIndex, first: dt.date, last: dt.date) -> dict[str, float]:
    """Seconds of each derived table's domain function on whole frames, in plain pandas, one after another."""
    wanted = tuple(day.date() for day in days if first <= day.date() <= last)
    frames: dict[str, pd.DataFrame] = {}
    seconds: dict[str, float] = {}
    warehouse = DuckDBWarehouse(home / "warehouse.duckdb", days)
    empty = pd.DataFrame({"game_date": pd.Series(dtype="datetime64[ns]"), "game_id": [], "team_id": []})
    for asset in definitions.TABLE_ASSETS:
        contract = asset.contract
        if contract.ingest or asset.resources:
            columns = {contract.name: ()}
            frames.update(warehouse.read(columns, first, last, purpose="the benchmark").frames)
            continue
        window = Window(
            contract=contract, asked=wanted, days=wanted, blocked={}, current=(), inputs_build=0,
            frames={read.table: frames[read.table] for read in contract.reads},
            gaps={read.table: empty for read in contract.reads if read.window == "before"},
            bootstrap=frozenset(), waivers=(),
        )  # fmt: skip
        start = time.perf_counter()
        rows = asset.compute(window)
        assert isinstance(rows, pd.DataFrame)
        seconds[contract.name] = time.perf_counter() - start
        frames[contract.name] = conform(contract, rows).rows
    return seconds


def _print(steps: dict[str, float], plain: dict[str, float], wall: float, succeeded: bool, what: str) -> None:
    table = Table("table", "compute s", "warehouse s", "Dagster and audit s", "step s", "plain pandas s", title=what)
    total: dict[str, float] = defaultdict(float)
    for name in [*TABLES, "xgboost_points_model"]:
        step, shares = steps.get(name, 0.0), spent[name]
        compute = shares["compute"] or (step if name not in TABLES else 0.0)  # the model's step is its training
        rest = step - compute - shares["warehouse"]
        cells = [compute, shares["warehouse"], rest, step, plain.get(name, 0.0)]
        for at, value in enumerate(cells):
            total[at] += value
        table.add_row(name, *(f"{value:.2f}" for value in cells))
    table.add_row("all", *(f"{total[at]:.2f}" for at in range(5)), style="bold")
    console.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    console.print(f"wall {wall:.1f} s, peak memory {peak:.2f} GiB, {'succeeded' if succeeded else 'FAILED'}")


if __name__ == "__main__":
    start_text, end_text = os.environ.get("FROM"), os.environ.get("TO")
    measure(
        dt.date.fromisoformat(start_text) if start_text else None, dt.date.fromisoformat(end_text) if end_text else None
    )

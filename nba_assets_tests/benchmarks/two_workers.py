"""How much sooner two workers build the same number of dates than one, on a BigQuery server and PostgreSQL.

    python -m nba_assets_tests.benchmarks.two_workers

Each worker is a command of its own. One builds four months of schedule and results, a month at a time; then two of
them, each with its own home, build two months each of a season later. The server is one process of one interpreter, so
a publish of one waits for that of another; BigQuery itself has no such limit.
"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from nba_assets.settings import BigQuerySettings, Settings
from nba_assets_tests.claims.postgres_server import postgres_server
from nba_assets_tests.operations.processes import started
from nba_assets_tests.servers.running import bigquery_server
from nba_assets_tests.warehouse.places import PROJECT

TABLES = "game_schedule,game_results"
ONE = [("2023-11-01", "2024-02-28")]
TWO = [("2024-11-01", "2024-12-30"), ("2024-12-31", "2025-02-28")]


def seconds(homes: Sequence[Settings], ranges: Sequence[tuple[str, str]]) -> float:
    """How long it takes until every worker has built its dates."""
    begun = time.perf_counter()
    workers = [
        started(home, "backfill", f"--tables={TABLES}", "--chunk-days=30", f"--from={first}", f"--to={last}")
        for home, (first, last) in zip(homes, ranges, strict=False)
    ]
    for worker in workers:
        output, _ = worker.communicate(timeout=1800)
        assert worker.returncode == 0, output
    return time.perf_counter() - begun


def main() -> None:
    place = Path(tempfile.mkdtemp(prefix="nba-workers-"))
    with bigquery_server(place / "bigquery", PROJECT) as server, postgres_server() as postgres:
        bigquery = BigQuerySettings(PROJECT, emulator=server.rest, storage_emulator=server.storage)
        claims = postgres.format(database="postgres")
        homes = [Settings(place / who, seasons=2, who=who, claims=claims, bigquery=bigquery) for who in ("ada", "bo")]
        # Makes the datasets, and the simulated league of each home.
        for home in homes:
            seconds([home], [("2023-10-24", "2023-10-31")])
        one, two = seconds(homes[:1], ONE), seconds(homes, TWO)
    Console().print(f"one worker {one:.1f} s, two workers {two:.1f} s: {one / two:.2f} times as fast")


if __name__ == "__main__":
    main()

"""What state, causes of staleness and a plan cost over 1,900 dates of 20 tables.

    python -m nba_assets_tests.benchmarks.planning

Prints seconds per step for ledgers that were built and corrected in different ways; the last is the worst case, in
which every date of four sources has a newer build of its own.
"""

import time
from collections.abc import Callable
from functools import partial

import pandas as pd
from rich.console import Console
from rich.table import Table

from nba_assets.contracts.tables import TABLES
from nba_assets.readiness.planning import make_plan
from nba_assets.readiness.staleness import stale_ranges
from nba_assets.readiness.state import LedgerState
from nba_assets_tests.readiness.wide_ledger import built_ledger, calendar, rewritten, wide_graph

REPEATS = 3
SOURCES = [name for name, contract in TABLES.items() if contract.ingest]


def ledgers() -> dict[str, pd.DataFrame]:
    """Ledgers by what happened to them."""
    contracts, days = wide_graph(), calendar()
    chunks, daily = built_ledger(contracts, days, chunk=30), built_ledger(contracts, days, chunk=1)
    worst = daily
    for name in SOURCES:
        worst = rewritten(worst, name, slice(None), one_build_a_date=True)
    return {
        "empty": daily.iloc[:0],
        "nothing wrong": chunks,
        "one late correction": rewritten(chunks, "team_box_scores", slice(40, 41)),
        "every source rewritten": rewritten(chunks, "game_schedule", slice(None)),
        "a source rewritten date by date": rewritten(daily, "game_results", slice(None), one_build_a_date=True),
        "four sources rewritten date by date": worst,
    }


def _seconds(step: Callable[[], object]) -> float:
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        step()
        taken.append(time.perf_counter() - start)
    return min(taken)


def main() -> None:
    contracts, days = wide_graph(), calendar()
    shown = Table("ledger", "stale", "state", "causes", "plan, all of it", "state and plan")
    for name, ledger in ledgers().items():
        state = LedgerState(ledger, contracts, days)
        stale = sum(int(flags.sum()) for flags in state.stale.values())
        taken = [
            _seconds(partial(LedgerState, ledger, contracts, days)),
            _seconds(partial(stale_ranges, state)),
            _seconds(partial(make_plan, state)),
        ]
        shown.add_row(name, f"{stale:,}", *(f"{seconds:.2f} s" for seconds in (*taken, taken[0] + taken[2])))
    Console(width=150).print(shown)


if __name__ == "__main__":
    main()

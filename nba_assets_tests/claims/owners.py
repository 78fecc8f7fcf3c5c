"""What the processes of the process tests do: race for spans, work until they are killed, freeze until they lose.

Their processes come out of a server that has everything imported, so that each starts in milliseconds.
"""

import datetime as dt
import multiprocessing
import random
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event
from typing import Any

from nba_assets.claims.errors import ClaimConflict, ClaimsError
from nba_assets.claims.lease import Lease
from nba_assets.claims.store import ClaimStore
from nba_assets.partitions import Span
from nba_assets_tests.claims.actors import january, reserve

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__, "psycopg2"])

TABLES = [f"table_{number}" for number in range(8)]


def wanted(seed: int) -> list[Span]:
    """Some tables in an order of its own, each with a few days."""
    chance = random.Random(seed)
    first = chance.randint(1, 25)
    return [january(table, first, first + 5) for table in chance.sample(TABLES, 4)]


def race(url: str, seed: int, start: Barrier, results: "Queue[Any]") -> None:
    """Reserve once, at the same moment as the others; tell the id, or the ids of the claims blocking."""
    start.wait()
    try:
        results.put((seed, reserve(ClaimStore(url), *wanted(seed), owner=f"run:{seed}").id, []))
    except ClaimConflict as conflict:
        results.put((seed, 0, [one.claim.id for one in conflict.conflicts]))


def work(url: str, lease: float, working: Event) -> None:
    """Reserve, renew and end the same span over and over, until killed."""
    store = ClaimStore(url, lease=dt.timedelta(seconds=lease))
    while True:
        claim = reserve(store, january("a", 1, 9), owner="run:killed")
        working.set()
        for _ in range(3):
            store.renew(claim.id)
        store.end(claim.id, "done")


def freeze(url: str, lease: float, results: "Queue[Any]", go_on: Event) -> None:
    """Hold a claim by its heartbeat; when asked to go on, check it once and tell what came of it."""
    store = ClaimStore(url, lease=dt.timedelta(seconds=lease))
    with Lease(store, reserve(store, january("a", 1, 9), owner="run:stopped"), every=lease / 4) as blocked:
        results.put(blocked.claim.id)
        go_on.wait()
        try:
            blocked.check()
        except ClaimsError as error:
            results.put((type(error).__name__, str(error)))
        else:
            results.put(("", "still blocked"))

"""The command line in processes of its own, and how tests find and kill what it starts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd

from nba_assets.claims.claim import Claim
from nba_assets.claims.store import ClaimStore
from nba_assets.operations.backfills.supervise import STARTED
from nba_assets.platform import open_warehouse
from nba_assets.settings import Settings
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets.warehouse.port import Warehouse
from nba_assets_tests.conftest import REPOSITORY

PATIENCE_SECONDS = 300

Found = TypeVar("Found")


def command(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """`nba-assets …`, waited for."""
    return subprocess.run(
        [sys.executable, "-m", "nba_assets.cli", *words], cwd=REPOSITORY, env={**os.environ, **settings.environment()},
        capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip


def started(settings: Settings, *words: str) -> subprocess.Popen[str]:
    """`nba-assets …`, not waited for."""
    return subprocess.Popen(
        [sys.executable, "-m", "nba_assets.cli", *words], cwd=REPOSITORY, env={**os.environ, **settings.environment()},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def until(holds: Callable[[], Found], what: str, seconds: float = PATIENCE_SECONDS) -> Found:
    """What `holds` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.1)
    return found


def store_of(settings: Settings) -> ClaimStore:
    return ClaimStore(settings.claims_url)


def working_claim(settings: Settings) -> Claim:
    """The claim of the backfill that works, once it has published something."""
    store = store_of(settings)

    def at_work() -> list[Claim]:
        return [claim for claim in store.active() if claim.progress not in ("", STARTED)]

    return until(at_work, "a backfill works")[0]


def _children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(lines["PPid"]) == pid:
            found.append(int(status.parent.name))
    return found


def supervisor_of(settings: Settings, claim: Claim) -> int:
    """The process that works a claim of a home off: others have claims of the same number at the same time."""
    words, home = f"nba_assets.worker\0{claim.id}\0".encode(), f"NBA_HOME={settings.home}\0".encode()
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if words in line.read_bytes() and home in line.with_name("environ").read_bytes():
                return int(line.parent.name)
        except (FileNotFoundError, ProcessLookupError):
            continue
    raise AssertionError(f"no process works claim {claim.id} of {settings.home} off")


def workers_of(supervisor: int) -> list[int]:
    """The processes in which the runs of a claim are executed, of the one that works it off."""
    spawned = []
    for pid in _children(supervisor):
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
            spawned.append(pid)
    return spawned


def kill(pids: Sequence[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def warehouse_of(settings: Settings) -> Warehouse:
    return open_warehouse(settings, SimulatedLeague(seasons=settings.seasons, cache_dir=settings.home / "simulated"))


def hashes(settings: Settings) -> pd.Series:
    """Content hash by (table, date) of everything that is published."""
    return warehouse_of(settings).ledger().set_index(["table_name", "game_date"])["content_hash"].sort_index()

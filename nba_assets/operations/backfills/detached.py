"""A process of its own for the work that a claim has reserved."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from nba_assets.claims.claim import Claim
from nba_assets.claims.lease import Lease
from nba_assets.claims.store import ClaimStore
from nba_assets.settings import Settings

WORKER = "nba_assets.worker"
"""The module that works a claim off, started by its name: it lies above, where the job is known."""

TAKE_OVER_SECONDS = 0.5
"""How often to look whether the process has taken the claim over."""


def start_detached(settings: Settings, store: ClaimStore, claim: Claim, command: Sequence[str] = ()) -> Path:
    """Let a process of its own do the work, which neither the terminal nor its Ctrl-C reaches; returns its log.

    The claim is kept alive here until that process has noted its first progress, or has died: on a busy machine it
    starts later than a lease lasts.
    """
    settings.launches.mkdir(parents=True, exist_ok=True)
    log = settings.launches / f"{claim.id}.log"
    with log.open("ab") as output:
        worker = subprocess.Popen(
            [*(command or [sys.executable, "-m", WORKER]), str(claim.id)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    lease = Lease(store, claim, every=TAKE_OVER_SECONDS).start()
    try:
        while worker.poll() is None and not lease.claim.progress:
            time.sleep(TAKE_OVER_SECONDS)
    finally:
        lease.leave()
    return log

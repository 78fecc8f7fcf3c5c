"""A process of its own for the work of a claim, which outlives the terminal that has started it."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from nba_assets.claims.claim import Claim
from nba_assets.claims.errors import ClaimsError
from nba_assets.claims.lease import EVERY_SECONDS
from nba_assets.claims.store import ClaimStore
from nba_assets.settings import Settings

START_SECONDS = 300.0
"""How long a process may take from its start to its first sign of life; libraries that were never loaded take time."""


def start_detached(settings: Settings, claim: Claim, command: Sequence[str] = ()) -> Path:
    """Let a process of its own do the work, which neither the terminal nor its Ctrl-C reaches; returns its log."""
    settings.launches.mkdir(parents=True, exist_ok=True)
    log = settings.launches / f"{claim.id}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*(command or [sys.executable, "-m", "nba_assets.cli", "work"]), str(claim.id)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    keeping = (ClaimStore(settings.claims_url), claim, lambda: process.poll() is None)
    threading.Thread(target=keep_until_taken_over, args=keeping, daemon=True).start()
    return log


def keep_until_taken_over(
    store: ClaimStore, claim: Claim, is_alive: Callable[[], bool], every: float = EVERY_SECONDS
) -> None:
    """Renew the claim until somebody else does: a lease may be shorter than the start of the process it is for."""
    deadline = time.monotonic() + START_SECONDS
    try:
        while time.monotonic() < deadline:
            time.sleep(every)
            if not is_alive() or store.get(claim.id).renewed_at != claim.renewed_at:
                return
            claim = store.renew(claim.id)
    except ClaimsError:
        return  # it is over, or cannot be reached: whoever works under it is told at its next check

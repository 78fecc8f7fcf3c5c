"""A claim kept alive by a heartbeat, while its owner works: it learns at once when it is lost or cancelled."""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType

from sqlalchemy.exc import SQLAlchemyError

from nba_assets.claims.claim import Claim
from nba_assets.claims.errors import ClaimCancelled, ClaimLost, ClaimNotFound, ClaimsUnavailable, moment, named
from nba_assets.claims.store import ClaimStore

EVERY_SECONDS = 8.0
"""Pause between two renewals: five may fail before the lease has run out."""

_log = logging.getLogger(__name__)


class Lease:
    """Keeps an active claim alive from `start` (or `with`) until `stop`, whatever the owner computes meanwhile.

    `is_cancelled` is asked at every heartbeat and every `check`; True counts as a request to stop. It may raise
    OSError or an error of SQLAlchemy, which counts as "not known yet".
    """

    def __init__(
        self,
        store: ClaimStore,
        claim: Claim,
        *,
        every: float = EVERY_SECONDS,
        is_cancelled: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.claim = claim
        self._store = store
        self._every = every
        self._is_cancelled = is_cancelled
        self._clock = clock
        self._deadline = clock() + _length(claim)
        self._lost: ClaimLost | None = None
        self._beating = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease of claim {claim.id}", daemon=True)

    def start(self) -> "Lease":
        self._thread.start()
        return self

    def check(self) -> None:
        """Renew the claim now. Raises ClaimLost or ClaimCancelled: the owner must write nothing further."""
        self._beat()
        if self._lost is not None:
            raise self._lost
        if self.claim.cancel_requested_at is not None:
            raise ClaimCancelled(self.claim)

    def progress(self, text: str) -> None:
        """Say how far the work is; who looks at the claim sees it, and that it is not stuck."""
        self._beat(text)

    def stop(self, state: str, who: str = "", why: str = "") -> None:
        """Stop the heartbeat and end the claim; where the store cannot be reached the lease runs out by itself."""
        self.leave()
        try:
            self.claim = self._store.end(self.claim.id, state, who, why)
        except (ClaimsUnavailable, ClaimNotFound) as error:
            _log.warning("%s ends with its lease: %s", named(self.claim), error)

    def leave(self) -> None:
        """Stop the heartbeat but leave the claim: to anyone else who works under it, else to its lease."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> "Lease":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the claim: done, failed, or cancelled when the work was interrupted or asked to stop."""
        if error is None:
            self.stop("done")
        elif isinstance(error, ClaimCancelled):
            self.stop("cancelled", error.claim.cancel_who, error.claim.cancel_why)
        elif isinstance(error, Exception):
            self.stop("failed", why=f"{type(error).__name__}: {error}")
        else:
            self.stop("cancelled", why=f"interrupted by {type(error).__name__}")

    def _keep(self) -> None:
        while self._lost is None and not self._stopped.wait(self._every):
            self._beat()

    def _beat(self, progress: str | None = None) -> None:
        with self._beating:
            if self._lost is not None:
                return
            started = self._clock()
            try:
                self.claim = self._store.renew(self.claim.id, progress=progress)
                self._deadline = started + _length(self.claim)
                self._watch()
            except ClaimLost as error:
                self._lost = error
            except ClaimsUnavailable as error:
                self._wait_out(error)

    def _watch(self) -> None:
        if self.claim.cancel_requested_at is not None:
            return
        try:
            is_cancelled = self._is_cancelled()
        except (SQLAlchemyError, OSError) as error:
            _log.warning("%s: whether it was cancelled is not known: %s", named(self.claim), error)
            return
        if is_cancelled:
            self.claim = self._store.request_cancel(self.claim.id, self.claim.who, "its run was terminated")

    def _wait_out(self, error: ClaimsUnavailable) -> None:
        if self._clock() < self._deadline:
            _log.warning("%s is not renewed, its lease still runs: %s", named(self.claim), error)
            return
        self._lost = ClaimLost(
            f"{named(self.claim)} is lost: it could not be renewed since {moment(self.claim.renewed_at)}: {error}",
            self.claim,
        )


def _length(claim: Claim) -> float:
    """Seconds that a renewal lasts, by the clock that judges it."""
    return (claim.expires_at - claim.renewed_at).total_seconds()

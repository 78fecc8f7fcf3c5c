"""Requests to NBA Stats: one at a time at a polite rate, retried with backoff, kept on disk.

The endpoints, their parameters and headers are nba_api's; sending, patience and the cache are here.
"""

import datetime as dt
import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import tenacity
from nba_api.stats.endpoints._base import Endpoint
from nba_api.stats.library.http import NBAStatsHTTP

from nba_assets import clock
from nba_assets.sources.port import SourceError

PAUSE_SECONDS = 0.7
"""Between two requests; NBA Stats blocks addresses that ask faster than about twice a second for long."""
TIMEOUT_SECONDS = 30.0
ATTEMPTS = 6
FIRST_BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS = 2.0, 60.0
RETRIED_STATUSES = {408, 425, 429, 500, 502, 503, 504}


class _TryAgain(Exception):
    """An answer that may be better next time; `after` seconds are asked for by the server, or None."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


@dataclass
class NbaStatsClient:
    """Asks NBA Stats, or another server of its shape at `base_url` ("http://host/{endpoint}").

    Answers are kept under `cache`, one file per request, written whole or not at all. `sleep` and `now` are the
    clock, for tests.
    """

    cache: Path
    base_url: str = ""
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], dt.datetime] = clock.now
    session: requests.Session = field(default_factory=requests.Session)
    requests_sent: int = 0
    _last: float = 0.0

    def ask(self, endpoint: Endpoint, *, fresh_since: dt.datetime) -> Mapping[str, Any]:
        """The answer to a request of nba_api (made with get_request=False), as loaded JSON.

        One that was kept at or after `fresh_since` is given back without asking. Raises SourceError, naming endpoint
        and parameters, when the server refuses, keeps failing, or answers with something that is no JSON object.
        """
        parameters = {name: "" if value is None else str(value) for name, value in endpoint.parameters.items()}
        path = self._path(endpoint.endpoint, parameters)
        kept = _kept(path)
        if kept is not None and dt.datetime.fromisoformat(kept["asked_at"]) >= fresh_since:
            answer: Mapping[str, Any] = kept["answer"]
            return answer
        answer = self._send(endpoint.endpoint, parameters)
        _keep(path, {"asked_at": self.now().isoformat(), "parameters": parameters, "answer": answer})
        return answer

    def _path(self, endpoint: str, parameters: Mapping[str, str]) -> Path:
        digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:16]
        label = parameters.get("GameID") or parameters.get("Season") or "all"
        return self.cache / endpoint / f"{label}-{digest}.json"

    def _send(self, endpoint: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        what = f"NBA Stats {endpoint} ({', '.join(f'{k}={v}' for k, v in sorted(parameters.items()) if v)})"
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_TryAgain),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_pause_before_retry,
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return retrying(self._send_once, endpoint, parameters)
        except _TryAgain as error:
            raise SourceError(
                f"{what}: {error}, {ATTEMPTS} times; what was fetched so far is kept: materialize the dates again later"
            ) from error
        except _Refused as error:
            raise SourceError(f"{what}: {error}; check the parameters, or whether this address is blocked") from error

    def _send_once(self, endpoint: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        wait = self._last + PAUSE_SECONDS - time.monotonic()
        if wait > 0:
            self.sleep(wait)
        self._last = time.monotonic()
        self.requests_sent += 1
        url = (self.base_url or NBAStatsHTTP.base_url).format(endpoint=endpoint)
        try:
            response = self.session.get(
                url, params=sorted(parameters.items()), headers=NBAStatsHTTP.headers, timeout=TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            raise _TryAgain(f"no answer ({type(error).__name__})") from error
        if response.status_code in RETRIED_STATUSES:
            after = response.headers.get("Retry-After", "")
            raise _TryAgain(f"status {response.status_code}", float(after) if after.isdigit() else None)
        if response.status_code != 200:
            raise _Refused(f"status {response.status_code}")
        try:
            answer = response.json()
        except requests.JSONDecodeError as error:
            raise _TryAgain(f"the answer is no JSON (it begins {response.text[:40]!r})") from error
        if not isinstance(answer, dict):
            raise _Refused(f"the answer is no JSON object but {type(answer).__name__}")
        return answer


class _Refused(Exception):
    """An answer that will be the same next time."""


def _pause_before_retry(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _TryAgain) and error.after is not None:
        return min(error.after, LONGEST_BACKOFF_SECONDS)
    return min(FIRST_BACKOFF_SECONDS * 2 ** (state.attempt_number - 1), LONGEST_BACKOFF_SECONDS)


def _kept(path: Path) -> dict[str, Any] | None:
    """What the cache has; a file that is not readable JSON counts as not there and is asked again."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and {"asked_at", "answer"} <= set(kept) else None


def _keep(path: Path, content: Mapping[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
        unfinished.write_text(json.dumps(content), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise SourceError(
            f"{path} cannot be written ({error.strerror}); make room or choose another NBA_HOME"
        ) from error

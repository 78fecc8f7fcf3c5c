"""The processes of a deployment on a clock of the test's own: code server and daemon, as separate processes.

`libfaketime` stands between them and the system's clock, and reads an offset from a file, so that a test can let days
pass; the scheduler's own cron ticks then come as they would.
"""

import datetime as dt
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from nba_assets.partitions import EASTERN
from nba_assets.settings import Settings
from nba_assets_tests.conftest import REPOSITORY

BIN = Path(sys.executable).parent


class SimulatedTime:
    """Moments of the test against those of the machine; goes on at the machine's pace between jumps."""

    def __init__(self, place: Path) -> None:
        self._file = place / "offset"
        self._offset = dt.timedelta()

    def set(self, text: str) -> None:
        """Jump to a moment given as '2025-01-14 03:29:30', US Eastern."""
        wanted = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(EASTERN))
        self._offset = wanted - dt.datetime.now(dt.UTC)
        self._file.write_text(f"{self._offset.total_seconds():+.0f}\n")

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self._offset

    @property
    def environment(self) -> dict[str, str]:
        found = importlib.util.find_spec("libfaketime")
        assert found is not None, "libfaketime is not installed: pip install 'nba-assets[dev]'"
        assert found.origin is not None
        (library,) = Path(found.origin).parent.glob("vendor/libfaketime/src/libfaketime.so*")
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            # Waits and timeouts go by the monotonic clock, files by the file system's.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "DAGSTER_DAEMON_HEARTBEAT_TOLERANCE": "10000000",
        }


class Deployment:
    """A code server and a daemon over a home; stop them when done."""

    def __init__(self, settings: Settings, clock: SimulatedTime, environment: dict[str, str] | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        workspace = settings.home / "workspace.yaml"
        server = {"host": "127.0.0.1", "port": port, "location_name": "nba_assets"}
        workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}))
        env = {**os.environ, **settings.environment(), **clock.environment, **(environment or {})}
        self._log = (settings.home / "deployment.log").open("w")
        self._env, self._processes = env, list[subprocess.Popen[bytes]]()
        self._start("dagster", "api", "grpc", "-m", "nba_assets.definitions", "-h", "127.0.0.1", "-p", str(port))
        self._wait_for(port)
        self._start("dagster-daemon", "run", "-w", str(workspace))

    def _start(self, program: str, *arguments: str) -> None:
        process = subprocess.Popen(
            [BIN / program, *arguments],
            cwd=REPOSITORY, env=self._env, stdout=self._log, stderr=self._log, start_new_session=True,
        )  # fmt: skip
        self._processes.append(process)

    def _wait_for(self, port: int) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.5)
        raise AssertionError(self.tail())

    def tail(self) -> str:
        return Path(self._log.name).read_text()[-4000:]

    def stop(self) -> None:
        for process in reversed(self._processes):
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        self._log.close()

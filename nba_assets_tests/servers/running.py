"""Servers of the tests, started on free ports for as long as a test needs them."""

import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from nba_assets_tests.servers.install import NotInstalled, installed

PATIENCE_SECONDS = 120
BIGQUERY_LAUNCHER = Path(__file__).with_name("bigquery_launcher.py")


@dataclass(frozen=True)
class BigQueryServer:
    """Addresses of a server's REST interface (with http://) and of its storage interface (without)."""

    rest: str
    storage: str


def environment_of(name: str) -> Path:
    """The environment of a server; without it the test fails where NBA_REQUIRE_SERVERS is set, else is skipped."""
    try:
        return installed(name)
    except NotInstalled as error:
        if os.environ.get("NBA_REQUIRE_SERVERS"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@contextmanager
def bigquery_server(directory: Path, project: str) -> Iterator[BigQueryServer]:
    """A server of BigQuery's interface that keeps its data in the directory."""
    place = environment_of("bigquery")
    rest, storage = free_port(), free_port()
    command = [
        str(place / "venv" / "bin" / "python"), str(BIGQUERY_LAUNCHER), "serve", "--project", project,
        "--host", "127.0.0.1", "--port", str(rest), "--grpc-port", str(storage), "--data-dir", str(directory / "data"),
    ]  # fmt: skip
    ready = f"http://127.0.0.1:{rest}/bigquery/v2/projects/{project}/datasets"
    with _running(command, directory, ready, {"HOME": str(place / "home")}):
        yield BigQueryServer(f"http://127.0.0.1:{rest}", f"127.0.0.1:{storage}")


@contextmanager
def gcs_server(directory: Path) -> Iterator[str]:
    """The address of a server of GCS's interface."""
    place = environment_of("gcs")
    binary = next((place / "venv").rglob("fake-gcs-server-linux-amd64"))
    binary.chmod(0o755)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        str(binary), "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory",
        "-public-host", f"127.0.0.1:{port}", "-external-url", address,
    ]  # fmt: skip
    with _running(command, directory, f"{address}/storage/v1/b?project=nba", {}):
        yield address


@contextmanager
def _running(command: Sequence[str], directory: Path, ready: str, more: dict[str, str]) -> Iterator[None]:
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **more})
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _answers(ready):
            if process.poll() is not None or time.monotonic() > deadline:
                errors = re.findall(r"^.*Error.*$", log.read_text(), re.MULTILINE)
                pytest.fail(f"{command[0]} does not answer; its log {log} says {errors[-3:]}")
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=60):
            return True
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

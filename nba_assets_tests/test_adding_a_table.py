"""The page on adding a table is carried out to the letter, in a copy of the project, and the table is built there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nba_assets_tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "adding_a_table.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^## (\d)\. [^\n]*?(?:`(\S+)`)?\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)

LAST_STEP_AND_BUILD = """
import datetime as dt
import runpy
import sys
from pathlib import Path

modules, sys.argv = sys.argv[1:], sys.argv[:1]
for module in modules:
    try:
        runpy.run_module(module, run_name="__main__")
    except SystemExit as end:
        assert not end.code, module

from nba_assets.contracts.tables import TABLES
from nba_assets.sources.simulated.league import SimulatedLeague
from nba_assets_tests.platform import Platform, SlicedSource, failure_messages

league = SimulatedLeague(seasons=1)
first = league.read("game_schedule", league.first_date, league.horizon).rows["game_date"].min().date()
platform = Platform(Path("home"), SlicedSource(league, first, first + dt.timedelta(days=1)))
tables = ["game_schedule", "game_results", "team_box_scores", "team_long_range"]
result = platform.run(tables=tables, last=platform.source.horizon)
assert result.success, failure_messages(result)
assert set(platform.statuses("team_long_range").values()) == {"ready"}
rows = platform.rows("team_long_range")
assert len(rows) == len(platform.rows("team_box_scores")) > 0
assert rows["three_share"].between(0.1, 0.8).all()
print(f"{len(rows)} rows")
"""


def inserted(file: Path, after: str, text: str) -> None:
    """Put text behind the only place in the file that is `after`."""
    content = file.read_text(encoding="utf-8")
    assert content.count(after) == 1, f"{file.name}: {after!r}"
    file.write_text(content.replace(after, after + text), encoding="utf-8")


def done(command: list[str], place: Path) -> str:
    """What a command printed that succeeded in the copy, on the copy's own package."""
    environment = {**os.environ, "PYTHONPATH": str(place)}
    ran = subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project as a newcomer has it, without what was built."""
    place = tmp_path / "nba_assets"
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for name in ("nba_assets", "nba_assets_tests", "docs"):
        shutil.copytree(REPOSITORY / name, place / name, ignore=ignored)
    shutil.copy(REPOSITORY / "pyproject.toml", place)
    return place


def test_the_page_has_six_steps() -> None:
    assert [number for number, _, _ in STEPS] == list("123456")


def test_a_table_that_is_added_by_the_page_is_built(copy: Path) -> None:
    code = {path: re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL) for _, path, text in STEPS}
    new = {path for path, blocks in code.items() if blocks and not (copy / path).exists()}
    assert new == {"nba_assets/domain/team_long_range.py", "nba_assets/assets/analytics/team_long_range.py"}
    for path in new:
        (copy / path).write_text(*code[path], encoding="utf-8")
    package = copy / "nba_assets"
    analytics = package / "contracts" / "analytics.py"
    (declared,) = code["nba_assets/contracts/analytics.py"]
    analytics.write_text(f"{analytics.read_text(encoding='utf-8')}\n\n{declared}", encoding="utf-8")
    (judged,) = code["nba_assets/readiness/derived_rules.py"]
    inserted(package / "readiness" / "derived_rules.py", "\nDERIVED_RULES: dict[str, TableRules] = {\n", judged)
    tables, definitions = package / "contracts" / "tables.py", package / "definitions.py"
    inserted(tables, "import PLAYER_GAME_SUMMARY, TEAM_DEFENSE", ", TEAM_LONG_RANGE")
    inserted(tables, "        TEAM_OFFENSE,\n", "        TEAM_LONG_RANGE,\n")
    line = "from nba_assets.assets.analytics.{0} import {0}\n"
    inserted(definitions, line.format("team_defense"), line.format("team_long_range"))
    inserted(definitions, "    team_offense,\n", "    team_long_range,\n")

    modules = re.findall(r"^python -m (\S+)", PAGE, flags=re.MULTILINE)
    assert modules == ["nba_assets_tests.code_versions", "nba_assets_tests.generated_docs"]
    assert re.search(
        r"^[1-9]\d* rows$", done([sys.executable, "-c", LAST_STEP_AND_BUILD, *modules], copy), re.MULTILINE
    )
    assert '"team_long_range"' in (copy / "nba_assets_tests" / "code_versions.json").read_text(encoding="utf-8")
    assert "three_share" in (copy / "docs" / "data_dictionary.md").read_text(encoding="utf-8")
    ruff = str(Path(sys.executable).with_name("ruff"))
    done([ruff, "check", "."], copy)
    done([ruff, "format", "--check", "."], copy)

"""What README and docs say can be done can be done: commands, links, files, variables; what is generated is current."""

import importlib.util
import re
import shlex
from pathlib import Path
from typing import cast

import pytest
import typer
import yaml

from nba_assets.cli import app, former
from nba_assets.settings import OUTSIDE, outside_environment
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.generated_docs import documents

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
TEXTS = {path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8") for path in PAGES}
COMMANDS = cast(typer.core.TyperGroup, typer.main.get_command(app))
USAGE_ERROR = cast(type[typer.BadParameter], typer.BadParameter.__base__)
"""Typer's own class of errors of usage; it exports only this child of it."""

STAND_INS = {
    "TABLE": "team_offense", "FROM": "2025-01-15", "DATE": "2025-01-15", "ID": "7", "CLAIM": "7", "BUILD": "3",
    "VERSION": "1", "RULE": "*", "REASON": "why", "PLAYER": "7", "N": "2", "D": "2", "X": "2",
}  # fmt: skip
"""What is published in the documentation for something of the reader's."""


def fenced(text: str) -> list[str]:
    """Lines of code blocks that are commands, without their comments."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    return [re.sub(r"\s+#.*", "", line) for block in blocks for line in block.splitlines()]


def inline(text: str) -> list[str]:
    without_blocks = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`\n]+)`", without_blocks)


def words_of(command: str, script: Path) -> list[str]:
    """The words after `nba-assets`, what represents something replaced by it."""
    words = shlex.split(re.sub(r"\[[^\]]+\]", "", command))[1:]
    filled = []
    for at, word in enumerate(words):
        if word == "…" and words[at - 1].startswith("--"):
            filled.append("2025-01-15" if words[at - 1] in ("--from", "--to", "--until") else "player_id=7")
        elif word != "…":
            filled.append(str(script) if word.endswith(".sql") else STAND_INS.get(word, word))
    return [word.replace("=PLAYER", "=7") for word in filled]


def test_the_pages_are_there() -> None:
    assert {"README.md", "docs/architecture.md", "docs/recipes.md", "docs/decisions.md"} <= set(TEXTS)


@pytest.mark.parametrize("page", TEXTS)
def test_commands_are_understood(page: str, tmp_path: Path) -> None:
    """Every command parses with all its words; in running text one may be shortened, in a block none is."""
    script = tmp_path / "some.sql"
    script.touch()
    blocks = [line for line in fenced(TEXTS[page]) if line.startswith("nba-assets ")]
    for command in [*blocks, *(span for span in inline(TEXTS[page]) if span.startswith("nba-assets "))]:
        name, *words = words_of(command, script)
        assert name in set(COMMANDS.commands) - set(former.COMMANDS), command
        assert former.words_today(name, words, ["--json"]) == words, f"{command}: a form of former releases"
        try:
            COMMANDS.commands[name].make_context(name, words)
        except USAGE_ERROR as error:
            is_short = "Missing parameter" in str(error) or "requires" in error.format_message()
            if command in blocks or not is_short:
                pytest.fail(f"{command}: {error.format_message()}")


@pytest.mark.parametrize("page", TEXTS)
def test_make_targets_and_modules_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), flags=re.MULTILINE))
    spans = [*fenced(TEXTS[page]), *inline(TEXTS[page])]
    asked = {word for span in spans for named in re.findall(r"\bmake ([a-z -]+)", span) for word in named.split()}
    assert asked - targets == set()
    modules = {name for span in spans for name in re.findall(r"python -m (nba_assets[\w.]*)", span)}
    assert {name for name in modules if importlib.util.find_spec(name) is None} == set()


@pytest.mark.parametrize("page", TEXTS)
def test_links_lead_somewhere(page: str) -> None:
    for link, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", TEXTS[page]):
        target = (REPOSITORY / page).parent / link if link else REPOSITORY / page
        assert target.exists(), f"{page}: {link}"
        if anchor:
            titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, anchor


@pytest.mark.parametrize("page", TEXTS)
def test_files_that_are_named_exist(page: str) -> None:
    named = {
        span for span in inline(TEXTS[page]) if re.match(r"(nba_assets|nba_assets_tests|docs|deploy)/[\w./]*$", span)
    }
    made_by_a_reader = {span for span in named if "team_long_range" in span}
    assert {name for name in named - made_by_a_reader if not (REPOSITORY / name).exists()} == set()


@pytest.mark.parametrize("page", TEXTS)
def test_variables_are_known(page: str) -> None:
    named = set(re.findall(r"`(NBA_[A-Z_]+|GCP_PROJECT_ID)\b", TEXTS[page]))
    of_deployment = {"NBA_GCS_BUCKET"}
    assert set(outside_environment(dict.fromkeys(named, "x"))) - {*OUTSIDE, *of_deployment} == set()


def test_what_is_generated_is_current() -> None:
    old = [path.name for path, text in documents().items() if path.read_text(encoding="utf-8") != text]
    assert old == [], "python -m nba_assets_tests.generated_docs writes them again"


def test_local_dagster_home_is_valid_yaml() -> None:
    config = yaml.safe_load((REPOSITORY / "nba_assets" / "local_dagster.yaml").read_text())
    assert config["event_log_storage"]["class"] == "LocalEventLogStorage"

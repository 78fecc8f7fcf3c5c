"""Commands that the code prints, in messages, hints and reports, are there, with the options that are named."""

import ast
import re
from collections.abc import Iterator
from typing import cast

import typer

from nba_assets.cli import app, former
from nba_assets_tests.conftest import REPOSITORY

COMMANDS = cast(typer.core.TyperGroup, typer.main.get_command(app)).commands
SHOWN = {name: command for name, command in COMMANDS.items() if not command.hidden}


def _texts(tree: ast.AST) -> Iterator[str]:
    """Every text of a module; what is filled in later is an X."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def _commands() -> Iterator[tuple[str, str, str]]:
    """File, command, and its words up to the end of the text, of the sentence or of the quotation."""
    for path in sorted((REPOSITORY / "nba_assets").rglob("*.py")):
        for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            for name, words in re.findall(r"nba-assets ([a-z]+)((?:[ =][^`;:,\s]+)*)", text):
                yield path.relative_to(REPOSITORY).as_posix(), name, words
    page = (REPOSITORY / "nba_assets/reporting/page.html").read_text(encoding="utf-8")
    for name, words in re.findall(r"nba-assets ([a-z]+)((?: [^<`]+)*)", page):
        yield "page.html", name, words


def test_commands_in_messages_are_there_with_their_options() -> None:
    found = list(_commands())
    assert len(found) > 40
    unknown = [(place, name) for place, name, _ in found if name not in SHOWN]
    assert unknown == []
    wrong = [
        (place, name, word)
        for place, name, words in found
        for word in re.findall(r"--[a-z-]+", words)
        if word not in {text for option in SHOWN[name].params for text in option.opts}
    ]
    assert wrong == []


def test_no_message_has_a_range_behind_a_table() -> None:
    ranged = [(place, words.split()) for place, name, words in _commands() if name in former.RANGES]
    assert len(ranged) >= 3
    behind = [(place, words) for place, words in ranged if len(words) > 1 and not words[1].startswith(("--", "…"))]
    assert behind == []

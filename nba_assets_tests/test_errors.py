"""The catalogue of errors: every error that a person meets has a code of its own, and the reference is current."""

import ast
import importlib
import re
from functools import cache

import pytest

from nba_assets.claims.errors import ClaimNotFound
from nba_assets.errors import CATALOGUE, Entry, RequestError, coded, reference
from nba_assets.sources.port import SourceError
from nba_assets.warehouse.port import FencedOut, WarehouseError
from nba_assets_tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "nba_assets"


@cache
def classes() -> dict[str, type[Exception]]:
    """Every public exception of the package by its dotted name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        names = [node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
        if not any(
            re.fullmatch(r"[A-Z]\w*(Error|Closed|Found|Out|Lost|Conflict|Cancelled|Overtaken|Unavailable)", n)
            for n in names
        ):
            continue
        module = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        loaded = importlib.import_module(module)
        for name in names:
            kind = getattr(loaded, name, None)
            if isinstance(kind, type) and issubclass(kind, Exception) and not name.startswith("_"):
                found[f"{module}.{name}"] = kind
    return found


def test_every_error_of_the_package_has_a_code_of_the_catalogue() -> None:
    known = {entry.code for entry in CATALOGUE}
    assert {
        name: getattr(kind, "code", None)
        for name, kind in classes().items()
        if getattr(kind, "code", None) not in known
    } == {}


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.code)
def test_an_entry_names_the_class_that_carries_its_code(entry: Entry) -> None:
    assert classes()[entry.raised_as].__dict__["code"] == entry.code
    assert entry.what
    assert entry.where
    assert entry.to_do


def test_no_code_is_given_twice_and_all_look_alike() -> None:
    codes = [entry.code for entry in CATALOGUE]
    assert len(set(codes)) == len(codes)
    assert codes == sorted(codes)
    assert all(re.fullmatch(r"NBA-\d{3}", code) for code in codes)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (WarehouseError("the file is gone"), "[NBA-301] the file is gone"),
        (FencedOut("too late"), "[NBA-302] too late"),
        (SourceError("no file"), "[NBA-201] no file"),
        (ClaimNotFound("no claim 7"), "[NBA-403] no claim 7"),
        (RequestError("no table x"), "[NBA-102] no table x"),
        (ValueError("cannot reindex"), "cannot reindex"),
        ("only words", "only words"),
    ],
)
def test_a_message_carries_its_code(error: object, said: str) -> None:
    assert coded(error) == said


def test_no_command_or_run_catches_what_only_a_defect_raises() -> None:
    """A ValueError out of pandas, taken for a refusal, would be shown as what somebody asked for wrongly."""
    rooms = ("assets", "automation", "cli", "operations", "orchestration")
    broad = {"ValueError", "TypeError", "Exception", "BaseException"}
    found = []
    for path in (path for room in rooms for path in (PACKAGE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                caught = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else broad
                found += [f"{path.relative_to(PACKAGE)}:{node.lineno}: {name}" for name in caught & broad]
    assert found == []


def test_the_reference_is_current_and_the_commands_in_it_exist() -> None:
    from typer.testing import CliRunner

    from nba_assets.cli import app

    assert (REPOSITORY / "docs" / "errors.md").read_text() == reference()
    for command in set(re.findall(r"`nba-assets ([a-z]+)", reference())):
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0, command

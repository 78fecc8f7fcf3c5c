"""The pages and pictures of the documentation that are made of code: one command writes them all again.

python -m nba_assets_tests.generated_docs
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from nba_assets.assets.model.xgboost_points_model import xgboost_points_model
from nba_assets.contracts.tables import MODEL, made_of
from nba_assets.definitions import TABLE_ASSETS
from nba_assets.errors import reference
from nba_assets_tests.conftest import REPOSITORY
from nba_assets_tests.contracts import column_names
from nba_assets_tests.data_dictionary import data_dictionary
from nba_assets_tests.test_architecture import MAY_IMPORT, MODULES, ONLY_IN, PACKAGE, tree_of

THRESHOLD_FILES = ("readiness/thresholds.py", "modelling/thresholds.py")
END = "<!-- generated: end -->"


def thresholds() -> str:
    """Every threshold with its value, its reason and the modules that apply it, as Markdown."""
    lines = [
        "# Thresholds\n",
        "Generated from the files named below; do not edit. A threshold is beside its reason and nowhere else. "
        "Going below one takes a waiver (`nba-assets waive`) or, for a model, a recorded decision "
        "(`nba-assets promote`), not an edit.",
    ]
    for file in THRESHOLD_FILES:
        lines += [f"\n## nba_assets/{file}\n", "| threshold | value | why | applied in |", "|---|---|---|---|"]
        for names, values, reason in declared(PACKAGE / file):
            shown = "<br>".join(f"`{name}`" for name in names), "<br>".join(f"`{value}`" for value in values)
            places = "<br>".join(f"`{place}`" for place in users(names, PACKAGE / file))
            lines.append(f"| {shown[0]} | {shown[1]} | {' '.join(reason.split())} | {places} |")
    return "\n".join(lines) + "\n"


def declared(file: Path) -> Iterator[tuple[list[str], list[str], str]]:
    """Names and values of the file's constants, as written, with the text under them; several may share one."""
    names, values = [], []
    for node in tree_of(file).body[1:]:
        if isinstance(node, ast.Assign):
            names.append(ast.unparse(node.targets[0]))
            values.append(ast.unparse(node.value))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield names, values, str(node.value.value)
            names, values = [], []
    assert not names, f"{file.name}: {names} have no reason under them"


def users(names: list[str], file: Path) -> list[str]:
    """Modules of the package that use one of the names."""
    return [path.relative_to(PACKAGE).as_posix() for path in MODULES if path != file and names_in(path) & set(names)]


@cache
def names_in(module: Path) -> set[str]:
    nodes = list(ast.walk(tree_of(module)))
    named = {node.id for node in nodes if isinstance(node, ast.Name)}
    return named | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def import_picture() -> str:
    """Which part of the package may import which, as a Mermaid chart without the arrows that others imply."""
    below = {
        part: {place.split(".")[0] for place in places} for part, places in MAY_IMPORT.items() if part != "__init__"
    }
    return _chart([f"{part} --> {lower}" for part, lower in _reduced(below)])


def parts() -> str:
    """What every part of the package is for, may import, of the package and from outside, as a table."""
    lines = ["| part | what it is for | may import | outside libraries |", "|---|---|---|---|"]
    for part, below in MAY_IMPORT.items():
        outside = [library for library, places in ONLY_IN.items() if part in {place.split(".")[0] for place in places}]
        cells = (f"`{part}`", _first_line(part), ", ".join(sorted(below)), ", ".join(outside))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def flow_picture() -> str:
    """All assets by group with what each is made of, as a Mermaid chart without the arrows that others imply."""
    groups: dict[str, list[str]] = {}
    below: dict[str, set[str]] = {}
    for asset in TABLE_ASSETS:
        groups.setdefault(asset.group, []).append(asset.contract.name)
        below[asset.contract.name] = set(made_of(asset.contract))
        if asset.group == "features":
            groups["model"] = [MODEL]
            below[MODEL] = {key.to_user_string() for key in xgboost_points_model.dependency_keys}
    boxes = []
    for group, names in groups.items():
        boxes += [f"subgraph {group}", *(f"  {name}" for name in names), "end"]
    return _chart([*boxes, *(f"{upstream} --> {name}" for name, upstream in _reduced(below))])


def _reduced(below: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """The pairs of an acyclic graph that no longer way connects as well."""

    def reach(name: str) -> set[str]:
        return {name}.union(*(reach(lower) for lower in below.get(name, ())))

    return [
        (name, lower)
        for name, lowers in below.items()
        for lower in sorted(lowers)
        if not any(lower in reach(other) for other in lowers - {lower})
    ]


def _chart(lines: list[str]) -> str:
    return "\n".join(["```mermaid", "flowchart TD", *(f"  {line}" for line in lines), "```"])


def _first_line(part: str) -> str:
    module = PACKAGE / part / "__init__.py" if (PACKAGE / part).is_dir() else PACKAGE / f"{part}.py"
    return (ast.get_docstring(tree_of(module)) or "").split("\n")[0]


PAGES: dict[str, Callable[[], str]] = {
    "docs/data_dictionary.md": data_dictionary,
    "docs/errors.md": reference,
    "docs/thresholds.md": thresholds,
}
"""Whole files."""

BLOCKS: dict[str, dict[str, Callable[[], str]]] = {
    "docs/architecture.md": {"flow": flow_picture, "imports": import_picture, "parts": parts},
    "docs/naming.md": {
        "columns": column_names.table_of_rules,
        "windows": column_names.table_of_windows,
        "exceptions": column_names.table_of_exceptions,
    },
}
"""Parts of files that are otherwise written by hand, between `<!-- generated: NAME -->` and END."""


def with_blocks(text: str, blocks: Mapping[str, Callable[[], str]]) -> str:
    """The text with its generated parts made again."""
    for name, make in blocks.items():
        head, start, rest = text.partition(f"<!-- generated: {name} -->")
        assert start, f"no place for {name!r}"
        text = f"{head}{start}\n{make()}\n{END}{rest.partition(END)[2]}"
    return text


def documents() -> dict[Path, str]:
    """Every file with generated text, as it should be."""
    found = {REPOSITORY / name: make() for name, make in PAGES.items()}
    for name, blocks in BLOCKS.items():
        found[REPOSITORY / name] = with_blocks((REPOSITORY / name).read_text(encoding="utf-8"), blocks)
    return found


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
